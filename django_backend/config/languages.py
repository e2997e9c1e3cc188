"""The language of a setting, as servers of speech want it: a code of ISO 639-1."""

from __future__ import annotations

import os

from .environment import refuse, text

FOUND_OUT = ("auto", "detect", "none")
_ALL = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu iw ja jv jw ka kg ki kj kk kl km kn ko kr ks ku kv kw ky "
    "la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc "
    "oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
    "haw yue"
)
CODES = frozenset(_ALL.split())
"""ISO 639-1, and what Whisper has beside it."""


def language(name: str, default: str) -> str:
    """The language code of the variable, "" where recognition is to find the language out.

    Regions and scripts are left out: es-MX is es. A variable that is set to nothing leaves the
    language open, as `auto` does.
    """
    if name in os.environ and not os.environ[name].strip():
        return ""
    value = text(name, default)
    if value.lower() in FOUND_OUT:
        return ""
    parts = value.replace("_", "-").partition(".")[0].split("-")
    code = parts[0].lower()
    if code not in CODES or not all(part.isalnum() and len(part) <= 8 for part in parts):
        refuse(f"{name} is {value!r}; set it to a code of ISO 639-1 such as en or es, or to auto.")
    return code
