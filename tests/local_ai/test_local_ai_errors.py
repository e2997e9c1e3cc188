"""What bad requests are told, in OpenAI's shape, and who is refused altogether."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

GOOD_COMPLETION = {"model": "x", "messages": [{"role": "user", "content": "hi"}]}
GOOD_SPEECH = {"model": "x", "voice": "alloy", "input": "hi"}
DROP = object()


@pytest.fixture
def http(server: Any) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=20) as connected:
        yield connected


def changed(body: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**body, **change}.items() if value is not DROP}


def error_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return error


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": DROP}, "model"),
        ({"model": 5}, "model"),
        ({"messages": DROP}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": "hi"}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "king", "content": "hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"n": 2}, "n"),
        ({"stream": "maybe"}, "stream"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"logprobs": True}, "logprobs"),
        ({"logit_bias": {"1": 5}}, "logit_bias"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages[0].content[0].type",
        ),
    ],
)
def test_completion_names_the_wrong_field(
    http: httpx.Client, change: dict[str, Any], param: str
) -> None:
    answer = http.post("/chat/completions", json=changed(GOOD_COMPLETION, change))
    error = error_of(answer, 400)
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": DROP}, "input"),
        ({"input": ""}, "input"),
        ({"input": "a" * 4097}, "input"),
        ({"voice": DROP}, "voice"),
        ({"model": DROP}, "model"),
        ({"speed": 9}, "speed"),
        ({"response_format": "ogg"}, "response_format"),
        ({"stream_format": "mp3"}, "stream_format"),
    ],
)
def test_speech_names_the_wrong_field(
    http: httpx.Client, change: dict[str, Any], param: str
) -> None:
    answer = http.post("/audio/speech", json=changed(GOOD_SPEECH, change))
    assert error_of(answer, 400)["param"] == param


@pytest.mark.parametrize(
    ("files", "data", "param"),
    [
        ({}, {"model": "x"}, "file"),
        ({"file": ("a.wav", b"RIFF")}, {"model": "x"}, "file"),
        ({"file": ("a.mp3", b"ID3" + bytes(900))}, {"model": "x"}, "file"),
        ({"file": ("a.wav", b"")}, {"model": "x"}, "file"),
        ({"file": ("a.m3u8", b"#EXTM3U\n#EXTINF:1,\na.wav\n")}, {"model": "x"}, "file"),
        ({"file": ("a.wav", b"")}, {"model": "x", "language": "de"}, "language"),
        ({"file": ("a.wav", b"")}, {"model": "x", "include[]": "logprobs"}, "include"),
        ({"file": ("a.wav", b"")}, {"other": "y"}, "model"),
        ({"file": ("a.wav", b"")}, {"model": "x", "response_format": "yaml"}, "response_format"),
    ],
)
def test_transcription_names_the_wrong_field(
    http: httpx.Client, files: Any, data: Any, param: str
) -> None:
    if not files:
        files = {"unrelated": ("a.txt", b"x")}
    answer = http.post("/audio/transcriptions", files=files, data=data)
    assert error_of(answer, 400)["param"] == param


def test_the_official_client_raises_its_own_errors(server: Any) -> None:
    client = openai.OpenAI(base_url=server.url, api_key="any", max_retries=0)
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.transcriptions.create(model="x", file=("a.mp3", b"ID3" + bytes(900)))
    assert refused.value.param == "file"
    assert "wav" in refused.value.message
    client.close()


@pytest.mark.parametrize("path", ["/chat/completions", "/audio/speech"])
@pytest.mark.parametrize("body", [b"{", b"[]", b'{"model": NaN}', b"[" * 100_000, b"\xff"])
def test_broken_json_is_400(http: httpx.Client, path: str, body: bytes) -> None:
    answer = http.post(path, content=body, headers={"content-type": "application/json"})
    assert error_of(answer, 400)["code"] == "invalid_json"


@pytest.mark.parametrize("path", ["/chat/completions", "/audio/speech", "/audio/transcriptions"])
def test_other_content_types_are_415(http: httpx.Client, path: str) -> None:
    answer = http.post(path, content=b"hi", headers={"content-type": "text/plain"})
    error_of(answer, 415)


def test_a_broken_form_is_400(http: httpx.Client) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = http.post(
            "/audio/transcriptions", content=b"nothing", headers={"content-type": kind}
        )
        error_of(answer, 400)


def test_bodies_over_the_limit_are_413(http: httpx.Client) -> None:
    upload = {"file": ("a.wav", bytes(26 * 1024 * 1024))}
    error_of(http.post("/audio/transcriptions", files=upload, data={"model": "x"}), 413)
    error_of(http.post("/chat/completions", json={"model": "x" * 1024 * 1024}), 413)


def test_unknown_paths_are_404_and_wrong_methods_405(http: httpx.Client) -> None:
    assert "/v1/images" in error_of(http.get("/images"), 404)["message"]
    error_of(http.get("/chat/completions"), 405)
    error_of(http.post("/moderations", json={}), 404)
    error_of(http.options("/audio/speech"), 405)


def test_any_key_or_none_is_taken(http: httpx.Client) -> None:
    for headers in ({}, {"Authorization": "Bearer whatever"}):
        assert http.get("/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": ""}, {"Origin": "https://evil.example"}]
)
def test_other_hosts_and_origins_are_refused(http: httpx.Client, headers: dict[str, str]) -> None:
    error_of(http.post("/chat/completions", json=GOOD_COMPLETION, headers=headers), 403)
    own = {"Host": "localhost:1", "Origin": "http://localhost:5173"}
    assert http.get("/models", headers=own).status_code == 200


async def test_a_foreign_page_cannot_open_the_socket(server: Any) -> None:
    url = f"{server.url.replace('http', 'ws')}/realtime?intent=transcription"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, origin="https://evil.example")  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body)["error"]["code"] == "not_loopback"
