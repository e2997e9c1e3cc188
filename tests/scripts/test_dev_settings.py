"""`.env`, the environment, and what a run makes of them."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from support.processes import ROOT

from scripts.problem import Problem
from scripts.run import services
from scripts.setup import environment

EXAMPLE = ROOT / ".env.example"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("A = blanks around  ", "blanks around"),
        ("A=", ""),
        ("A=value # a comment", "value"),
        ("A=pass#word", "pass#word"),
        ("A= # only a comment", ""),
        ("A='single # quotes \\n' # comment", "single # quotes \\n"),
        (r'A="two\nlines, a \"quote\" and \\"', 'two\nlines, a "quote" and \\'),
        ("A=https://host/?a=b", "https://host/?a=b"),
    ],
)
def test_values_of_an_env_file(line: str, value: str) -> None:
    assert environment.parse_env(f"# first\n\n{line}\n") == {"A": value}


@pytest.mark.parametrize("line", ["no assignment", "A='open", 'A="x" y', "1A=x", "OK=2"])
def test_a_bad_line_is_named_by_its_number(line: str) -> None:
    with pytest.raises(Problem, match=r"Line 3 of \.env "):
        environment.parse_env(f"OK=1\n\n{line}\n")


def test_env_is_made_once_with_secrets_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert environment.ensure_env_file(path, EXAMPLE, {}) == list(environment.SECRETS)
    settings = environment.parse_env(path.read_text())
    assert len({settings[name] for name in environment.SECRETS}) == len(environment.SECRETS)
    assert all(len(settings[n]) >= 32 for n in environment.SECRETS if not n.endswith("API_KEY"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    before = path.read_bytes()
    assert environment.ensure_env_file(path, EXAMPLE, {}) == []
    assert path.read_bytes() == before


def test_an_env_file_that_others_could_read_is_tightened(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("OPENAI_API_KEY=sk-1\nDEBUG=false\n")
    path.chmod(0o644)
    assert environment.load(path, {})["OPENAI_API_KEY"] == "sk-1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_missing_secrets_are_added_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nOPENAI_API_KEY=sk-1\nVISITOR_SECRET=my-own\nDJANGO_SECRET_KEY=\n")
    assert "VISITOR_SECRET" not in environment.ensure_env_file(path, EXAMPLE, {})
    settings = environment.parse_env(path.read_text())
    assert path.read_text().startswith("# mine\n")
    assert (settings["OPENAI_API_KEY"], settings["VISITOR_SECRET"]) == ("sk-1", "my-own")
    assert settings["DJANGO_SECRET_KEY"]
    assert settings["LIVEKIT_API_SECRET"]


def test_no_secret_is_made_up_outside_debug_or_for_somebody_elses_server(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("DEBUG=false\n")
    assert environment.ensure_env_file(path, EXAMPLE, {}) == []
    path.write_text("LIVEKIT_URL=wss://example.livekit.cloud\nLIVEKIT_API_KEY=k\n")
    with pytest.raises(Problem, match="LIVEKIT_API_SECRET must be the ones of that server"):
        environment.ensure_env_file(path, EXAMPLE, {})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("LLM_MODEL=from-file\nTTS_VOICE=alloy\n")
    settings = environment.load(path, {"LLM_MODEL": "from-environment", "HOME": "/home/me"})
    assert settings["LLM_MODEL"] == "from-environment"
    assert settings["TTS_VOICE"] == "alloy"


def test_addresses_follow_from_the_ports(tmp_path: Path) -> None:
    env = environment.resolve({"BACKEND_PORT": "8100", "FRONTEND_PORT": "5200"}, tmp_path)
    assert env["BACKEND_URL"] == env["BACKEND_PUBLIC_URL"] == "http://127.0.0.1:8100"
    assert env["LIVEKIT_URL"] == env["LIVEKIT_PUBLIC_URL"] == "ws://127.0.0.1:7880"
    assert env["CORS_ORIGINS"] == "http://127.0.0.1:5200,http://localhost:5200,http://[::1]:5200"
    assert env["DEBUG"] == "true"
    assert env["DATA_DIR"] == str(tmp_path / "data")


@pytest.mark.parametrize(
    ("bound", "own"),
    [
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("::", "[::1]"),
        ("0.0.0.0", "127.0.0.1"),
        ("fd00::2", "[fd00::2]"),
        ("192.0.2.7", "192.0.2.7"),
    ],
)
def test_addresses_lead_to_where_the_servers_listen(tmp_path: Path, bound: str, own: str) -> None:
    env = environment.resolve({"BIND_HOST": bound}, tmp_path)
    assert env["BACKEND_URL"] == env["BACKEND_PUBLIC_URL"] == f"http://{own}:8000"
    assert services.address(env) == f"http://{own}:5173"
    env |= {"LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "secret"}
    config = json.loads(services.write_media_config(env).read_text())
    assert config["webhook"]["urls"] == [f"http://{own}:8000/livekit-webhook"]


def test_without_debug_the_page_is_where_the_world_has_it(tmp_path: Path) -> None:
    env = environment.resolve(
        {"DEBUG": "false", "DJANGO_ALLOWED_HOSTS": "voice.example, other.example"}, tmp_path
    )
    assert services.address(env).startswith("https://voice.example (")
    assert "BACKEND_PUBLIC_URL" not in env
    assert env["BACKEND_URL"] == "http://127.0.0.1:8000"


def test_addresses_that_are_set_stay(tmp_path: Path) -> None:
    own = {
        "DEBUG": "false",
        "BACKEND_PUBLIC_URL": "",
        "LIVEKIT_URL": "wss://example.livekit.cloud",
    }
    env = environment.resolve(own, tmp_path)
    assert env["BACKEND_PUBLIC_URL"] == ""
    assert env["LIVEKIT_PUBLIC_URL"] == "wss://example.livekit.cloud"
    assert "CORS_ORIGINS" not in env


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, services.DEMO_VOICE),
        ({"OPENAI_API_KEY": "sk-1"}, "OpenAI"),
        ({"OPENAI_BASE_URL": "https://user:pw@speech.example/v1"}, "speech.example"),
        (
            {"LLM_BASE_URL": "http://127.0.0.1:11434/v1"},
            "speech recognition: local voice, language: 127.0.0.1:11434, speech: local voice",
        ),
    ],
)
def test_the_voice_is_named_without_keys(env: dict[str, str], words: str) -> None:
    assert services.voice(env) == words


def test_the_media_server_gets_its_keys_in_a_file_of_its_owner(tmp_path: Path) -> None:
    keys = {"LIVEKIT_API_KEY": "name", "LIVEKIT_API_SECRET": 'with "quotes": #'}
    env = environment.resolve({**keys, "DATA_DIR": str(tmp_path / "data")}, tmp_path)
    (tmp_path / "data").mkdir(mode=0o755)
    path = services.write_media_config(env)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    config = json.loads(path.read_text())
    assert config["keys"] == {"name": 'with "quotes": #'}
    assert config["port"] == 7880
    assert config["rtc"]["node_ip"] == "127.0.0.1"
    assert config["rtc"]["stun_servers"] == ["127.0.0.1:7880"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_media_over_tcp_is_offered_and_its_port_needed_only_where_it_is_set(tmp_path: Path) -> None:
    keys = {"LIVEKIT_API_KEY": "name", "LIVEKIT_API_SECRET": "secret"}
    env = environment.resolve(keys, tmp_path)
    assert services.media_config(env)["rtc"]["tcp_port"] == 0  # absent, it would be 7881
    assert "LIVEKIT_TCP_PORT" not in services.ports({services.MEDIA_SERVER}, env)
    env = environment.resolve({**keys, "LIVEKIT_TCP_PORT": "7999"}, tmp_path)
    assert services.media_config(env)["rtc"]["tcp_port"] == 7999
    assert "LIVEKIT_TCP_PORT" in services.ports({services.MEDIA_SERVER}, env)


def test_procfile_commands_are_split_before_variables_are_filled_in(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    procfile.write_text("# comment\nlivekit: $BIN --config ${FILE}\nother: cd sub && run it\n")
    env = environment.resolve({"BIN": "/a folder/b", "FILE": "c d"}, tmp_path)
    found = services.programs(procfile, env, {"livekit"}, tmp_path)
    assert [list(program.command) for program in found] == [
        ["/a folder/b", "--config", "c d"],
        ["run", "it"],
    ]
    assert found[1].cwd == tmp_path / "sub"


def test_the_environment_of_children_finds_the_virtual_environment_first(tmp_path: Path) -> None:
    env = services.child_environment({"PATH": "/usr/bin"}, tmp_path)
    assert env["PATH"] == f"{tmp_path}{os.pathsep}/usr/bin"
