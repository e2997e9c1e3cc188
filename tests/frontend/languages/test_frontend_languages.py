"""The language of a page: the one that was chosen, or else the browser's."""

from __future__ import annotations

import json
import re

import pytest
from fakes.backend import FakeBackend, times
from flask import Flask
from flask.testing import FlaskClient

from flask_frontend.languages.catalogue import LOCALES, find

OWN = {"Origin": "https://voice.example", "Sec-Fetch-Site": "same-origin"}
AT = "https://voice.example"
ADDRESSES = ("/chat", "/check", "/history", "/local-voice", "/nowhere")


def language_of(page: str) -> str:
    found = re.search(r'<html lang="(\w+)" dir="ltr">', page)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de"),
        ("es-419,es;q=0.9", "es"),
        ("nl, fr;q=0.6, en;q=0.5", "fr"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("ja", "en"),
        ("*;q=0, ;;;", "en"),
    ],
)
def test_the_browser_chooses(client: FlaskClient, accepted: str, language: str) -> None:
    answer = client.get("/chat", headers={"Accept-Language": accepted})
    assert language_of(answer.text) == language
    assert answer.headers["Content-Language"] == language


def test_what_a_person_chose_counts_more_and_lasts(client: FlaskClient) -> None:
    asked = {"language": "fr", "back": "/history?q=a%20b"}
    answer = client.post("/language", base_url=AT, data=asked, headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/history?q=a%20b")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("language=fr;")
    for part in ("SameSite=Lax", "Secure", "HttpOnly", "Path=/", "Max-Age=34560000"):
        assert part in cookie
    for address in ADDRESSES:
        page = client.get(address, base_url=AT, headers={"Accept-Language": "de"})
        assert language_of(page.text) == "fr"


@pytest.mark.parametrize("chosen", ["xx", "", "en-US", "../de"])
def test_a_language_that_is_none_is_not_remembered(client: FlaskClient, chosen: str) -> None:
    answer = client.post("/language", base_url=AT, data={"language": chosen}, headers=OWN)
    assert answer.status_code == 303 and "Set-Cookie" not in answer.headers
    client.set_cookie("language", "xx", domain="voice.example")
    page = client.get("/chat", base_url=AT, headers={"Accept-Language": "es"})
    assert language_of(page.text) == "es"


@pytest.mark.parametrize(
    "back",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example"),
        *("javascript:alert(1)", "", "history", "/a\r\nSet-Cookie: a=b", "/\t/evil.example"),
    ],
)
def test_the_way_back_leads_nowhere_else(client: FlaskClient, back: str) -> None:
    asked = {"language": "de", "back": back}
    answer = client.post("/language", base_url=AT, data=asked, headers=OWN)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


def test_another_sites_page_cannot_choose(client: FlaskClient) -> None:
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/language", base_url=AT, data={"language": "de"}, headers=foreign)
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_offers_each_language_by_its_own_name(client: FlaskClient, address: str) -> None:
    page = client.get(f"{address}?q=a", headers={"Accept-Language": "de"}).text
    offered = re.findall(r'name="language" value="(\w+)" lang="\w+"([^>]*)>([^<]+)<', page)
    names = [(code, name) for code, _, name in offered]
    assert names == [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("fr", "Français")]
    assert [code for code, more, _ in offered if "aria-current" in more] == ["de"]
    assert f'name="back" value="{address}?q=a"' in page


def test_caches_are_told_that_pages_differ_by_language(client: FlaskClient) -> None:
    for address in (*ADDRESSES, "/local-voice.json"):
        vary = client.get(address).headers["Vary"]
        assert "Accept-Language" in vary and "Cookie" in vary
    assert "Accept-Language" not in client.get("/static/css/base.css").headers.get("Vary", "")


@pytest.mark.parametrize("language", LOCALES)
def test_a_page_brings_the_words_of_its_script_along(client: FlaskClient, language: str) -> None:
    page = client.get("/chat", headers={"Accept-Language": language}).text
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, re.DOTALL)
    assert found and "<" not in found[1]
    told = json.loads(found[1])
    assert told["locale"].startswith(language)
    assert told["words"]["talk"] == find(language, "talk")
    assert told["words"]["local-voice"]["head"] == find(language, "local-voice.head")


SAID = {
    "en": ("20 Nov 2026, 14:02 UTC", "2 min 14 s", "1 reply after 1.2 s"),
    "de": ("20. Nov. 2026, 14:02 Uhr UTC", "2 min 14 s", "1 Antwort nach 1,2 s"),
    "es": ("20 nov 2026, 14:02 h UTC", "2 min 14 s", "1 respuesta tras 1,2 s"),
    "fr": ("20 nov. 2026 à 14:02 UTC", "2\u202fmin 14\u202fs", "1 réponse après 1,2\u202fs"),
}


@pytest.mark.parametrize(("language", "said"), SAID.items())
def test_dates_lengths_and_plurals_are_the_languages_own(
    client: FlaskClient, backend: FakeBackend, visitor: str, language: str, said: tuple[str, ...]
) -> None:
    backend.add("session-1", visitor, turn_times=[times(3, text=200, decision=400, token=600)])
    page = client.get(
        "/history/session-1", base_url="https://localhost", headers={"Accept-Language": language}
    ).text
    for words in (*said, find(language, "endings.stopped")):
        assert words in page
    assert not re.search(r">\s*(?:\w+-?\w*\.)+\w+\s*<", page), "a key without words"


def test_files_speak_the_language_too_and_the_conversation_stays_as_it_was(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor)
    german = {"base_url": "https://localhost", "headers": {"Accept-Language": "de"}}
    file = client.get("/history/session-1.txt", **german).text
    assert "Sie haben die Sitzung beendet" in file
    assert "Sie: I would like to book a table." in file
    assert "<v Sie>I would like to book" in client.get("/history/session-1.vtt", **german).text
    assert "Sie: I would like" in client.get("/history/session-1.srt", **german).text


def test_troubles_blame_in_the_language_of_the_page_and_stay_technical_below(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.fail("/sessions", status=500)
    page = client.get("/history", headers={"Accept-Language": "es"}).text
    assert "El backend tiene un problema" in page and "GET /sessions: 500" in page


def test_the_notice_of_open_pages_is_in_their_language(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.offline, backend.local = ("stt", "llm", "tts"), {"head": {"state": "loading"}}
    asked = {"base_url": "http://localhost", "headers": {"Accept-Language": "fr"}}
    told = client.get("/local-voice.json", **asked).json
    assert told
    lead = "Voix locale\u202f: tout fonctionne sur cet ordinateur."
    assert told["notice"]["lead"] == lead
    assert told["head"]["why"].endswith("est encore en cours de chargement.")
    page = client.get("/local-voice", **asked).text
    assert "Tout fonctionne sur cet ordinateur." in page


def test_a_language_that_is_written_from_the_right_turns_the_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_frontend.languages.choice.direction", lambda: "rtl")
    monkeypatch.setattr("flask_frontend.languages.saying.direction", lambda: "rtl")
    assert 'dir="rtl"' in app.test_client().get("/history").text
