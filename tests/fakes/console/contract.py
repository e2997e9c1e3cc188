"""What the console's fake backend is asked and answers, and what its tests know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Answer = tuple[int, Any, dict[str, str]]
AT = "2026-11-20T14:02:11.000Z"
PASSWORD = "a long word of 2026"
LINK = "val_" + "l" * 43
SECRET = "vak_" + "k" * 39 + "WXYZ"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived; `claims` are those of a visitor's token, if it brought one."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str
    claims: Json


def problem(status: int, code: str, **more: Any) -> Json:
    """A refusal as the backend gives it."""
    return {"status": status, "code": code, "detail": f"{code}.", **more}


def wrong(pointer: str, code: str, detail: str = "Mend it.", **params: Any) -> Json:
    """One of the `faults` of a refusal."""
    return {"pointer": pointer, "code": code, "params": params, "detail": detail}


NOT_FOUND: Answer = (404, problem(404, "not_found"), {})
