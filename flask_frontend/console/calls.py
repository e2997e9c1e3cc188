"""What operators ask of the backend, its answers as plain data, and its refusals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from flask_frontend.backend_client import CONNECT_SECONDS, BackendTrouble
from flask_frontend.console.faults.telling import errors_of, faults_of, told
from flask_frontend.logs import request_id

READ_SECONDS = 5.0
PASSWORD_SECONDS = 15.0
"""The backend works on one password at a time, and lets one wait for the others for 10 s."""
PAGE_SIZE = 50
YAML = "application/yaml"

Json = dict[str, Any]
_REFUSALS = (400, 403, 404, 409, 412, 413, 429)
_BUSY = (429, 503)
UNSATISFIABLE = 416
"""The answer to a part of a sound that is not there, for the player."""


class Refused(Exception):
    """The backend will not do it, for a reason that a person should know.

    `detail`, and the `errors` by field that are made of the `faults`, are in the language of the
    request; `plain` are the backend's own errors. `wait` is after how many seconds it may be asked
    again, `slug` that of the agent which is in the way.
    """

    def __init__(
        self, status: int, code: str, problem: Json | None = None, wait: int = 0, slug: str = ""
    ) -> None:
        super().__init__(f"{status} {code}")
        told_here = problem or {}
        self.status = status
        self.code = code
        self.detail = told(code, {}, told_here.get("detail", ""))
        self.faults = faults_of(told_here)
        self.errors = errors_of(self.faults)
        self.plain: Mapping[str, list[str]] = told_here.get("errors") or {}
        self.wait = wait
        self.slug = slug


class OperatorsBackend:
    """The backend over HTTP, as operators ask it: each call brings a pass, or a visitor's token.

    A `name` is the host name under which it is asked, instead of the one in its address.
    """

    def __init__(self, base_url: str, name: str = "") -> None:
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        headers = {"Accept": "application/json", **({"Host": name} if name else {})}
        self._http = httpx.Client(
            base_url=base_url, timeout=timeout, trust_env=False, headers=headers
        )

    def close(self) -> None:
        """Closes the pooled connections."""
        self._http.close()

    def sign_in(self, token: str, username: str, password: str) -> Json:
        """Returns `token` and `operator` of somebody who has signed in; raises Refused."""
        body = {"username": username, "password": password}
        return self._entered("/operators/sign-in", token, body)

    def join(self, token: str, link: str, username: str, password: str) -> Json:
        """Returns the same of somebody whom a link has made an operator; raises Refused."""
        body = {"link": link, "username": username, "password": password}
        return self._entered("/operators/join", token, body)

    def change_password(self, pass_: str, old: str, new: str) -> Json:
        """Returns the same with a new pass: all others have ended; raises Refused."""
        return self._entered("/operators/me/password", pass_, {"old": old, "new": new})

    def me(self, pass_: str) -> Json | None:
        """Returns whose pass that is, by `username` and `role`; None when it has ended."""
        try:
            return _json(self._ask("GET", "/operators/me", pass_))
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def sign_out(self, pass_: str, *, everywhere: bool) -> None:
        """Ends the pass, or all that its operator has."""
        params = {"everywhere": "true"} if everywhere else {}
        self._ask("DELETE", "/operators/me/sign-in", pass_, params=params)

    def operators(self, pass_: str) -> list[Json]:
        """Returns all operators: `id`, `username`, `role` and `created_at` of each."""
        return list(_json(self._ask("GET", "/operators", pass_))["operators"])

    def invite(self, pass_: str, role: str) -> Json:
        """Returns the secret of a new `link`, its `role` and when it `expires_at`."""
        return _json(self._ask("POST", "/operators", pass_, json={"role": role}))

    def change_role(self, pass_: str, operator_id: str, role: str) -> None:
        """Gives an operator another role."""
        self._ask("PATCH", f"/operators/{_part(operator_id)}", pass_, json={"role": role})

    def remove(self, pass_: str, operator_id: str) -> None:
        """Takes everything from an operator."""
        self._ask("DELETE", f"/operators/{_part(operator_id)}", pass_)

    def audit(self, pass_: str, before: str) -> Json:
        """Returns a page of what was changed, newest first: `entries` and `next`."""
        return _json(self._ask("GET", "/audit", pass_, params=_page(before=before)))

    def providers(self, pass_: str) -> Json:
        """Returns every provider that an agent's services may have; raises Refused."""
        return _json(self._ask("GET", "/providers", pass_))

    def agents(self, pass_: str, after: str) -> Json:
        """Returns a page of the agents with all fields, by slug: `agents` and `next`."""
        return _json(self._ask("GET", "/agents", pass_, params=_page(after=after)))

    def agent(self, pass_: str, slug: str) -> Json:
        """Returns all fields of an agent's current revision; null means the default."""
        return _json(self._ask("GET", f"/agents/{_part(slug)}", pass_))

    def create(self, pass_: str, fields: Mapping[str, Any]) -> Json:
        """Returns the first revision of a new agent, whose `slug` is among the fields."""
        return _json(self._ask("POST", "/agents", pass_, json=dict(fields)))

    def take_in(self, pass_: str, text: str) -> Json:
        """Returns the first revision of a new agent, which is written as YAML."""
        sent = {"content": text.encode(), "headers": {"Content-Type": YAML}}
        return _json(self._ask("POST", "/agents", pass_, **sent))

    def replace(self, pass_: str, slug: str, text: str, base: int, *, check: bool = False) -> Json:
        """Returns the revision that is as the YAML says; with `check` nothing is saved."""
        sent = {"content": text.encode(), "headers": {"Content-Type": YAML, **_match(base)}}
        params = {"check": "true"} if check else {}
        return _json(self._ask("PATCH", f"/agents/{_part(slug)}", pass_, params=params, **sent))

    def save(self, pass_: str, slug: str, fields: Mapping[str, Any], base: int) -> Json:
        """Returns the revision that has these fields, made from the revision `base`."""
        sent = {"json": dict(fields), "headers": _match(base)}
        return _json(self._ask("PATCH", f"/agents/{_part(slug)}", pass_, **sent))

    def draft(self, pass_: str, slug: str, fields: Mapping[str, Any], token: str) -> Json:
        """Returns the `draft` that the visitor of a token may try, and what its page shows."""
        sent = {**fields, "visitor_token": token}
        return _json(self._ask("POST", f"/agents/{_part(slug)}/drafts", pass_, json=sent))

    def retire(self, pass_: str, slug: str, base: int) -> None:
        """Has nobody start a session with the agent any more."""
        self._ask("DELETE", f"/agents/{_part(slug)}", pass_, headers=_match(base))

    def revisions(self, pass_: str, slug: str, before: str) -> Json:
        """Returns a page of who saved the agent when, newest first: `revisions` and `next`."""
        path = f"/agents/{_part(slug)}/revisions"
        return _json(self._ask("GET", path, pass_, params=_page(before=before)))

    def revision(self, pass_: str, slug: str, number: int) -> Json:
        """Returns all fields that an agent had in one revision."""
        return _json(self._ask("GET", f"/agents/{_part(slug)}/revisions/{number}", pass_))

    def restore(self, pass_: str, slug: str, number: int, base: int) -> Json:
        """Returns the new revision that has an old one's fields."""
        sent = {"json": {"restore": number}, "headers": _match(base)}
        return _json(self._ask("POST", f"/agents/{_part(slug)}/revisions", pass_, **sent))

    def export(self, pass_: str, slug: str) -> str:
        """Returns the agent as YAML."""
        path, kind = f"/agents/{_part(slug)}/export", {"Accept": f"{YAML}, application/json"}
        return self._ask("GET", path, pass_, headers=kind).text

    def ask(self, method: str, path: str, pass_: str, **sent: Any) -> Json:
        """Returns what a call answers, nothing where that has no body; raises Refused."""
        response = self._ask(method, path, pass_, **sent)
        return _json(response) if response.content else {}

    def sessions(self, pass_: str, **wanted: str) -> Json:
        """Returns a page of all visitors' sessions, newest first: `sessions` and `next`."""
        return _json(self._ask("GET", "/operator/sessions", pass_, params=_page(**wanted)))

    def session(self, pass_: str, session_id: str) -> Json:
        """Returns any visitor's session with its `entries` in order; the audit has who asked."""
        found = _json(self._ask("GET", f"/operator/sessions/{_part(session_id)}", pass_))
        return {**found, "entries": sorted(found["entries"], key=lambda entry: entry["order"])}

    def usage(self, pass_: str, wanted: Mapping[str, str]) -> Json:
        """Returns `rows` by day or agent, their `total`, and the days that they are of."""
        return _json(self._ask("GET", "/usage", pass_, params=dict(wanted)))

    def sound(self, pass_: str, session_id: str, asked: str) -> httpx.Response:
        """Returns what it sounded like, as BackendClient.sound does."""
        path = f"/operator/sessions/{_part(session_id)}/recording"
        headers = {"Accept-Encoding": "identity", **({"Range": asked} if asked else {})}
        return self._ask("GET", path, pass_, headers=headers, stream=True)

    def _entered(self, path: str, bearer: str, body: Json) -> Json:
        found = _json(self._ask("POST", path, bearer, json=body, timeout=PASSWORD_SECONDS))
        if not isinstance(found.get("token"), str):
            raise BackendTrouble(502, "nonsense", f"POST {path}: not the expected JSON")
        return found

    def _ask(self, method: str, path: str, bearer: str, **sent: Any) -> httpx.Response:
        own = {"Authorization": f"Bearer {bearer}", "X-Request-ID": request_id()}
        headers = {**sent.pop("headers", {}), **own}
        try:
            stream = sent.pop("stream", False)
            request = self._http.build_request(method, path, headers=headers, **sent)
            response = self._http.send(request, stream=stream)
        except httpx.TimeoutException as error:
            raise BackendTrouble(503, "slow", f"{method} {path}: no answer in time") from error
        except httpx.HTTPError as error:
            trouble = f"{method} {path}: {type(error).__name__}"
            raise BackendTrouble(503, "away", trouble) from error
        if not response.is_success and response.status_code != UNSATISFIABLE:
            response.read()
            response.close()
            raise _refusal(response, f"{method} {path}")
        return response


def _part(text: str) -> str:
    return quote(text, safe="")


def _page(**place: str) -> dict[str, str]:
    """The query of one page of a list, from its beginning where the place is empty."""
    return {"limit": str(PAGE_SIZE), **{name: value for name, value in place.items() if value}}


def _match(base: int) -> dict[str, str]:
    return {"If-Match": f'"{base}"'}


def _json(response: httpx.Response) -> Json:
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        request = f"{response.request.method} {response.request.url.path}"
        raise BackendTrouble(502, "nonsense", f"{request}: not the expected JSON")
    return found


def _refusal(response: httpx.Response, request: str) -> Refused | BackendTrouble:
    """What a refusal means: for a person to read, or that backend and site do not work together."""
    status = response.status_code
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if isinstance(problem, dict) and _is_for_people(status, problem.get("code"), _REFUSALS):
        wait = response.headers.get("Retry-After", "")
        seconds = int(wait) if wait.isascii() and wait.isdigit() else 0
        slug = response.headers.get("Location", "").rpartition("/")[2]
        return Refused(status, str(problem.get("code")), problem, seconds, slug)
    detail = f"{request}: {status} {response.reason_phrase}"
    if status in _BUSY:
        return BackendTrouble(503, "busy", detail)
    return BackendTrouble(502, "unknown_site" if status == 401 else "fault", detail)


def _is_for_people(status: int, code: object, refusals: Collection[int]) -> bool:
    return status in refusals or (status == 401 and code == "wrong_password")
