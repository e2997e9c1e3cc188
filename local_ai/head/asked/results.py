"""Whether a tool has done what it was called for, as far as its answer tells."""

import json
import re
from typing import Any

FAILED = "did not do it"
"""What the model is told of a tool whose answer says so."""
_FAULTS = ("error", "errors", "fault", "problem")
_FLAGS = (
    "ok success successful succeeded done booked reserved ordered bought cancelled canceled sent "
    "created accepted confirmed saved added changed updated moved paid registered noted scheduled "
    "deleted removed started stopped"
)
_DONE = frozenset(_FLAGS.split())
"""Fields by which an answer says whether it was done; what else is false is information."""
_NEGATIVE = re.compile(
    r"\b(?:errors?|fail\w*|did not work|does not work|not possible|impossible|unable|denied|"
    r"refused|rejected|invalid|not found|unavailable|unreachable|timed? ?out|cannot|could not|"
    r"can't|couldn't|no longer|fehler\w*|fehlgeschlagen|nicht m\u00f6glich|abgelehnt)\b",
    re.IGNORECASE,
)


def has_failed(answer: str) -> bool:
    """Whether an answer says that it was not done.

    JSON says so by a field at its top ("booked": false, or one that holds an error), any other text
    by its words.
    """
    try:
        found = json.loads(answer)
    except ValueError:
        return bool(_NEGATIVE.search(answer))
    return _says_no(found)


def _says_no(found: Any) -> bool:
    if isinstance(found, str):
        return bool(_NEGATIVE.search(found))
    if not isinstance(found, dict):
        return found is False
    return any(
        (key.lower() in _DONE and value is False) or (key.lower() in _FAULTS and bool(value))
        for key, value in found.items()
    )
