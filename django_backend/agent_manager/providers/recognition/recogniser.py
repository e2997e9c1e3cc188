"""What a conversation needs of recognition, whosever it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from livekit import rtc
from livekit.agents import stt

from agent_manager.providers.recognition.outcome import Outcome


class AnyRecogniser(stt.STT):
    """Recognition for one session. `outcome` tells what became of what was said.

    `withdraw` is called when words so far that were guessed on turned out to be others. One that
    `is_replaced` raises what goes wrong, for another to take over; otherwise it tells that and
    goes on. What another one has `missed` goes to each new stream first.
    """

    outcome: Outcome
    withdraw: Callable[[], None]
    is_replaced: bool = False
    missed: Callable[[], Iterable[rtc.AudioFrame]]


def nothing_missed() -> Iterable[rtc.AudioFrame]:
    """Of a recogniser that follows no other."""
    return ()


def nobody_guesses() -> None:
    """Before a conversation listens."""
