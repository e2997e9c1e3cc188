"""Replies that are begun in a pause: dropped ones are hung up, and they stop where they queue."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fakes.openai_api import Delays, OpenAIStandIn
from support.backend import Backend
from support.groups import starts_programs
from support.limits import in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.listeners.test_turns import greeted

CHATS, RECORDINGS = "/v1/chat/completions", "/v1/audio/transcriptions"
PAUSES = ("I would like", 0.3, "a cup of", 0.3, "black tea", 0.3, "please.")
WHOLE = ("I would like a cup of black tea please.",)


@pytest.fixture(scope="module")
def short_spoken() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as running:
        running.transcript = "Tea."
        running.reply = "Certainly."
        yield running


@pytest.fixture
def api(short_spoken: OpenAIStandIn) -> OpenAIStandIn:
    """The stand-in as it was at its beginning."""
    short_spoken.clear()
    short_spoken.delays = Delays()
    return short_spoken


@pytest.fixture(scope="module")
@starts_programs
def guessing(media: MediaServer, short_spoken: OpenAIStandIn) -> Iterator[Backend]:
    """A backend for all: what is found out about guesses is a session's own."""
    few = {"GREETING": "Hello.", "STT_STREAMING": "off"}
    yield from served(media, short_spoken, **few, MAX_SESSIONS_PER_VISITOR="8")


@pytest.fixture
@starts_programs
def careful(media: MediaServer, api: OpenAIStandIn) -> Iterator[Backend]:
    yield from served(media, api, GREETING="Hello.", STT_STREAMING="off", SPECULATION="off")


@asynccontextmanager
async def talking(with_: Backend) -> AsyncIterator[Person]:
    async with person(with_, f"guesses-{secrets.token_hex(3)}") as ada:
        await greeted(ada)
        await ada.until_quiet(0.5)
        yield ada
        await ada.stop()


async def turn(ada: Person, api: OpenAIStandIn, *parts: str | float) -> tuple[float, int, int]:
    """Seconds to the reply, and how many replies and recognitions were asked for."""
    chats, recordings = len(api.requests(CHATS)), len(api.requests(RECORDINGS))
    replies = len(ada.finals("agent"))
    over = await ada.say(line(*parts))
    await until_async(lambda: ada.hears_since(over), seconds=15, what="the reply")
    waited = (ada.hears_since(over) or 0) - over
    await ada.until_final("agent", replies + 1)
    await ada.until_quiet(0.7)
    return waited, len(api.requests(CHATS)) - chats, len(api.requests(RECORDINGS)) - recordings


async def test_words_that_come_while_somebody_speaks_start_no_reply(
    guessing: Backend, api: OpenAIStandIn
) -> None:
    """Recognition takes longer than the pauses: only the last words can be the whole turn."""
    api.delays = Delays(stt=0.4, llm_first_token=0.1)
    async with talking(guessing) as ada:
        _, replies, _ = await turn(ada, api, *PAUSES)
        assert replies <= 2
        waited, replies, _ = await turn(ada, api, *WHOLE)
        assert replies == 1 and in_time(waited, 2.0)


async def test_a_turn_has_at_most_one_recognition_more_for_all_its_gaps(
    guessing: Backend, api: OpenAIStandIn
) -> None:
    """Gaps of 0.06 s end no speech; a look takes the first for an end and then looks no more."""
    gaps = ("I would like", 0.06, "a cup of", 0.06, "black tea", 0.06, "please.")
    async with talking(guessing) as ada:
        asked = [(await turn(ada, api, *gaps))[2] for _ in range(3)]
        words = " ".join(final["text"] for final in ada.finals("user"))
    utterances = words.count(api.transcript)  # one a turn, where no packet comes too late
    assert utterances >= 3 and sum(asked) <= 2 * utterances


async def test_a_guess_that_is_dropped_is_hung_up(guessing: Backend, api: OpenAIStandIn) -> None:
    api.delays = Delays(stt=0.02, llm_first_token=1.0)
    async with talking(guessing) as ada:
        _, replies, _ = await turn(ada, api, *PAUSES)
        assert replies >= 2, "nothing was guessed"
        await until_async(
            lambda: api.hung_up("llm") == replies - 1, what="each dropped guess is left"
        )
        assert api.most_at_once("llm") == 1


async def test_guesses_stop_where_they_queue(guessing: Backend, api: OpenAIStandIn) -> None:
    """A server with one seat that works on at what nobody waits for."""
    api.delays = Delays(stt=0.02, llm_first_token=0.1)
    api.set_habit("llm", "one_seat")
    async with talking(guessing) as ada:
        alone, replies, _ = await turn(ada, api, *WHOLE)
        assert replies == 1
        for _ in range(4):
            _, replies, _ = await turn(ada, api, *PAUSES)
            if replies == 1:
                break
        waited, replies, recordings = await turn(ada, api, *PAUSES)
        assert (replies, recordings) == (1, 1)
        assert in_time(waited, alone + 0.6)
    async with talking(guessing) as bert:
        _, replies, recordings = await turn(bert, api, *PAUSES)
        assert (replies, recordings) == (1, 1), "the next session has to find out again"


async def test_a_switch_turns_guesses_off(careful: Backend, api: OpenAIStandIn) -> None:
    api.delays = Delays(stt=0.02, llm_first_token=0.1)
    async with talking(careful) as ada:
        for _ in range(2):
            _, replies, recordings = await turn(ada, api, *PAUSES)
            assert (replies, recordings) == (1, 1)
