"""Every documented field of each call is kept to, changes nothing, or is refused by its name."""

import io
import wave
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest
from fake_model import FakeChild, says
from heads import served
from openai.types import responses
from openai.types.audio import speech_create_params, transcription_create_params
from openai.types.audio import translation_create_params as translation
from openai.types.chat import completion_create_params

from local_ai.fields import Fields
from local_ai.head.asked.messages import messages_of
from local_ai.head.history import Spoken

pytestmark = pytest.mark.usefixtures("able")
ASKED: Any = [{"role": "user", "content": "What is the capital of Italy?"}]
Values = dict[str, Any]

KEPT: dict[str, str] = {
    "chat": "messages model frequency_penalty presence_penalty max_completion_tokens max_tokens n "
    "prompt_cache_key response_format seed stop stream stream_options temperature tool_choice "
    "tools top_p",
    "responses": "model input instructions max_output_tokens metadata prompt_cache_key stream "
    "temperature text tool_choice tools top_p truncation user",
    "transcriptions": "file model language languages response_format stream",
    "translations": "file model response_format",
    "speech": "input model voice response_format speed stream_format",
}
"""What changes the answer."""
SAME: dict[str, Values] = {
    "chat": {
        "metadata": {"a": "b"},
        "parallel_tool_calls": True,
        "prompt_cache_options": {"mode": "implicit"},
        "prompt_cache_retention": "24h",
        "reasoning_effort": "low",
        "safety_identifier": "a",
        "service_tier": "auto",
        "store": True,
        "user": "a",
        "verbosity": "low",
    },
    "responses": {
        "include": ["reasoning.encrypted_content"],
        "max_tool_calls": 3,
        "parallel_tool_calls": True,
        "prompt_cache_options": {"mode": "implicit"},
        "prompt_cache_retention": "24h",
        "reasoning": {"effort": "low"},
        "safety_identifier": "a",
        "service_tier": "auto",
        "store": True,
        "stream_options": {"include_obfuscation": True},
    },
    "transcriptions": {
        "chunking_strategy": "auto",
        "keywords": ["a"],
        "prompt": "a",
        "temperature": 0.3,
        "timestamp_granularities": ["segment"],
    },
    "translations": {"prompt": "a", "temperature": 0.3},
    "speech": {"instructions": "Speak slowly."},
}
"""What changes nothing, with a value."""
REFUSED: dict[str, Values] = {
    "chat": {
        "audio": {"voice": "alloy", "format": "mp3"},
        "function_call": {"name": "f"},
        "functions": [{"name": "f"}],
        "logit_bias": {"1": 5},
        "logprobs": True,
        "modalities": ["text", "audio"],
        "moderation": {"model": "m"},
        "prediction": {"type": "content", "content": "a"},
        "top_logprobs": 2,
        "web_search_options": {},
    },
    "responses": {
        "access_programs": {"cyber": "standard"},
        "background": True,
        "background_options": {"completion_window": "2h"},
        "context_management": [{"type": "compaction"}],
        "conversation": "conv_1",
        "image": {"context_compression": "auto"},
        "moderation": {"model": "m"},
        "previous_response_id": "resp_1",
        "prompt": {"id": "pmpt_1"},
        "top_logprobs": 2,
    },
    "transcriptions": {
        "include": ["logprobs"],
        "known_speaker_names": ["a"],
        "known_speaker_references": ["data:audio/wav;base64,AA=="],
    },
    "translations": {},
    "speech": {},
}
"""What would change the answer and cannot be done, with a value."""
ALSO_REFUSED: list[tuple[str, Values, str]] = [
    ("chat", {"n": 2}, "n"),
    ("chat", {"messages": [{"role": "assistant", "audio": {"id": "a"}}]}, "messages[0].audio"),
    ("responses", {"include": ["message.output_text.logprobs"]}, "include"),
    ("responses", {"truncation": "never"}, "truncation"),
    ("responses", {"input": "x " * 20_000, "truncation": "disabled"}, "input"),
    ("transcriptions", {"languages": ["de", "fr"]}, "languages"),
    ("transcriptions", {"timestamp_granularities": ["word"]}, "timestamp_granularities"),
    ("transcriptions", {"stream": True, "response_format": "srt"}, "response_format"),
    ("transcriptions", {"response_format": "diarized_json"}, "response_format"),
    ("speech", {"response_format": "ogg"}, "response_format"),
]
DOCUMENTED: dict[str, Any] = {
    "chat": completion_create_params.CompletionCreateParamsStreaming,
    "responses": responses.response_create_params.ResponseCreateParamsStreaming,
    "transcriptions": transcription_create_params.TranscriptionCreateParamsStreaming,
    "translations": translation.TranslationCreateParams,
    "speech": speech_create_params.SpeechCreateParams,
}


@pytest.fixture
async def client() -> AsyncIterator[openai.AsyncOpenAI]:
    FakeChild.script = says("Rome", ".")
    async with served() as (http, _):
        yield openai.AsyncOpenAI(
            api_key="any", base_url=http.base_url, http_client=http, max_retries=0
        )


def silence() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(32_000))
    return file.getvalue()


async def answer(client: openai.AsyncOpenAI, call: str, fields: Values) -> str:
    """The words of the answer to a good request that has these fields besides."""
    file = {"model": "x", "file": ("a.wav", silence())}
    if call == "chat":
        chat: Any = client.chat.completions.create
        return str((await chat(**{"model": "x", "messages": ASKED, **fields})).choices[0].message)
    if call == "responses":
        create: Any = client.responses.create
        return str((await create(**{"model": "x", "input": ASKED, **fields})).output_text)
    if call == "speech":
        speak: Any = client.audio.speech.create
        spoken = {"model": "x", "voice": "alloy", "input": "...", **fields}
        return str((await speak(**spoken)).content)
    audio: Any = getattr(client.audio, call).create
    return str(await audio(**{**file, **fields}))


@pytest.mark.parametrize("call", DOCUMENTED)
def test_all_documented_fields_are_accounted_for(call: str) -> None:
    known = [*KEPT[call].split(), *SAME[call], *REFUSED[call]]
    assert sorted(known) == sorted(DOCUMENTED[call].__annotations__)


@pytest.mark.parametrize(("call", "name"), [(c, n) for c, found in SAME.items() for n in found])
async def test_what_changes_nothing(client: openai.AsyncOpenAI, call: str, name: str) -> None:
    assert await answer(client, call, {name: SAME[call][name]}) == await answer(client, call, {})


@pytest.mark.parametrize(
    ("call", "fields", "param"),
    [*((c, {n: v}, n) for c, found in REFUSED.items() for n, v in found.items()), *ALSO_REFUSED],
)
async def test_what_cannot_be_done_is_named_with_its_reason(
    client: openai.AsyncOpenAI, call: str, fields: Values, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await answer(client, call, fields)
    assert refused.value.param == param
    assert len(refused.value.message.split()) > 6


async def test_the_reason_is_that_of_the_field(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no prompts are kept"):
        await answer(client, "responses", {"prompt": {"id": "pmpt_1"}})
    with pytest.raises(openai.BadRequestError, match="how likely each token was"):
        await answer(client, "responses", {"top_logprobs": 2})
    with pytest.raises(openai.BadRequestError, match="nothing of earlier requests"):
        await answer(client, "responses", {"previous_response_id": "resp_1"})


@pytest.mark.parametrize(
    "fields",
    [{"logprobs": False, "top_logprobs": 0, "logit_bias": {}, "modalities": ["text"]}, {"n": 1}],
)
async def test_what_asks_for_nothing_is_no_error(client: openai.AsyncOpenAI, fields: Any) -> None:
    assert await answer(client, "chat", fields) == await answer(client, "chat", {})


def test_older_calls_and_refusals_of_a_conversation_are_told_to_the_model() -> None:
    said = [
        {"role": "assistant", "content": None, "refusal": "I would rather not."},
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
    ]
    assert messages_of(Fields({"messages": said})) == (
        Spoken("assistant", "I would rather not."),
        Spoken("calls", "f: {}", "f"),
    )
