"""At its most talkative the log tells what happened, and nothing of what must stay private."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

SAID = "Please bring the periwinkle parasol."
REPLY = "Certainly. The marzipan pelican is on its way."
GREETING = "Welcome to the quagmire tearoom."
PROMPT = "You answer as a zeppelin gardener."
KEY = "sk-canary-of-all-stages"
PRIVATE = ("periwinkle", "marzipan", "quagmire", "zeppelin", "canary-of-all")
CREDENTIALS = re.compile(r"eyJ[\w-]+\.|(?i:bearer)|access_token=|\bsk-")
SECRETS = ("LIVEKIT_API_SECRET", "DJANGO_SECRET_KEY", "VISITOR_SECRET", "OPENAI_API_KEY")
ON_THE_WAY = ("session_created", "agent_joined", "session_started", "session_ended", "agent_left")
CONSOLE_LINE = re.compile(r"\S+ \[\w+ *\] (?P<event>.+?) +\[[\w.]+\] ?(?P<keys>.*)")


@pytest.fixture(params=["json", "console"])
def talkative(
    request: pytest.FixtureRequest, media: MediaServer, openai_api: OpenAIStandIn
) -> Iterator[Backend]:
    """A backend that logs all it can, in one of the two formats."""
    usual = openai_api.reply
    openai_api.reply = REPLY
    with backend(
        media,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING=GREETING,
        LOG_LEVEL="DEBUG",
        LOG_FORMAT=request.param,
    ) as running:
        yield running
    openai_api.reply = usual


async def talk(eve: Person, openai_api: OpenAIStandIn) -> None:
    """A turn that is answered, one whose answer fails, and the end."""
    openai_api.clear()
    openai_api.queue_transcripts(SAID, SAID)
    await eve.start(system_prompt=PROMPT)
    await eve.until_final("agent", 1)
    await eve.until_quiet(0.5)
    await eve.say(line(SAID))
    assert (await eve.until_final("agent", 2))["text"] == REPLY
    await eve.until_quiet()
    openai_api.set_fault("llm", "error_500")
    await eve.say(line(SAID))
    await until_async(lambda: eve.events("error"), what="an error event")
    await eve.stop()
    await until_async(lambda: eve.events("session_ended"), what="the end")


@pytest.fixture
async def logged(talkative: Backend, openai_api: OpenAIStandIn) -> tuple[str, str]:
    """The id of a session and everything that its backend logged, from its start to its end."""
    async with person(talkative, "canary", "eve") as eve:
        await talk(eve, openai_api)
        assert SAID in eve.finals("user")[0]["text"]
        assert any("zeppelin" in str(asked.messages) for asked in openai_api.requests())
    talkative.process.ask_to_stop()
    await asyncio.to_thread(talkative.process.wait)
    return eve.session_id, talkative.process.output()


async def test_a_session_is_told_under_one_id_and_without_words_or_secrets(
    talkative: Backend, logged: tuple[str, str]
) -> None:
    session_id, output = logged
    for private in (*PRIVATE, *(talkative.env[name] for name in SECRETS)):
        assert private not in output
    assert not CREDENTIALS.findall(output)
    lines = [fields_of(text, talkative.env["LOG_FORMAT"]) for text in output.splitlines()]
    (asked,) = [one for one in lines if one["event"] == "request_finished" and of_start(one)]
    for event in ON_THE_WAY:
        (found,) = [one for one in lines if one["event"] == event]
        assert found["session_id"] == session_id
        assert found["request_id"] == asked["request_id"]
    assert any(one["event"] == "service_failed" for one in lines)


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
