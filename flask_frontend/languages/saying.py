"""Words in the language of the request that is being answered, for views and templates."""

from __future__ import annotations

from datetime import datetime
from functools import cache, reduce
from typing import Any

from babel.dates import DateTimePattern, match_skeleton, parse_pattern
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, json
from markupsafe import Markup

from flask_frontend.languages import catalogue
from flask_frontend.languages.catalogue import LOCALES
from flask_frontend.languages.choice import NAMES, direction, here, language, locale_tag

OTHERS = "console-people"
"""The words that pages about somebody else have in place of others, by the same keys."""
_AS_HTML = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&'"}


def add_languages(app: Flask) -> None:
    """Templates ask for words by `say`, and for what a page's script needs by `page_words`."""
    app.add_template_global(say)
    app.add_template_global(page_words)
    app.jinja_env.globals["languages"] = NAMES

    @app.context_processor
    def chosen() -> dict[str, Any]:
        return {"language": language(), "direction": direction(), "here": here}


def about_others() -> None:
    """Has this request's page say of somebody else what other pages say to their visitor."""
    g.about_others = True


def say(key: str, **values: object) -> str:
    """The words of a key in this request's language, with `{name}`s and `count` as in `text`."""
    if _of_others(key) is not None:
        key = f"{OTHERS}.{key}"
    return catalogue.text(language(), key, **values)


def has(key: str) -> bool:
    """Whether a key has words, or a group of them."""
    return catalogue.find(language(), key) is not None


def page_words(*names: str) -> Markup:
    """The words of these files and groups (`local-voice.head`) for the page's script.

    They are data, which no policy takes for script.
    """
    words: dict[str, Any] = {}
    for name in names:
        *above, last = name.split(".")
        place = reduce(lambda group, each: group.setdefault(each, {}), above, words)
        place[last] = _merged(catalogue.find(language(), name), _of_others(name))
    told = {"locale": locale_tag(), "words": words}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_AS_HTML)
    return Markup('<script type="application/json" id="words">%s</script>') % Markup(body)


def _of_others(key: str) -> Any:
    """What stands in for a key, or for some of a group, on a page about others; None without."""
    is_about_others = has_request_context() and g.get("about_others")
    return catalogue.find(language(), f"{OTHERS}.{key}") if is_about_others else None


def _merged(words: Any, others: Any) -> Any:
    if not isinstance(words, dict) or not isinstance(others, dict):
        return words if others is None else others
    return {name: _merged(each, others.get(name)) for name, each in words.items()}


def language_name(code: str) -> str:
    """What this request's language calls another one; "" where it has no name for it."""
    return str(LOCALES[language()].languages.get(code, ""))


def number(value: float, digits: int = 0) -> str:
    """A number with so many digits after its point, as the language writes it."""
    pattern = "0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, pattern, locale=LOCALES[language()]))


@cache
def _format(code: str, skeleton: str) -> DateTimePattern:
    """How a language writes such a time: a page of an hour has thousands, so it is found once."""
    skeletons = LOCALES[code].datetime_skeletons
    return parse_pattern(skeletons[match_skeleton(skeleton, skeletons) or skeleton])


def date(at: datetime) -> str:
    """A day such as "23 Nov 2026"."""
    return time(at, "yMMMd")


def time(at: datetime, skeleton: str = "Hm") -> str:
    """A time of day such as "14:02", with "Hms" such as "14:02:11"."""
    return _format(language(), skeleton).apply(at, LOCALES[language()])
