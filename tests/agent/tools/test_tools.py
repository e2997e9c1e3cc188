"""Tools as people meet them: what they hear meanwhile, and what the record and servers are told."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from agent_manager.speaking.own_words import in_own_words
from agent_manager.tools.waiting_word import ONE_MOMENT
from fakes.openai_api import OpenAIStandIn, Request
from fakes.tools.server import PIN, TRACE, ToolServer, tool_server
from livekit import api
from media_server.names import livekit_room_name
from support.backend import APPLY, Backend
from support.limits import in_time
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.habits import briefly
from agent.listeners.test_turns import WORDS, greeted
from agent.runtimes.test_waits import is_right
from agent.shift.test_typed import types

COMPLETIONS = "/v1/chat/completions"
KEY = "tool-key-canary-8842"
_rooms = itertools.count(1)
AGENTS = """
slug: host
name: Host
language: de
timezone: Asia/Tokyo
visibility: link
tools:
- kind: http
  name: find_tables
  description: Finds free tables.
  parameters:
    type: object
    properties: {{day: {{type: string}}, pin: {{type: string}}}}
    required: [day]
  url: {url}/do/tables?day={{{{day}}}}
  headers: {{Authorization: "Bearer {{{{secret:KEY}}}}"}}
  secrets: [KEY]
  secret_fields: [pin]
- kind: http
  name: book
  description: Books a table.
  parameters:
    type: object
    properties: {{day: {{type: string}}, guests: {{type: integer}}}}
    required: [day, guests]
  method: POST
  url: {url}/do/slow
  body: {{when: "{{{{day}}}}", guests: "{{{{guests}}}}", key: "{{{{secret:KEY}}}}"}}
  secrets: [KEY]
  answer: /free/0/time
- kind: http
  name: look
  description: Looks.
  url: {url}/do/slow
- kind: http
  name: broken
  description: Never works.
  url: {url}/do/broken
- kind: mcp
  name: house
  url: {url}/mcp
  allow: [count_guests, fail_always]
- kind: mcp
  name: gone
  url: http://127.0.0.1:9/mcp
  allow: [anything]
- {{kind: built_in, name: end_session}}
- {{kind: built_in, name: date_time}}
- {{kind: built_in, name: note}}
"""
SET_UP = f"""
from outgoing.hosts import allow
from agents.secrets.entering import enter
allow("127.0.0.1", 0, "tests")
for tool in ("find_tables", "book"):
    enter("host", tool, "KEY", "{KEY}", "tests")
"""


@pytest.fixture(scope="module")
def tools() -> Iterator[ToolServer]:
    with tool_server() as running:
        yield running


@pytest.fixture(scope="module")
def house(media: MediaServer, openai_api: OpenAIStandIn, tools: ToolServer) -> Iterator[Backend]:
    for running in served(media, openai_api, CREDENTIALS_KEY="c" * 40, SPECULATION="off"):
        running.manage("shell", "-c", APPLY + SET_UP, told=AGENTS.format(url=tools.url))
        yield running
        assert KEY not in running.process.output() and PIN not in running.process.output()


@pytest.fixture
async def ada(
    house: Backend, openai_api: OpenAIStandIn, tools: ToolServer
) -> AsyncIterator[Person]:
    openai_api.clear()
    tools.clear()
    tools.seconds = 0.0
    with briefly(openai_api):
        async with person(house, f"tools-{next(_rooms)}") as somebody:
            await greeted(somebody, agent="host")
            await until_async(lambda: somebody.events("tool_ended"), what="one server is away")
            await somebody.until_quiet(0.3)
            yield somebody


def asked_with_tools(api: OpenAIStandIn) -> list[Request]:
    return [asked for asked in api.requests(COMPLETIONS) if asked.tools]


def last_results(api: OpenAIStandIn) -> list[str]:
    """What the model was told of the tools that it has called."""
    messages = asked_with_tools(api)[-1].messages or []
    return [each["content"] for each in messages if each["role"] == "tool"]


async def ended(ada: Person, name: str) -> dict[str, Any]:
    """The event of a tool that has ended."""
    found = await until_async(
        lambda: [each for each in ada.events("tool_ended") if each["name"] == name],
        what=f"{name} has ended",
    )
    return dict(found[-1])


async def test_a_tool_is_called_and_its_answer_told_without_what_is_secret(
    house: Backend, ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    openai_api.queue_calls([("find_tables", {"day": "1 May & more", "pin": PIN})])
    await types(ada, "Is there a table?")
    await ada.until_final("agent", 2)
    (request,) = tools.requests("/do/tables")
    assert request.query == "day=1%20May%20%26%20more"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    (told,) = last_results(openai_api)
    assert "19:00" in told and PIN in told, "the model gets all of it"
    names = {each["function"]["name"] for each in asked_with_tools(openai_api)[-1].tools or []}
    built_in = {"end_session", "date_time", "note"}
    assert (
        names == {"find_tables", "book", "look", "broken", "count_guests", "fail_always"} | built_in
    )
    (started,) = ada.events("tool_started")[1:]
    over = await ended(ada, "find_tables")
    assert started["arguments"] == {"day": "1 May & more", "pin": "•••"}
    assert (over["call"], over["ok"]) == (started["call"], True) and "19:00" in over["summary"]
    record = json.dumps([ada.messages, house.transcript(ada.session_id)])
    assert KEY not in record and PIN not in record
    assert ada.events("turn_times"), "the reply is counted"
    await ada.stop()


async def test_a_slow_tool_has_the_agent_say_one_word_which_is_no_reply(
    ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    tools.seconds = 1.8
    calls = [("book", {"day": "May 1", "guests": 4})]
    openai_api.queue_calls(calls, calls)
    mine = await types(ada, "Book it.")
    reply = await ada.until_final("agent", 3)
    word = ada.finals("agent")[1]
    assert word["text"] == in_own_words(ONE_MOMENT, "de") != ONE_MOMENT and word["filler"]
    assert reply["text"] == openai_api.reply_to("Book it.") and "filler" not in reply
    assert len(tools.requests("/do/slow")) == 2, "and is said once for both"
    sent = tools.requests("/do/slow")[0]
    assert sent.body == {"when": "May 1", "guests": 4, "key": KEY}
    assert last_results(openai_api) == ["19:00", "19:00"]
    (times,) = await until_async(lambda: ada.events("turn_times"), what="the reply's times")
    assert times["segment"] == reply["segment"] and times["wait_ms"] > 3000
    (begun,) = [each for each in ada.events("speech_started") if each.get("answers")]
    assert (begun["segment"], begun["answers"]) == (reply["segment"], mine["seq"])
    said = [each.get("content") for each in asked_with_tools(openai_api)[-1].messages or []]
    assert word["text"] not in said
    await ada.stop()


async def test_a_tool_has_its_share_of_a_real_wait(
    ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    tools.seconds = 0.8
    openai_api.queue_calls([("look", {})])
    spoken = await ada.say(line(WORDS))
    reply = await ada.until_final("agent", 2)
    (times,) = await until_async(lambda: ada.events("turn_times"), what="the reply's times")
    assert times["segment"] == reply["segment"]
    assert times["tools_ms"] > 780 and in_time(times["tools_ms"] / 1000, 1.0)
    assert times["token_ms"] > times["tools_ms"]
    assert await is_right(ada, times, spoken)
    await ada.stop()


async def test_a_tool_that_fails_is_told_to_the_model_in_a_sentence(
    ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    openai_api.queue_calls(
        [("broken", {}), ("book", {"day": "May 1", "guests": "four"})],
        [("fail_always", {"reason": "test"}), ("count_guests", {"day": "Friday"})],
    )
    await types(ada, "Try everything.")
    await ada.until_final("agent", 2)
    told = last_results(openai_api)
    assert len(told) == 4 and "17 guests on Friday" in told and not tools.requests("/do/slow")
    failures = " ".join(told)
    assert "with status 500" in failures and TRACE not in failures
    assert 'guests: use type "integer"' in failures and "The kitchen is closed." in failures
    by_name = {each["name"]: each for each in ada.events("tool_ended")}
    assert {name: each["ok"] for name, each in by_name.items()} == {
        "gone": False,
        "broken": False,
        "book": False,
        "fail_always": False,
        "count_guests": True,
    }
    assert by_name["gone"]["summary"] == "The tool's server cannot be reached."
    await ada.stop()


async def test_the_agent_says_goodbye_and_then_ends_the_session(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    openai_api.queue_calls(
        [("date_time", {}), ("note", {"text": "Wants a table by the window."})],
        [("end_session", {"goodbye": "Auf Wiedersehen, bis morgen."})],
    )
    await types(ada, "That is all.")
    (over,) = await until_async(lambda: ada.events("session_ended"), what="the session is over")
    assert over["reason"] == "agent_ended"
    last = ada.finals("agent")[-1]
    assert last["text"] == "Auf Wiedersehen, bis morgen." and "interrupted" not in last
    time, noted = last_results(openai_api)
    assert "Asia/Tokyo" in time and "+0900" in time and noted == "Noted."
    assert (await ended(ada, "note"))["summary"] == "Wants a table by the window."
    assert (await ended(ada, "end_session"))["ok"]


async def test_who_interrupts_drops_a_question_and_waits_for_a_booking(
    ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    tools.seconds = 4.0
    asks = [("look", {}), ("book", {"day": "May 1", "guests": 4})]
    openai_api.queue_calls(asks)
    await types(ada, "Look, and book.")
    await until_async(lambda: len(tools.requests("/do/slow")) == 2, what="both are asked")
    await types(ada, "Wait, something else.")
    looked, booked = await ended(ada, "look"), await ended(ada, "book")
    assert (looked["ok"], booked["ok"]) == (False, True)
    assert looked["milliseconds"] < 3500 < booked["milliseconds"]
    last = openai_api.reply_to("Wait, something else.")
    await until_async(
        lambda: [each for each in ada.finals("agent") if each["text"] == last],
        what="a reply to what was typed last",
    )
    await types(ada, "And now?")
    await until_async(lambda: "19:00" in last_results(openai_api), what="the booking is known")
    assert len(tools.requests("/do/slow")) == 2, "nothing is sent again"
    await ada.stop()


async def test_one_that_takes_over_knows_what_was_called(
    media: MediaServer, ada: Person, openai_api: OpenAIStandIn, tools: ToolServer
) -> None:
    openai_api.queue_calls([("find_tables", {"day": "Friday", "pin": PIN})])
    await types(ada, "Is there a table?")
    await ada.until_final("agent", 2)
    tools.seconds = 20.0
    openai_api.queue_calls([("book", {"day": "Friday", "guests": 2})])
    await types(ada, "Book it.")
    await until_async(lambda: tools.requests("/do/slow"), what="it is being booked")
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        agent = f"agent-{ada.session_id}-1"
        room = livekit_room_name("local", ada.room_name)
        who = api.RoomParticipantIdentity(room=room, identity=agent)
        await client.room.remove_participant(who)
    await until_async(
        lambda: [each for each in ada.finals("agent") if "weg" in each["text"]],
        seconds=30,
        what="another one has taken over",
    )
    known = await until_async(
        lambda: [each for each in last_results(openai_api) if "not known" in each],
        what="it asks the model",
    )
    assert known and "19:00" in last_results(openai_api)[0]
    assert PIN not in " ".join(last_results(openai_api))
    assert len(tools.requests("/do/slow")) == 1, "nothing is booked twice"
    await ada.stop()
