"""The server's processes: what happens when one dies, and that none is ever left."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import psutil
import pytest
from offline_server import BEST, FALLBACK
from starlette.applications import Starlette
from support.slow import but_first
from websockets.sync.client import connect

from local_ai.app import create_app
from local_ai.child import Child
from local_ai.ears.recognition import MAX_WAITING, RecogniserPool

ROOT = Path(__file__).resolve().parents[2]
SENTENCE = "please remind me to buy some milk tomorrow morning"
Say = Callable[[str], bytes]
ENDINGS = but_first(
    [
        (BEST, signal.SIGTERM),
        (FALLBACK, signal.SIGINT),
        (BEST, signal.SIGINT),
        (FALLBACK, signal.SIGTERM),
    ],
    2,
)
"""Engines and signals: each at least once in `make test`, all pairs in `make faults`."""


def running(server: Any, module: str) -> list[psutil.Process]:
    return [each for each in server.workers if module in each.cmdline()]


def hearing(server: Any) -> list[psutil.Process]:
    """The processes that recognise speech, whichever engine this machine has."""
    modules = ("local_ai.ears.listener", "local_ai.ears.recogniser")
    return [each for module in modules for each in running(server, module)]


def gone(processes: list[psutil.Process], seconds: float) -> bool:
    """Whether they ended in time; one that ended may wait for init to take note of it."""
    deadline = time.monotonic() + seconds
    while any(map(is_alive, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def is_alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def in_background(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@pytest.mark.parametrize(("own_server", "ending"), ENDINGS, indirect=["own_server"])
def test_a_signal_ends_server_and_workers_in_the_middle_of_work(
    own_server: Any, say: Say, ending: signal.Signals
) -> None:
    workers = own_server.workers
    assert len(workers) >= 2
    client = openai.OpenAI(base_url=own_server.url, api_key="any", max_retries=0)

    def transcribe() -> None:
        with pytest.raises((openai.APIConnectionError, openai.APIStatusError)):
            client.audio.transcriptions.create(model="x", file=("a.wav", say(SENTENCE * 20)))

    say(SENTENCE * 20)
    address = f"{own_server.url.replace('http', 'ws')}/realtime?intent=transcription"
    socket = contextlib.ExitStack()
    socket.enter_context(connect(address))
    thread = in_background(transcribe)
    recognisers = hearing(own_server)
    before = {each.pid: each.cpu_times().user for each in recognisers}
    wait_for(lambda: any(each.cpu_times().user > before[each.pid] + 0.1 for each in recognisers))

    own_server.process.send_signal(ending)
    own_server.process.wait(2)
    assert gone(workers, 0.5)
    thread.join(5)
    assert not thread.is_alive()
    assert "Traceback" not in own_server.log.read_text()
    socket.close()
    client.close()


@pytest.mark.parametrize("own_server", [BEST, FALLBACK], indirect=True)
def test_workers_end_when_the_server_is_killed(own_server: Any) -> None:
    workers = own_server.workers
    own_server.process.kill()
    own_server.process.wait(2)
    assert gone(workers, 10)


@pytest.mark.parametrize("own_server", [BEST, FALLBACK], indirect=True)
def test_dead_workers_are_replaced_and_their_work_is_done_again(own_server: Any, say: Say) -> None:
    client = openai.OpenAI(base_url=own_server.url, api_key="any", max_retries=0)
    heard: list[str] = []

    def transcribe() -> None:
        text = client.audio.transcriptions.create(model="x", file=("a.wav", say(SENTENCE))).text
        heard.append(text)

    say(SENTENCE)
    victims = hearing(own_server)
    for victim in victims:
        victim.suspend()
    thread = in_background(transcribe)
    wait_for(lambda: bool(client.models.list().data))
    for victim in victims:
        victim.kill()
    thread.join(60)
    assert heard
    assert "milk" in heard[0]
    assert not {victim.pid for victim in victims} & {each.pid for each in own_server.workers}

    running(own_server, "local_ai.voice.speaker")[0].kill()
    wait_for(lambda: _speaks(own_server.url))
    client.close()


def test_work_for_a_process_that_has_just_died_is_dropped() -> None:
    uvloop = pytest.importorskip("uvloop")  # what the server runs on where there is one

    async def write_after_death() -> None:
        ended = asyncio.Event()
        child = Child(
            "local_ai.voice.speaker", "plain", on_message=lambda _: None, on_exit=ended.set
        )
        await child.start()
        assert child.ready
        child.kill()
        while not ended.is_set():
            child.send("S", 1, b"{}")
            await asyncio.sleep(0)
        assert not child.ready
        await child.close()

    uvloop.run(asyncio.wait_for(write_after_death(), 60))


def _speaks(url: str) -> bool:
    body = {"model": "x", "voice": "alloy", "input": "Hello.", "response_format": "pcm"}
    answer = httpx.post(f"{url}/audio/speech", json=body, timeout=20)
    assert answer.status_code in (200, 429, 503)
    return answer.status_code == 200


@pytest.mark.parametrize("port", ["taken", "nonsense"])
def test_a_port_that_cannot_be_had_is_named(server: Any, port: str) -> None:
    taken = server.url.split(":")[2].split("/")[0]
    ended = subprocess.run(
        [sys.executable, "-m", "local_ai"],
        cwd=ROOT,
        env={**os.environ, "LOCAL_AI_PORT": taken if port == "taken" else port},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert "LOCAL_AI_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.processes
def test_a_setting_that_cannot_be_meant_ends_the_start() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "local_ai"],
        cwd=ROOT,
        env={**os.environ, "LOCAL_LLM": "some-model"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("LOCAL_LLM is 'some-model'")


def test_the_log_has_nothing_that_was_said(server: Any, client: openai.OpenAI, say: Say) -> None:
    canary = "the purple canary sings"
    client.audio.transcriptions.create(model="x", file=("a.wav", say(canary)))
    client.audio.speech.create(model="x", voice="alloy", input=canary, response_format="pcm")
    messages = [{"role": "user", "content": canary}]
    client.chat.completions.create(model="x", messages=messages)  # type: ignore[arg-type]
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model=canary, messages=messages, n=3)  # type: ignore[arg-type]
    log = server.log.read_text()
    assert "Uvicorn" in log or "uvicorn" in log
    assert not [word for word in ("purple", "canary") if word in log]


async def test_work_that_does_not_fit_the_queue_is_429(say: Say) -> None:
    app: Starlette = create_app()
    app.state.recognisers = pool = RecogniserPool()
    waiting = [pool.open() for _ in range(MAX_WAITING)]
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost/v1") as http:
        upload = {"file": ("a.wav", say(SENTENCE))}
        answer = await http.post("/audio/transcriptions", files=upload, data={"model": "x"})
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"
    for utterance in waiting:
        utterance.cancel()
    await pool.close()
