from __future__ import annotations

import json
import re
from html import unescape

from fakes.backend import FakeBackend, entry, times
from flask.testing import FlaskClient

SAID = [
    entry(9, "user", "At half past seven.", "2026-11-20T14:02:20.000Z"),
    entry(4, "agent", "Certainly. What time would", "2026-11-20T14:02:18.5Z", interrupted=True),
    entry(2, "user", "Zwei Plätze, bitte.", "2026-11-20T14:02:11.000Z"),
]


def test_the_transcript_reads_in_the_order_in_which_it_was_said(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, entries=SAID)
    page = client.get("/history/session-1").text
    rows = re.findall(
        r'<li class="entry" data-role="(\w+)" id="line-\d+">(.*?)</li>', page, re.DOTALL
    )
    assert [role for role, _ in rows] == ["user", "agent", "user"]
    assert [re.search(r'class="words"[^>]*>([^<]*)', row)[1] for _, row in rows] == [  # type: ignore[index]
        "Zwei Plätze, bitte.",
        "Certainly. What time would",
        "At half past seven.",
    ]
    assert ["interrupted here" in row for _, row in rows] == [False, True, False]
    assert 'datetime="2026-11-20T14:02:18.5Z" data-show="clock">14:02:18</time>' in rows[1][1]


def test_a_reply_carries_what_it_took(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    told = times(4, text=300, decision=300, token=2100, sound=700)
    backend.add("session-1", visitor, entries=SAID, turn_times=[told])
    page = client.get("/history/session-1").text
    (carried,) = re.findall(r'data-role="agent" id="line-\d+" data-times=\'([^\']*)\'', page)
    assert json.loads(unescape(carried)) == told
    assert page.count("data-times") == 1
    assert "<span>1 reply after 3.4 s</span>" in page


def test_the_time_line_carries_what_happened_once_the_session_has_ended(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    events = [{"event": "hand_off", "seq": 7, "at": "2026-11-20T14:02:19.000Z", "name": "<b>"}]
    said = [
        entry(1, "user", "Hm.", "2026-11-20T14:02:11Z", until="2026-11-20T14:02:12Z", typed=True)
    ]
    backend.add("session-1", visitor, entries=said, events=events)
    page = client.get("/history/session-1").text
    (carried,) = re.findall(r'id="heard"[^>]* data-events="([^"]*)"', page)
    assert json.loads(unescape(carried)) == events
    assert ' data-typed data-until="2026-11-20T14:02:12Z">' in page
    backend.add("session-2", visitor, entries=said, events=events, state="active")
    backend.add("session-3", visitor, entries=[])
    for other in ("session-2", "session-3"):
        assert 'id="heard"' not in client.get(f"/history/{other}").text


def test_the_facts_tell_how_long_replies_took(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    waits = [times(order, token=ms) for order, ms in ((1, 1200), (4, 900), (9, 12_400))]
    backend.add("session-1", visitor, entries=SAID, turn_times=waits)
    page = client.get("/history/session-1").text
    assert "<span>3 replies, 1.2 s median, 12 s slowest</span>" in page


def test_a_session_of_before_has_no_times(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    old = [{key: value for key, value in said.items() if key != "segment"} for said in SAID]
    backend.add("session-1", visitor, entries=old)
    page = client.get("/history/session-1").text
    assert page.count('class="entry"') == 3
    assert "data-times" not in page and "median" not in page.partition("<body")[2]


def test_the_page_is_titled_by_the_persons_first_words(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    long = entry(1, "user", "word " * 60, "2026-11-20T14:02:17.000Z")
    backend.add("session-1", visitor, entries=[long])
    page = client.get("/history/session-1").text
    heading = re.search(r"<h1[^>]*>([^<]*)</h1>", page)
    assert heading and heading[1].endswith("word…") and len(heading[1]) <= 81
    assert f"<title>{heading[1]} · Voice Agent</title>" in page


def test_it_can_be_kept_as_text(client: FlaskClient, backend: FakeBackend, visitor: str) -> None:
    backend.add("session-1", visitor, entries=SAID)
    file = client.get("/history/session-1.txt")
    assert file.content_type == "text/plain; charset=utf-8"
    name = "attachment; filename=voice-agent-2026-11-20-session-.txt"
    assert file.headers["Content-Disposition"] == name
    assert file.text.splitlines() == [
        "Voice Agent",
        "Room quickstart-k4m2, you were guest",
        "20 Nov 2026, 14:02 UTC · 2 min 14 s · You stopped the session",
        "",
        "[14:02:11] You: Zwei Plätze, bitte.",
        "[14:02:18] Agent: Certainly. What time would (interrupted here)",
        "[14:02:20] You: At half past seven.",
    ]


def test_it_can_be_kept_as_json(client: FlaskClient, backend: FakeBackend, visitor: str) -> None:
    backend.add("session-1", visitor, entries=SAID)
    file = client.get("/history/session-1.json")
    assert file.content_type == "application/json"
    assert file.headers["Content-Disposition"].endswith(".json")
    assert file.json and file.json["session_id"] == "session-1"
    assert [said["order"] for said in file.json["entries"]] == [2, 4, 9]
    assert "Plätze" in file.text


def test_the_kept_json_has_no_picture_of_the_sound(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    drawn = {"person": [1] * 2000, "agent": [2] * 2000}
    told = {"started_at": "2026-11-20T14:02:11.000Z", "seconds": 3.5, "waveform": drawn}
    backend.add("session-1", visitor, entries=SAID, recording=told)
    kept = client.get("/history/session-1.json").json
    assert kept and kept["recording"] == {"started_at": told["started_at"], "seconds": 3.5}


def test_an_unknown_session_is_not_here(client: FlaskClient, backend: FakeBackend) -> None:
    for address in ("/history/unknown", "/history/unknown.txt", "/history/unknown.json"):
        page = client.get(address)
        assert page.status_code == 404
        assert "This session is not here" in page.text
        assert "Content-Disposition" not in page.headers


def test_an_impossible_session_id_does_not_reach_the_backend(
    client: FlaskClient, backend: FakeBackend
) -> None:
    for made_up in ("..", "..%2Fsessions", "a" * 65, "a%00b", "a?b"):
        assert client.get(f"/history/{made_up}").status_code in (404, 308)
    assert [asked.path for asked in backend.asked] in ([], ["/transcripts/a"])
