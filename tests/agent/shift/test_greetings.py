"""Which greeting a session has, and what becomes of one that its model does not make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from agent_manager.shift.greeting import (
    GO_ON,
    PLAIN,
    ModelGreeting,
    fixed_greeting,
    greeting_of,
)
from agent_manager.speaking.own_words import in_own_words
from agents.resolving import resolve
from voice_sessions.models import Session

NEW, GOES_ON = Session(identity="ann"), Session(identity="ann", continues_id="s")


@pytest.mark.parametrize(
    ("changes", "new", "going_on"),
    [
        ({}, PLAIN, GO_ON),
        ({"language": "de"}, in_own_words(PLAIN, "de"), in_own_words(GO_ON, "de")),
        ({"greeting": "Soup?", "language": "de"}, "Soup?", in_own_words(GO_ON, "de")),
        ({"greeting_by": "model"}, "", GO_ON),
        ({"first_speaker": "person"}, "", ""),
    ],
)
def test_it_is_what_the_agent_says_first(changes: Any, new: str, going_on: str) -> None:
    agent = replace(resolve(), **{"greeting": PLAIN, **changes})
    assert (greeting_of(NEW, agent), greeting_of(GOES_ON, agent)) == (new, going_on)


def test_the_voice_of_one_that_varies_is_not_kept() -> None:
    for values in ({"table": "nine"}, {"table": "ten"}):
        agent = resolve({"greeting": "Table {{table}}."}, values=values)
        assert greeting_of(NEW, agent).startswith("Table ") and fixed_greeting(NEW, agent) == ""
        assert fixed_greeting(GOES_ON, agent)
    assert fixed_greeting(NEW, resolve({"greeting": "Hello Ann."})) == ""
    assert fixed_greeting(NEW, resolve({"greeting": "Hello."})) == "Hello."


class Made(SimpleNamespace):
    """A reply of livekit-agents that is being made."""

    def __init__(self) -> None:
        super().__init__(interrupted=False, chat_items=[], over=lambda _: None)

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.over = callback

    def interrupt(self, *, force: bool) -> None:
        self.interrupted = force
        self.over(self)


class Voice(SimpleNamespace):
    """A session of livekit-agents as far as it greets; `said` are its fixed sentences."""

    def __init__(self) -> None:
        super().__init__(agent_state="thinking", made=Made(), said=[])

    def generate_reply(self, *, instructions: str) -> Made:
        assert "soup" in instructions
        return self.made  # type: ignore[no-any-return]

    def say(self, text: str) -> None:
        self.said.append(text)


@pytest.mark.parametrize(
    ("heard", "in_turn", "said"),
    [(False, False, [PLAIN]), (True, False, []), (False, True, [])],
)
async def test_one_that_takes_too_long_is_replaced_unless_somebody_speaks(
    heard: bool, in_turn: bool, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ModelGreeting, "SECONDS", 0.01)
    voice: Any = Voice()
    withheld: list[bool] = []
    agent = replace(resolve(), greeting="Offer soup.", language="en")
    voice.agent_state = "speaking" if heard else "thinking"
    greeting = ModelGreeting(voice, agent, lambda: in_turn, lambda: withheld.append(True))
    greeting.begin()
    is_up = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, is_up.set)
    await is_up.wait()
    assert (voice.said, len(withheld)) == (said, len(said))
    assert voice.made.interrupted is bool(said)
    greeting.aclose()


@pytest.mark.parametrize(("items", "said"), [([], [PLAIN]), (["Soup!"], [])])
async def test_one_without_words_is_replaced(items: list[str], said: list[str]) -> None:
    voice: Any = Voice()
    agent = replace(resolve(), greeting="Offer soup.", language="en")
    ModelGreeting(voice, agent, lambda: False, lambda: None).begin()
    voice.made.chat_items = items
    voice.made.over(voice.made)
    assert voice.said == said
