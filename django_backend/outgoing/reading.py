"""Reading no more of an answer than one is ready for."""

from __future__ import annotations

import httpx2 as httpx  # what openai and the plugins are built on


class TooLong(Exception):
    """The body is longer than what is read of it."""


async def read_at_most(response: httpx.Response, most: int) -> bytes:
    """Returns the body of an answer that was asked for as a stream, and closes it.

    Raises TooLong for one of more bytes, and httpx.DecodingError for one that is packed: our
    requests ask for none, and a small one may unpack to anything.
    """
    found = bytearray()
    try:
        refuse_packed(response)
        async for piece in response.aiter_raw():
            found += piece
            if len(found) > most:
                raise TooLong
    finally:
        await response.aclose()
    return bytes(found)


def refuse_packed(response: httpx.Response) -> None:
    """Raises httpx.DecodingError for an answer that is packed."""
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise httpx.DecodingError("The answer is packed.", request=response.request)
