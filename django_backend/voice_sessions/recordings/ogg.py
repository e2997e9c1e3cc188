"""Opus in Ogg, as RFC 3533 and RFC 7845 have it, as far as recordings need it.

There is one kind of stream: two channels, the person on the left and the agent on the right, in
packets of 20 ms. Every object that is written begins with the same HEAD, so what follows it can be
put behind what follows another one's: only the pages' numbers and times are written anew.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence

RATE = 24_000
"""Samples of each channel in a second, as they are encoded."""
PACKET_SAMPLES = RATE // 50
PACKET_SECONDS = 0.02
SILENCE = b"\xdc\xff\xfe"
"""A packet of two silent channels, as the encoder writes it."""
_GRANULES = 960
"""Of a packet: Ogg counts Opus at 48 kHz whatever was encoded."""
_PRE_SKIP = 312
"""Samples at 48 kHz by which the encoder is late; players leave them out."""
_SERIAL = 1
_FIRST, _LAST = 2, 4
_PAGE = struct.Struct("<4sBBqIIIB")
_PAGE_PACKETS, _PAGE_SEGMENTS = 50, 255
_CRC_AT = 22
_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def pages(packets: Sequence[bytes], packet: int = 0, page: int = 0) -> bytes:
    """Returns packets in pages of a second; before them are so many packets and pages."""
    written = []
    for group in _grouped(packets):
        packet += len(group)
        written.append(_page(group, granule=packet * _GRANULES, number=HEAD_PAGES + page))
        page += 1
    return b"".join(written)


def page_count(packets: Sequence[bytes]) -> int:
    """Returns how many pages these packets fill."""
    return sum(1 for _ in _grouped(packets))


def moved(written: bytes, packet: int, page: int, *, is_end: bool = False) -> bytes:
    """Returns pages that were written as a stream's first ones, behind so many packets and pages.

    With `is_end` the last one of them says that the stream ends.
    """
    found = list(_split(written))
    last = len(found) - 1
    return b"".join(
        _renumbered(each, packet, page, is_end=is_end and place == last)
        for place, each in enumerate(found)
    )


def silence(packets: int, packet: int, page: int) -> Iterator[bytes]:
    """Yields pages of silence behind so many packets and pages, a second each."""
    while packets > 0:
        count = min(packets, _PAGE_PACKETS)
        yield pages([SILENCE] * count, packet, page)
        packets, packet, page = packets - count, packet + count, page + 1


def silence_pages(packets: int) -> int:
    """Returns how many pages so many packets of silence fill."""
    return -(-packets // _PAGE_PACKETS)


def silence_size(packets: int) -> int:
    """Returns how many bytes so many packets of silence fill, with their pages."""
    return silence_pages(packets) * _PAGE.size + packets * (1 + len(SILENCE))


def _grouped(packets: Sequence[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    segments = 0
    for packet in packets:
        needed = len(packet) // 255 + 1
        if len(group) == _PAGE_PACKETS or segments + needed > _PAGE_SEGMENTS:
            yield group
            group, segments = [], 0
        group.append(packet)
        segments += needed
    if group:
        yield group


def _page(packets: Sequence[bytes], *, granule: int, number: int, flags: int = 0) -> bytes:
    lacing = b"".join(b"\xff" * (len(each) // 255) + bytes([len(each) % 255]) for each in packets)
    head = _PAGE.pack(b"OggS", 0, flags, granule, _SERIAL, number, 0, len(lacing))
    return _summed(head + lacing + b"".join(packets))


def _split(written: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(written):
        segments = written[at + _PAGE.size - 1]
        body = at + _PAGE.size + segments
        end = body + sum(written[at + _PAGE.size : body])
        yield written[at:end]
        at = end


def _renumbered(page: bytes, packet: int, before: int, *, is_end: bool) -> bytes:
    _, _, _, granule, _, number, _, segments = _PAGE.unpack_from(page)
    granule, number = granule + packet * _GRANULES, number + before
    flags = _LAST if is_end else 0
    head = _PAGE.pack(b"OggS", 0, flags, granule, _SERIAL, number, 0, segments)
    return _summed(head + page[_PAGE.size :])


def _summed(page: bytes) -> bytes:
    """The page with its checksum: zlib's polynomial with the bits of every byte mirrored."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    crc = mirrored.to_bytes(4, "little").translate(_MIRRORED)
    return page[:_CRC_AT] + crc[::-1] + page[_CRC_AT + 4 :]


def _head() -> bytes:
    opus = struct.pack("<8sBBHIhB", b"OpusHead", 1, 2, _PRE_SKIP, RATE, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)
    return _page([opus], granule=0, number=0, flags=_FIRST) + _page([tags], granule=0, number=1)


HEAD_PAGES = 2
HEAD = _head()
"""The first two pages of every stream."""
