"""Trying an agent beside its editor: the page in the frame, and who may see it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import jwt
from fakes.console import Asked, FakeConsole
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SECRET = "a-visitor-secret-for-tests-0123456789"
SITE = "https://localhost"
OWN = {"Sec-Fetch-Site": "same-origin", "Origin": SITE}
SignedIn = Callable[[str], FlaskClient]
PATH = "/console/agents/tables/try"


def post(client: FlaskClient, fields: dict[str, str], path: str = PATH) -> TestResponse:
    return client.post(path, data=fields, headers=OWN, base_url=SITE)


def drafts(backend: FakeConsole) -> list[Asked]:
    return [asked for asked in backend.asked if asked.path.endswith("/drafts")]


def visitor_of(token: str) -> str:
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], audience="voice-agent")
    return str(claims["sub"])


def ancestors(page: TestResponse) -> str:
    return page.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]


def test_what_stands_in_the_form_is_talked_with_and_not_saved(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("tables", "mara", name="Table bookings")
    client = signed_in("mara")
    page = post(client, {"revision": "1", "name": "Tables", "greeting": "Ahoy."})
    assert page.status_code == 200 and 'data-draft="dddddddddddddddddddddd"' in page.text
    assert "voice-agent.js" in page.text and "site-header" not in page.text
    assert '<base target="_blank">' in page.text, "its links leave what was typed where it is"
    sent = json.loads(drafts(backend)[-1].body)
    shown = re.search(r'data-visitor-token="([^"]+)"', page.text)
    assert shown and visitor_of(shown[1]) == visitor_of(sent["visitor_token"])
    assert (sent["name"], sent["greeting"], sent["voice"]) == ("Tables", "Ahoy.", None)
    assert len(backend.agents["tables"]) == 1
    assert post(client, {"name": "A"}, "/console/agents/new/try").status_code == 200


def test_only_this_sites_own_pages_show_it_in_a_frame(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    backend.save("tables", "mara")
    client = signed_in("mara")
    before = client.get(PATH, base_url=SITE)
    assert "Press Try" in before.text and ancestors(before) == "'self'"
    assert ancestors(post(client, {"name": "A"})) == "'self'"
    editor = client.get("/console/agents/tables", base_url=SITE)
    assert ancestors(editor) == "'none'" == ancestors(client.get("/chat", base_url=SITE))
    assert f'formaction="{PATH}"' in editor.text and f'src="{PATH}"' in editor.text


def test_the_frame_says_what_is_in_the_way(signed_in: SignedIn, backend: FakeConsole) -> None:
    client = signed_in("mara")
    backend.refuse("POST /agents/tables/drafts", 400, "invalid", errors={"voice": ["Too long."]})
    wrong = post(client, {"name": "A"})
    assert wrong.status_code == 400 and "Voice: " in wrong.text and "Too long." in wrong.text
    backend.refuse("POST /agents/tables/drafts", 503, "record_unavailable")
    away = post(client, {"name": "A"})
    assert away.status_code == 503 and "What you typed is kept" in away.text
    backend.passes.clear()
    ended = post(client, {"name": "A"})
    assert ended.status_code == 401 and "Your sign-in has ended. Press Save" in ended.text
    assert {ancestors(page) for page in (wrong, away, ended)} == {"'self'"}


def test_it_is_for_editors(signed_in: SignedIn, backend: FakeConsole, client: FlaskClient) -> None:
    backend.save("tables", "mara")
    viewer = signed_in("vera")
    assert 'name="try"' not in viewer.get("/console/agents/tables", base_url=SITE).text
    assert viewer.get(PATH, base_url=SITE).status_code == 403
    assert post(viewer, {"name": "A"}).status_code == 403
    assert post(client, {"name": "A"}).status_code == client.get(PATH).status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://other.example"}
    answer = signed_in("mara").post(PATH, data={"name": "A"}, headers=foreign, base_url=SITE)
    assert answer.status_code == 403
    assert not any(
        asked.path.endswith("drafts") and asked.method == "POST" for asked in backend.asked[:-1]
    )
