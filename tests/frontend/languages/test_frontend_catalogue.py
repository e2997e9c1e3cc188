"""The catalogue is whole in every language, and the pages have no words outside it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.processes import ROOT
from support.site import leaves

from flask_frontend.languages.catalogue import FOLDER, LOCALES, SOURCE, find, text, words_in

SITE = ROOT / "flask_frontend"
OTHERS = [language for language in LOCALES if language != SOURCE]
PLURALS = {"zero", "one", "two", "few", "many", "other"}
SAME = {
    # Names, and what consists of names and holes alone.
    "site.name": OTHERS,
    "site.title": OTHERS,
    "troubles.later": ["de"],
    "check.needed.webrtc": OTHERS,
    "check.needed.sockets": OTHERS,
    "check.needed.audio": OTHERS,
    # The same word in both languages.
    "site.agent": ["de", "fr"],
    "console.roles.editor": ["es"],
    "talk.agent": ["de", "fr"],
    "talk.agent_does.idle": ["de", "fr"],
    "talk.median": ["de"],
    "talk.announced.agent": ["de"],
    "insight.marks.agent": ["de"],
    "talk.sound.volume": ["fr"],
    "turn-times.parts.decision_ms.name": ["fr"],
    "check.acts.no": ["es"],
    "check.workers.one": ["de", "es", "fr"],
    "check.workers.other": ["es", "fr"],
    "check.numbers.6": ["fr"],
    "console.parts.agents": ["fr"],
    "console.parts.webhooks": OTHERS,
    "console.parts.sessions": ["fr"],
    "console-people.site.you": ["de"],
    "console-people.insight.marks.user": ["de"],
    "console-sessions.agent": ["de", "fr"],
    "console-usage.ways.agent": ["de", "fr"],
    "console-usage.sessions": ["fr"],
    "console-usage.minutes": ["fr"],
    "console-sessions.up": ["fr"],
    "console-agents.up": ["fr"],
    "console-fields.services.example": OTHERS,
    "console-agents.visible.public": ["fr"],
    "console-agents.groups.services": ["fr"],
    "console-audit.other": OTHERS,
    "console-secrets.name": ["de"],
    "console-secrets.hosts.port": ["de", "fr"],
    "console-secrets.keys.scopes.sessions": ["fr"],
    "console-secrets.keys.scopes.agents": ["fr"],
    "console-fields.name.name": ["de"],
    "console-fields.description.name": ["fr"],
    "console-fields.variables.name": ["es", "fr"],
    "console-fields.variables.columns.name": ["de"],
    "console-fields.variables.cell": ["es", "fr"],
    "console-fields.may_be_interrupted.options.no": ["es"],
    "console-fields.visitor_instructions.options.no": ["es"],
    "console-fields.webhooks.name": OTHERS,
    "console-webhooks.up": OTHERS,
}
WORD = re.compile(r"[^\W\d_]{2,}")
HOLE = re.compile(r"\{(\w+)\}")
UNITS = re.compile(r"\b(?:s|ms|min|h|dB|MB|GB|UTC)\b")


ENGLISH = dict(leaves(words_in(SOURCE)))


def test_there_is_a_folder_for_each_language_and_no_other() -> None:
    assert {folder.name for folder in FOLDER.iterdir()} == set(LOCALES)


@pytest.mark.parametrize("language", OTHERS)
def test_each_language_has_the_same_keys_with_the_same_holes(language: str) -> None:
    words = dict(leaves(words_in(language)))
    assert words.keys() == ENGLISH.keys()
    for key, english in ENGLISH.items():
        assert sorted(HOLE.findall(words[key])) == sorted(HOLE.findall(english)), key
        assert bool(words[key]) is bool(english), key
        assert words[key].count("`") == english.count("`"), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    words = dict(leaves(words_in(language)))
    left = [
        key
        for key, english in ENGLISH.items()
        if words[key] == english
        and WORD.search(UNITS.sub("", HOLE.sub("", english)))
        and language not in SAME.get(key, ())
    ]
    assert left == []


@pytest.mark.parametrize("language", LOCALES)
def test_forms_of_a_plural_are_those_of_the_language(language: str) -> None:
    groups = [key.rpartition(".")[0] for key in ENGLISH if key.rpartition(".")[2] == "other"]
    plurals = [find(language, key) for key in groups]
    plurals = [forms for forms in plurals if forms.keys() <= PLURALS]
    assert len(plurals) > 5
    needed = {LOCALES[language].plural_form(count) for count in range(200)}
    assert all(needed <= forms.keys() for forms in plurals)


def test_a_text_fills_in_its_holes_as_the_language_writes_numbers() -> None:
    assert text("de", "check.lines.seats.good.verdict", free=12345, all=20000) == (
        "12.345 von 20.000 Plätzen sind frei"
    )
    assert text("fr", "local-voice.model.replies", count=1).endswith("une conversation à la fois.")
    assert text("en", "talk.help_going_on", room="r", identity="{room}").startswith(
        "You are in room r as {room}."
    )
    assert text("en", "no.such.key") == "no.such.key"


MARKUP = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)
SAID = re.compile(r"""\s(?:aria-label|placeholder|title|alt)="([^"]*)\"""")
KEY = re.compile(r"""\bsay\(\s*'([\w.-]+)'""")
CODE = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)
LITERAL = {"LLM_BASE_URL=", "LLM_MODEL=", "talk-page", "console"}
"""Names of settings and classes."""


@pytest.mark.parametrize(
    "template", sorted((SITE / "templates").rglob("*.html")), ids=lambda path: path.name
)
def test_templates_have_no_words_of_their_own(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    shown = [*MARKUP.sub("\n", source).splitlines(), *SAID.findall(source)]
    own = [line.strip() for line in shown if WORD.search(MARKUP.sub("", line))]
    assert [line for line in own if line not in LITERAL] == []
    in_code = [said for code in CODE.findall(source) for said in re.findall(r"'([^']*)'", code)]
    assert [said for said in in_code if re.search(r"[^\W\d_]{2} [^\W\d_]", said)] == []
    keys = [key for key in KEY.findall(source) if not key.endswith(".")]
    assert [key for key in keys if find(SOURCE, key) is None] == []


def test_views_of_the_site_name_words_that_exist() -> None:
    rooms = (SITE, SITE / "languages", SITE / "console")
    sources = [path for room in rooms for path in room.glob("*.py")]
    named = [key for path in sources for key in re.findall(r'\bsay\("([\w.-]+)"', path.read_text())]
    assert len(named) > 30
    assert [key for key in named if find(SOURCE, key) is None] == []


PHYSICAL = re.compile(
    r"(?:^|[\s;{])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*"
    r"|left|right|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)"
)


@pytest.mark.parametrize(
    "sheet", sorted((SITE / "static/css").rglob("*.css")), ids=lambda path: path.name
)
def test_styles_know_no_left_and_right(sheet: Path) -> None:
    source = re.sub(r"/\*.*?\*/", "", sheet.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert PHYSICAL.findall(source) == []
    four = re.findall(r"(?:margin|padding|inset|border-width)\s*:\s*([^;]+);", source)
    sides = [re.sub(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "()", value).split() for value in four]
    assert [value for value in sides if len(value) == 4 and value[1] != value[3]] == []
