"""Webhooks for owners: their list, one of them with what was sent, and its secret shown once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.keeping import keep
from flask_frontend.console.known import operator
from flask_frontend.console.webhooks import calls

EVENTS = ("session.started", "session.ended", "agent.failed")
DONE = ("saved", "deleted", "tested", "again")
UNREADABLE = (400, 409)
"""Refusals that a page shows beside what was typed."""

webhooks = Blueprint("webhooks", __name__)
webhooks.register_error_handler(BackendTrouble, keep)


@webhooks.get("/webhooks")
def index() -> str:
    """All webhooks."""
    _for_owners()
    found = calls.webhooks()
    return render_template("console/webhooks/index.html", webhooks=found, done=_done())


@webhooks.get("/webhooks/new")
def new() -> str:
    """The form of a webhook that is not there yet."""
    _for_owners()
    return _form({"events": ["session.ended"], "enabled": True})


@webhooks.post("/webhooks/new")
def make() -> ResponseReturnValue:
    """Makes the webhook and shows its secret this once, or says which fields are wrong."""
    typed = {**_typed(), "name": request.form.get("name", "").strip()}
    try:
        made = calls.make(typed)
    except Refused as refused:
        return _wrong(typed, refused)
    return _page(made["id"], secret=made["secret"])


@webhooks.get("/webhooks/<webhook_id>")
def webhook(webhook_id: str) -> str:
    """One webhook: what it is, and what was sent."""
    return _page(webhook_id)


@webhooks.post("/webhooks/<webhook_id>")
def save(webhook_id: str) -> ResponseReturnValue:
    """Changes the webhook, or says which fields are wrong."""
    try:
        calls.change(webhook_id, _typed())
    except Refused as refused:
        return _wrong({**calls.webhook(webhook_id), **_typed()}, refused)
    return _back(webhook_id, "saved")


@webhooks.post("/webhooks/<webhook_id>/secret")
def rotate(webhook_id: str) -> str:
    """A new secret, shown this once."""
    return _page(webhook_id, secret=calls.rotate(webhook_id)["secret"])


@webhooks.post("/webhooks/<webhook_id>/delete")
def delete(webhook_id: str) -> Response:
    """Deletes the webhook."""
    calls.delete(webhook_id)
    return redirect(url_for("webhooks.index", done="deleted"), 303)


@webhooks.post("/webhooks/<webhook_id>/test")
def test(webhook_id: str) -> ResponseReturnValue:
    """Sends a ping."""
    return _sent(webhook_id, "tested", lambda: calls.test(webhook_id))


@webhooks.post("/webhooks/<webhook_id>/deliveries/<message_id>")
def send_again(webhook_id: str, message_id: str) -> ResponseReturnValue:
    """Sends a message once more."""
    return _sent(webhook_id, "again", lambda: calls.send_again(webhook_id, message_id))


def _sent(webhook_id: str, done: str, send: Any) -> ResponseReturnValue:
    try:
        send()
    except Refused as refused:
        if refused.status != 409:
            raise
        return _page(webhook_id, refused=refused), refused.status
    return _back(webhook_id, done)


def _page(webhook_id: str, *, secret: str = "", refused: Refused | None = None) -> str:
    found, before = calls.webhook(webhook_id), request.args.get("before", "")
    sent = calls.deliveries(webhook_id, before)
    return _form(
        found,
        secret=secret,
        refused=refused,
        sent=sent,
        before=before,
        done=_done(),
        path=webhook_id,
    )


def _form(webhook: Mapping[str, Any], **more: Any) -> str:
    """The page of a webhook, also of one that is not there yet."""
    shown: Json = {"refused": None, "secret": "", "sent": None, "path": "", **more}
    errors = shown["refused"].errors if shown["refused"] else {}
    return render_template(
        "console/webhooks/webhook.html", webhook=webhook, all_events=EVENTS, errors=errors, **shown
    )


def _wrong(typed: Mapping[str, Any], refused: Refused) -> ResponseReturnValue:
    if refused.status not in UNREADABLE:
        raise refused
    return _form(typed, refused=refused, path=typed.get("id", "")), refused.status


def _typed() -> Json:
    form = request.form
    return {
        "url": form.get("url", "").strip(),
        "events": form.getlist("events"),
        "all_agents": form.get("agents") == "all",
        "enabled": "enabled" in form,
    }


def _back(webhook_id: str, done: str) -> Response:
    return redirect(url_for("webhooks.webhook", webhook_id=webhook_id, done=done), 303)


def _done() -> str:
    done = request.args.get("done", "")
    return done if done in DONE else ""


def _for_owners() -> None:
    if not operator().is_owner:
        raise Refused(403, "not_allowed")
