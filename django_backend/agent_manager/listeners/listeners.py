"""All that listens to one session of livekit-agents."""

from __future__ import annotations

from collections.abc import Callable

from livekit.agents.voice import AgentSession
from voice_sessions.endings import EndReason
from voice_sessions.events import Message, OpenWords

from .base import InOrder, Listener
from .failures import Failures
from .guesses import Guesses
from .silence import AnswerTimer, Recognised, Silence
from .spoken_notices import SpokenNotices
from .turn_times import Question, TurnTimesListener
from .turns import Turns


class Listeners:
    """The listeners of one session, from when it has started to when it closes.

    `turn_delay` is the seconds of silence after which a person's turn is over.
    """

    def __init__(
        self,
        voice: AgentSession,
        emit: Callable[[Message], None],
        turn_delay: float,
        recognised: Recognised,
        guesses: Guesses,
    ) -> None:
        self._answer = AnswerTimer()
        self._turns = Turns(voice, emit, turn_delay)
        self._notices = SpokenNotices(voice, turn_delay)
        segments = self._turns.segments
        self._failures = Failures(emit, segments, self._notices, self._answer)
        self._guesses = guesses
        self._times = TurnTimesListener(emit, segments, lambda: self._turns.progress)
        tell_failure = self._failures.tell_untold
        silence = Silence(
            voice, emit, segments, self._notices, self._answer, tell_failure, recognised
        )
        told: list[Listener] = [self._turns, self._times, self._notices, self._failures]
        self._all = InOrder(voice, [*told, silence, guesses])

    def connect(self) -> None:
        """Begins to listen; the session has started."""
        self._all.connect()
        self._turns.follow_voice()

    async def aclose(self) -> None:
        """Listens no more and returns when nothing of it goes on."""
        self._answer.cancel()
        self._guesses.aclose()
        self._notices.withdraw()
        self._all.disconnect()
        await self._turns.aclose()

    async def lasting_failure(self) -> EndReason:
        """Returns when a service has failed for so long that the session cannot go on."""
        return await self._failures.lasting()

    @property
    def open_words(self) -> list[OpenWords]:
        """The words of the open segments so far."""
        return self._turns.segments.progress

    def take_over(self, question: Question) -> None:
        """Another agent left this question, and nobody has replied to it yet."""
        self._times.take_over(question)

    def settle(self) -> None:
        """Closes the open segments as they were heard so far."""
        self._answer.cancel()
        self._turns.segments.settle()
