"""What owners ask of the backend about secrets, and editors about which there are."""

from __future__ import annotations

from urllib.parse import quote

from flask_frontend.console.calls import Json
from flask_frontend.console.known import backend, operator

TEST_SECONDS = 25.0
"""The backend gives a key's test 20 s."""


def credentials() -> list[Json]:
    """Returns keys of services by name, without the keys; none for whoever may not choose one."""
    if not operator().may_edit:
        return []
    return list(_ask("GET", "/credentials")["credentials"])


def enter_credential(fields: Json) -> None:
    """Stores the `key` of a service, by `name`, for its `base_url`."""
    _ask("POST", "/credentials", fields)


def enter_anew(credential_id: str, key: str) -> None:
    """Stores another key in place of the one that is there."""
    _ask("PATCH", f"/credentials/{_part(credential_id)}", {"key": key})


def test_credential(credential_id: str) -> Json:
    """Returns how one request with the key went: `ok`, `reason`, `problem`, `milliseconds`."""
    return _ask("POST", f"/credentials/{_part(credential_id)}/test", seconds=TEST_SECONDS)


def delete_credential(credential_id: str) -> None:
    """Forgets a key."""
    _ask("DELETE", f"/credentials/{_part(credential_id)}")


def hosts() -> list[Json]:
    """Returns the hosts that owners allow."""
    return list(_ask("GET", "/allowed-hosts")["hosts"])


def allow_host(host: str, port: int | str) -> None:
    """Allows one; port 0 means any."""
    _ask("POST", "/allowed-hosts", {"host": host, "port": port})


def disallow_host(host_id: str) -> None:
    """Has no request reach it any more."""
    _ask("DELETE", f"/allowed-hosts/{_part(host_id)}")


def keys() -> list[Json]:
    """Returns the keys of programs, without their secrets."""
    return list(_ask("GET", "/api-keys")["keys"])


def make_key(name: str, scopes: list[str], days: int | str | None) -> Json:
    """Returns a new key with its `secret`, which the backend tells this once."""
    return _ask("POST", "/api-keys", {"name": name, "scopes": scopes, "days": days})


def revoke_key(key_id: str) -> None:
    """Ends what a program may do."""
    _ask("DELETE", f"/api-keys/{_part(key_id)}")


def _ask(method: str, path: str, body: Json | None = None, seconds: float | None = None) -> Json:
    timeout = {"timeout": seconds} if seconds else {}
    return backend().ask(method, path, operator().pass_, json=body, **timeout)


def _part(text: str) -> str:
    return quote(text, safe="")
