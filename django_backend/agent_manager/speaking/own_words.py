"""What the agent says by itself, in its own language: English where no other is known here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

_FOLDER = Path(__file__).parent / "sentences"
_READ = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in _FOLDER.glob("*.json")}
WORDS: Mapping[str, Mapping[str, str]] = {**_READ, "nb": _READ["no"]}
"""By language code, the sentence of each English one; Norwegian has two codes."""


def in_own_words(sentence: str, language: str) -> str:
    """Returns an English sentence of the agent's own in a language; as it is where there is none.

    `language` is a code of ISO 639-1, "" where the person's is not known.
    """
    return WORDS.get(language, {}).get(sentence, sentence)
