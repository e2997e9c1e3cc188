"""Words that nobody can encode, store or show end no session: the next turn is as always."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")


@pytest.fixture(scope="module")
def by_files(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    """A backend that sends each utterance as a file, on the database that the tests were given."""
    database = os.environ.get("TESTS_DATABASE_URL", "")
    yield from served(
        media, openai_api, DATABASE_URL=database, STT_STREAMING="off", LOG_LEVEL="DEBUG"
    )


@pytest.fixture
async def eve(by_files: Backend, openai_api: OpenAIStandIn) -> AsyncIterator[Person]:
    """A person in a room of her own, and a stand-in that works."""
    openai_api.clear()
    usual, openai_api.reply = openai_api.reply, "Certainly."  # the usual one repeats all words
    async with person(by_files, f"odd-{os.urandom(4).hex()}") as somebody:
        yield somebody
    openai_api.reply = usual


async def test_half_a_character_is_left_out_and_the_next_turn_works(
    eve: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(eve)
    openai_api.set_habit("stt", "half_a_character")
    await eve.say(line(WORDS))
    said = await eve.until_final("user", 1)
    assert said["text"] == "hello there"
    await eve.until_final("agent", 2)
    await eve.until_quiet()

    openai_api.set_habit("stt", "")
    openai_api.queue_transcripts(WORDS)
    await eve.say(line(WORDS))
    assert (await eve.until_final("user", 2))["text"] == WORDS
    assert (await eve.until_final("agent", 3))["text"] == openai_api.reply_to(WORDS)

    await eve.stop()
    await until_async(lambda: eve.events("session_ended"), seconds=10, what="the end")
    assert eve.messages[-1]["reason"] == "stopped"
    assert not eve.events("error")
    kept = eve.backend.transcript(eve.session_id)["entries"]
    assert said["text"] in [entry["text"] for entry in kept]


@pytest.mark.parametrize("habit", ["endless_words", "combining_marks"])
async def test_more_letters_than_anybody_can_say_are_no_words_and_the_next_turn_works(
    eve: Person, openai_api: OpenAIStandIn, habit: str
) -> None:
    await greeted(eve)
    openai_api.set_habit("stt", habit)
    await eve.say(line(WORDS))
    await until_async(lambda: eve.events("error"), what="an error event")
    assert [error["code"] for error in eve.events("error")] == ["stt_wrong_answer"]
    await eve.until_final("agent", 2)
    await eve.until_quiet()

    openai_api.set_habit("stt", "")
    openai_api.queue_transcripts(WORDS)
    await eve.say(line(WORDS))
    assert (await eve.until_final("user", 1))["text"] == WORDS
    assert (await eve.until_final("agent", 3))["text"] == openai_api.reply_to(WORDS)
