"""When a mute ends a person's turn: not before what they said is recognised, and then at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.listeners.button import Button
from agent_manager.shift import muting
from agent_manager.shift.muting import ENDLESS, TurnByMute
from media_server.names import PUSH_TO_TALK_TRACK
from support.waiting import until_async

USUAL = {"min_delay": 0.6, "max_delay": 3.0}


class Voice:
    """A session of livekit-agents as far as turns are ended; `ended` counts them."""

    def __init__(self) -> None:
        self.options = SimpleNamespace(endpointing=dict(USUAL))
        self.user_state = "listening"
        self.current_speech: Any = None
        self.ended = 0
        self.on = self.off = lambda _name, _handler: None

    def update_options(self, *, endpointing_opts: dict[str, float]) -> None:
        self.options.endpointing.update(endpointing_opts)

    def commit_user_turn(self, **_: float) -> None:
        self.ended += 1


class Speaking(asyncio.Event):
    """What the agent says; it is set when that is over."""

    async def wait_for_playout(self) -> None:
        await self.wait()


class Room:
    """What the person's microphone does, and the turn that it ends."""

    def __init__(self) -> None:
        self.voice = Voice()
        self.recognised = SimpleNamespace(is_waiting=False)
        self.button = Button()
        self.let_go = 0
        voice: Any = self.voice
        self.heard_out = 0
        self.turn = TurnByMute(
            voice, self.recognised, self.button, self._let_go, self._agent_finished
        )

    def _let_go(self) -> None:
        self.let_go += 1

    def _agent_finished(self) -> None:
        self.heard_out += 1

    def agent_speaks(self, speech: Speaking) -> None:
        """The agent, which may not be interrupted, begins to say something."""
        self.voice.current_speech = speech
        event: Any = SimpleNamespace(new_state="speaking")
        self.turn._on_agent_state(event)

    def track(self, *, muted: bool, name: str = "microphone") -> None:
        publication: Any = SimpleNamespace(muted=muted, name=name)
        self.turn.heard(publication)

    async def until_ended(self, turns: int) -> None:
        await until_async(lambda: self.voice.ended == turns, what="the turn is over")


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(muting, "ON_ITS_WAY", 0.01)
    monkeypatch.setattr(muting, "DETECTORS_DIFFER", 0.01)
    monkeypatch.setattr(muting, "LOOK_SECONDS", 0.001)
    room = Room()
    async with room.turn:
        yield room


async def test_a_mute_ends_the_turn_once_its_words_are_there(room: Room) -> None:
    room.track(muted=False)
    room.voice.user_state = "speaking"
    room.recognised.is_waiting = True
    room.track(muted=True)
    with pytest.raises(AssertionError):
        await until_async(lambda: room.voice.ended, seconds=0.1)
    room.voice.user_state = "listening"
    with pytest.raises(AssertionError):
        await until_async(lambda: room.voice.ended, seconds=0.1)
    room.recognised.is_waiting = False
    await room.until_ended(1)
    assert room.voice.options.endpointing == {"min_delay": 0.0, "max_delay": 0.0}
    room.track(muted=False)
    assert room.voice.options.endpointing == USUAL


class Answering:
    """A recogniser that has just answered: its words take some rounds of the event loop."""

    def __init__(self) -> None:
        self.words_came = False

    @property
    def is_waiting(self) -> bool:
        self._pass(5)
        return False

    def _pass(self, rounds: int) -> None:
        self.words_came = rounds == 0 or self.words_came
        if rounds:
            asyncio.get_running_loop().call_soon(self._pass, rounds - 1)


async def test_words_on_their_way_from_the_recogniser_are_in_the_turn(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering: Any = Answering()
    ended_with_words: list[bool] = []
    room.turn._recognised = answering
    monkeypatch.setattr(
        room.voice, "commit_user_turn", lambda **_: ended_with_words.append(answering.words_came)
    )
    room.track(muted=False)
    room.track(muted=True)
    await until_async(lambda: ended_with_words, what="the turn is over")
    assert ended_with_words == [True]


async def test_who_switches_on_again_before_that_goes_on_with_their_turn(room: Room) -> None:
    room.track(muted=False)
    room.voice.user_state = "speaking"
    room.track(muted=True)
    room.track(muted=False)
    room.voice.user_state = "listening"
    with pytest.raises(AssertionError):
        await until_async(lambda: room.voice.ended, seconds=0.1)


async def test_while_a_button_is_held_no_silence_ends_the_turn(room: Room) -> None:
    room.track(muted=True, name=PUSH_TO_TALK_TRACK)
    assert (room.button.is_held, room.voice.ended, room.let_go) == (False, 0, 0)
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    assert room.button.is_held
    assert room.voice.options.endpointing == {"min_delay": ENDLESS, "max_delay": ENDLESS}
    room.track(muted=True, name=PUSH_TO_TALK_TRACK)
    assert not room.button.is_held and room.button.let_go_at > 0 and room.let_go == 1
    await room.until_ended(1)


async def test_a_connection_that_breaks_while_a_button_is_held_does_not_let_go(room: Room) -> None:
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    room.turn.heard(None)
    room.turn.heard(None)
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    assert room.button.is_held and room.let_go == 0
    room.turn.heard(None)
    room.track(muted=True, name=PUSH_TO_TALK_TRACK)
    assert not room.button.is_held and room.let_go == 1, "they let go meanwhile"
    await room.until_ended(1)


async def test_who_held_a_button_and_does_not_come_back_is_answered(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(muting, "GONE_SECONDS", 0.02)
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    room.turn.heard(None)
    assert room.let_go == 0
    await room.until_ended(1)
    assert not room.button.is_held and room.let_go == 1


async def test_who_goes_over_to_hands_free_while_the_button_is_held_has_finished(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(muting, "TAKEN_OVER", 0.01)
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    room.turn.heard(None)
    room.track(muted=False)
    room.track(muted=False)
    await room.until_ended(1)
    await until_async(lambda: room.voice.options.endpointing == USUAL, what="silence counts again")


async def test_nothing_ends_a_turn_while_an_agent_speaks_that_may_not_be_interrupted(
    room: Room,
) -> None:
    speaking = Speaking()
    room.agent_speaks(speaking)
    assert room.voice.options.endpointing == {"min_delay": ENDLESS, "max_delay": ENDLESS}
    room.track(muted=False, name=PUSH_TO_TALK_TRACK)
    room.track(muted=True, name=PUSH_TO_TALK_TRACK)
    with pytest.raises(AssertionError):
        await until_async(lambda: room.voice.ended, seconds=0.1)
    room.voice.current_speech = None
    speaking.set()
    await room.until_ended(1)
    assert room.heard_out == 1 and room.voice.options.endpointing["min_delay"] == 0.0


@pytest.mark.parametrize(("is_held", "is_speaking"), [(False, False), (True, False), (False, True)])
async def test_after_it_a_turn_is_over_that_was_only_waiting(
    room: Room, is_held: bool, is_speaking: bool
) -> None:
    speaking = Speaking()
    room.agent_speaks(speaking)
    room.track(muted=False, name=PUSH_TO_TALK_TRACK if is_held else "microphone")
    room.voice.user_state = "speaking" if is_speaking else "listening"
    room.voice.current_speech = None
    speaking.set()
    await until_async(lambda: room.heard_out, what="the agent has finished")
    assert room.voice.ended == int(not (is_held or is_speaking))
    least = ENDLESS if is_held else USUAL["min_delay"]
    assert room.voice.options.endpointing["min_delay"] == least
