"""Replies that are begun on words so far, where recognition streams."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from agent_manager.providers.recognition.standing import STILL_SECONDS, StandingWords
from fakes.openai_api import Delays, OpenAIStandIn
from fakes.openai_api import realtime as socket
from support.backend import Backend, backend
from support.groups import starts_programs
from support.media_server import MediaServer
from support.person import Person
from support.speech import line
from support.waiting import until_async

from agent.providers.recognition.test_speculation import CHATS, WHOLE, talking

SO_FAR = "I would like tea. "
"""Its last blank is a word for the stand-in: the other words stand still before they settle."""
Settles = Callable[[str], None]


@pytest.fixture
def settles(monkeypatch: pytest.MonkeyPatch) -> Settles:
    """Says with which words the stand-in's socket settles, whatever it said so far."""
    complete = socket._Session._complete

    def settle(words: str) -> None:
        async def with_words(session: socket._Session, item: str, _text: str) -> None:
            await complete(session, item, words)

        monkeypatch.setattr(socket._Session, "_complete", with_words)

    return settle


@pytest.fixture
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(Delays(stt=0.7, llm_first_token=0.6)) as running:
        running.transcript, running.reply = SO_FAR, "Certainly."
        yield running


@pytest.fixture
@starts_programs
def streaming(media: MediaServer, api: OpenAIStandIn) -> Iterator[Backend]:
    with backend(
        media,
        OPENAI_API_KEY="sk-x",
        OPENAI_BASE_URL=api.base_url,
        GREETING="Hello.",
        STT_STREAMING="on",
    ) as running:
        yield running


async def answered(ada: Person, api: OpenAIStandIn) -> list[str]:
    """What the language server was asked for in one turn, by the words of each request."""
    before = len(api.requests(CHATS))
    replies = len(ada.finals("agent"))
    await ada.say(line(*WHOLE))
    await ada.until_final("agent", replies + 1)
    return [_last_words(asked.messages) for asked in api.requests(CHATS)[before:]]


def _last_words(messages: list[dict[str, str]] | None) -> str:
    return (messages or [{}])[-1].get("content", "")


async def test_words_that_settle_in_another_case_keep_the_guess(
    streaming: Backend, api: OpenAIStandIn, settles: Settles
) -> None:
    settles("i would like TEA")
    async with talking(streaming) as ada:
        assert await answered(ada, api) == [SO_FAR.strip()]
        assert [final["text"] for final in ada.finals("user")] == ["i would like TEA"]
    assert api.hung_up("llm") == 0


async def test_other_words_throw_the_guess_away(
    streaming: Backend, api: OpenAIStandIn, settles: Settles
) -> None:
    settles("I would like three.")
    async with talking(streaming) as ada:
        assert await answered(ada, api) == [SO_FAR.strip(), "I would like three."]
    await until_async(lambda: api.hung_up("llm") == 1, seconds=5, what="the guess is left")
    assert api.most_at_once("llm") == 1


async def test_only_words_that_stand_still_are_guessed_on() -> None:
    guessed: list[str] = []
    words = StandingWords(guessed.append)
    words.words("I would")
    words.falls()
    words.words("I would like")
    assert guessed == []
    await until_async(lambda: guessed, seconds=2, what="a guess")
    words.words("I would like tea")
    await _time_passes(2 * STILL_SECONDS)
    assert guessed == ["I would like"], "one guess each time the voice falls"


async def test_a_voice_that_goes_on_is_not_guessed_on() -> None:
    guessed: list[str] = []
    words = StandingWords(guessed.append)
    words.words("I would")
    words.falls()
    words.stops()
    await _time_passes(2 * STILL_SECONDS)
    assert guessed == []


async def _time_passes(seconds: float) -> None:
    passed = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, partial(passed.set))
    await passed.wait()
