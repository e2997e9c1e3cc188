"""All text stands at AA contrast on what it is drawn on: 4.5, and 3 for edges of controls."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flask_frontend

STYLE = Path(flask_frontend.__file__).parent / "static/css/style.css"
TEXT = [
    ("ink", ("paper", "card", "field", "band", "tint")),
    ("muted", ("paper", "card", "field", "band", "tint")),
    ("accent", ("paper", "card", "band")),
    ("stop", ("paper", "card")),
    ("on-accent", ("accent", "accent-strong")),
]
EDGES = [("edge", ("paper", "card")), ("accent", ("paper", "card"))]


def blocks() -> list[dict[str, str]]:
    """The tokens of the light block and of the two dark ones, as the file orders them."""
    found = re.findall(r":root[^{]*\{([^}]*)\}", STYLE.read_text())
    return [dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block)) for block in found]


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_dark_theme_is_the_same_by_choice_and_by_system() -> None:
    light, by_system, by_choice = blocks()
    assert by_system == by_choice
    assert by_system.keys() == light.keys()


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_contrast(theme: int, pairs: list[tuple[str, tuple[str, ...]]], least: float) -> None:
    tokens = blocks()[theme]
    drawn = [(on, under) for on, grounds in pairs for under in grounds]
    found = {(on, under): contrast(tokens[on], tokens[under]) for on, under in drawn}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least} == {}
