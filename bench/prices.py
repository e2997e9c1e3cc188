"""What the requests of a run would have cost at list prices, in US dollars."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRICES: dict[str, Any] = json.loads(Path(__file__).with_name("prices.json").read_text())


@dataclass
class Amounts:
    """How much was asked: seconds of sound heard, letters read and written, letters spoken."""

    heard_seconds: float = 0.0
    read_letters: float = 0.0
    written_letters: float = 0.0
    spoken_letters: float = 0.0

    def add(self, other: Amounts) -> None:
        """Takes another round's amounts in."""
        self.heard_seconds += other.heard_seconds
        self.read_letters += other.read_letters
        self.written_letters += other.written_letters
        self.spoken_letters += other.spoken_letters


def dollars(amounts: Amounts) -> float:
    """Returns what that costs with the models and prices of prices.json."""
    assumed, llm = PRICES["assumed"], PRICES["llm"]
    hearing = amounts.heard_seconds / 60 * PRICES["stt"]["a_minute_of_sound"]
    tokens_in = amounts.read_letters / assumed["letters_a_token"]
    tokens_out = amounts.written_letters / assumed["letters_a_token"]
    thinking = (
        tokens_in * llm["a_million_tokens_in"] + tokens_out * llm["a_million_tokens_out"]
    ) / 1e6
    minutes = amounts.spoken_letters / assumed["letters_a_second_of_voice"] / 60
    return float(hearing + thinking + minutes * PRICES["tts"]["a_minute_of_sound"])


def source() -> str:
    """Returns one sentence: which models, whose prices, and of when."""
    models = ", ".join(PRICES[kind]["model"] for kind in ("stt", "llm", "tts"))
    return f"Costs: {models}. {PRICES['source']} ({PRICES['as_of']})."
