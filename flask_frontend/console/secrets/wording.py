"""Why something was not done with a secret, in the words of the page."""

from __future__ import annotations

from flask_frontend.console.calls import Refused
from flask_frontend.languages.saying import has, say


def trouble(refused: Refused) -> str:
    """Returns the page's words for a refusal, the backend's own where there are none."""
    key = f"console-secrets.troubles.{refused.code}"
    agents = ", ".join(refused.errors.get("agents", ()))
    return say(key, agents=agents) if has(key) else refused.detail


def failure(reason: str, problem: str) -> str:
    """Returns what a key's test found, in the words by which sessions say it of a service."""
    if reason == "unreadable":
        return say("console-secrets.credentials.unreadable")
    key = f"failures.reasons.{reason}.what"
    return say(key, service=say("console-secrets.server")) if has(key) else problem
