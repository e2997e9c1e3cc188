"""Who may open `WS /ws/transcript/{id}`, and by which close code others learn why they may not."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.socket import PROTOCOL, Open, PageSocket
from fakes.visitors import BOB, visitor_token
from voice_sessions.models import Session

pytestmark = pytest.mark.usefixtures("record", "runtime")
SESSION_ID = "session-of-alice"


async def test_a_visitor_has_so_many_sockets_and_is_told_to_come_back(
    application: Any, session: Session, open_socket: Open, settings
):
    settings.MAX_SOCKETS_PER_VISITOR = 2
    first, _ = [await open_socket(), await open_socket()]
    assert await refusal(application) == 1013
    assert await refusal(application, visitor=BOB) == 4404
    await first.leave()
    again = await open_socket()
    assert (await again.until("caught_up"))[-1]["recovered"] is True
    assert await refusal(application) == 1013


async def refusal(application: Any, session_id: str = SESSION_ID, **options: Any) -> int:
    socket = await PageSocket(application, session_id, **options).connect()
    code = await socket.close_code()
    await socket.leave()
    return code


@pytest.mark.parametrize(
    "token", [None, "nonsense", visitor_token(exp=1), visitor_token(secret="x" * 40)]
)
async def test_a_bad_token_closes_with_4401(
    application: Any, session: Session, token: str | None, settings
):
    settings.LOCAL_VISITOR = token is not None
    protocols = [PROTOCOL, token] if token else [PROTOCOL]
    assert await refusal(application, protocols=protocols) == 4401


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "backend.test"),
        ("null", "backend.test"),
        ("http://frontend.test.evil.example", "backend.test"),
        ("http://backend.test:81", "backend.test"),
        ("file://backend.test", "backend.test"),
        ("http://evil.example", "evil.example"),
        ("http://[", "backend.test"),
        ("http://backend.test", "backend.test"),
        ("http://backend.test", "backend.test:80"),
    ],
)
async def test_a_foreign_page_closes_with_4403(
    application: Any, session: Session, origin: str, host: str
):
    assert await refusal(application, origin=origin, host=host) == 4403


@pytest.mark.parametrize("origin", ["http://frontend.test", "https://backend.test", None])
async def test_the_frontend_the_same_origin_and_programs_are_let_in(
    open_socket: Open, origin: str | None
):
    socket = await open_socket(origin=origin)
    await socket.until("caught_up")


async def test_in_development_the_same_origin_needs_no_https(open_socket: Open, settings):
    settings.DEVELOPMENT = True
    socket = await open_socket(origin="http://backend.test")
    await socket.until("caught_up")


@pytest.mark.parametrize("origin", ["http://frontend.test", None])
async def test_those_that_are_listed_need_no_https(open_socket: Open, origin: str | None):
    socket = await open_socket(origin=origin)
    await socket.until("caught_up")


async def test_an_unknown_session_closes_with_4404(application: Any, session: Session):
    assert await refusal(application, "nope") == 4404
    assert await refusal(application, path="/ws/nope") == 4404


async def test_somebody_elses_session_closes_with_4404(application: Any, session: Session):
    assert await refusal(application, visitor=BOB) == 4404


async def test_in_development_on_loopback_no_token_is_the_visitor_local(
    application: Any, session: Session, settings
):
    settings.LOCAL_VISITOR = True
    await Session.objects.filter(id=SESSION_ID).aupdate(visitor="local")
    for protocols in ([PROTOCOL], []):
        socket = await PageSocket(application, SESSION_ID, protocols=protocols).connect()
        assert socket.selected == (PROTOCOL if protocols else None)
        await socket.until("caught_up")
        await socket.leave()


async def test_the_token_is_never_echoed(application: Any, session: Session):
    socket = PageSocket(application, SESSION_ID, protocols=[visitor_token(), PROTOCOL])
    assert (await socket.connect()).selected == PROTOCOL
    await socket.leave()
