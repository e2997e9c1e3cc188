"""The worker process that speaks: `python -m local_ai.voice.speaker hibari` (or `plain`).

A process of its own, because the engines keep global state and are C code that may crash. Speech
is 24 kHz mono 16-bit, as OpenAI's. From the server: `S` say (JSON: text, voice, speed), `C` cancel.
To the server: ready with the engine's name (`none` where there is none), `D` done, with the sound.
"""

import json
import sys
from typing import Any

import numpy as np

from local_ai.audio import Samples, resample, to_pcm16
from local_ai.failures import NONE
from local_ai.voice.voices import load_engine
from local_ai.wire import READY, Message, ServerLink

SPEECH_RATE = 24_000
_QUIET = 0.004
_LEAD_SECONDS = 0.03
_TAIL_SECONDS = 0.16
_FADE_SECONDS = 0.005


def trimmed(samples: Samples, rate: int) -> Samples:
    """The sound without its long silences at both ends, faded so that it begins and ends at zero.

    What is cut from the beginning is what a listener waits for.
    """
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not len(loud):
        return samples[:0]
    first = max(0, loud[0] - int(_LEAD_SECONDS * rate))
    kept = samples[first : loud[-1] + int(_TAIL_SECONDS * rate)].copy()
    ramp = np.linspace(0, 1, min(int(_FADE_SECONDS * rate), len(kept)), dtype=np.float32)
    kept[: len(ramp)] *= ramp
    kept[len(kept) - len(ramp) :] *= ramp[::-1]
    return kept


def main() -> None:
    """Speak until the server closes the pipe."""
    link = ServerLink()
    try:
        name, engine = load_engine(sys.argv[1])
    except ImportError:
        link.send(READY, body=NONE.encode())
        while True:  # the server closes the pipe, which ends the process
            link.inbox.get()

    def spoken(text: str, voice: str, speed: float) -> bytes:
        sound = trimmed(engine.say(text, voice, speed), engine.rate)
        return to_pcm16(resample(sound, engine.rate, SPEECH_RATE))

    spoken("Ready.", "", 1.0)
    link.send(READY, body=name.encode())
    waiting: dict[int, dict[str, Any]] = {}
    while True:
        while not waiting or not link.inbox.empty():
            _take(link.inbox.get(), waiting)
        channel = next(iter(waiting))
        link.send("D", channel, spoken(**waiting.pop(channel)))


def _take(message: Message, waiting: dict[int, dict[str, Any]]) -> None:
    """Add a sentence (text, voice, speed) to those that wait, or take out a cancelled one."""
    if message.kind == "S":
        waiting[message.channel] = json.loads(message.body)
    else:
        waiting.pop(message.channel, None)


if __name__ == "__main__":
    main()
