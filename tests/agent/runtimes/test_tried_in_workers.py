"""Trying an agent with a second service in the dispatch runtime: workers find what is tried."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import Backend
from support.media_server import MediaServer
from support.person import person
from support.ports import free_port
from support.waiting import until_async
from support.worker import RunningWorker, worker

from agent.conftest import served
from agent.listeners.test_turns import greeted
from agent.shift.test_typed import types

TRIED = """
from agents import saving
saving.create("{slug}", {{"name": "Baker", "instructions": "You sell bread."}}, "tests")
services = {{"llm": {{"base_url": "{away}", "fallback": {{"base_url": "{there}"}}}}}}
fields = {{"instructions": "You sell cake.", "greeting": "Cake?", "services": services}}
fields |= {{"tools": [{{"kind": "built_in", "name": "note"}}]}}
print("draft:", saving.draft("{slug}", fields, "tests", "local").id)
saving.save("{slug}", {{"instructions": "You sell flour."}}, "tests", base=1)
"""
FIRST, SECOND = "Is there parking?", "And on Sundays?"
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def house(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    yield from served(media, openai_api, AGENT_RUNTIME="dispatch", AGENT_IDLE_PROCESSES="1")


@pytest.fixture(scope="module")
def hired(house: Backend) -> Iterator[RunningWorker]:
    with ExitStack() as stack:
        running = stack.enter_context(worker(house))
        yield running
        print(running.process.output())


async def test_a_try_keeps_its_fields_and_its_second_service_when_another_agent_takes_over(
    house: Backend, hired: RunningWorker, openai_api: OpenAIStandIn
) -> None:
    away = f"http://127.0.0.1:{free_port()}/v1"
    slug = f"baker-{secrets.token_hex(4)}"
    script = TRIED.format(slug=slug, away=away, there=openai_api.base_url)
    told = await asyncio.to_thread(house.manage, "shell", "-c", script)
    draft = told.split("draft: ")[1].strip()
    async with person(house, "tried") as ada:
        await greeted(ada, draft=draft)
        assert ada.finals("agent")[0]["text"] == "Cake?"
        await types(ada, FIRST)
        assert (await ada.until_final("agent", 2))["text"] == openai_api.reply_to(FIRST)
        (switched,) = ada.events("service_switched")
        assert (switched["service"], switched["to"]) == ("llm", "fallback")
        (first,) = hired.agents()
        os.kill(int(str(first["pid"])), signal.SIGKILL)
        await until_async(lambda: len(hired.agents()) == 2, seconds=30, what="another agent")
        await types(ada, SECOND)
        reply = openai_api.reply_to(SECOND)

        def is_answered() -> bool:
            return any(each["text"] == reply for each in ada.finals("agent"))

        await until_async(is_answered, seconds=30, what="it is answered")
        asked = openai_api.requests("/v1/chat/completions")
        begins = {(each.messages or [])[0]["content"].split(".")[0] for each in asked}
        assert begins == {"You sell cake"}
        assert {tool["function"]["name"] for each in asked for tool in each.tools or []} == {"note"}
        path = f"/session/{ada.session_id}"
        shown = (await asyncio.to_thread(house.request, "GET", path)).body["agent"]
        assert shown == {"slug": slug, "name": "Baker", "revision": 1, "draft": True}
        assert len(ada.events("service_switched")) == 2, "the successor finds out anew"
        await ada.stop()
