"""What somebody has typed, kept where it cannot be saved at once."""

from __future__ import annotations

import json

from flask import render_template, request

from flask_frontend.backend_client import BackendTrouble

Fields = list[tuple[str, str]]


def typed() -> Fields:
    """Returns names and texts of the form that was sent, in its order."""
    return list(request.form.items(multi=True))


def dumped(fields: Fields) -> str:
    """Returns them as one text, for a field of another form."""
    return json.dumps(fields, ensure_ascii=False)


def loaded(text: str) -> Fields:
    """Returns what `dumped` made a text of; nothing where it is no such text."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(text)]
    except (ValueError, TypeError, RecursionError):
        return []


def go_on_page(place: str, fields: Fields, trouble: BackendTrouble | None = None) -> str:
    """Returns a page that sends a form once more when somebody asks for it.

    They have signed in meanwhile, or there was `trouble`.
    """
    return render_template("console/go-on.html", place=place, fields=fields, trouble=trouble)
