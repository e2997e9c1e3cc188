"""What each program of a cluster is told: settings, and the proxy's configuration."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.files import write_private

SECRETS = ("postgres", "redis", "livekit", "django", "flask", "visitor", "credentials")
SESSIONS_PER_CORE = 2
"""In each of the two workers, which share this machine: half of what one alone would take."""
BACKEND_PATHS = (
    "/token /session /session/* /sessions /transcripts/* /ws/* "
    "/agents /agents/* /providers /operators /operators/* /api-keys /api-keys/* /audit "
    "/credentials /credentials/* /allowed-hosts /allowed-hosts/* /webhooks /webhooks/* "
    "/tools/* /operator/* /usage "
    "/health /ready /ready/* /schema /schema/* /admin /admin/* /backend-static/* /livekit-webhook"
)
BALANCED = """\
        lb_policy least_conn
        lb_try_duration 5s
        lb_try_interval 100ms
        health_interval 1s
        health_timeout 2s
        fail_duration 1s
        max_fails 1
        transport http {
            keepalive 2s
        }
"""
"""Connections are given up before uvicorn does (5 s), so that none is used while it closes."""
QUIET = """\
        format filter {
            wrap json
            fields {
                request>uri regexp [?].* ""
                request>headers delete
            }
        }
"""
"""Queries and headers hold tokens, and errors are logged with their requests."""


def kept_secrets(folder: Path) -> dict[str, str]:
    """Random secrets by name, made once in the folder for their owner only."""
    path = folder / "secrets.json"
    if not path.exists():
        write_private(path, json.dumps({name: secrets.token_urlsafe(36) for name in SECRETS}))
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def shared_settings(
    origin: str, inside: str, ports: Mapping[str, int], secret: Mapping[str, str], folder: Path
) -> dict[str, str]:
    """The settings that every process gets, as on many hosts: nothing of DEBUG's comforts."""
    media = ports["livekit"]
    return {
        "DEBUG": "false",
        "DATA_DIR": str(folder),
        "BIND_HOST": "127.0.0.1",
        "AGENT_RUNTIME": "dispatch",
        "AGENT_SESSIONS": str(SESSIONS_PER_CORE * (os.cpu_count() or 1)),
        "LOG_FORMAT": "json",
        "LIVEKIT_URL": f"ws://127.0.0.1:{media}",
        "LIVEKIT_PUBLIC_URL": origin.replace("https", "wss"),
        "LIVEKIT_PORT": str(media),
        "LIVEKIT_UDP_PORT": str(ports["livekit-udp"]),
        "LIVEKIT_API_KEY": "cluster",
        "LIVEKIT_API_SECRET": secret["livekit"],
        "LOCAL_AI_PORT": str(ports["local_ai"]),
        "DJANGO_SECRET_KEY": secret["django"],
        "FLASK_SECRET_KEY": secret["flask"],
        "VISITOR_SECRET": secret["visitor"],
        "CREDENTIALS_KEY": secret["credentials"],
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "CORS_ORIGINS": origin,
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "BACKEND_URL": inside,
        "BACKEND_PUBLIC_URL": origin,
    }


def caddyfile(
    port: int,
    inside_port: int,
    media_port: int,
    backends: Sequence[int],
    frontends: Sequence[int],
    folder: Path,
) -> str:
    """One HTTPS origin over all processes, and a plain address for those on this machine.

    The proxy writes no access log: the addresses of /rtc and /ws carry tokens.
    """
    backend = _balanced(backends, "/health")
    return f"""\
{{
    admin off
    auto_https disable_redirects
    skip_install_trust
    default_sni 127.0.0.1
    storage file_system {json.dumps(str(folder))}
    log {{
        level WARN
{QUIET}    }}
    servers {{
        protocols h1 h2
    }}
}}
https://127.0.0.1:{port} {{
    bind 127.0.0.1
    tls internal
    @backend path {BACKEND_PATHS}
    handle @backend {{
{backend}    }}
    handle /rtc* {{
        reverse_proxy 127.0.0.1:{media_port} {{
            lb_try_duration 5s
        }}
    }}
    handle {{
{_balanced(frontends, "/chat")}    }}
}}
http://127.0.0.1:{inside_port} {{
    bind 127.0.0.1
{backend}}}
"""


def _balanced(ports: Sequence[int], health: str) -> str:
    targets = " ".join(f"127.0.0.1:{port}" for port in ports)
    return f"    reverse_proxy {targets} {{\n        health_uri {health}\n{BALANCED}    }}\n"
