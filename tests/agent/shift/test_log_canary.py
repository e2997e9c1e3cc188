"""At its most talkative the log tells what happened, and nothing of what must stay private."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from typing import Any

import pytest
from fakes.openai_api import Kind, OpenAIStandIn
from fakes.openai_api.habits.llm import answers
from fakes.openai_api.habits.tts import HABITS as VOICES
from starlette.responses import Response
from support.backend import APPLY, Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

pytestmark = pytest.mark.usefixtures("short_voices")

SAID = "Please bring the periwinkle parasol."
REPLY = "The marzipan pelican is on its way."
GREETING = "Welcome to the quagmire tearoom."
PEOPLE = ("quetzal", "ottoline")
"""In the name of a room, and the name of a person."""
AGENT = """
slug: gardener
name: Gardener
instructions: You answer as a zeppelin gardener of {{estate}}.
variables: [{name: estate}]
greeting_by: model
greeting: Mention the wisteria tearoom.
visibility: link
services: {llm: {credential: Gardeners}}
"""
ESTATE = "Umbrellastone"
KEY = "sk-canary-of-all-services"
OWN_KEY = "own-canary-of-all-gardeners"
"""What an owner has entered for the agent's language service."""
ENTERED = """
from credentials.actions import enter
enter("Gardeners", "openai", "{url}", "{key}", "owner")
"""
OF_AGENT = ("zeppelin", "wisteria", ESTATE)
PRIVATE = ("periwinkle", "marzipan", "quagmire", "canary-of-all", *OF_AGENT, *PEOPLE)
CREDENTIALS = re.compile(r"eyJ[\w-]+\.|(?i:bearer)|access_token=|\bsk-")
SECRETS = (
    "LIVEKIT_API_SECRET",
    "DJANGO_SECRET_KEY",
    "VISITOR_SECRET",
    "OPENAI_API_KEY",
    "CREDENTIALS_KEY",
)
TROUBLES: tuple[tuple[Kind, str], ...] = (
    ("llm", "echoes"),
    ("llm", "error_as_text"),
    ("tts", "canary_nothing"),
)
"""A service that repeats the request, one that fails in words, and a voice without a sound."""
ON_THE_WAY = ("session_created", "agent_joined", "session_started", "session_ended", "agent_left")
CONSOLE_LINE = re.compile(r"\S+ \[\w+ *\] (?P<event>.+?) +\[[\w.]+\] ?(?P<keys>.*)")


VOICES["canary_nothing"] = answers(lambda: Response(b"", media_type="audio/pcm"))


@pytest.fixture
def talkative(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[list[Backend]]:
    """Two backends that log all they can, one in each format."""
    usual = openai_api.reply
    openai_api.reply = REPLY
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                backend(
                    media,
                    OPENAI_API_KEY=KEY,
                    OPENAI_BASE_URL=openai_api.base_url,
                    GREETING=GREETING,
                    LOG_LEVEL="DEBUG",
                    OPENAI_LOG="debug",
                    LK_OPENAI_DEBUG="1",
                    LOG_FORMAT=log_format,
                )
            )
            for log_format in ("json", "console")
        ]
        for each in running:
            script = ENTERED.format(url=openai_api.base_url, key=OWN_KEY) + APPLY
            each.manage("shell", "-c", script, told=AGENT)
        yield running
    openai_api.reply = usual


async def is_answered(eve: Person) -> None:
    """Her first turn."""
    answer = await eve.start(agent="gardener", variables={"estate": ESTATE})
    await eve.until_final("agent", 1)
    await eve.until_quiet(0.5)
    await eve.say(line(SAID))
    assert (await eve.until_final("agent", 2))["text"] == REPLY
    assert SAID in eve.finals("user")[0]["text"]
    paths = ("/agents", "/agents/gardener", "/sessions", f"/transcripts/{eve.session_id}")
    told = [str(eve.backend.request("GET", path).body) for path in paths]
    shown = [*told, str(await eve._admission()), str(answer), str(eve.messages)]
    assert not [text for text in shown if any(private in text for private in OF_AGENT)]
    await eve.until_quiet()


async def is_not_answered(eve: Person) -> None:
    """Another turn, while a service fails."""
    told = len(eve.events("error"))
    await eve.say(line(SAID))
    await until_async(lambda: len(eve.events("error")) > told, what="an error event")
    await eve.until_quiet()


async def ends(eve: Person) -> None:
    """The end of her session."""
    await eve.stop()
    await until_async(lambda: eve.events("session_ended"), what="the end")


@pytest.fixture
async def logged(
    talkative: list[Backend], openai_api: OpenAIStandIn
) -> list[tuple[Backend, str, list[str]]]:
    """Of each backend what it logged from its start to its end, and the id of its session."""
    openai_api.clear()
    openai_api.queue_transcripts(*[SAID] * 4)
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(person(each, f"quetzal-{number}", "ottoline"))
            for number, each in enumerate(talkative)
        ]
        await asyncio.gather(*map(is_answered, people))
        openai_api.set_fault("llm", "error_500")
        await asyncio.gather(*map(is_not_answered, people))
        openai_api.set_fault("llm", "none")
        for kind, habit in TROUBLES:
            openai_api.queue_transcripts(*[SAID] * 4)
            openai_api.set_habit(kind, habit)
            await asyncio.gather(*map(is_not_answered, people))
            openai_api.set_habit(kind, "")
        await asyncio.gather(*map(ends, people))
    asked = [each for each in openai_api.requests() if "zeppelin" in str(each.messages)]
    assert asked and {each.authorization for each in asked} == {f"Bearer {OWN_KEY}"}
    for each in talkative:
        each.process.ask_to_stop()
    await asyncio.gather(*(asyncio.to_thread(each.process.wait) for each in talkative))
    return [
        (each, eve.session_id, each.process.output().splitlines())
        for each, eve in zip(talkative, people, strict=True)
    ]


async def test_a_session_is_told_under_one_id_and_without_words_or_secrets(
    logged: list[tuple[Backend, str, list[str]]],
) -> None:
    for served, session_id, output in logged:
        for private in (*PRIVATE, *(served.env[name] for name in SECRETS)):
            assert not [text for text in output if private in text]
        assert not [text for text in output if CREDENTIALS.search(text)]
        lines = [fields_of(text, served.env["LOG_FORMAT"]) for text in output]
        (asked,) = [one for one in lines if one["event"] == "request_finished" and of_start(one)]
        for event in ON_THE_WAY:
            (found,) = [one for one in lines if one["event"] == event]
            assert found["session_id"] == session_id
            assert found["request_id"] == asked["request_id"]
        failed = [one for one in lines if one["event"] == "service_failed"]
        assert {"llm_failed", "llm_rejected"} <= {one["code"] for one in failed}
        for one in failed:
            assert {"service", "reason", "status"} <= set(one)
        assert {one["host"] for one in failed if one["service"] == "llm"} == {"127.0.0.1"}


def fields_of(text: str, log_format: str) -> dict[str, Any]:
    """The fields of a line: each is one JSON object, or has its event and then key=value."""
    if log_format == "json":
        fields = json.loads(text)
        assert isinstance(fields, dict) and {"event", "level", "timestamp", "logger"} <= set(fields)
        return fields
    found = CONSOLE_LINE.fullmatch(text)
    pairs = re.findall(r"(\w+)=('[^']*'|\S+)", found["keys"]) if found else []
    fields = {key: value.strip("'") for key, value in pairs}
    return {"event": found["event"] if found else "", **fields}


def of_start(fields: dict[str, Any]) -> bool:
    """Whether the line is about POST /session."""
    return str(fields.get("request")) == "POST /session"
