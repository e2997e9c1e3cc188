"""Closes LiveKit's audio sources so that its native library cannot hang in doing so.

Its `InternalSource` frees the queued samples before it ends the thread that plays them. When that
thread is just taking some off the queue, it never ends, and whoever closes the source waits for it:
the whole event loop. With an empty queue it takes nothing. A frame whose sender was cancelled may
still be on its way into the queue, which is empty for good only when that has arrived.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary, WeakSet

from common.tasks import Tasks
from livekit import rtc

LOOKS, BETWEEN_LOOKS = 50, 0.02
_closed: WeakSet[rtc.AudioSource] = WeakSet()
_arriving: WeakKeyDictionary[rtc.AudioSource, Tasks] = WeakKeyDictionary()
_capture_frame = rtc.AudioSource.capture_frame
_close = rtc.AudioSource.aclose


async def capture_whole(source: rtc.AudioSource, frame: rtc.AudioFrame) -> None:
    """Queues a frame, wholly also when whoever waits for it is cancelled."""
    await _arriving.setdefault(source, Tasks()).finish(_capture_frame(source, frame))


async def close_empty(source: rtc.AudioSource) -> None:
    """Closes a source whose queue is emptied first; what was queued is not heard any more."""
    if source in _closed:
        return
    _closed.add(source)
    arriving = _arriving.setdefault(source, Tasks())
    try:
        for _ in range(LOOKS):
            source.clear_queue()
            if await arriving.ended(BETWEEN_LOOKS):
                break
    finally:
        source.clear_queue()
        await _close(source)


def install() -> None:
    """Has livekit-agents use its audio sources like this, too."""
    rtc.AudioSource.capture_frame = capture_whole  # type: ignore[method-assign, assignment]
    rtc.AudioSource.aclose = close_empty  # type: ignore[method-assign, assignment]
