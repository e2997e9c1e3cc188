"""The backend's answers as plain data, and its failures as one exception with a code."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
READY_SECONDS = 1.0
PAGE_SIZE = 20
MOST_AGENTS = 100
AGENT_NOT_FOUND = "agent_not_found"

Json = dict[str, Any]

_TROUBLES = {
    400: (400, "bad_link"),
    401: (502, "unknown_site"),
    409: (409, "live"),
    429: (503, "busy"),
    503: (503, "busy"),
}
"""The status of our page and the code of its words, by the backend's status."""
_REQUIRED = {"entries": {"order", "role", "text"}, "sessions": {"session_id"}, "agents": {"slug"}}
"""What each row of a list has to have."""


@dataclass(frozen=True)
class Caller:
    """On whose behalf the backend is asked, and under which request id."""

    visitor: str
    request_id: str


class BackendTrouble(Exception):
    """The backend gave no usable answer.

    `status` is for the page, `code` names its words there, `detail` is in technical words.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code} ({detail})")
        self.status = status
        self.code = code
        self.detail = detail

    def again(self) -> BackendTrouble:
        """Returns the same trouble, to be raised once more."""
        return BackendTrouble(self.status, self.code, self.detail)


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

    def sound(self, caller: Caller, session_id: str, asked: str) -> httpx.Response:
        """What the session sounded like, as a stream of 200, 206 or 416; who gets it closes it.

        `asked` is the value of a Range header, "" for all of it.
        """
        path = f"/transcripts/{quote(session_id, safe='')}/recording"
        headers = {"Accept-Encoding": "identity", **({"Range": asked} if asked else {})}
        return self._asked("GET", path, caller, None, headers, good=(200, 206, 416), stream=True)

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

    def agents(self) -> list[Json]:
        """The public agents by their slugs, a hundred at most: what a list tells of each."""
        response = self._told("/agents", {"limit": str(MOST_AGENTS)})
        if response.status_code != 200:
            raise _refused(response, "GET /agents")
        agents: list[Json] = _shaped(_json(response, "/agents"), "agents", "/agents")["agents"]
        return agents

    def agent(self, slug: str) -> Json | None:
        """What a visitor may know of an agent; None where none of that slug is open to them."""
        path = f"/agents/{quote(slug, safe='')}"
        response = self._told(path)
        if response.status_code not in (200, 404):
            raise _refused(response, f"GET {path}")
        told = _json(response, path)
        told = told if isinstance(told, dict) else {}
        if response.status_code == 404 and told.get("code") == AGENT_NOT_FOUND:
            return None
        if response.status_code == 404 or "slug" not in told:
            raise _nonsense(path)
        return told

    def _told(self, path: str, params: dict[str, str] | None = None) -> httpx.Response:
        """What the backend tells everybody, whom a page waits for no longer than a second."""
        try:
            return self._http.get(path, params=params, timeout=READY_SECONDS)
        except httpx.HTTPError as error:
            raise _unreachable(error, f"GET {path}", READY_SECONDS) from error

    def _get(self, path: str, caller: Caller, params: dict[str, str] | None = None) -> Any:
        return _json(self._asked("GET", path, caller, params), path)

    def _delete(self, path: str, caller: Caller) -> None:
        self._asked("DELETE", path, caller)

    def _asked(
        self,
        method: str,
        path: str,
        caller: Caller,
        params: dict[str, str] | None = None,
        more: Mapping[str, str] | None = None,
        *,
        good: Collection[int] = (200, 204),
        stream: bool = False,
    ) -> httpx.Response:
        """The answer when it is a good one; a pass that has just run out is renewed once."""
        response = self._send(method, path, caller, params, more, stream=stream)
        if response.status_code == 401:
            response.close()
            response = self._send(method, path, caller, params, more, stream=stream)
        if response.status_code in good:
            return response
        response.close()
        if response.status_code == 404:
            raise SessionNotHere(path)
        raise _refused(response, f"{method} {path}")

    def _send(
        self,
        method: str,
        path: str,
        caller: Caller,
        params: dict[str, str] | None,
        more: Mapping[str, str] | None,
        *,
        stream: bool,
    ) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self._mint(caller.visitor)}",
            "X-Request-ID": caller.request_id,
            "Accept": "application/json",
            **(more or {}),
        }
        request = self._http.build_request(method, path, params=params, headers=headers)
        try:
            return self._http.send(request, stream=stream)
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
    required = _REQUIRED[key]
    if not all(required <= row.keys() for row in rows):
        raise _nonsense(path)
    return answer


def _local_voice(answer: Any) -> Json:
    """The answer, when it is as the backend's schema has it; else one of ValueError's kind."""
    head = answer["head"]
    if not isinstance(answer["offline"], list) or not (head is None or "state" in head):
        raise ValueError
    return dict(answer)


def _unreachable(
    error: httpx.HTTPError, request: str, seconds: float = READ_SECONDS
) -> BackendTrouble:
    if isinstance(error, httpx.TimeoutException):
        return BackendTrouble(503, "slow", f"{request}: no answer within {seconds:g} s")
    return BackendTrouble(503, "away", f"{request}: {type(error).__name__}")


def _refused(response: httpx.Response, request: str) -> BackendTrouble:
    status, code = _TROUBLES.get(response.status_code, (502, "fault"))
    detail = f"{request}: {response.status_code} {response.reason_phrase}"
    return BackendTrouble(status, code, detail)


def _nonsense(path: str) -> BackendTrouble:
    return BackendTrouble(502, "nonsense", f"GET {path}: not the expected JSON")
