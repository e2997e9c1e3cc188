"""All text stands at AA contrast on what it is drawn on: 4.5, and 3 for edges of controls."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flask_frontend

STYLES = Path(flask_frontend.__file__).parent / "static/css"
TEXT = [
    ("ink", ("paper", "card", "field", "band", "tint")),
    ("muted", ("paper", "card", "field", "band", "tint")),
    ("accent", ("paper", "card", "band")),
    ("stop", ("paper", "card")),
    ("longest", ("card",)),
    ("on-accent", ("accent", "accent-strong")),
]
EDGES = [("edge", ("paper", "card")), ("accent", ("paper", "card"))]
FORCED = "(forced-colors: active)"
COLOUR = r"#[0-9a-f]{6}"


def tokens(theme: int) -> dict[str, str]:
    """The colours of the light theme (0) or the dark one (1) by name."""
    pairs = rf"--([\w-]+): var\(--light, ({COLOUR})\) var\(--dark, ({COLOUR})\);"
    found = re.findall(pairs, (STYLES / "tokens.css").read_text())
    return {name: colours[theme] for name, *colours in found}


def rules() -> dict[str, str]:
    """The text of every other style, by file, with what is marked as a comment taken out."""
    files = [path for path in STYLES.rglob("*.css") if path.name != "tokens.css"]
    return {
        path.name: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL) for path in files
    }


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_is_a_token_with_a_light_and_a_dark_side() -> None:
    used = {
        name for text in rules().values() for name in re.findall(r"color: var\(--([\w-]+)", text)
    }
    assert used <= tokens(0).keys() | {"shade"}
    assert [name for name, text in rules().items() if re.search(COLOUR, text)] == []


def test_no_style_needs_a_browser_of_2024() -> None:
    texts = {path.name: path.read_text() for path in STYLES.rglob("*.css")}
    bare = {name: re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL) for name, text in texts.items()}
    assert [name for name, text in bare.items() if "light-dark(" in text] == []


def test_text_has_the_sizes_of_the_scale() -> None:
    sizes = {size for text in rules().values() for size in re.findall(r"font-size: ([^;]+);", text)}
    assert {size for size in sizes if not size.startswith("var(--text")} == {"0.92em"}


def test_there_is_one_breakpoint_and_one_where_the_conversation_stands_beside_the_editor() -> None:
    asked = [
        (name, ask)
        for name, text in rules().items()
        for ask in re.findall(r"@media ([^{]+) \{", text)
    ]
    own = [each for each in asked if each[1] not in ("(width <= 820px)", FORCED)]
    assert own == [("try.css", "(width > 1180px)")]


def test_nothing_moves_by_style_so_reduced_motion_needs_none() -> None:
    texts = "".join(rules().values())
    assert re.findall(r"(?:transition|animation)[\w-]*:(?! none)", texts) == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_contrast(theme: int, pairs: list[tuple[str, tuple[str, ...]]], least: float) -> None:
    colours = tokens(theme)
    drawn = [(on, under) for on, grounds in pairs for under in grounds]
    found = {(on, under): contrast(colours[on], colours[under]) for on, under in drawn}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}
