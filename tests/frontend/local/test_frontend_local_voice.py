"""What pages say of the local voice: the notice, the page behind it, and what becomes of both."""

from __future__ import annotations

import html
import json
import re
import threading
import time
from typing import Any

import pytest
from fakes.backend import FakeBackend, local_voice
from flask.testing import FlaskClient
from support.limits import in_time

from flask_frontend import local_words
from flask_frontend.licences import WORKS
from flask_frontend.local_voice import KnownLocalVoice
from flask_frontend.notice import notice_of

ALL = ("stt", "llm", "tts")
FETCHING = {"state": "fetching", "percent": 40, "fetched_bytes": 446_928_307}
NEARBY = {"name": "Ollama", "base_url": "http://127.0.0.1:11434/v1", "model": "llama3.2"}
HERE = "http://localhost"
PROBLEM = "The local voice does not answer."


def notice_on(client: FlaskClient, host: str = HERE) -> str:
    """The notice of the page where one talks, as people read it; "" where it is hidden."""
    page = client.get("/chat", base_url=host).text
    found = re.search(r'<p id="notice"([^>]*)>(.*?)</p>', page, re.DOTALL)
    assert found
    return "" if "hidden" in found[1] else words_of(found[2])


def page_at(client: FlaskClient, host: str = HERE) -> str:
    answer = client.get("/local-voice", base_url=host)
    assert answer.status_code == 200
    return words_of(answer.text.partition("<main")[2])


def words_of(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ({}, "a language model replies"),
        (FETCHING, "a language model is being fetched, 40 %: until then replies are scripted"),
        ({"state": "loading"}, "a language model is being loaded: until then replies are scripted"),
        ({"state": "unfit", "reason": "memory"}, "replies are scripted"),
    ],
)
def test_the_notice_says_where_it_runs_and_who_replies(
    client: FlaskClient, backend: FakeBackend, head: dict[str, Any], tail: str
) -> None:
    backend.offline, backend.local = ALL, {"head": head}
    lead = "Local voice: everything runs on this computer."
    assert notice_on(client) == f"{lead} What is behind it {tail}"


def test_away_from_the_computer_it_is_a_server(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline = ALL
    there = notice_on(client, "https://voice.example")
    assert there.startswith("Local voice: everything runs on this server.")
    assert "this computer" not in page_at(client, "https://voice.example").partition("Whose")[0]


@pytest.mark.parametrize(
    ("offline", "says", "keeps_quiet_about"),
    [
        ({"llm"}, "replies are made on this computer", "recognised"),
        ({"stt", "tts"}, "replies come from the language model that is set", "scripted"),
        ({"stt"}, "speech is recognised on this computer", "repl"),
        ({"tts"}, "replies are spoken by a voice of this computer", "recognised"),
        ({"stt", "llm"}, "the voice is the service that is set", "spoken"),
        ({"llm", "tts"}, "the service that is set listens", "recognised"),
    ],
)
def test_the_notice_is_true_of_a_mixture(
    offline: set[str], says: str, keeps_quiet_about: str
) -> None:
    notice = notice_of(local_voice(tuple(offline)), "computer")
    assert notice and says in notice.lead
    assert keeps_quiet_about not in notice.lead and "everything" not in notice.lead
    assert ("a language model replies" in notice.tail) is ("llm" in offline)


def test_services_that_are_set_need_no_notice(client: FlaskClient) -> None:
    assert notice_on(client) == ""
    assert "There is no local voice here" in page_at(client)


def test_another_language_is_said_on_both(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline, backend.local = ALL, {"language": "de"}
    assert notice_on(client).endswith("it understands English only")
    assert "STT_LANGUAGE=de ), which it does not understand" in page_at(client)


@pytest.mark.parametrize("language", ["en", ""])
def test_english_or_an_open_language_is_nothing_to_say(
    client: FlaskClient, backend: FakeBackend, language: str
) -> None:
    backend.offline, backend.local = ALL, {"language": language}
    assert "English only" not in notice_on(client) and "STT_LANGUAGE" not in page_at(client)


def test_the_page_says_what_runs_and_that_nothing_leaves(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.offline = ALL
    page = page_at(client)
    assert "Everything runs on this computer. Nothing that is said leaves it" in page
    for name in ("Moonshine tiny", "Qwen2.5-Coder 1.5B", "hibari"):
        assert name in page
    assert "one conversation at a time" in page


def test_a_model_on_its_way_is_told_with_how_far_and_how_to_do_without(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.offline, backend.local = ALL, {"head": FETCHING}
    page = client.get("/local-voice", base_url=HERE).text
    assert re.search(r'<progress[^>]* value="40"', page)
    words = words_of(page)
    assert "Qwen2.5-Coder 1.5B is still being fetched." in words
    assert "447 MB of 1.1 GB" in words
    assert "LOCAL_LLM=off" in words and "LOCAL_LLM=/path/model.gguf" in words


@pytest.mark.parametrize(
    "reason",
    [
        *("no_avx2", "memory", "disk", "cores", "bits", "no_wheel", "unreachable", "wrong_hash"),
        *("disk_full", "not_fetched", "no_such_file", "no_chat_template", "not_a_model", "died"),
        "not_writable",
    ],
)
def test_each_reason_of_the_model_says_what_it_means_and_what_helps(reason: str) -> None:
    row = local_words.head_row({"state": "failed", "reason": reason})
    assert row.name == "A script" and len(row.why) > 20 and len(row.helps) > 20
    assert row.why != local_words.head_row({"state": "failed", "reason": ""}).why


@pytest.mark.parametrize("state", ["off", "unfit", "absent", "fetching", "loading", "failed"])
def test_each_state_of_the_model_has_words(state: str) -> None:
    head = {"state": state, "reason": "unheard_of", "fetched_bytes": 0, "total_bytes": 0}
    row = local_words.head_row(head)
    assert row.why.endswith(".") and row.helps


@pytest.mark.parametrize("reason", ["no_wheel", "no_weights", "does_not_start", "unsupported_cpu"])
@pytest.mark.parametrize("engine", ["pocketsphinx", "flite", "espeak", "none"])
def test_each_reason_of_ears_and_voice_has_words(engine: str, reason: str) -> None:
    row = local_words.speech_row({"engine": engine, "reason": reason})
    assert row.why and row.helps and row.what


def test_every_place_taken_is_said(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline, backend.local = ALL, {"head": {"slots": 2, "free_slots": 0}}
    page = page_at(client)
    assert "2 conversations at a time" in page and "Every place is taken now" in page


def test_a_file_of_ones_own_keeps_its_name(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline = ALL
    backend.local = {"head": {"model": "my-model-q5.gguf", "own_file": True}}
    page = page_at(client)
    assert "my-model-q5.gguf" in page and "Your own file." in page


def test_a_server_nearby_is_offered_with_its_two_lines(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.offline, backend.local = ALL, {"nearby": [NEARBY]}
    page = page_at(client)
    assert "Ollama runs on this computer." in page
    assert "LLM_BASE_URL=http://127.0.0.1:11434/v1 LLM_MODEL=llama3.2" in page


@pytest.mark.parametrize(
    ("host", "address"), [("https://voice.example", "127.0.0.1"), (HERE, "203.0.113.9")]
)
def test_a_server_nearby_is_not_told_to_others(
    client: FlaskClient, backend: FakeBackend, host: str, address: str
) -> None:
    backend.offline, backend.local = ALL, {"nearby": [NEARBY]}
    came_from = {"REMOTE_ADDR": address}
    page = client.get("/local-voice", base_url=host, environ_overrides=came_from).text
    assert "llama3.2" not in page


def test_a_voice_that_does_not_answer_is_said(client: FlaskClient, backend: FakeBackend) -> None:
    silent = {"problem": PROBLEM, "ears": None, "voice": None}
    backend.offline, backend.local = ALL, silent
    assert notice_on(client).endswith("it does not answer right now")
    assert PROBLEM in page_at(client)


def test_whose_work_it_is_is_told_with_every_notice(
    client: FlaskClient, backend: FakeBackend
) -> None:
    backend.offline = ALL
    page = page_at(client)
    for work in WORKS:
        assert f"{work.licence} · {work.copyright}" in page
    assert "hibari's acoustic model was distilled from Kokoro-82M" in page


def test_open_pages_are_told_what_changes(client: FlaskClient, backend: FakeBackend) -> None:
    backend.offline, backend.local = ALL, {"head": FETCHING}
    told = json.loads(client.get("/local-voice.json", base_url=HERE).text)
    assert told["again"] == 2
    assert told["notice"]["tail"].startswith("a language model is being fetched, 40 %")
    assert (told["head"]["percent"], told["head"]["amount"]) == (40, "447 MB of 1.1 GB")


@pytest.mark.parametrize(
    ("offline", "head", "again"), [(ALL, {}, 15), (ALL, {"state": "loading"}, 2), ((), {}, 0)]
)
def test_pages_ask_again_as_often_as_it_changes(
    client: FlaskClient, backend: FakeBackend, offline: tuple[str, ...], head: Any, again: int
) -> None:
    backend.offline, backend.local = offline, {"head": head}
    assert json.loads(client.get("/local-voice.json", base_url=HERE).text)["again"] == again
    assert f'data-local-voice-again="{again}"' in client.get("/chat", base_url=HERE).text


@pytest.mark.parametrize(
    "failure",
    [
        {"status": 500},
        {"status": 404},
        {"body": b"<html>"},
        {"body": b"[]"},
        {"body": b'{"offline": "llm", "head": null}'},
        {"body": b'{"offline": [], "head": {}}'},
        {"hang": True},
    ],
)
def test_pages_stand_without_it_when_the_backend_fails(
    client: FlaskClient, backend: FakeBackend, failure: dict[str, Any]
) -> None:
    backend.fail("/", **failure)
    began = time.monotonic()
    assert notice_on(client) == ""
    assert in_time(time.monotonic() - began, 2.5)
    assert "Nothing is known of a local voice" in page_at(client)


def test_the_page_stands_when_nothing_listens(client: FlaskClient, backend: FakeBackend) -> None:
    backend._server.server_close()
    assert client.get("/chat").status_code == 200


def test_the_backend_is_asked_once_for_many_pages(
    client: FlaskClient, backend: FakeBackend
) -> None:
    for _ in range(5):
        client.get("/chat")
    asked = sorted(asked.path for asked in backend.asked)
    assert asked == ["/agents", "/agents/default", "/local-voice"]


def test_nobody_waits_while_another_asks() -> None:
    asking, go_on = threading.Event(), threading.Event()

    def slow() -> dict[str, Any]:
        asking.set()
        assert go_on.wait(timeout=20)
        return local_voice(ALL)

    known = KnownLocalVoice(slow)
    first = threading.Thread(target=known.told)
    first.start()
    assert asking.wait(timeout=20)
    assert known.told() is None
    go_on.set()
    first.join(timeout=20)
    assert known.told() == local_voice(ALL)


def test_history_says_who_replied(client: FlaskClient, backend: FakeBackend, visitor: str) -> None:
    script = {"by": "script", "reason": "no_free_slot"}
    told = [{"seq": 2, **script}, {"seq": 5, **script}]
    told.append({"seq": 6, "by": "model", "reason": ""})
    backend.add("session-1", visitor, local_language=told)
    answer = client.get("/history/session-1", base_url="https://localhost")
    page = words_of(answer.text.partition("<main")[2])
    words = "Scripted replies in this conversation: every place of the language model is taken."
    assert page.count(words) == 1
    assert page.index(words) < page.index("Hello. What would") < page.index("From here on the")
    assert page.index("From here on the") < page.rindex("I would like to book")
    file = client.get("/history/session-1.txt", base_url="https://localhost").text
    assert f"({words})" in file


def test_a_session_of_the_model_has_nothing_to_say(
    client: FlaskClient, backend: FakeBackend, visitor: str
) -> None:
    backend.add("session-1", visitor, local_language=[{"seq": 2, "by": "model", "reason": ""}])
    answer = client.get("/history/session-1", base_url="https://localhost")
    page = answer.text.partition("<main")[2]
    assert "language model" not in page and "Scripted" not in page
