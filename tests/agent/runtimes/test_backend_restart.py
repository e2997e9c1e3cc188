"""A backend of the embedded runtime that is killed in mid-session, and started again."""

from __future__ import annotations

import sys

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import FOLDER, backend
from support.media_server import MediaServer
from support.person import person
from support.processes import Process
from support.speech import line
from support.waiting import until_async

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS, greeted


@pytest.mark.slow
async def test_its_sessions_go_on_with_another_agent(
    media: MediaServer, openai_api: OpenAIStandIn, long_reply: str
) -> None:
    settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": openai_api.base_url}
    with backend(media, GREETING="Hello. I am here.", **settings) as running:
        async with person(running, "restarted") as ada:
            await greeted(ada)
            await ada.say(line(WORDS))
            await ada.until_hears_reply()
            await ada.wait_seconds_of_reply(3)
            running.process.kill()
            command = [sys.executable, "-m", "serving.server"]
            with Process(command, env=running.env, cwd=FOLDER) as again:
                again.wait_until_answers(f"{running.url}/health")
                ada.read_again()
                await until_async(
                    lambda: f"agent-{ada.session_id}-2" in ada.others(), seconds=20, what="an agent"
                )
                picked_up = await ada.until_final("agent", 3)
                assert picked_up["text"] == "Sorry, I was cut off. Shall I go on?"
                cut = ada.finals("agent")[1]
                assert cut["interrupted"] and long_reply.startswith(cut["text"])
                assert [error["code"] for error in ada.events("error")] == ["agent_lost"]
                entries = running.transcript(ada.session_id)["entries"]
                seqs = [entry["seq"] for entry in entries]
                assert len(seqs) == len(set(seqs)) == 4
                assert ada.others() == [f"agent-{ada.session_id}-2"]
                await ada.stop()
                await until_async(lambda: ada.events("session_ended"), seconds=10)
