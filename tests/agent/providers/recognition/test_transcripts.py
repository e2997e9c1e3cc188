"""Answers of recognition servers: read in every shape, and otherwise called what they are."""

from __future__ import annotations

import io
import wave
from collections.abc import AsyncIterator

import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai import client, transcriptions
from agent_manager.providers.openai.transcriptions import transcript_of
from agent_manager.providers.openai.transcripts import read
from config.secret import Secret
from config.services import Service
from fakes.openai_api import Delays, OpenAIStandIn

WORDS = "Please tell me what you can do for me."
PATH = "/v1/audio/transcriptions"


def recording(seconds: float = 1.0) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(16_000)
        written.writeframes(bytes(2 * int(16_000 * seconds)))
    return file.getvalue()


@pytest.fixture
async def api() -> AsyncIterator[OpenAIStandIn]:
    client.client_of.cache_clear() if hasattr(client.client_of, "cache_clear") else None
    getattr(client, "client", client.client_of).cache_clear()
    with OpenAIStandIn(Delays(stt=0.0)) as running:
        yield running


def service(api: OpenAIStandIn, model: str = "any-model") -> Service:
    return Service(api.base_url, Secret("sk-test"), model)


async def heard(api: OpenAIStandIn, model: str = "any-model", language: str = "en") -> str:
    return (await transcript_of(service(api, model), recording(), 1.0, language)).text


@pytest.mark.parametrize(
    "habit",
    [
        "",
        "transcript",
        "text_with_more",
        "result_with_text",
        "results",
        "channels",
        "list",
        "string",
        "segments",
        "empty_text_and_segments",
        "chunks",
        "words",
        "text_plain",
        "event_stream",
        "subtitles",
        "times_in_text",
    ],
)
async def test_words_are_read_in_whatever_shape_they_come(api: OpenAIStandIn, habit: str) -> None:
    api.set_habit("stt", habit) if habit else None
    assert await heard(api) == WORDS
    assert len(api.requests(PATH)) == 1


@pytest.mark.parametrize(
    ("habit", "reason"),
    [
        ("web_page", "web_page"),
        ("web_page_as_json", "web_page"),
        ("no_body", "empty"),
        ("json_without_words", "wrong_answer"),
        ("cut_json", "wrong_answer"),
        ("bytes", "wrong_answer"),
        ("error_with_200", "limited"),
        ("error_as_words", "failed"),
        ("markup", "wrong_answer"),
    ],
)
async def test_what_is_no_transcript_is_called_what_it_is(
    api: OpenAIStandIn, habit: str, reason: str
) -> None:
    api.set_habit("stt", habit)
    with pytest.raises(ServiceError) as caught:
        await heard(api)
    assert caught.value.reason == reason
    assert caught.value.host == "127.0.0.1"
    assert caught.value.retryable


async def test_half_a_character_is_dropped(api: OpenAIStandIn) -> None:
    api.set_habit("stt", "half_a_character")
    assert await heard(api) == "hello there"


async def test_letters_of_another_time_are_read(api: OpenAIStandIn) -> None:
    api.set_habit("stt", "old_letters")
    assert await heard(api) == f"{WORDS} Größe."


async def test_no_words_are_no_failure(api: OpenAIStandIn) -> None:
    api.transcript = ""
    assert await heard(api) == ""
    api.set_habit("stt", "text_plain")
    assert await heard(api) == ""


async def test_silence_of_which_whisper_is_sure_has_no_words(api: OpenAIStandIn) -> None:
    api.set_habit("stt", "whisper_is_sure_of_silence")
    assert await heard(api, "whisper-1") == ""
    assert api.requests(PATH)[0].response_format == "verbose_json"


@pytest.mark.parametrize(
    ("habit", "model", "left"),
    [
        ("refuses_verbose_json", "whisper-large-v3", ("json", "en")),
        ("refuses_response_format", "other", (None, "en")),
        ("refuses_response_format", "whisper-1", (None, "en")),
        ("refuses_language", "other", ("json", None)),
        ("crashes_at_language", "other", ("json", None)),
    ],
)
async def test_what_a_server_refuses_is_left_out_from_then_on(
    api: OpenAIStandIn, habit: str, model: str, left: tuple[str | None, str | None]
) -> None:
    api.set_habit("stt", habit)
    assert await heard(api, model) == WORDS
    before = len(api.requests(PATH))
    assert 2 <= before <= 5
    assert await heard(api, model) == WORDS
    asked = api.requests(PATH)
    assert len(asked) == before + 1, "it was asked again in vain"
    assert (asked[-1].response_format, asked[-1].language) == left


async def test_a_model_that_is_not_there_may_be_left_to_the_server(api: OpenAIStandIn) -> None:
    api.needs_model = False
    api.set_habit("stt", "refuses_model")
    assert await heard(api) == WORDS
    assert [asked.model for asked in api.requests(PATH)] == ["any-model", None]


async def test_a_server_that_takes_nothing_is_soon_left_alone(api: OpenAIStandIn) -> None:
    api.set_habit("stt", "refuses_model")
    with pytest.raises(ServiceError) as caught:
        await heard(api)
    assert (caught.value.reason, caught.value.status) == ("rejected", 404)
    before = len(api.requests(PATH))
    assert before <= 4
    with pytest.raises(ServiceError):
        await heard(api)
    assert len(api.requests(PATH)) == before + 1


async def test_a_refused_key_is_asked_for_once(api: OpenAIStandIn) -> None:
    api.set_fault("stt", "refuse_401")
    with pytest.raises(ServiceError) as caught:
        await heard(api)
    assert (caught.value.reason, caught.value.status) == ("refused", 401)
    assert len(api.requests(PATH)) == 1


async def test_a_server_that_is_not_there_cannot_be_reached() -> None:
    nobody = Service("http://127.0.0.1:9/v1", Secret("sk-test"), "any")
    with pytest.raises(ServiceError) as caught:
        await transcript_of(nobody, recording(), 1.0, "en")
    assert caught.value.reason == "unreachable"


async def test_no_language_is_sent_where_it_is_open(api: OpenAIStandIn) -> None:
    await heard(api, language="")
    assert api.requests(PATH)[0].language is None


def test_an_answer_longer_than_any_speech_is_none() -> None:
    with pytest.raises(ServiceError) as caught:
        read(b'{"text": "' + b"word " * 100_000 + b'"}', "application/json", 2.0)
    assert caught.value.reason == "wrong_answer"


def test_answers_are_read_up_to_a_length() -> None:
    assert transcriptions.MOST_BYTES < 2_000_000
