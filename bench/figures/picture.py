"""A picture of where the time from a line's end to its reply went: one bar a system, as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from xml.sax.saxutils import escape

from ..asked import Stages

NAMES = {
    "noticing": "until recognition is asked",
    "recognition": "recognition",
    "to_language": "until language is asked",
    "language": "language, to its first sentence",
    "voice": "voice, to its first byte",
    "to_ear": "until it is heard",
}
COLOURS = ("#9aa5b1", "#2f6fb0", "#c3cad2", "#2e8b57", "#c9792b", "#7b8794")
LEFT, WIDTH, BAR, STEP = 170, 560, 26, 44
FONT = 'font-family="sans-serif" font-size="12"'


def picture(bars: Mapping[str, Stages]) -> str:
    """The SVG: a bar for each name, its stages in milliseconds, and what each colour means."""
    most = max(sum(asdict(stages).values()) for stages in bars.values())
    scale, legend = WIDTH / most, STEP * len(bars) + 16
    parts = [_bar(name, bars[name], index, scale) for index, name in enumerate(bars)]
    parts += [_key(index, text, legend) for index, text in enumerate(NAMES.values())]
    height, width = legend + 72, LEFT + WIDTH + 80
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    begin = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    title = "<title>Where the time from a line's end to its reply goes</title>"
    return "\n".join([begin, title, ground, *parts, "</svg>"]) + "\n"


def _bar(name: str, stages: Stages, index: int, scale: float) -> str:
    top, left = 12 + index * STEP, float(LEFT)
    drawn = [_text(8, top + 18, name)]
    for colour, seconds in zip(COLOURS, asdict(stages).values(), strict=True):
        width = seconds * scale
        drawn.append(_box(left, top, width, BAR, colour))
        if width > 28:
            drawn.append(_text(left + 4, top + 18, str(round(seconds * 1000)), "#ffffff"))
        left += width
    total = round(sum(asdict(stages).values()) * 1000)
    return "\n".join([*drawn, _text(left + 6, top + 18, f"{total} ms")])


def _key(index: int, text: str, top: int) -> str:
    left, down = 12 + index % 3 * 260, top + index // 3 * 24
    return _box(left, down, 14, 14, COLOURS[index]) + _text(left + 20, down + 12, text)


def _box(x: float, y: float, width: float, height: float, colour: str) -> str:
    size = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height}"'
    return f'<rect {size} fill="{colour}"/>'


def _text(x: float, y: float, text: str, colour: str = "#1f2933") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {FONT} fill="{colour}">{escape(text)}</text>'
