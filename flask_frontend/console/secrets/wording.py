"""Why something was not done with a secret, in the words of the page."""

from __future__ import annotations

from flask_frontend.console.calls import Refused
from flask_frontend.console.faults.telling import told
from flask_frontend.languages.saying import has, say


def trouble(refused: Refused) -> str:
    """Returns why, of a key in use with the agents that use it."""
    if refused.code != "credential_in_use":
        return refused.detail
    agents = {"agents": refused.plain.get("agents", [])}
    return told(refused.code, agents, refused.detail)


def failure(reason: str, problem: str) -> str:
    """Returns what a key's test found, in the words by which sessions say it of a service."""
    if reason == "unreadable":
        return say("console-secrets.credentials.unreadable")
    key = f"failures.reasons.{reason}.what"
    return say(key, service=say("console-secrets.server")) if has(key) else problem
