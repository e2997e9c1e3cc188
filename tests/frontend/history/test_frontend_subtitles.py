"""A transcript as subtitles of its recording."""

from __future__ import annotations

from fakes.backend import FakeBackend
from flask.testing import FlaskClient

BEGAN = "2026-11-20T14:02:10.000Z"


def entry(number: int, at: str, role: str, text: str) -> dict[str, object]:
    said = {"seq": number, "order": number, "segment": f"s{number}", "interrupted": False}
    return {**said, "role": role, "text": text, "at": at}


def recorded(backend: FakeBackend, visitor: str) -> None:
    backend.add(
        "session-1",
        visitor,
        recording={"started_at": BEGAN, "seconds": 3700.0, "size": 9}
        | {"waveform": {"person": [0], "agent": [0]}},
        entries=[
            entry(1, "2026-11-20T14:02:10.500Z", "agent", "Hello, I am <b>here</b> & well."),
            entry(2, "2026-11-20T14:02:12.000Z", "user", "Two\nlines"),
            entry(3, "2026-11-20T15:02:11.250Z", "agent", "Late."),
        ],
    )


def test_subrip_has_numbered_lines_that_end_where_the_next_begins(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    recorded(backend, visitor)
    got = client.get("/history/session-1.srt")
    assert got.headers["Content-Disposition"].endswith(".srt")
    assert got.text == (
        "1\n00:00:00,500 --> 00:00:02,000\nAgent: Hello, I am <b>here</b> & well.\n\n"
        "2\n00:00:02,000 --> 00:00:03,500\nYou: Two lines\n\n"
        "3\n01:00:01,250 --> 01:00:02,750\nAgent: Late.\n"
    )


def test_webvtt_names_who_speaks_and_escapes_what_they_say(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    recorded(backend, visitor)
    got = client.get("/history/session-1.vtt")
    assert got.headers["Content-Type"].startswith("text/vtt")
    first = (
        "00:00:00.500 --> 00:00:02.000\n<v Agent>Hello, I am &lt;b&gt;here&lt;/b&gt; &amp; well.\n"
    )
    assert got.text.startswith(f"WEBVTT\n\n{first}\n")


def test_a_page_that_is_heard_lets_the_librarys_style_in_and_no_other_page_does(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    recorded(backend, visitor)
    backend.add("session-2", visitor)
    policies = [
        client.get(f"/history/{name}").headers["Content-Security-Policy"]
        for name in ("session-1", "session-1", "session-2")
    ]
    assert "'nonce-" in policies[0] and policies[0] != policies[1]
    assert "'nonce-" not in policies[2]
