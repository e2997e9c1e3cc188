"""The processes of a development run: which of them start, how, and what is said when they do."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from config import services as speech
from config.private import private_folder

from scripts.addresses import own_host
from scripts.problem import Problem
from scripts.run.programs import Program

MEDIA_SERVER, LOCAL_AI, FRONTEND, BACKEND = "livekit", "local_ai", "frontend", "backend"
READY = {
    MEDIA_SERVER: "http://127.0.0.1:{LIVEKIT_PORT}/",
    LOCAL_AI: "http://127.0.0.1:{LOCAL_AI_PORT}/v1/models",
    BACKEND: "http://{host}:{BACKEND_PORT}/health",
    FRONTEND: "http://{host}:{FRONTEND_PORT}/health",
}
PORTS_OF = {
    MEDIA_SERVER: ["LIVEKIT_PORT", "LIVEKIT_UDP_PORT", "LIVEKIT_TCP_PORT"],
    LOCAL_AI: ["LOCAL_AI_PORT"],
    FRONTEND: ["FRONTEND_PORT"],
    BACKEND: ["BACKEND_PORT"],
}
OPTIONAL = ("LIVEKIT_TCP_PORT",)
PROCFILE = "Procfile"
FETCH = "LOCAL_LLM_FETCH"
BACKEND_GRACE = 6.0
MEDIA_SERVER_ASKS_AGAIN = 1.0
"""The media server waits for people in its rooms until it is asked a second time."""
PROCFILE_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(?:cd (\S+) && )?(.+)")
VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
KIND_WORDS = {"stt": "speech recognition", "llm": "language", "tts": "speech"}
OPENAI_HOST = "api.openai.com"
DEMO_VOICE = "the local voice: everything runs on this computer"


def needed(env: Mapping[str, str]) -> set[str]:
    """The names of the processes that these settings call for (before `resolve`)."""
    names = {FRONTEND, BACKEND}
    if not env.get("LIVEKIT_URL"):
        names.add(MEDIA_SERVER)
    if needs_local_ai(env):
        names.add(LOCAL_AI)
    return names


def needs_local_ai(env: Mapping[str, str]) -> bool:
    """Whether the offline voice has to run; Problem when a setting of a service is unusable."""
    try:
        return speech.needs_local_ai(env)
    except speech.Unusable as unusable:
        raise Problem(str(unusable)) from None


def programs(procfile: Path, env: Mapping[str, str], names: set[str], root: Path) -> list[Program]:
    """The programs of a Procfile that are needed; lines of other names always are."""
    found = []
    for number, line in enumerate(procfile.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = PROCFILE_LINE.fullmatch(line.strip())
        if not match:
            raise Problem(
                f"Line {number} of {procfile.name} is not of the form `name: command`. "
                "Correct that line and try again."
            )
        name, folder, command = match.groups()
        if name in names or name not in PORTS_OF:
            own = fetching(env) if name == LOCAL_AI and procfile == root / PROCFILE else {}
            found.append(_program(name, root / (folder or "."), command, {**env, **own}))
    return found


def fetching(env: Mapping[str, str]) -> dict[str, str]:
    """What makes the offline server fetch its language model, where that is wanted and unsaid."""
    is_wanted = speech.services(env)["llm"].offline and not env.get(FETCH, "").strip()
    return {FETCH: "1"} if is_wanted else {}


def ports(names: set[str], env: Mapping[str, str]) -> list[str]:
    """The settings that hold the ports of these processes; one that is optional may be empty."""
    found = [port for name, its_ports in PORTS_OF.items() if name in names for port in its_ports]
    return [port for port in found if port not in OPTIONAL or env.get(port)]


def child_environment(env: Mapping[str, str], bin_folder: Path) -> dict[str, str]:
    """What the processes get: the settings, and the virtual environment's programs first."""
    path = os.pathsep.join([str(bin_folder), env.get("PATH", "")])
    return {**env, "PATH": path, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}


def write_media_config(env: Mapping[str, str]) -> Path:
    """The media server's configuration file, written anew for its owner only: it holds the keys."""
    path = Path(env["DATA_DIR"]) / "livekit.yaml"
    private_folder(path.parent)
    path.unlink(missing_ok=True)
    hook = f"http://{own_host(env)}:{env['BACKEND_PORT']}/livekit-webhook"
    config = {**media_config(env), **webhook(env, hook)}
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(config, file, indent=2)
    return path


def webhook(env: Mapping[str, str], url: str) -> dict[str, object]:
    """The part of the configuration that makes the media server tell us what happens in rooms."""
    return {"webhook": {"api_key": env["LIVEKIT_API_KEY"], "urls": [url]}}


def media_config(env: Mapping[str, str]) -> dict[str, object]:
    """A LiveKit server for this machine only. JSON is YAML, and quotes every value.

    Media over TCP is offered where LIVEKIT_TCP_PORT is set: the server cannot bind that port to
    one address.
    """
    return {
        "port": int(env["LIVEKIT_PORT"]),
        "bind_addresses": ["127.0.0.1"],
        "rtc": {
            "tcp_port": int(env.get("LIVEKIT_TCP_PORT") or 0),
            "udp_port": int(env["LIVEKIT_UDP_PORT"]),
            "node_ip": "127.0.0.1",
            # Without these two it offers 127.0.0.1 but listens elsewhere, and UDP is never used.
            "enable_loopback_candidate": True,
            "ips": {"includes": ["127.0.0.1/32"]},
            "stun_servers": [nobody(int(env["LIVEKIT_PORT"]))],
        },
        "keys": {env["LIVEKIT_API_KEY"]: env["LIVEKIT_API_SECRET"]},
        "logging": {"level": "warn"},
    }


def nobody(signal_port: int) -> str:
    """A STUN server that is not there: with none, LiveKit has all browsers and agents ask Google's.

    The media server has the port for TCP, and nobody answers on it for UDP.
    """
    return f"127.0.0.1:{signal_port}"


def voice(env: Mapping[str, str]) -> str:
    """What the agent hears, thinks and speaks with, in words; hosts only, never keys."""
    named = {name: _provider(service) for name, service in speech.services(env).items()}
    providers = set(named.values())
    if providers == {""}:
        return DEMO_VOICE
    if len(providers) == 1:
        return providers.pop()
    return ", ".join(f"{KIND_WORDS[n]}: {who or 'local voice'}" for n, who in named.items())


def address(env: Mapping[str, str]) -> str:
    """The address of the page to open: on this machine, or as the world has it."""
    if env["DEBUG"].lower() in ("true", "1", "yes", "on"):
        return f"http://{own_host(env)}:{env['FRONTEND_PORT']}"
    name = env.get("DJANGO_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    return f"https://{name} (through a proxy to {own_host(env)}:{env['FRONTEND_PORT']})"


def _provider(service: speech.Service) -> str:
    if service.offline:
        return ""
    parts = urlsplit(service.base_url)
    host = parts.hostname or "an unnamed server"
    if host == OPENAI_HOST:
        return "OpenAI"
    return f"{host}:{parts.port}" if parts.port else host


def _program(name: str, cwd: Path, command: str, env: Mapping[str, str]) -> Program:
    words = [_expand(word, env) for word in shlex.split(command)]
    address = READY.get(name, "").format_map({**env, "host": own_host(env)})
    again = MEDIA_SERVER_ASKS_AGAIN if name == MEDIA_SERVER else None
    if name == BACKEND:
        return Program(name, words, cwd, env, address, grace=BACKEND_GRACE)
    return Program(name, words, cwd, env, address, stops_in=1, asks_again=again)


def _expand(word: str, env: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda match: env.get(match[1] or match[2], ""), word)
