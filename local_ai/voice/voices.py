"""The plain speech engines: flite where its library is installed, espeak-ng otherwise.

They speak on machines where the neural voice cannot run.

flite (BSD-like) sounds more natural and is what speech recognisers understand. espeak-ng comes
as a wheel, `espeakng-loader`, and is GPLv3 or later: it is loaded here only, in a process of its
own, and is not part of this project's code.
"""

import ctypes
import sys
import unicodedata
from collections.abc import Callable
from typing import Protocol

import numpy as np

from local_ai.audio import Samples, from_pcm16

FEMALE_VOICES = frozenset({"alloy", "coral", "fable", "marin", "nova", "sage", "shimmer", "slt"})
MALE_VOICES = frozenset({"ash", "ballad", "cedar", "echo", "onyx", "rms", "verse"})
_DEFAULT_FEMALE = True


class Engine(Protocol):
    """A speech engine: `rate` is the sample rate of what `say` gives."""

    rate: int

    def say(self, text: str, voice: str, speed: float) -> Samples:
        """The spoken text, mono in ±1."""
        ...


def load_engine(name: str) -> tuple[str, Engine]:
    """hibari when that is the name, else the better of the two that this machine has; its name."""
    if name == "hibari":
        from local_ai.voice.neural import HibariVoice

        return name, HibariVoice()
    try:
        return "flite", Flite()
    except OSError:
        return "espeak", Espeak()


def is_female(voice: str) -> bool:
    """Which of two voices an OpenAI voice name stands for; unknown names get the default."""
    name = voice.lower()
    return name in FEMALE_VOICES or (name not in MALE_VOICES and _DEFAULT_FEMALE)


class _FliteWave(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_char_p),
        ("sample_rate", ctypes.c_int),
        ("num_samples", ctypes.c_int),
        ("num_channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    ]


class _FliteVoice(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("features", ctypes.c_void_p)]


class Flite:
    """flite's voices slt (female) and rms (male), through libflite; OSError when it is missing."""

    rate = 16_000

    def __init__(self) -> None:
        self._lib = _shared_library("flite")
        self._lib.flite_text_to_wave.restype = ctypes.POINTER(_FliteWave)
        self._lib.flite_text_to_wave.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        self._lib.feat_set_float.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float]
        self._lib.delete_wave.argtypes = [ctypes.POINTER(_FliteWave)]
        self._lib.flite_init()
        self._voices = {female: _register(name) for female, name in ((True, "slt"), (False, "rms"))}

    def say(self, text: str, voice: str, speed: float) -> Samples:
        chosen = self._voices[is_female(voice)]
        self._lib.feat_set_float(chosen.contents.features, b"duration_stretch", 1 / speed)
        wave = self._lib.flite_text_to_wave(_plain(text).encode("ascii"), chosen)
        try:
            length = wave.contents.num_samples
            if length <= 0:
                return np.zeros(0, np.float32)
            return from_pcm16(ctypes.string_at(wave.contents.samples, length * 2))
        finally:
            self._lib.delete_wave(wave)


def _register(name: str) -> "ctypes._Pointer[_FliteVoice]":
    register = getattr(_shared_library(f"flite_cmu_us_{name}"), f"register_cmu_us_{name}")
    register.restype = ctypes.POINTER(_FliteVoice)
    register.argtypes = [ctypes.c_char_p]
    return register(None)


def _shared_library(name: str) -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.CDLL(f"{name}.dll")
    if sys.platform == "darwin":
        return ctypes.CDLL(f"lib{name}.dylib")
    return ctypes.CDLL(f"lib{name}.so.1")


def _plain(text: str) -> str:
    """The text in ASCII: flite spells out or drops anything else."""
    swapped = text.translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2014: ", "})
    return unicodedata.normalize("NFKD", swapped).encode("ascii", "ignore").decode()


_SYNCHRONOUS, _CHARS_UTF8, _RATE_PARAMETER, _USUAL_RATE = 2, 1, 1, 165
_EspeakCallback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


class Espeak:
    """espeak-ng's English voices, from the wheel. Its state is global: one a process."""

    def __init__(self) -> None:
        import espeakng_loader  # installed where there is no neural voice

        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate = int(self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        if self.rate <= 0:
            raise OSError("espeak-ng did not start")
        self._pieces: list[Samples] = []
        self._callback: Callable[..., int] = _EspeakCallback(self._collect)
        self._lib.espeak_SetSynthCallback(self._callback)

    def say(self, text: str, voice: str, speed: float) -> Samples:
        self._pieces = []
        self._lib.espeak_SetVoiceByName(b"en-us+f3" if is_female(voice) else b"en-us")
        self._lib.espeak_SetParameter(_RATE_PARAMETER, round(_USUAL_RATE * speed), 0)
        data = text.replace("\0", " ").encode() + b"\0"
        self._lib.espeak_Synth(data, len(data), 0, 1, 0, _CHARS_UTF8, None, None)
        return np.concatenate([np.zeros(0, np.float32), *self._pieces])

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _: object) -> int:
        if samples and count > 0:
            self._pieces.append(from_pcm16(ctypes.string_at(samples, count * 2)))
        return 0
