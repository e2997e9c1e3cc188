"""Each failure that the stand-in can play, as OpenAI's own client meets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import openai
import pytest
from fakes.openai_api import FaultName, Kind, OpenAIStandIn

from .test_rest_answers import reply, speak, transcribe

ASK: dict[Kind, Callable[[openai.OpenAI], object]] = {
    "stt": transcribe,
    "llm": lambda client: list(reply(client, stream=True)),
    "tts": lambda client: speak(client, "Hello there, how are you?"),
}
every_kind = pytest.mark.parametrize("kind", list(ASK))


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as api:
        yield api


@pytest.fixture
def api(running: OpenAIStandIn) -> Iterator[OpenAIStandIn]:
    yield running
    running.clear()


@pytest.fixture
def client(api: OpenAIStandIn) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key="sk-test", base_url=api.base_url, max_retries=0) as client:
        yield client


@every_kind
@pytest.mark.parametrize(
    ("fault", "error", "code"),
    [
        ("refuse_401", openai.AuthenticationError, "invalid_api_key"),
        ("limit_429", openai.RateLimitError, "rate_limit_exceeded"),
        ("error_500", openai.InternalServerError, None),
    ],
)
def test_refusals_have_openais_shape(
    api: OpenAIStandIn,
    client: openai.OpenAI,
    kind: Kind,
    fault: FaultName,
    error: type[openai.APIStatusError],
    code: str | None,
) -> None:
    api.set_fault(kind, fault)
    with pytest.raises(error) as refused:
        ASK[kind](client)
    assert refused.value.code == code
    if fault == "limit_429":
        assert refused.value.response.headers["retry-after"] == "1"


@every_kind
def test_a_fault_ends_after_its_number_of_times(
    api: OpenAIStandIn, client: openai.OpenAI, kind: Kind
) -> None:
    api.set_fault(kind, "limit_429", times=1)
    with pytest.raises(openai.RateLimitError):
        ASK[kind](client)
    ASK[kind](client)
    assert api.suffered(kind) == 1


def test_a_fault_of_one_service_leaves_the_others_alone(
    api: OpenAIStandIn, client: openai.OpenAI
) -> None:
    api.set_fault("tts", "error_500")
    transcribe(client)
    reply(client)


@every_kind
def test_a_service_that_hangs_answers_nothing(
    api: OpenAIStandIn, client: openai.OpenAI, kind: Kind
) -> None:
    api.set_fault(kind, "hang")
    with pytest.raises(openai.APITimeoutError):
        ASK[kind](client.with_options(timeout=1.0))


def test_a_slow_service_answers_five_seconds_later(
    api: OpenAIStandIn, client: openai.OpenAI
) -> None:
    api.set_fault("stt", "slow_5s")
    started = time.monotonic()
    transcribe(client)
    assert time.monotonic() - started >= 5.2


@every_kind
def test_a_dropped_connection_breaks_in_the_middle(
    api: OpenAIStandIn, client: openai.OpenAI, kind: Kind
) -> None:
    api.set_fault(kind, "drop_mid_stream")
    with pytest.raises(openai.APIConnectionError) as broken:
        ASK[kind](client)
    assert "peer closed connection" in str(broken.value.__cause__)


def test_a_dropped_reply_has_already_begun(api: OpenAIStandIn, client: openai.OpenAI) -> None:
    api.set_fault("llm", "drop_mid_stream")
    words = []
    with pytest.raises(openai.APIConnectionError):
        for chunk in reply(client, stream=True):
            words.append(chunk.choices[0].delta.content)
    assert "Certainly." in words


@pytest.mark.parametrize("kind", ["stt", "llm"])
def test_garbage_is_answered_as_success_that_cannot_be_read(
    api: OpenAIStandIn, client: openai.OpenAI, kind: Kind
) -> None:
    api.set_fault(kind, "garbage")
    with pytest.raises(ValueError):
        ASK[kind](client)


def test_garbage_for_speech_is_no_sound(api: OpenAIStandIn, client: openai.OpenAI) -> None:
    api.set_fault("tts", "garbage")
    assert b"upstream connect error" in speak(client, "Hello.")


def test_a_stopped_service_refuses_connections_and_comes_back() -> None:
    api = OpenAIStandIn()
    api.start()
    with openai.OpenAI(api_key="sk-test", base_url=api.base_url, max_retries=0) as client:
        client.models.list()
        api.stop()
        with pytest.raises(openai.APIConnectionError):
            client.models.list()
        api.start()
        try:
            client.models.list()
        finally:
            api.stop()
