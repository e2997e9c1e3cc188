"""Answers of recognition servers that hold the words in an odd dress, or something else."""

from __future__ import annotations

import json

import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai.transcripts import read

LINES = "[00:00:00.000 --> 00:00:02.000]  hello there\n"
SUBTITLES = "WEBVTT\n\nNOTE by a machine\n\n00:00.000 --> 00:02.000\n<v Bob>hello there\n"
DELTAS = b'{"text": "hello", "final": false}\n{"text": "hello there", "final": true}\n'
JSON, PLAIN = "application/json", "text/plain"


def body(answer: object) -> bytes:
    return json.dumps(answer).encode()


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (body(["hello", "there"]), JSON),
        (body(body({"text": "hello there"}).decode()), JSON),
        (body({"NBest": [{"Display": "hello there", "Lexical": "no"}]}), JSON),
        (body({"combinedPhrases": [{}], "phrases": [{"text": "hello there"}]}), JSON),
        (body({"text": LINES}), JSON),
        (LINES.encode(), PLAIN),
        (SUBTITLES.encode(), "text/vtt"),
        (DELTAS, "application/x-ndjson"),
        (body({"text": "hello there"}).decode().encode("utf-16"), JSON),
        (b"\xef\xbb\xbf" + body({"text": "hello there"}), JSON),
    ],
)
def test_words_are_read_out_of_every_dress(sent: bytes, content_type: str) -> None:
    assert read(sent, content_type, 3.0).text == "hello there"


@pytest.mark.parametrize(
    ("sent", "content_type", "words"),
    [
        (body({"text": 42}), JSON, "42"),
        (body({"text": "I&#39;m here &amp; there"}), JSON, "I'm here & there"),
        ('{"text": "grüß dich"}'.encode("latin-1"), JSON, "grüß dich"),
        ("grüß dich".encode("cp1252"), PLAIN, "grüß dich"),
        (b"Service unavailable again, they told me.", PLAIN, None),
        (b"500 people came to the bad gateway inn that day", PLAIN, None),
    ],
)
def test_words_are_read_as_they_were_meant(
    sent: bytes, content_type: str, words: str | None
) -> None:
    assert read(sent, content_type, 3.0).text == (words or sent.decode())


@pytest.mark.parametrize("sent", [{"text": None}, {"text": ""}, {"results": []}, []])
def test_a_place_for_words_without_any_says_that_there_are_none(sent: object) -> None:
    assert read(body(sent), JSON, 3.0).text == ""


@pytest.mark.parametrize(
    ("sent", "content_type", "reason"),
    [
        (b"Internal Server Error", PLAIN, "failed"),
        (b"502 Bad Gateway", PLAIN, "failed"),
        (b"Traceback (most recent call last):\n  File x", PLAIN, "failed"),
        (body({"error": {"code": "429"}}), JSON, "limited"),
        (body({"error": {"code": 500}, "text": ""}), JSON, "failed"),
        (b"<?xml version='1.0'?><r><text>hello</text></r>", "application/xml", "wrong_answer"),
        (b"<response><text>hello</text></response>", "text/xml", "wrong_answer"),
        (b"<p>502 Bad Gateway</p>", PLAIN, "wrong_answer"),
        (b"<!-- a proxy --><html>Sign in</html>", JSON, "web_page"),
        (b"{'text': 'hello'}", PLAIN, "wrong_answer"),
        (b'done({"text": "hello"});', "application/javascript", "wrong_answer"),
        (b"true", JSON, "wrong_answer"),
    ],
)
def test_what_is_no_transcript_is_not_taken_for_words(
    sent: bytes, content_type: str, reason: str
) -> None:
    with pytest.raises(ServiceError) as found:
        read(sent, content_type, 3.0)
    assert found.value.reason == reason
