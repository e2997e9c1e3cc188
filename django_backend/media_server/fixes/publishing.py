"""Lets LiveKit's library finish what it publishes, also when who asked for it is cancelled.

A room that is left while a track is being published never lets go of that track: its audio source,
with a thread that plays silence, stays until the process ends.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from common.tasks import Tasks
from livekit import rtc

SETTLE_TIMEOUT = 2.0
_publishing: WeakKeyDictionary[rtc.LocalParticipant, Tasks] = WeakKeyDictionary()
_publish_track = rtc.LocalParticipant.publish_track


async def publish_wholly(
    participant: rtc.LocalParticipant, *track_and_options: Any, **options: Any
) -> rtc.LocalTrackPublication:
    """Publishes a track, wholly also when whoever waits for it is cancelled."""
    publication = _publish_track(participant, *track_and_options, **options)
    return await _publishing.setdefault(participant, Tasks()).finish(publication)


async def settled(room: rtc.Room) -> None:
    """Returns when nothing is being published in a room any more, or after 2 s."""
    await _publishing.setdefault(room.local_participant, Tasks()).ended(SETTLE_TIMEOUT)


def install() -> None:
    """Has livekit-agents publish like this, too."""
    rtc.LocalParticipant.publish_track = publish_wholly  # type: ignore[method-assign, assignment]
