"""The page that checks a set-up: shown without a backend, and found from every trouble."""

from __future__ import annotations

import pytest
from fakes.backend import FakeBackend
from flask.testing import FlaskClient

LINK = 'href="/check"'


def test_the_check_is_shown_without_asking_the_backend(
    client: FlaskClient, backend: FakeBackend
) -> None:
    answer = client.get("/check", base_url="https://localhost")
    assert answer.status_code == 200
    assert 'data-backend-url="https://voice.example:8443"' in answer.text
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert backend.asked == []


@pytest.mark.parametrize("path", ["/chat", "/history", "/local-voice", "/nowhere"])
def test_every_page_leads_to_it(client: FlaskClient, path: str) -> None:
    assert LINK in client.get(path, base_url="https://localhost").text


def test_every_trouble_where_one_talks_leads_to_it(client: FlaskClient) -> None:
    page = client.get("/chat", base_url="https://localhost").text
    _, _, trouble = page.partition('<div id="trouble"')
    assert LINK in trouble.partition('<p id="ending"')[0]


def test_trouble_with_the_backend_leads_to_it(client: FlaskClient, backend: FakeBackend) -> None:
    backend.fail("/sessions", status=503)
    page = client.get("/history", base_url="https://localhost")
    assert page.status_code == 503
    assert LINK in page.text.partition('<p class="ways">')[2].partition("</p>")[0]
