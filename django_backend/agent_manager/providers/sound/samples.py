"""Samples without a container, however they are written, as those of 16 bits in one channel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from agent_manager.providers.sound.kinds import RawFormat

Samples = npt.NDArray[np.int16]


def mono(data: bytes, given: RawFormat, *, is_big_endian: bool = False) -> Samples:
    """Returns the samples as whole numbers of 16 bits, the mean of all channels."""
    samples = _whole_numbers(data, given, is_big_endian)
    if given.channels == 1:
        return samples.astype("<i2")
    mixed: Samples = samples.reshape(-1, given.channels).mean(axis=1).astype("<i2")
    return mixed


def loudest(samples: bytes) -> int:
    """Returns how far the samples go from silence."""
    found = np.frombuffer(samples, dtype="<i2").astype(np.int32)
    return int(np.abs(found).max(initial=0))


def _whole_numbers(data: bytes, given: RawFormat, is_big_endian: bool) -> Samples:
    if given.encoding == "i2":
        return np.frombuffer(data, dtype=">i2" if is_big_endian else "<i2")
    octets = np.frombuffer(data, dtype=np.uint8)
    if given.encoding == "f4":
        floats = np.nan_to_num(np.frombuffer(data, dtype="<f4"))
        return (np.clip(floats, -1, 1) * 32767).astype(np.int16)
    if given.encoding == "u1":
        return (octets.astype(np.int16) - 128) << 8
    if given.encoding == "i3":
        triples = octets.reshape(-1, 3)
        high = triples[:, :2] if is_big_endian else triples[:, :0:-1]
        return np.ascontiguousarray(high).view(">i2").ravel().astype(np.int16)
    return (_MU_LAW if given.encoding == "mulaw" else _A_LAW)[octets]


def _mu_law() -> Samples:
    """What each byte of ITU-T G.711 in its American kind stands for."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((code & 0xF) << 3) + 0x84) << (code >> 4 & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _a_law() -> Samples:
    """The same in its European kind."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, size = code >> 4 & 7, ((code & 0xF) << 4) + 8
    size = np.where(exponent, (size + 0x100) << np.maximum(exponent - 1, 0), size)
    return np.where(code & 0x80, size, -size).astype(np.int16)


_MU_LAW, _A_LAW = _mu_law(), _a_law()
