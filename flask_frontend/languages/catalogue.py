"""The catalogue: every word of the pages, one folder a language, read once by each process."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import format_decimal

FOLDER = Path(__file__).resolve().parents[1] / "words"
SOURCE = "en"
"""The language in which words are written first; what speaks no other is answered in it."""
LOCALES: Mapping[str, Locale] = {
    SOURCE: Locale("en", "GB"),
    "de": Locale("de"),
    "es": Locale("es"),
    "fr": Locale("fr"),
}
"""The languages that there are, in the order in which they are offered."""
_HOLE = re.compile(r"\{(\w+)\}")
_GROUPED_FROM = 10_000


@cache
def words_in(language: str) -> Mapping[str, Any]:
    """All words of a language, by the name of their file: texts, forms of a plural, or groups."""
    files = sorted((FOLDER / language).glob("*.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def find(language: str, key: str) -> Any:
    """What stands under a key such as "talk.mute"; None where nothing does."""
    found: Any = words_in(language)
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def text(language: str, key: str, **values: object) -> str:
    """The words of a key, its `{name}`s filled in; `count` chooses among forms of a plural.

    Numbers are written as the language writes them. A key without words is its own text.
    """
    found = find(language, key)
    if isinstance(found, Mapping):
        count = values.get("count")
        form = LOCALES[language].plural_form(count if isinstance(count, int | float) else 0)
        found = found.get(form) or found["other"]
    if not isinstance(found, str):
        return key
    return _HOLE.sub(lambda hole: shown(language, values.get(hole[1], hole[0])), found)


def shown(language: str, value: object) -> str:
    """A value as a sentence of the language has it."""
    if isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    grouped = abs(value) >= _GROUPED_FROM
    return format_decimal(value, locale=LOCALES[language], group_separator=grouped)
