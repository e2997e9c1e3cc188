"""Requests that no page sends: no answer gives anything away, or is a page about a failure."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .asking import MARK, PROBLEM, Served

pytestmark = pytest.mark.processes

TRIES = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "PROPFIND"]
)
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=30)
ADDRESSES = st.sampled_from(
    [
        *(
            "/admin/",
            "/admin/login/",
            "/admin/logout/",
            "/admin/password_change/",
            "/admin/jsi18n/",
        ),
        *(
            "/admin/voice_sessions/session/",
            "/admin/voice_sessions/event/1/change/",
            "/admin/r/1/2/",
        ),
        *("/token", "/session", "/session/x", "/transcripts/x", "/sessions", "/livekit-webhook"),
        *(
            "/schema",
            "/schema/docs",
            "/schema/docs?script=",
            "/health",
            "/ready",
            "/ws/transcript/x",
        ),
        *(
            "/",
            "/.env",
            "/backend-static/../config/settings.py",
            "/backend-static/%2e%2e/x",
            "//",
            "*",
        ),
        *("/chat", "/history", "/history/x.json", "/visitor-token", "/static/../settings.py"),
        *("/%00", "/%ff%fe", "/\xff", "/%", "/?%00=%00", "/admin/login/?next=%0d%0aX:y"),
    ]
)
TARGETS = ADDRESSES | st.builds(lambda base, more: f"{base}{more}", ADDRESSES, TEXT)
NAMES = st.sampled_from(
    [
        *("Cookie", "Authorization", "Content-Type", "Accept", "Origin", "Referer", "X-Request-ID"),
        *(
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "Range",
            "Expect",
            "Accept-Encoding",
        ),
        *(
            "Content-Encoding",
            "X-HTTP-Method-Override",
            "X-CSRFToken",
            "If-Modified-Since",
            "Upgrade",
        ),
        *("Accept-Language", "Sec-WebSocket-Protocol", "Sec-Fetch-Site", "Transfer-Encoding"),
    ]
)
VALUES = st.sampled_from(
    [
        *(
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=x",
        ),
        *(
            "application/json; charset=nope",
            "application/x-www-form-urlencoded",
            "text/html",
            "gzip",
        ),
        *(
            "Bearer x",
            "Basic eDp5",
            "bytes=0-99999999999",
            "100-continue",
            "null",
            "websocket",
            "a=b; c",
        ),
        *("chunked", "identity", "*/*;q=x", "https://evil.example", "\xff\xfe"),
    ]
) | TEXT.map(lambda text: f"{MARK}{text}")


def _comes_back(header: tuple[str, str]) -> bool:
    """Every answer repeats a well-formed request id, which the caller chose."""
    return header[0] == "X-Request-ID" and MARK in header[1]


HEADER = st.tuples(NAMES, VALUES).filter(lambda header: not _comes_back(header))
HEADERS = st.lists(HEADER, max_size=4)
BODIES = st.sampled_from(
    [
        b"",
        b"{",
        b"[" * 2000,
        b'{"room": "\\ud800", "identity": "\\u202e", "system_prompt": "\\u0000"}',
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + MARK.encode(),
        b"--x\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=f; "
        b'filename="../../x"\r\n\r\n!!!!\r\n--x--',
        b"username=root&password=" + MARK.encode(),
        b"&".join(b"f%d=%s" % (n, MARK.encode()) for n in range(1200)),
        b"\x00\xff" * 500,
    ]
) | st.binary(max_size=200)


@TRIES
@given(method=METHODS, target=TARGETS, headers=HEADERS, body=BODIES)
def ask_anything(served: Served, method: str, target: str, headers: list, body: bytes) -> None:
    served.ask(method, target.replace(" ", "%20"), [cookies(served), *headers], body)


def cookies(served: Served) -> tuple[str, str]:
    """With the one against forged forms, Django reads a form before it refuses it."""
    port = served.url.rpartition(":")[2]
    value = f"backend_csrf_{port}={'c' * 32}; backend_session_{port}={MARK}; {'x' * 4000}=y"
    return "Cookie", value


def test_the_backend_gives_nothing_away(backend: Served) -> None:
    ask_anything(backend)


def test_the_site_gives_nothing_away(site: Served) -> None:
    ask_anything(site)


def files(count: int) -> bytes:
    part = '--x\r\nContent-Disposition: form-data; name="f{}"; filename="f{}"\r\n\r\n{}\r\n'
    return "".join(part.format(n, n, MARK) for n in range(count)).encode() + b"--x--\r\n"


FORM = ("Content-Type", "application/x-www-form-urlencoded")
PARTS = ("Content-Type", "multipart/form-data; boundary=x")
ATTACKS = {
    "1200 fields": ([FORM], b"&".join(b"f%d=1" % n for n in range(1200)), 400),
    "120 files": ([PARTS], files(120), 400),
    "parts that never end": ([PARTS], files(1)[:-9], 403),
    "no boundary": ([("Content-Type", "multipart/form-data")], files(1), 400),
    "a bad length": ([PARTS], b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff", 403),
    "no token": ([FORM], f"username=root&password={MARK}".encode(), 403),
    "another encoding": ([("Content-Type", "text/html; charset=nope")], b"\xff", 403),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_form_makes_the_admin_show_its_settings(backend: Served, attack: str) -> None:
    headers, body, status = ATTACKS[attack]
    reply = backend.ask("POST", "/admin/login/", [*headers, cookies(backend)], body)
    assert reply is not None
    assert (reply.status, reply.kind) == (status, PROBLEM)


def test_a_host_that_is_not_ours_makes_no_page(backend: Served) -> None:
    for host in ("evil.example", "a b", "127.0.0.1:x", "[", ""):
        reply = backend.ask("GET", "/admin/", host=host or "\t")
        assert reply is None or reply.status == 400
