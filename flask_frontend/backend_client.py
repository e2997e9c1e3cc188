"""The backend's answers as plain data, and its failures as one exception with words for people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
READY_SECONDS = 1.0
PAGE_SIZE = 20

Json = dict[str, Any]


@dataclass(frozen=True)
class Caller:
    """On whose behalf the backend is asked, and under which request id."""

    visitor: str
    request_id: str


class BackendTrouble(Exception):
    """The backend gave no usable answer: `status` for the page, `detail` in technical words."""

    def __init__(self, status: int, headline: str, advice: str, detail: str) -> None:
        super().__init__(f"{headline} ({detail})")
        self.status = status
        self.headline = headline
        self.advice = advice
        self.detail = detail


class SessionNotHere(Exception):
    """No session of that id belongs to this visitor."""


class BackendClient:
    """The backend over HTTP. `mint` gives a fresh visitor token; one client serves all threads.

    A `name` is the host name under which it is asked, instead of the one in its address.
    """

    def __init__(self, base_url: str, mint: Callable[[str], str], name: str = "") -> None:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        headers = {"Host": name} if name else {}
        self._http = httpx.Client(
            base_url=base_url, timeout=timeout, trust_env=False, headers=headers
        )
        self._mint = mint

    def close(self) -> None:
        """Closes the pooled connections."""
        self._http.close()

    def sessions(self, caller: Caller, *, q: str = "", before: str = "") -> Json:
        """One page of the visitor's sessions, newest first: `sessions` and the cursor `next`."""
        params = {"q": q, "before": before, "limit": str(PAGE_SIZE)}
        answer = self._get("/sessions", caller, {k: v for k, v in params.items() if v})
        return _shaped(answer, "sessions", "/sessions")

    def transcript(self, caller: Caller, session_id: str) -> Json:
        """The session with its `entries` in the order in which they were said."""
        answer = self._get(f"/transcripts/{quote(session_id, safe='')}", caller)
        transcript = _shaped(answer, "entries", "/transcripts")
        transcript["entries"].sort(key=lambda entry: entry["order"])
        return transcript

    def erase(self, caller: Caller, session_id: str) -> None:
        """Deletes one of the visitor's sessions that have ended, for good."""
        self._delete(f"/transcripts/{quote(session_id, safe='')}", caller)

    def erase_all(self, caller: Caller) -> None:
        """Deletes all of them."""
        self._delete("/sessions", caller)

    def local_voice(self) -> Json | None:
        """What runs here in place of other people's servers, or None when that is unknown."""
        try:
            answer = self._http.get("/local-voice", timeout=READY_SECONDS)
            return _local_voice(answer.raise_for_status().json())
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return None

    def _get(self, path: str, caller: Caller, params: dict[str, str] | None = None) -> Any:
        return _json(self._asked("GET", path, caller, params), path)

    def _delete(self, path: str, caller: Caller) -> None:
        self._asked("DELETE", path, caller)

    def _asked(
        self, method: str, path: str, caller: Caller, params: dict[str, str] | None = None
    ) -> httpx.Response:
        """The answer when it is 200 or 204; a pass that has just run out is renewed once."""
        response = self._send(method, path, caller, params)
        if response.status_code == 401:
            response = self._send(method, path, caller, params)
        if response.status_code in (200, 204):
            return response
        if response.status_code == 404:
            raise SessionNotHere(path)
        raise _refused(response, f"{method} {path}")

    def _send(
        self, method: str, path: str, caller: Caller, params: dict[str, str] | None
    ) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._mint(caller.visitor)}",
            "X-Request-ID": caller.request_id,
            "Accept": "application/json",
        }
        try:
            return self._http.request(method, path, params=params, headers=headers)
        except httpx.HTTPError as error:
            raise _unreachable(error, f"{method} {path}") from error


def _json(response: httpx.Response, path: str) -> Any:
    try:
        return response.json()
    except ValueError as error:
        raise _nonsense(path) from error


def _shaped(answer: Any, key: str, path: str) -> Json:
    rows = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _nonsense(path)
    required = {"order", "role", "text"} if key == "entries" else {"session_id"}
    if not all(required <= row.keys() for row in rows):
        raise _nonsense(path)
    return answer


def _local_voice(answer: Any) -> Json:
    """The answer, when it is as the backend's schema has it; else one of ValueError's kind."""
    head = answer["head"]
    if not isinstance(answer["offline"], list) or not (head is None or "state" in head):
        raise ValueError
    return dict(answer)


def _unreachable(error: httpx.HTTPError, request: str) -> BackendTrouble:
    if isinstance(error, httpx.TimeoutException):
        return BackendTrouble(
            503,
            "The backend is too slow to answer",
            "It keeps your sessions and seems to be busy. Wait a moment, then try again.",
            f"{request}: no answer within {READ_SECONDS:g} s",
        )
    return BackendTrouble(
        503,
        "The backend is not answering",
        "It keeps your sessions, and may just be starting. Wait a moment, then try again.",
        f"{request}: {type(error).__name__}",
    )


def _refused(response: httpx.Response, request: str) -> BackendTrouble:
    code = response.status_code
    detail = f"{request}: {code} {response.reason_phrase}"
    if code == 401:
        advice = "It does not accept this site's pass. VISITOR_SECRET must be the same for both."
        return BackendTrouble(502, "The backend does not know this site", advice, detail)
    if code == 400:
        advice = "The address asks for something that does not exist. Begin again from History."
        return BackendTrouble(400, "This link does not work", advice, detail)
    if code == 409:
        advice = "Stop it first. Then it can be deleted."
        return BackendTrouble(409, "This session goes on", advice, detail)
    if code in (429, 503):
        advice = "It cannot take more questions right now. Wait a moment, then try again."
        return BackendTrouble(503, "The backend is busy", advice, detail)
    advice = "It keeps your sessions and had a fault of its own. Wait a moment, then try again."
    return BackendTrouble(502, "The backend has a problem", advice, detail)


def _nonsense(path: str) -> BackendTrouble:
    return BackendTrouble(
        502,
        "The backend has a problem",
        "What it answered cannot be read. BACKEND_URL may point to something else.",
        f"GET {path}: not the expected JSON",
    )
