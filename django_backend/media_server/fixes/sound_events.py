"""Hands sound that arrives to the one stream that it is for.

LiveKit's library puts each event of its native part before every room and stream of the process,
and has them sort out what is theirs. Sound is nearly all there is of events, so eight sessions did
sixty-four times the work of one.
"""

from __future__ import annotations

import asyncio
from typing import Any

from livekit import rtc
from livekit.rtc._ffi_client import FfiClient, FfiQueue
from livekit.rtc._proto.ffi_pb2 import FfiEvent

SOUND = "audio_stream_event"
_streams: dict[int, tuple[Any, asyncio.AbstractEventLoop]] = {}
"""The queue and the loop of each stream, by the handle that its events name."""
_put = FfiQueue.put
_unsubscribe = FfiQueue.unsubscribe
_make_stream = rtc.AudioStream.__init__


def put_to_stream(self: FfiQueue[FfiEvent], event: FfiEvent) -> None:
    """Gives sound to its stream, and anything else to everybody; called in a native thread."""
    with self._lock:
        if event.WhichOneof("message") == SOUND:
            stream = _streams.get(event.audio_stream_event.stream_handle)
            if stream is not None and not stream[1].is_closed():
                stream[1].call_soon_threadsafe(stream[0].put_nowait, event)
                return
        _put(self, event)


def unsubscribe_stream(self: FfiQueue[FfiEvent], queue: Any) -> None:
    """Has a queue get nothing any more, of a stream too."""
    with self._lock:
        for handle, (theirs, _loop) in list(_streams.items()):
            if theirs is queue:
                del _streams[handle]
        _unsubscribe(self, queue)


def make_bound_stream(self: rtc.AudioStream, *args: Any, **options: Any) -> None:
    """Makes a stream that gets its own sound alone; what came meanwhile it has already."""
    _make_stream(self, *args, **options)
    events = FfiClient.instance.queue
    with events._lock:
        _unsubscribe(events, self._ffi_queue)
        _streams[self._ffi_handle.handle] = self._ffi_queue, self._loop


def install() -> None:
    """Has every stream made from now on get its own sound alone."""
    FfiQueue.put = put_to_stream  # type: ignore[method-assign, assignment]
    FfiQueue.unsubscribe = unsubscribe_stream  # type: ignore[method-assign, assignment]
    rtc.AudioStream.__init__ = make_bound_stream  # type: ignore[method-assign, assignment]
