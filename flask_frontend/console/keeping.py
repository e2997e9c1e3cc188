"""What somebody has typed, kept where it cannot be saved at once."""

from __future__ import annotations

import json

from flask import Response, render_template, request

from flask_frontend.backend_client import BackendTrouble
from flask_frontend.trouble import backend_trouble

Fields = list[tuple[str, str]]
FORMS = (
    *("agents.create", "agents.save", "importing.take_in"),
    *("tools.choose", "tools.save", "webhooks.make", "webhooks.save"),
)
"""The views whose forms are kept. A form with a secret is never one of them."""
PASTED = "text"


def typed() -> Fields:
    """Returns names and texts of the form that was sent, in its order; nothing of others.

    A file comes as what could have been pasted in its place.
    """
    if request.endpoint not in FORMS:
        return []
    files = [each.read().decode(errors="replace") for each in request.files.values()]
    pasted = [(PASTED, text) for text in files if text]
    fields = request.form.items(multi=True)
    return [each for each in fields if not pasted or each[0] != PASTED] + pasted


def dumped(fields: Fields) -> str:
    """Returns them as one text, for a field of another form."""
    return json.dumps(fields, ensure_ascii=False)


def loaded(text: str) -> Fields:
    """Returns what `dumped` made a text of; nothing where it is no such text."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        return []


def keep(trouble: BackendTrouble) -> Response:
    """Returns the page that says what is wrong with the backend, with what was typed on it."""
    answer = backend_trouble(trouble)
    if fields := typed():
        answer.set_data(go_on_page(request.path, fields, trouble))
    return answer


def go_on_page(place: str, fields: Fields, trouble: BackendTrouble | None = None) -> str:
    """Returns a page that sends a form once more when somebody asks for it.

    They have signed in meanwhile, or there was `trouble`.
    """
    return render_template("console/go-on.html", place=place, fields=fields, trouble=trouble)
