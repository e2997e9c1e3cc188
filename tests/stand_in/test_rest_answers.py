"""The stand-in's REST answers, as OpenAI's own client reads them."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import av
import httpx
import openai
import pytest
from fakes.openai_api import OpenAIStandIn
from support import speech


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        yield api


@pytest.fixture
def api(running: OpenAIStandIn) -> Iterator[OpenAIStandIn]:
    running.clear()
    yield running
    running.clear()


@pytest.fixture
def client(api: OpenAIStandIn) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test", base_url=api.base_url, max_retries=0) as client:
        yield client


def utterance(seconds: float = 0.5) -> tuple[str, bytes, str]:
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(24_000)
        target.writeframes(speech.tone(seconds)[::2].tobytes())
    return "file.wav", file.getvalue(), "audio/wav"


def transcribe(client: openai.OpenAI, **more: Any) -> Any:
    return client.audio.transcriptions.create(
        file=utterance(), model="gpt-4o-mini-transcribe", **more
    )


def reply(client: openai.OpenAI, said: str = "What time is it?", **more: Any) -> Any:
    messages = [{"role": "system", "content": "Be short."}, {"role": "user", "content": said}]
    return client.chat.completions.create(model="gpt-4o-mini", messages=messages, **more)


def speak(client: openai.OpenAI, text: str, response_format: str = "pcm") -> bytes:
    return client.audio.speech.create(
        model="gpt-4o-mini-tts", voice="ash", input=text, response_format=response_format
    ).read()


def test_an_utterance_is_heard_as_the_script_says(
    api: OpenAIStandIn, client: openai.OpenAI
) -> None:
    api.queue_transcripts("First words.", "Second words.")
    heard = [transcribe(client).text for _ in range(3)]
    assert heard == ["First words.", "Second words.", api.transcript]


def test_a_transcription_takes_its_delay(client: openai.OpenAI) -> None:
    started = time.monotonic()
    transcribe(client)
    assert time.monotonic() - started >= 0.25


def test_plain_text_and_verbose_transcriptions(api: OpenAIStandIn, client: openai.OpenAI) -> None:
    assert transcribe(client, response_format="text").strip() == api.transcript
    verbose = transcribe(client, response_format="verbose_json")
    assert (verbose.language, verbose.duration) == ("english", 0.5)


def test_a_reply_refers_to_the_last_words(client: openai.OpenAI) -> None:
    answer = reply(client, "What time is it?")
    assert answer.choices[0].message.content == (
        "Certainly. You said: What time is it, and that is noted."
    )
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 11


def test_a_streamed_reply_comes_word_by_word_after_its_delay(
    api: OpenAIStandIn, client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "delays", replace(api.delays, llm_word=0.1))
    started = time.monotonic()
    chunks, arrivals = [], []
    options = {"include_usage": True}
    for chunk in reply(client, stream=True, stream_options=options):
        chunks.append(chunk)
        arrivals.append(time.monotonic() - started)
    words = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert words[:3] == ["Certainly.", " You", " said:"]
    assert "".join(words).endswith("and that is noted.")
    assert arrivals[0] >= 0.35
    assert arrivals[-1] >= 0.35 + 0.1 * (len(words) - 1)
    assert chunks[-1].usage.completion_tokens == len(words)


def test_pcm_speech_is_as_long_as_its_text_and_loud_from_the_start(client: openai.OpenAI) -> None:
    started = time.monotonic()
    audio = speak(client, "x" * 50)
    assert time.monotonic() - started >= 0.15
    assert len(audio) / 2 / 24_000 == pytest.approx(3.0, abs=0.01)
    assert speech.rms(audio[:960]) > 2000


@pytest.mark.parametrize("response_format", ["mp3", "wav"])
def test_compressed_speech_can_be_decoded(client: openai.OpenAI, response_format: str) -> None:
    audio = speak(client, "x" * 50, response_format)
    with av.open(io.BytesIO(audio)) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
    seconds = sum(frame.shape[-1] for frame in frames) / 24_000
    assert seconds == pytest.approx(3.0, abs=0.1)


def test_speech_as_events_carries_the_same_audio(client: openai.OpenAI) -> None:
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts",
        voice="ash",
        input="Hello there.",
        response_format="pcm",
        stream_format="sse",
    ) as answer:
        kinds = [line for line in answer.iter_lines() if line.startswith("data:")]
        assert answer.headers["content-type"].startswith("text/event-stream")
    assert "speech.audio.delta" in kinds[0]
    assert "speech.audio.done" in kinds[-1] and "output_tokens" in kinds[-1]


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert "gpt-4o-mini" in [model.id for model in client.models.list()]


def test_every_request_is_recorded(api: OpenAIStandIn, client: openai.OpenAI) -> None:
    transcribe(client, prompt="names: Ada")
    reply(client, stream=True).close()
    speak(client, "Hello.")
    heard, asked, spoken = api.requests()
    assert (heard.path, heard.model, heard.prompt) == (
        "/v1/audio/transcriptions",
        "gpt-4o-mini-transcribe",
        "names: Ada",
    )
    assert heard.audio_seconds == pytest.approx(0.5)
    assert asked.stream and asked.messages and asked.messages[0]["content"] == "Be short."
    assert (spoken.voice, spoken.response_format, spoken.input) == ("ash", "pcm", "Hello.")
    assert {request.authorization for request in api.requests()} == {"Bearer sk-test"}


def test_another_process_reads_and_switches_it_over_http(
    api: OpenAIStandIn, client: openai.OpenAI
) -> None:
    script = {"transcripts": ["From afar."], "delays": {"stt": 0.0}}
    assert httpx.post(f"{api.url}/script", json=script).status_code == 200
    assert transcribe(client).text == "From afar."
    assert httpx.get(f"{api.url}/requests").json()[0]["path"] == "/v1/audio/transcriptions"
    fault = {"kind": "llm", "fault": "error_500", "times": 1}
    assert httpx.post(f"{api.url}/faults", json=fault).status_code == 200
    with pytest.raises(openai.InternalServerError):
        reply(client)
    assert httpx.post(f"{api.url}/faults", json={"kind": "no", "fault": "x"}).status_code == 400
    httpx.post(f"{api.url}/script", json={"delays": {"stt": 0.25}})


def test_a_missing_parameter_is_named(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        reply(client, **{"extra_body": {"messages": []}})
    assert (refused.value.param, refused.value.code) == ("messages", "missing_required_parameter")


def test_a_wrong_key_is_refused(api: OpenAIStandIn, client: openai.OpenAI) -> None:
    api.accepted_key = "sk-other"
    try:
        with pytest.raises(openai.AuthenticationError):
            reply(client)
    finally:
        api.accepted_key = None


def test_a_path_that_does_not_exist_is_404(api: OpenAIStandIn) -> None:
    answer = httpx.get(f"{api.base_url}/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["type"] == "invalid_request_error"
