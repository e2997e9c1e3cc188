"""Replies that are begun on words so far, where recognition streams."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from agent_manager.providers.openai.realtime import WordsSoFar
from agent_manager.providers.recognition.look import TURN_SECONDS
from agent_manager.providers.recognition.standing import (
    LEAST_STILL_SECONDS,
    Pace,
    StandingWords,
    same_words,
)
from fakes.openai_api import Delays, OpenAIStandIn
from fakes.openai_api import realtime as socket
from support.backend import Backend
from support.groups import starts_programs
from support.media_server import MediaServer
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.providers.recognition.test_speculation import CHATS, WHOLE, talking

PACE = 0.06


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    """A server that gives a word each 0.3 s: words are guessed on when they are 0.45 s old.

    The difference is what a busy machine may delay them by while the voice falls between two
    sounds; a longer delay costs a turn one guess in vain.
    """
    with OpenAIStandIn(Delays(stt=1.2, llm_first_token=1.5, stt_interim=0.3)) as running:
        running.transcript, running.reply = "I would like tea.", "Certainly."
        yield running


@pytest.fixture
@starts_programs
def streaming(media: MediaServer, api: OpenAIStandIn) -> Iterator[Backend]:
    yield from served(media, api, GREETING="Hello.", STT_STREAMING="on")


def asked_since(api: OpenAIStandIn, before: int) -> list[str]:
    """The person's words in each request to the language server after so many."""
    return [(request.messages or [])[-1]["content"] for request in api.requests(CHATS)[before:]]


async def test_settled_words_keep_the_guess_or_throw_it_away(
    streaming: Backend, api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talking(streaming) as ada:
        before = len(api.requests(CHATS))
        await ada.say(line(*WHOLE))
        await ada.until_final("agent", 2)
        asked = asked_since(api, before)
        assert len(asked) == 1, asked
        (words,) = asked
        settled = ada.finals("user")[0]["text"]
        assert words != settled and same_words(words, settled), "it was asked for settled words"
        assert api.hung_up("llm") == 0

        complete = socket._Session._complete

        async def other_words(session: socket._Session, item: str, _text: str) -> None:
            await complete(session, item, "I would like three.")

        monkeypatch.setattr(socket._Session, "_complete", other_words)
        await ada.until_quiet(0.7)
        await ada.say(line(*WHOLE))
        await ada.until_final("agent", 3)
        first, second = asked_since(api, before + 1)
        assert first != second == "I would like three."
    await until_async(lambda: api.hung_up("llm") == 1, what="the guess is left")


class Guessing:
    """Words as a recogniser gives them, and what was guessed on and withdrawn."""

    def __init__(self) -> None:
        self.guessed: list[str] = []
        self.withdrawn = 0
        self.words = StandingWords(self.guessed.append, self._withdraw)

    def _withdraw(self) -> None:
        self.withdrawn += 1

    async def speaks(self) -> None:
        """Somebody says five words, one each PACE."""
        self.words.began()
        for count in range(1, 6):
            self.words.words(" ".join(["word"] * count))
            await _time_passes(PACE)

    async def falls_silent(self) -> None:
        """The voice ends, and words stand still for long enough."""
        self.words.ended()
        await _time_passes(2 * LEAST_STILL_SECONDS)


SAID = "word word word word word"


async def test_words_that_stand_still_are_guessed_on_once_the_voice_has_fallen() -> None:
    guessing = Guessing()
    await guessing.speaks()
    await _time_passes(2 * LEAST_STILL_SECONDS)
    assert guessing.guessed == []
    await guessing.falls_silent()
    assert guessing.guessed == [SAID]
    guessing.words.words(f"{SAID}.")
    assert guessing.withdrawn == 0, "more punctuation is the same words"


async def test_one_guess_in_vain_a_turn_and_two_in_a_row_are_the_last() -> None:
    guessing = Guessing()
    for turn in (1, 2, 3):
        for _ in range(2):
            await guessing.speaks()
            await guessing.falls_silent()
            guessing.words.words(f"{SAID} more")
            guessing.words.settled(f"{SAID} more")
        assert len(guessing.guessed) == guessing.withdrawn == min(turn, 2)
        await _time_passes(TURN_SECONDS)


async def test_a_voice_that_goes_on_is_not_guessed_on() -> None:
    guessing = Guessing()
    await guessing.speaks()
    guessing.words.falls()
    guessing.words.rises()
    await _time_passes(2 * LEAST_STILL_SECONDS)
    assert guessing.guessed == []


async def test_words_that_all_come_after_the_voice_are_not_guessed_on() -> None:
    guessing = Guessing()
    guessing.words.began()
    guessing.words.ended()
    for count in range(1, 6):
        guessing.words.words(" ".join(["word"] * count))
        await _time_passes(PACE)
    await _time_passes(2 * LEAST_STILL_SECONDS)
    assert guessing.guessed == []


def test_a_slow_recogniser_s_words_have_to_stand_still_for_longer() -> None:
    pace = Pace()
    for at in (0.0, 0.01, 0.4, 0.41, 0.42, 0.8, 1.2):
        pace.changed(at)
    assert pace.still_seconds == pytest.approx(0.585, abs=0.03)


def test_words_of_several_utterances_are_none_to_guess_on() -> None:
    open_words = WordsSoFar()
    assert open_words.heard({"type": socket.TRANSCRIPTION + ".delta", "item_id": "a", "delta": "I"})
    assert open_words.words == "I"
    assert open_words.heard({"type": socket.TRANSCRIPTION + ".delta", "item_id": "b", "delta": "O"})
    assert open_words.words == ""
    assert not open_words.heard({"type": socket.TRANSCRIPTION + ".completed", "item_id": "a"})
    assert open_words.words == "O"


@pytest.mark.parametrize(
    "settled", ["I would like tea", "i WOULD  like, tea!", "I would like tea."]
)
def test_case_punctuation_and_white_space_are_no_difference(settled: str) -> None:
    assert same_words("I would like tea.", settled)
    assert not same_words("I would like three.", settled)


async def _time_passes(seconds: float) -> None:
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, passed.set)
    await passed.wait()
