"""Hosts that requests may reach in spite of their private addresses."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from flask_frontend.console.calls import Refused
from flask_frontend.console.secrets import calls
from flask_frontend.console.secrets.wording import trouble

DONE = ("allowed", "removed")
READABLE = (400, 409)

hosts = Blueprint("hosts", __name__)


@hosts.get("/hosts")
def index() -> str:
    """All hosts that are allowed."""
    done = request.args.get("done", "")
    return _page(done=done if done in DONE else "")


@hosts.post("/hosts")
def allow() -> ResponseReturnValue:
    """Allows one, or says what is wrong."""
    typed = {name: request.form.get(name, "").strip() for name in ("host", "port")}
    port = typed["port"] or "0"
    try:
        calls.allow_host(typed["host"], int(port) if port.isascii() and port.isdigit() else port)
    except Refused as refused:
        if refused.status not in READABLE:
            raise
        told = "" if refused.status == 400 else trouble(refused)
        errors = refused.errors if refused.status == 400 else {}
        return _page(told=told, typed=typed, errors=errors), refused.status
    return redirect(url_for("hosts.index", done="allowed"), 303)


@hosts.post("/hosts/<host_id>/remove")
def remove(host_id: str) -> ResponseReturnValue:
    """Takes the allowance back."""
    calls.disallow_host(host_id)
    return redirect(url_for("hosts.index", done="removed"), 303)


def _page(
    *,
    done: str = "",
    told: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
) -> str:
    return render_template(
        "console/secrets/hosts.html",
        hosts=calls.hosts(),
        done=done,
        trouble=told,
        typed=typed or {},
        errors=errors or {},
    )
