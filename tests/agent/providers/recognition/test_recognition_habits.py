"""Conversations with recognition servers that have habits: what is heard, read, and goes on."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.state import Delays
from support.backend import Backend, backend
from support.groups import starts_programs
from support.limits import is_nearly_in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.slow import but_first
from support.speech import line, silence
from support.waiting import until_async

from agent.conftest import served
from agent.habits import under
from agent.listeners.test_turns import WORDS, greeted
from agent.providers.recognition.noises import noise

SECOND = "And what else is there to know?"
NO_TRANSCRIPT = {
    "web_page": "stt_web_page",
    "no_body": "stt_empty",
    "json_without_words": "stt_wrong_answer",
    "error_with_200": "stt_limited",
}


@pytest.fixture(scope="module")
@starts_programs
def by_files(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    yield from served(
        media, openai_api, GREETING="Hello.", STT_STREAMING="off", MAX_SESSIONS_PER_VISITOR="8"
    )


@pytest.fixture
async def bert(by_files: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    """A person whose speech is recognised by files."""
    openai_api.clear()
    async with person(by_files, f"habits-{secrets.token_hex(3)}", "bert") as somebody:
        yield somebody


async def answered(somebody: Person, api: OpenAIStandIn, words: str) -> None:
    """They say it, it is understood, and the reply is heard."""
    users, agents = len(somebody.finals("user")), len(somebody.finals("agent"))
    api.transcript = words
    over = await somebody.say(line(words))
    await somebody.until_final("user", users + 1)
    await until_async(lambda: somebody.hears_since(over), seconds=15, what="the reply")
    reply = await somebody.until_final("agent", agents + 1)
    assert words.rstrip("?.") in reply["text"]


@pytest.fixture(autouse=True)
def usual_words(openai_api: OpenAIStandIn) -> Iterator[None]:
    usual = openai_api.transcript
    yield
    openai_api.transcript, openai_api.delays = usual, Delays()
    openai_api.clear()


@pytest.mark.usefixtures("short_voices")
async def test_words_in_another_shape_are_answered(bert: Person, openai_api: OpenAIStandIn) -> None:
    await greeted(bert)
    for habit in ("text_plain", "transcript", "results", "event_stream"):
        with under(openai_api, "stt", habit):
            await answered(bert, openai_api, WORDS)
            await bert.until_quiet(0.5)
    await answered(bert, openai_api, SECOND)
    assert bert.events("error") == []


@pytest.mark.usefixtures("short_voices")
async def test_an_answer_without_a_transcript_is_named_and_the_next_turn_works(
    bert: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(bert)
    for habit, code in NO_TRANSCRIPT.items():
        with under(openai_api, "stt", habit):
            await is_told(bert, code)
        await answered(bert, openai_api, SECOND)
        await bert.until_quiet(0.5)


async def is_told(somebody: Person, code: str) -> None:
    """They speak, and hear and read why it was not understood."""
    told = len(somebody.events("error"))
    over = await somebody.say(line(WORDS))
    await until_async(lambda: somebody.events("error")[told:], what="an error")
    await until_async(lambda: somebody.hears_since(over), what="it is said aloud")
    await somebody.until_quiet(0.5)
    assert {error["code"] for error in somebody.events("error")[told:]} == {code}


@pytest.mark.usefixtures("short_voices")
@pytest.mark.parametrize("habit", but_first(["mute", "never_transcribes", "empty_transcripts"]))
async def test_a_socket_that_gives_no_words_keeps_nobody_waiting(
    media: MediaServer, openai_api: OpenAIStandIn, habit: str
) -> None:
    """Not at the start, and not at the first turn, which is recognised by file."""
    openai_api.clear()
    openai_api.realtime_habit = habit  # type: ignore[assignment]
    settings = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": openai_api.base_url}
    with backend(media, GREETING="Hello.", **settings) as fresh:
        async with person(fresh, f"mute-{secrets.token_hex(3)}") as ada:
            begun = time.monotonic()
            await ada.start()
            assert is_nearly_in_time(time.monotonic() - begun, 2.0)
            await ada.until_final("agent", 1)
            await answered(ada, openai_api, WORDS)
            await answered(ada, openai_api, SECOND)
            assert ada.events("error") == []


@pytest.mark.usefixtures("short_voices")
async def test_a_voice_without_words_is_told_that_it_was_not_understood(
    bert: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(bert)
    openai_api.transcript = "[BLANK_AUDIO]"
    over = await bert.say(line(WORDS))
    await until_async(lambda: bert.events("error"), what="a message")
    assert [error["code"] for error in bert.events("error")] == ["not_understood"]
    await until_async(lambda: bert.hears_since(over), what="it is said aloud")
    await bert.until_quiet(1.0)
    await answered(bert, openai_api, SECOND)


@pytest.mark.usefixtures("short_voices")
async def test_nobody_is_not_understood_while_recognition_or_a_reply_takes_long(
    bert: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(bert)
    openai_api.delays = Delays(llm_first_token=5.0, tts_first_byte=3.0)
    await answered(bert, openai_api, WORDS)
    assert {error["code"] for error in bert.events("error")} <= {"reply_slow"}
    openai_api.delays = Delays()
    await answered(bert, openai_api, SECOND)


@pytest.mark.usefixtures("short_voices")
async def test_noise_starts_nothing(bert: Person, openai_api: OpenAIStandIn) -> None:
    await greeted(bert)
    openai_api.transcript = "Thank you."
    await bert.say(noise("white"))
    await bert.say(silence(2.0))
    assert bert.finals("user") == [] and bert.events("error") == []
    await answered(bert, openai_api, "Thank you.")


async def test_an_agent_that_was_interrupted_by_nothing_goes_on(
    bert: Person, openai_api: OpenAIStandIn, long_reply: str
) -> None:
    await greeted(bert)
    openai_api.transcript = WORDS
    await bert.say(line(WORDS))
    await bert.until_hears_reply()
    await bert.wait_seconds_of_reply(4.0)
    openai_api.transcript = "(footsteps)"
    over = await bert.say(line("Hm, hm, hm, hm."))
    await until_async(lambda: bert.hears_since(over + 1.5), what="it goes on")
    await bert.wait_seconds_of_reply(3.0)
    assert len(bert.finals("user")) == 1
    assert not any(final.get("interrupted") for final in bert.finals("agent"))
