"""A recording on its way through the site: for its visitor, and no more at once than is needed."""

from __future__ import annotations

import httpx
import pytest
from fakes.backend import FakeBackend
from flask import Flask
from flask.testing import FlaskClient

from flask_frontend.downloads import PART_BYTES
from flask_frontend.services import EXTENSION

SOUND = bytes(range(256)) * 8 * 1024
asked: list[tuple[str, str]] = []
refused = 0


def answer(request: httpx.Request) -> httpx.Response:
    """What a backend answers that has SOUND for one session."""
    asked.append((request.url.path, request.headers.get("range", "")))
    assert request.headers["accept-encoding"] == "identity", "its length is that of the sound"
    if len(asked) <= refused:
        return httpx.Response(401)
    if "/session-1/" not in request.url.path:
        return httpx.Response(404, json={"code": "no_recording"})
    wanted = request.headers.get("range", "").removeprefix("bytes=")
    if not wanted:
        return httpx.Response(200, content=SOUND, headers={"ETag": '"x"'})
    first, last = map(int, wanted.split("-"))
    if first >= len(SOUND):
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(SOUND)}"})
    part = SOUND[first : last + 1]
    content_range = f"bytes {first}-{first + len(part) - 1}/{len(SOUND)}"
    return httpx.Response(206, content=part, headers={"Content-Range": content_range})


@pytest.fixture
def listener(app: Flask, client: FlaskClient, backend: FakeBackend, visitor: str) -> FlaskClient:
    asked.clear()
    http = app.extensions[EXTENSION].backend._http
    http._transport = httpx.MockTransport(answer)
    return client


def test_all_of_it_is_saved_as_a_file(listener: FlaskClient) -> None:
    got = listener.get("/history/session-1.ogg?save=1")
    assert (got.status_code, got.data) == (200, SOUND)
    assert got.headers["Content-Type"] == "audio/ogg"
    assert got.headers["Content-Disposition"] == "attachment; filename=voice-agent-session-.ogg"
    assert asked == [("/transcripts/session-1/recording", "")]


@pytest.mark.parametrize(
    ("wanted", "first", "end"),
    [
        ("bytes=0-", 0, PART_BYTES),
        ("bytes=1000-1099", 1000, 1100),
        (f"bytes=7-{len(SOUND)}", 7, 7 + PART_BYTES),
        (f"bytes={len(SOUND) - 9}-", len(SOUND) - 9, len(SOUND)),
    ],
)
def test_a_player_gets_what_it_needs_next(
    listener: FlaskClient, wanted: str, first: int, end: int
) -> None:
    got = listener.get("/history/session-1.ogg", headers={"Range": wanted})
    assert (got.status_code, got.data) == (206, SOUND[first:end])
    assert got.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(SOUND)}"


def test_what_is_not_there_is_said(listener: FlaskClient) -> None:
    beyond = listener.get("/history/session-1.ogg", headers={"Range": f"bytes={len(SOUND)}-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(SOUND)}")
    assert listener.get("/history/session-2.ogg").status_code == 404


def test_a_pass_that_was_refused_is_renewed_once(
    listener: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(globals(), "refused", 1)
    assert listener.get("/history/session-1.ogg?save=1").data == SOUND
    monkeypatch.setitem(globals(), "refused", 4)
    assert listener.get("/history/session-1.ogg").status_code == 502
    assert len(asked) == 4
