"""What ends a person's turn: a mute does, and silence does not while a button is held.

While an agent speaks that may not be interrupted, nothing does: livekit-agents drops a turn that
ends then, and its words with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Protocol, Self

from common.tasks import cancel
from livekit import rtc
from livekit.agents import AgentStateChangedEvent, SpeechCreatedEvent
from livekit.agents.voice import AgentSession
from media_server.names import PUSH_TO_TALK_TRACK

from agent_manager.listeners.button import Button

ON_ITS_WAY = 0.15
"""Seconds in which the last sound before a mute, which travels slower than the mute, arrives."""
DETECTORS_DIFFER = 0.07
"""Seconds by which one of the two detectors of voice may end speech after the other."""
LOOK_SECONDS = 0.02
HANDED_ON = 0.02
"""Seconds in which words get from the recogniser, which owes none then, to livekit-agents."""
GONE_SECONDS = 10.0
"""For which a track that went away while its button was held is waited for: the person did not
switch it off, their network broke, and they come back with it."""
TAKEN_OVER = 0.1
"""Seconds in which livekit-agents begins to end a turn that it was told to end."""
PATIENCE = 30.0
"""Seconds for which the last words are waited for; then what was recognised so far is the turn."""
ENDLESS = 86_400.0


class Owing(Protocol):
    """Whether the recogniser owes an answer: see `providers.recognition.outcome`."""

    @property
    def is_waiting(self) -> bool:
        """Whether the recogniser owes an answer."""


class TurnByMute:
    """Ends a person's turn as soon as their track is muted and what they said is recognised.

    A track that is named as one with a button (`PUSH_TO_TALK_TRACK`) means that silence ends no
    turn while the track is on, nor does a connection that breaks and comes back. `heard_out` is
    given for an agent that may not be interrupted: the turn goes on until that has finished, and
    then this is called. As a context it ends with nothing going on.
    """

    def __init__(
        self,
        voice: AgentSession,
        recognised: Owing,
        button: Button,
        let_go: Callable[[], None],
        heard_out: Callable[[], None] | None = None,
    ) -> None:
        self._voice = voice
        self._recognised = recognised
        self._button = button
        self._let_go = let_go
        self._heard_out = heard_out
        usual = voice.options.endpointing
        self._usual = self._wanted = (usual["min_delay"], usual["max_delay"])
        self._was_on = False
        self._has_finished = asyncio.Event()
        self._has_finished.set()
        self._ending: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None
        self._gone: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Self:
        if self._heard_out is not None:
            self._voice.on("speech_created", self._on_speech_created)
            self._voice.on("agent_state_changed", self._on_agent_state)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_back()
        if self._heard_out is not None:
            self._voice.off("speech_created", self._on_speech_created)
            self._voice.off("agent_state_changed", self._on_agent_state)
        await cancel(*(task for task in (self._ending, self._finishing) if task))

    async def agent_finished(self) -> None:
        """Returns when an agent that may not be interrupted has said what it says."""
        await self._has_finished.wait()

    def heard(self, publication: rtc.RemoteTrackPublication | None) -> None:
        """This is the track that is heard now, as it is now; None where there is none."""
        if publication is None and self._button.is_held:
            self._wait_for_return()
            return
        self._is_back()
        is_on = publication is not None and not publication.muted
        is_held = is_on and publication.name == PUSH_TO_TALK_TRACK  # type: ignore[union-attr]
        was_on, was_held = self._was_on, self._button.is_held
        self._was_on, self._button.is_held = is_on, is_held
        if (is_on, is_held) == (was_on, was_held):
            return
        if is_on and (is_held or not was_held):
            self._switched_on()
        else:
            self._switched_off()

    def _switched_on(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._wait_in_silence(*((ENDLESS, ENDLESS) if self._button.is_held else self._usual))

    def _switched_off(self) -> None:
        self._button.let_go_at = time.time()
        self._let_go()
        self._ending = asyncio.create_task(self._end_turn())

    def _wait_for_return(self) -> None:
        if self._gone is None:
            loop = asyncio.get_running_loop()
            self._gone = loop.call_later(GONE_SECONDS, self._stays_away)

    def _is_back(self) -> None:
        if self._gone is not None:
            self._gone.cancel()
            self._gone = None

    def _stays_away(self) -> None:
        """Whoever held the button is not coming back with it: what they said until then counts."""
        self._gone = None
        self._button.is_held = self._was_on = False
        self._switched_off()

    async def _end_turn(self) -> None:
        """Settles the turn when the sound until the mute was heard and has its words.

        Somebody who talks hands-free from now on is waited for as usual afterwards.
        """
        await asyncio.sleep(ON_ITS_WAY)
        if self._is_speaking:
            await _until(lambda: not self._is_speaking)
            await asyncio.sleep(DETECTORS_DIFFER)
        await _until(lambda: not (self._is_speaking or self._recognised.is_waiting))
        await asyncio.sleep(HANDED_ON)
        await self.agent_finished()
        self._wait_in_silence(0.0, 0.0)
        self._settle_turn()
        await asyncio.sleep(TAKEN_OVER)
        if self._was_on:
            self._wait_in_silence(*self._usual)

    @property
    def _is_speaking(self) -> bool:
        return self._voice.user_state == "speaking"

    def _on_speech_created(self, event: SpeechCreatedEvent) -> None:
        if event.source == "say":  # a reply may be a guess, which nobody hears yet
            self._agent_begins()

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        if event.new_state in ("thinking", "speaking"):
            self._agent_begins()

    def _agent_begins(self) -> None:
        """What the person says from now on is answered when the agent has finished."""
        if self._has_finished.is_set():
            self._has_finished.clear()
            self._wait_in_silence(*self._wanted)
            self._finishing = asyncio.create_task(self._hear_out())

    async def _hear_out(self) -> None:
        """Lets silence end turns again, and one at once whose silence is long over."""
        await asyncio.sleep(LOOK_SECONDS)  # what was created just now is not the current one yet
        while (speech := self._voice.current_speech) is not None:
            await speech.wait_for_playout()
            await asyncio.sleep(LOOK_SECONDS)
        self._has_finished.set()
        self._wait_in_silence(*self._wanted)
        if self._heard_out is not None:
            self._heard_out()
        is_ending = self._ending is not None and not self._ending.done()
        is_owed = self._is_speaking or self._recognised.is_waiting
        if not (is_ending or is_owed or self._button.is_held):
            self._settle_turn()

    def _settle_turn(self) -> None:
        with contextlib.suppress(RuntimeError):  # it is closed, or was not started yet
            self._voice.commit_user_turn(transcript_timeout=0.0, stt_flush_duration=0.0)

    def _wait_in_silence(self, least: float, most: float) -> None:
        """So many seconds of silence end a turn: `most` where a model takes it for a pause."""
        self._wanted = (least, most)
        if not self._has_finished.is_set():
            least = most = ENDLESS
        options = self._voice.options.endpointing
        if (options["min_delay"], options["max_delay"]) != (least, most):
            self._voice.update_options(endpointing_opts={"min_delay": least, "max_delay": most})


async def _until(is_so: Callable[[], bool]) -> None:
    """Returns when it is so, or has not been for as long as anybody waits."""
    for _ in range(round(PATIENCE / LOOK_SECONDS)):
        if is_so():
            return
        await asyncio.sleep(LOOK_SECONDS)
