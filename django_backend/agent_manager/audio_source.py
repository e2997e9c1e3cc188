"""Closes LiveKit's audio sources so that its native library cannot hang in doing so.

Its `InternalSource` frees the queued samples before it ends the thread that plays them. When that
thread is just taking some off the queue, it never ends, and whoever closes the source waits for it:
the whole event loop. With an empty queue it takes nothing.
"""

from __future__ import annotations

from weakref import WeakSet

from livekit import rtc

_closed: WeakSet[rtc.AudioSource] = WeakSet()
_close = rtc.AudioSource.aclose


async def close_empty(source: rtc.AudioSource) -> None:
    """Closes a source whose queue is emptied first; what was queued is not heard any more."""
    if source not in _closed:
        _closed.add(source)
        source.clear_queue()
    await _close(source)


def install() -> None:
    """Has livekit-agents close its audio sources like this, too."""
    rtc.AudioSource.aclose = close_empty  # type: ignore[method-assign, assignment]
