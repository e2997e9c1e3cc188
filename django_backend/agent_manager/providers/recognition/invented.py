"""Phrases that recognisers invent where there was no voice, learnt from films and their credits.

Whisper and its kind were trained on subtitles. Where nobody speaks they write what often stands
under such a scene: thanks, farewells, credits. A person may well say the same. So a phrase counts
as invented only when too little voice was heard for it.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

LEAST_VOICE = 0.15
"""Seconds of voice under which none of these phrases was said."""
VOICE_A_LETTER = 0.02
"""Seconds of voice that each letter needs at least: fast speech has 20 letters a second, and
noise around it hides up to two thirds of them."""
VOICE_A_SIGN = 0.06
"""The same for a sign of Chinese, Japanese or Korean, which is a syllable."""
NO_VOICE = 0.06
"""Seconds of voice that are none: a short text is then invented, whatever it says."""
SHORT_TEXT = 24
"""Letters and signs up to which a text is short."""
PHRASES = Path(__file__).with_name("phrases.txt")
"""A phrase a line, in many languages."""

_CREDITS = re.compile(
    r"subtitl|untertitel|sous titr|soustitr|legenda|subtítul|subtitul|sottotitol|ondertitel"
    r"|undertext|undertekst|tekstit|napisy|titulk|felirat|altyaz|субтитр|редактор|корректор"
    r"|字幕|자막|ترجمة|תרגום|phụ đề|amara|copyright|opensubtitles|caption|transcri(bed|ption) by"
    r"|点赞|點贊|订阅|訂閱|视聴|視聴|シェア|チャンネル登録|구독|시청|subscri|abonn|inscrev|suscri|iscriv"
    r"|подпис|watching|zuschauen|regardé|assistir|guardato|просмотр|www|https?"
)
"""Words of credits and of requests to viewers; names of people and stations stand beside them."""


def is_invented(text: str, voice: float) -> bool:
    """Whether the text comes from no voice: `voice` is the seconds of it that were heard."""
    plain = _plain(text)
    if not plain:
        return True
    letters, signs = _lengths(plain)
    if voice < NO_VOICE and letters + signs <= SHORT_TEXT:
        return True
    if plain not in _KNOWN and not _CREDITS.search(plain) and not _repeats_known(plain):
        return False
    return voice < max(LEAST_VOICE, letters * VOICE_A_LETTER + signs * VOICE_A_SIGN)


def _plain(text: str) -> str:
    """The text in lower case, without punctuation and with single blanks."""
    lower = unicodedata.normalize("NFC", text).casefold().replace("-", " ")
    kept = "".join(c for c in lower if c.isspace() or unicodedata.category(c)[0] in "LMN")
    return " ".join(kept.split())


def _lengths(plain: str) -> tuple[int, int]:
    """How many letters there are, and how many signs that are syllables."""
    letters = [c for c in plain if not c.isspace() and unicodedata.category(c)[0] != "M"]
    signs = sum(unicodedata.east_asian_width(c) in "WF" for c in letters)
    return len(letters) - signs, signs


def _repeats_known(plain: str) -> bool:
    """Whether it is one of the phrases said more than once, as in "thank you thank you"."""
    words = plain.split()
    return any(
        len(words) % size == 0
        and " ".join(words[:size]) in _KNOWN
        and words == words[:size] * (len(words) // size)
        for size in range(1, min(6, len(words) // 2) + 1)
    )


_KNOWN = frozenset(_plain(line) for line in PHRASES.read_text("utf-8").splitlines())
