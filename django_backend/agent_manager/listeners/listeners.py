"""All that listens to one session of livekit-agents."""

from __future__ import annotations

from collections.abc import Callable

from livekit import rtc
from livekit.agents.voice import AgentSession
from voice_sessions.endings import EndReason
from voice_sessions.events import Message, OpenWords

from .base import InOrder, Listener
from .button import Button
from .failures import Failures
from .guesses import Guesses
from .loudness import Loudness
from .silence import AnswerTimer, Recognised, Silence
from .spoken_notices import SpokenNotices
from .turn_times import Question, TurnTimesListener
from .turns import Turns
from .way import Way


class Listeners:
    """The listeners of one session, from when it has started to when it closes.

    `turn_delay` is the seconds of silence after which a person's turn is over, `language` the
    agent's, for what it says by itself. `is_filler` says that what is being said is no reply.
    """

    def __init__(
        self,
        voice: AgentSession,
        emit: Callable[[Message], None],
        turn_delay: float,
        recognised: Recognised,
        guesses: Guesses,
        button: Button,
        language: str = "",
        is_filler: Callable[[], bool] = lambda: False,
    ) -> None:
        self._voice = voice
        self._recognised = recognised
        self._answer = AnswerTimer()
        self._turns = Turns(voice, emit, turn_delay)
        self._notices = SpokenNotices(voice, turn_delay, language)
        segments = self._turns.segments
        self._failures = Failures(emit, segments, self._notices, self._answer)
        self._guesses = guesses
        self._loudness = Loudness()
        self._way = Way(voice)
        silent = self._loudness.fell_silent_before
        self._times = TurnTimesListener(
            emit, segments, lambda: self._turns.progress, self._way, silent, button, is_filler
        )
        tell_failure = self._failures.tell_untold
        self._silence = Silence(
            voice, emit, segments, self._notices, self._answer, tell_failure, recognised, button
        )
        told: list[Listener] = [self._turns, self._times, self._notices, self._failures]
        self._all = InOrder(voice, [self._turns.answered, *told, self._silence, guesses])

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
        await self._way.aclose()
        await self._turns.aclose()

    async def lasting_failure(self) -> EndReason:
        """Returns when a service has failed for so long that the session cannot go on."""
        return await self._failures.lasting()

    def hear(self, frame: rtc.AudioFrame) -> None:
        """Takes the person's sound, as it arrives."""
        self._loudness.take(frame)

    @property
    def open_words(self) -> list[OpenWords]:
        """The words of the open segments so far."""
        return self._turns.segments.progress

    def let_go(self) -> None:
        """The person switched the microphone off: what they said is to be answered."""
        self._silence.let_go()

    def heard_out(self) -> None:
        """The agent, which may not be interrupted, has finished: an answer is due from now on.

        So it is where the person said something meanwhile.
        """
        if self._turns.segments.user_words:
            self._silence.answer_due()

    def filler_said(self, *, interrupted: bool) -> None:
        """What the agent said while it waited for a tool is over."""
        self._turns.segments.filler_said(interrupted=interrupted)

    def withhold_notice(self) -> None:
        """What was to be said about a failure is not: something else is said instead."""
        self._notices.withdraw()

    @property
    def is_in_turn(self) -> bool:
        """Whether the person's spoken turn goes on: they speak, or their words are awaited."""
        is_speaking = self._voice.user_state == "speaking"
        return is_speaking or bool(self._turns.segments.user_words) or self._recognised.is_waiting

    @property
    def is_reply_begun(self) -> bool:
        """Whether a reply was begun to everything that was typed."""
        return self._turns.answered.is_begun

    def typed(self, seq: int) -> None:
        """What was typed up to that event is part of the conversation from now on."""
        self._turns.answered.take(seq)
        self._failures.asked_anew()
        self._silence.answer_due()

    def ask(self, question: Question) -> None:
        """This question was typed, or left by another agent; its reply has just been begun."""
        self._times.ask(question)

    def settle(self) -> None:
        """Closes the open segments as they were heard so far."""
        self._answer.cancel()
        self._turns.segments.settle()
