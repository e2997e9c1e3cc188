"""The page's script, as it is built and sent."""

from __future__ import annotations

from pathlib import Path

BUNDLE = Path(__file__).parents[2] / "flask_frontend" / "static" / "js" / "voice-agent.js"
MOST_BYTES = 700 * 1024


def test_the_bundle_stays_small() -> None:
    assert 0 < BUNDLE.stat().st_size <= MOST_BYTES
