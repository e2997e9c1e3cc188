"""`make run`: what it starts, what it says, and that nothing is left when it ends."""

from __future__ import annotations

import signal
import socket
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from dev_run import Run, no_process_left

from scripts.problem import Problem
from scripts.run.engine import Engine
from scripts.run.programs import Program
from scripts.setup import environment

Start = Callable[..., Run]
GONE_LAST = "nothing is left running."


def test_ctrl_c_stops_backend_first_and_leaves_nothing(start: Start) -> None:
    run = start()
    line = run.ready()
    assert f"open http://127.0.0.1:{run.ports['FRONTEND_PORT']} " in line
    assert "the local voice: everything runs on this computer" in line
    assert run.services() == {"livekit", "local_ai", "frontend", "backend"}
    assert_no_secret_is_shown(run)

    run.process.interrupt()

    assert run.ended() == 128 + signal.SIGINT
    assert run.last_line() == f"Stopped by SIGINT; {GONE_LAST}"
    assert run.stops()[:2] == ["backend asked", "backend gone"]
    assert {"livekit gone", "local_ai gone", "frontend gone"} < set(run.stops())
    no_process_left(run)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_stop_everything_too(start: Start, signum: signal.Signals) -> None:
    run = start()
    run.ready()
    psutil.Process(run.process.pid).send_signal(signum)
    assert run.ended() == 128 + signum
    no_process_left(run)


def test_one_that_dies_stops_the_rest_and_is_named_last(start: Start) -> None:
    run = start()
    run.ready()

    urllib.request.urlopen(f"http://127.0.0.1:{run.ports['LOCAL_AI_PORT']}/die", timeout=10).close()

    assert run.ended() == 1
    assert "local_ai ended by itself (exit code 3)" in run.last_line()
    assert run.output().rstrip().splitlines()[-2].strip() == "the last words of local_ai"
    assert run.stops()[:2] == ["backend asked", "backend gone"]
    no_process_left(run)


def test_killing_the_runner_leaves_nothing(start: Start) -> None:
    run = start()
    run.ready()
    run.process.kill()
    no_process_left(run)


def test_starts_only_what_the_settings_need(start: Start) -> None:
    run = start(
        LIVEKIT_URL="wss://example.livekit.cloud",
        LIVEKIT_API_KEY="key",
        LIVEKIT_API_SECRET="of-somebody-elses-server",
        OPENAI_API_KEY="sk-not-to-be-shown",
    )
    line = run.ready()
    assert "runs on OpenAI." in line
    assert "sk-not" not in run.output()
    assert run.services() == {"frontend", "backend"}


def test_a_port_in_use_names_the_setting_that_changes_it(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = start(BACKEND_PORT=str(port))
        assert run.ended() == 1
    assert f"Port {port} is in use" in run.last_line()
    assert "set BACKEND_PORT to a free port" in run.last_line()
    assert "Traceback" not in run.output()
    assert run.pids() == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"FRONTEND_PORT": "http"}, "FRONTEND_PORT is 'http', which is no port."),
        ({"FRONTEND_PORT": "4000", "BACKEND_PORT": "4000"}, "FRONTEND_PORT and BACKEND_PORT are b"),
    ],
)
def test_ports_that_cannot_be_are_refused(
    start: Start, settings: dict[str, str], words: str
) -> None:
    run = start(**settings)
    assert run.ended() == 1
    assert words in run.last_line()


@pytest.mark.processes
def test_a_service_that_never_answers_ends_the_run_with_its_last_lines(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "print('still loading', flush=True); input_never = 1\n"]
    sleeper[2] += "import time; time.sleep(600)"
    address = "http://127.0.0.1:9/"
    engine = Engine([Program("slow", sleeper, tmp_path, {"PATH": ""}, address, deadline=1.5)])
    with pytest.raises(Problem) as raised:
        engine.run(lambda: engine.start_together(["slow"]), engine.refuse_ended)
    assert f"slow did not answer at {address} within 2 s" in raised.value.sentences
    assert raised.value.last_lines == ["still loading"]


def assert_no_secret_is_shown(run: Run) -> None:
    """No secret is in the output or on a command line, where every user of the machine sees it."""
    settings = environment.load(run.folder / ".env", {})
    secrets = [settings[name] for name in environment.SECRETS]
    runner = psutil.Process(run.process.pid)
    commands = [" ".join(p.cmdline()) for p in [runner, *runner.children(recursive=True)]]
    assert len(commands) > 4
    for text in [run.output(), *commands]:
        assert not [secret for secret in secrets if secret in text]
