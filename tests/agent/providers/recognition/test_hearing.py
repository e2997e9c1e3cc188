"""How speech becomes words: by a socket while it gives some, by files otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from agent_manager.providers.errors import ServiceError
from agent_manager.providers.openai import listening, probe
from config.secret import Secret
from config.services import Service
from fakes.openai_api import Delays, OpenAIStandIn
from support.speech import line
from support.waiting import until_async

from agent.providers.recognition.hearing import RECORDINGS, hearing

pytestmark = pytest.mark.processes
FIRST, SECOND = "What is your name?", "And how old are you?"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIStandIn]:
    monkeypatch.setattr(listening, "PATIENCE", 1.0)
    with OpenAIStandIn(Delays(stt=0.05)) as running:
        yield running


def service(api: OpenAIStandIn) -> Service:
    return Service(api.base_url, Secret("sk-test"), "any")


@pytest.mark.parametrize("habit", ["mute", "never_transcribes", "empty_transcripts"])
async def test_a_socket_without_words_is_left_and_the_turn_is_answered(
    api: OpenAIStandIn, habit: str
) -> None:
    api.realtime_habit = habit  # type: ignore[assignment]
    api.queue_transcripts(FIRST, SECOND)
    async with hearing(api, streaming=True) as heard:
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.finals, "the words of the same turn")
        await heard.hear(line(SECOND))
        await heard.until(lambda: len(heard.finals) == 2, "the second turn's")
        assert heard.finals == [FIRST, SECOND]
        assert heard.errors == []
        assert not heard.recognition.outcome.is_waiting
    assert len(api.requests(RECORDINGS)) == 2
    assert probe.is_mute(service(api)), "the next session would wait for it again"


async def test_a_socket_that_works_is_kept(api: OpenAIStandIn) -> None:
    api.realtime_habit = "strange_events"
    api.queue_transcripts(FIRST, SECOND)
    async with hearing(api, streaming=True) as heard:
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.finals, "words")
        await heard.hear(line(SECOND))
        await heard.until(lambda: len(heard.finals) == 2, "words")
        assert heard.finals == [FIRST, SECOND]
        assert heard.interims
    assert api.requests(RECORDINGS) == []
    assert not probe.is_mute(service(api))


async def test_silence_proves_nothing_against_a_socket(api: OpenAIStandIn) -> None:
    """The recogniser finds no words in the file either: the socket was right."""
    api.realtime_habit = "empty_transcripts"
    api.transcript = ""
    async with hearing(api, streaming=True) as heard:
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.recognition.outcome.wordless_voice > 0.5, "an answer")
        api.realtime_habit = ""
        api.queue_transcripts(SECOND)
        await heard.hear(line(SECOND))
        await heard.until(lambda: heard.finals, "words")
    assert len(api.requests(RECORDINGS)) == 1
    assert not probe.is_mute(service(api))


async def test_words_so_far_that_settle_as_none_are_taken_back(api: OpenAIStandIn) -> None:
    async with hearing(api, streaming=True) as heard:
        await heard.until(lambda: api.requests("/v1/realtime"), "the socket is open")
        stream: Any = heard.stream
        stream._ears.voice = 1.0
        stream.words_by_socket("the", settled=False)
        stream.words_by_socket("[cough]", settled=True)
        stream.words_by_socket("", settled=True)
        await heard.until(lambda: len(heard.interims) == 2, "they are taken back")
        assert heard.interims == ["the", ""] and heard.finals == []


@pytest.mark.parametrize("fault", ["error_500", "drop_mid_stream", "refuse_401"])
async def test_what_a_socket_fails_at_is_recognised_by_file(api: OpenAIStandIn, fault: str) -> None:
    async with hearing(api, streaming=True) as heard:
        await heard.until(lambda: api.requests("/v1/realtime"), "the socket is open")
        api.set_fault("stt", fault, times=1)  # type: ignore[arg-type]
        api.queue_transcripts(FIRST) if fault != "drop_mid_stream" else None
        api.transcript = FIRST
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.finals, "the words of the same turn")
        await heard.hear(line(SECOND), seconds_after=4.0)
        await heard.until(lambda: len(heard.finals) == 2, "the second turn's")
        assert heard.finals == [FIRST, FIRST]
        assert heard.errors == []


async def test_a_failure_of_both_is_told_once(api: OpenAIStandIn) -> None:
    async with hearing(api, streaming=True) as heard:
        await heard.until(lambda: api.requests("/v1/realtime"), "the socket is open")
        api.set_fault("stt", "error_500")
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.errors, "an error")
        (error,) = heard.errors
        assert isinstance(error, ServiceError) and error.reason == "failed"
        assert heard.recognition.outcome.wordless_voice == 0
        assert len(api.requests(RECORDINGS)) == 2, "asked again once"
        api.set_fault("stt", "none")
        api.queue_transcripts(SECOND)
        await heard.hear(line(SECOND))
        await heard.until(lambda: heard.finals, "the second turn's words")
        assert heard.finals[-1] == SECOND


@pytest.mark.parametrize("habit", ["web_page", "no_body", "json_without_words"])
async def test_a_wrong_answer_is_asked_for_once_more(api: OpenAIStandIn, habit: str) -> None:
    api.set_habit("stt", habit, times=1)
    api.queue_transcripts(FIRST)
    async with hearing(api) as heard:
        await heard.hear(line(FIRST))
        await heard.until(lambda: heard.finals, "words")
        assert (heard.finals, heard.errors) == ([FIRST], [])
        assert len(api.requests(RECORDINGS)) == 2


async def test_speech_that_ends_while_a_request_is_out_goes_in_one(api: OpenAIStandIn) -> None:
    api.delays = Delays(stt=1.0)
    async with hearing(api) as heard:
        await heard.hear(line("One.", 0.5, "Two.", 0.5, "Three."))
        await heard.until(lambda: len(heard.finals) == 2, "words")
    assert len(api.requests(RECORDINGS)) == 2


async def test_short_pauses_make_one_request_where_each_counts(api: OpenAIStandIn) -> None:
    said = line("I would like", 0.3, "a cup of", 0.3, "black tea", 0.3, "please.")
    async with hearing(api, joins=True) as heard:
        await heard.hear(said)
        await heard.until(lambda: heard.finals, "words")
    (asked,) = api.requests(RECORDINGS)
    seconds = len(said) / 48_000
    assert asked.audio_seconds == pytest.approx(seconds + 0.1, abs=0.15), "some was sent twice"


async def test_a_pause_sends_no_sound_twice(api: OpenAIStandIn) -> None:
    said = line("I would like a cup of black tea,", 0.2, "please, with a little milk.")
    async with hearing(api) as heard:
        await heard.hear(said)
        await heard.until(lambda: len(heard.finals) == 2, "words")
    sent = sum(asked.audio_seconds or 0 for asked in api.requests(RECORDINGS))
    assert sent == pytest.approx(len(said) / 48_000, abs=0.15)


async def test_a_session_that_ends_hangs_up(api: OpenAIStandIn) -> None:
    api.set_fault("stt", "hang")
    async with hearing(api) as heard:
        await heard.hear(line(FIRST))
        await heard.until(lambda: api.requests(RECORDINGS), "the request")
        assert api.hung_up("stt") == 0
    await until_async(lambda: api.hung_up("stt") == 1, what="the server is left")
