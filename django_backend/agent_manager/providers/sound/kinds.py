"""What a body that should be a voice really is: told by its first bytes, then by its header."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RATE = 24_000
"""Samples a second of everything that is spoken here: mono, 16 bits, little-endian."""
ENOUGH = 64
"""Bytes that tell a voice from a text."""
ALWAYS_ENOUGH = 4096
RATES = range(4_000, 192_001)
CHANNELS = range(1, 9)

Kind = Literal["text", "other", "raw", "wav", "mp3", "aac", "flac", "ogg", "webm", "whole"]
"""`whole` is what can only be decoded as a whole; `other` is neither sound nor text."""
Encoding = Literal["i2", "u1", "i3", "f4", "mulaw", "alaw"]
"""How samples are written: whole numbers of 2 bytes or 3, of 1 without a sign, floats of 4 bytes,
or one byte each as telephones send them."""
WIDTHS: Mapping[Encoding, int] = {"i2": 2, "u1": 1, "i3": 3, "f4": 4, "mulaw": 1, "alaw": 1}
TELEPHONE_RATE = 8_000

_BITRATES = {
    1: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Thousands of bits a second that an MP3 header may name, for MPEG 1 and for 2 and 2.5."""
_MP3_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_OTHERS = (b"\x89PNG", b"\xff\xd8\xff\xe0", b"GIF8", b"%PDF", b"PK\x03\x04", b"\x1f\x8b\x08")
"""How pictures, papers and archives begin."""
_UTF16_PAGES = (codecs.BOM_UTF16_LE + b"<\0", codecs.BOM_UTF16_BE + b"\0<")
_ENCODINGS: tuple[tuple[re.Pattern[str], Encoding], ...] = (
    (re.compile(r"basic|pcmu|mu-?law|ulaw"), "mulaw"),
    (re.compile(r"pcma|a-?law"), "alaw"),
    (re.compile(r"f32|float"), "f4"),
    (re.compile(r"/l24|s24|bits=24"), "i3"),
    (re.compile(r"/l8|u8|bits=8\b"), "u1"),
)
"""What a Content-Type calls samples that are not of 16 bits."""
_PARAMETER = re.compile(r"(rate|channels|codec)\s*=\s*\"?([\w.-]+)", re.IGNORECASE)


@dataclass(frozen=True)
class RawFormat:
    """Samples without a header; `may_be_big_endian` where the header allows both orders."""

    rate: int = RATE
    channels: int = 1
    may_be_big_endian: bool = False
    encoding: Encoding = "i2"


def raw_format(header: str) -> RawFormat:
    """The format that a Content-Type names: `audio/pcm;rate=16000`, `audio/L16; channels=2`."""
    found = {name.lower(): value for name, value in _PARAMETER.findall(header)}
    rate, channels = _number(found.get("rate")), _number(found.get("channels"))
    name = header.lower()
    encoding: Encoding = next((code for pattern, code in _ENCODINGS if pattern.search(name)), "i2")
    usual = TELEPHONE_RATE if encoding in ("mulaw", "alaw") else RATE
    return RawFormat(
        rate if rate in RATES else usual,
        channels if channels in CHANNELS else 1,
        "/l16" in name or "/l24" in name,
        encoding,
    )


def kind_of(head: bytes, header: str, *, whole: bool = False) -> Kind | None:
    """What the body is, by its first bytes; None while more of them are needed.

    `whole` says that there are no more. A header counts only where the bytes allow two answers.
    """
    if (container := _container(head)) is not None:
        return container
    if not whole and len(head) < ENOUGH:
        return None
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE0 == 0xE0:
        return _framed(head, header, whole)
    return "text" if _is_text(head) else "raw"


def _container(head: bytes) -> Kind | None:
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp" or head.startswith((b".snd", b"caff", b"#!AMR")):
        return "whole"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "whole"
    if head.startswith(_OTHERS):
        return "other"
    if head.startswith(_UTF16_PAGES):
        return "text"
    starts: dict[bytes, Kind] = {
        b"OggS": "ogg",
        b"fLaC": "flac",
        b"ID3": "mp3",
        b"\x1aE\xdf\xa3": "webm",
    }
    return next((kind for start, kind in starts.items() if head.startswith(start)), None)


def _framed(head: bytes, header: str, whole: bool) -> Kind | None:
    """MP3 or AAC where a second frame follows the first; samples may begin like one by chance."""
    kind: Kind = "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    length = _aac_length(head) if kind == "aac" else _mp3_length(head)
    if length == 0:
        return "raw"
    if len(head) < length + 2:
        named = "mpeg" in header or "mp3" in header or "aac" in header
        if named or whole:
            return kind if named else "raw"
        return None if len(head) < ALWAYS_ENOUGH else "raw"
    same = head[length] == 0xFF and head[length + 1] & 0xFE == head[1] & 0xFE
    return kind if same else "raw"


def _mp3_length(head: bytes) -> int:
    """The bytes of a frame of layer 3 with this header, 0 when it is none."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bits, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return 0
    bitrate = _BITRATES[1 if version == 3 else 2][bits - 1] * 1000
    samples = 144 if version == 3 else 72
    return samples * bitrate // _MP3_RATES[version][rate] + (head[2] >> 1 & 1)


def _aac_length(head: bytes) -> int:
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if length > 7 else 0


def _is_text(head: bytes) -> bool:
    text = head[:ENOUGH].decode("utf-8-sig", "ignore")
    if not text or len(text.encode()) < min(len(head), ENOUGH) - 6:
        return False
    return all(letter.isprintable() or letter in "\r\n\t" for letter in text)


def _number(value: str | None) -> int:
    return int(value) if value and value.isdecimal() else 0
