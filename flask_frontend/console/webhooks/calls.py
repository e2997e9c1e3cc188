"""What is asked of the backend about webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask_frontend.console.calls import PAGE_SIZE, Json
from flask_frontend.console.known import backend, operator


def webhooks() -> list[Json]:
    """Returns all webhooks by name; for owners with their addresses."""
    return list(_ask("GET")["webhooks"])


def webhook(webhook_id: str) -> Json:
    """Returns one webhook with all that is known of it but its secrets."""
    return _ask("GET", webhook_id)


def make(fields: Mapping[str, Any]) -> Json:
    """Returns a new webhook with its `secret`."""
    return _ask("POST", json=dict(fields))


def change(webhook_id: str, fields: Mapping[str, Any]) -> Json:
    """Returns the webhook with these fields."""
    return _ask("PATCH", webhook_id, json=dict(fields))


def delete(webhook_id: str) -> None:
    """Deletes a webhook with its deliveries."""
    _ask("DELETE", webhook_id)


def rotate(webhook_id: str) -> Json:
    """Returns a new `secret`; the one before signs too until `previous_until`."""
    return _ask("POST", webhook_id, "secret", json={})


def test(webhook_id: str) -> None:
    """Sends a ping."""
    _ask("POST", webhook_id, "test")


def deliveries(webhook_id: str, before: str) -> Json:
    """Returns a page of what was sent, newest first: `deliveries` and `next`."""
    page = {"limit": str(PAGE_SIZE), **({"before": before} if before else {})}
    return _ask("GET", webhook_id, "deliveries", params=page)


def send_again(webhook_id: str, message_id: str) -> None:
    """Sends one message once more."""
    _ask("POST", webhook_id, "deliveries", message_id)


def _ask(method: str, *parts: str, **sent: Any) -> Json:
    path = "/".join(["/webhooks", *(quote(part, safe="") for part in parts)])
    return backend().ask(method, path, operator().pass_, **sent)
