"""The services of an agent as a form has them: for each stage one, and one that takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from werkzeug.datastructures import MultiDict

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.console.calls import Json, Refused
from flask_frontend.console.known import backend, operator

Form = MultiDict[str, str]
STAGES = ("stt", "llm", "tts")
PARTS = ("provider", "model", "base_url", "credential")
OPTIONS = "options"
FALLBACK = "fallback"
WORDS: Mapping[str, bool] = {"true": True, "false": False}


def providers() -> Json:
    """Returns what `GET /providers` tells; nothing while that cannot be had."""
    try:
        return backend().providers(operator().pass_)
    except (Refused, BackendTrouble) as trouble:
        current_app.logger.info("providers_unknown", extra={"reason": type(trouble).__name__})
        return {"providers": [], "usual": {}}


def show(form: Form, name: str, value: Mapping[str, Mapping[str, Any]]) -> None:
    """Fills the form with an agent's services."""
    for stage, chosen in value.items():
        _show(form, f"{name}.{stage}", chosen)
        _show(form, f"{name}.{stage}.{FALLBACK}", chosen.get(FALLBACK) or {})


def sent(form: Form, name: str) -> dict[str, dict[str, Any]] | None:
    """Returns the services as REST takes them; None where nothing is chosen."""
    found = {}
    for stage in STAGES:
        chosen = _sent(form, f"{name}.{stage}")
        if fallback := _sent(form, f"{name}.{stage}.{FALLBACK}"):
            chosen[FALLBACK] = fallback
        if chosen:
            found[stage] = chosen
    return found or None


def _show(form: Form, place: str, chosen: Mapping[str, Any]) -> None:
    form.update({f"{place}.{part}": str(chosen[part]) for part in PARTS if part in chosen})
    if options := chosen.get(OPTIONS):
        form[f"{place}.{OPTIONS}"] = "\n".join(f"{k}: {_written(v)}" for k, v in options.items())


def _sent(form: Form, place: str) -> dict[str, Any]:
    typed = {part: form.get(f"{place}.{part}", "").strip() for part in PARTS}
    chosen: dict[str, Any] = {part: text for part, text in typed.items() if text}
    lines = [line for line in form.get(f"{place}.{OPTIONS}", "").splitlines() if line.strip()]
    if lines:
        pairs = (line.partition(":") for line in lines)
        chosen[OPTIONS] = {key.strip(): _read(text.strip()) for key, _, text in pairs}
    return chosen


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _read(text: str) -> bool | float | str:
    """A value as it is meant: true and false, plain numbers, and all else as text."""
    if text in WORDS:
        return WORDS[text]
    is_number = text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()
    return float(text) if is_number else text
