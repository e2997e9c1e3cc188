"""Replies as a person hears and sees them: what is said, what is shown, and how soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from fakes.openai_api import OpenAIStandIn
from support.person import Person
from support.speech import line
from support.waiting import until_async

from agent.habits import under
from agent.listeners.failing import ask
from agent.listeners.test_language_habits import is_usual
from agent.listeners.test_turns import WORDS, greeted

CODE = (
    "Here you are:\n\n```python\nprint('periwinkle')\n```\n\nSee https://docs.example.com/a/b?c=d."
)
SPEECH = "/v1/audio/speech"
NO_VOICE = {"html": "tts_web_page", "json": "tts_wrong_answer", "empty": "tts_empty"}
ANOTHER_VOICE = ("l16_22050", "wav_as_pcm", "mp3_as_pcm", "refuses_pcm")


@pytest.fixture(autouse=True)
def usual(openai_api: OpenAIStandIn) -> Iterator[None]:
    """The stand-in has its own reply again afterwards."""
    reply = openai_api.reply
    yield
    openai_api.reply = reply


def asked_to_say(api: OpenAIStandIn) -> str:
    return " ".join(request.input or "" for request in api.requests(SPEECH))


@contextmanager
def usual_reply(api: OpenAIStandIn) -> Iterator[None]:
    """The stand-in answers with the person's words in the block."""
    before, api.reply = api.reply, type(api)().reply
    yield
    api.reply = before


async def second_turn(ada: Person, api: OpenAIStandIn, finals: int) -> None:
    """Another turn is answered and heard."""
    api.set_habit("tts", "")
    api.reply = "This is the second reply."
    spoken = await ask(ada)
    assert (await ada.until_final("agent", finals))["text"] == "This is the second reply."
    assert ada.hears_since(spoken)


@pytest.mark.usefixtures("short_voices")
async def test_code_and_links_are_shown_as_written_and_told_of(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.reply = CODE
    await ask(ada)
    reply = await ada.until_final("agent", 2)
    assert reply["text"] == CODE and "interrupted" not in reply
    said = asked_to_say(openai_api)
    assert "The code is on the page." in said and "docs.example.com" in said
    assert "periwinkle" not in said and "a/b" not in said
    await second_turn(ada, openai_api, 3)


@pytest.mark.usefixtures("short_voices")
async def test_an_emoji_is_shown_and_not_said(ada: Person, openai_api: OpenAIStandIn) -> None:
    await greeted(ada)
    before = len(openai_api.requests(SPEECH))
    openai_api.reply = "👍"
    await ask(ada)
    assert (await ada.until_final("agent", 2))["text"] == "👍"
    assert len(openai_api.requests(SPEECH)) == before
    await second_turn(ada, openai_api, 3)
    assert not ada.events("error")


async def test_an_interrupted_reply_keeps_what_was_shown_of_what_was_heard(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    more = " ".join(f"This is **sentence** {n} of my answer." for n in range(20))
    openai_api.reply = f"Look:\n\n```\nx = 1\n```\n\n{more}"
    openai_api.queue_transcripts(WORDS, "No, stop please.")
    await ada.say(line(WORDS))
    await ada.until_hears_reply()
    await ada.wait_seconds_of_reply(6)
    openai_api.reply = "As you wish."
    await ada.say(line("No, stop please, I want something else."))
    cut = await ada.until_final("agent", 2)
    assert cut["interrupted"] is True
    assert cut["text"].startswith("Look:\n\n```\nx = 1\n```\n\nThis is **sentence** 0")
    assert len(cut["text"]) < len(more) / 2
    assert (await ada.until_final("agent", 3))["text"] == "As you wish."


async def test_speech_starts_long_before_the_text_ends(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.delays = type(openai_api.delays)(llm_word=0.04)
    try:
        for start in ("A stray ` and then ", "* and then ", "วันนี้อากาศดีมาก" * 10):
            openai_api.reply = start + "the words go on and on without a mark " * 40
            spoken = await ask(ada)
            await until_async(
                lambda spoken=spoken: ada.hears_since(spoken), what=f"{start} is heard"
            )
            openai_api.reply = "As you wish."
            await is_interrupted(ada)
    finally:
        openai_api.delays = type(openai_api.delays)()
    assert max(len(request.input or "") for request in openai_api.requests(SPEECH)) < 1000


async def is_interrupted(ada: Person) -> None:
    """They speak into the reply, which ends, and hear the short one to that."""
    before = len(ada.finals("agent"))
    await ada.say(line("No, stop please, I want something else."))
    await ada.until_final("agent", before + 2)
    await ada.until_quiet(0.5)


async def test_a_reply_without_end_is_bought_as_it_is_heard(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    before = len(openai_api.requests(SPEECH))
    openai_api.reply = "I see. " * 2000
    openai_api.delays = type(openai_api.delays)(llm_word=0.001)
    try:
        await ask(ada)
        await ada.until_hears_reply()
        begun = ada.now()
        await ada.wait_seconds_of_reply(4)
        bought = [request.input or "" for request in openai_api.requests(SPEECH)[before:]]
    finally:
        openai_api.delays = type(openai_api.delays)()
    seconds = sum(map(len, bought)) * 0.06
    assert seconds < ada.now() - begun + 25
    assert len(bought) < 40


@pytest.mark.usefixtures("short_voices")
async def test_what_is_no_voice_is_not_played_and_the_words_are_on_the_page(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    for habit, code in NO_VOICE.items():
        told, before = len(ada.events("error")), len(ada.finals("agent"))
        with under(openai_api, "tts", habit), usual_reply(openai_api):
            spoken = await ask(ada)
            await until_async(lambda told=told: ada.events("error")[told:], what="an error event")
            error = ada.events("error")[told]
            assert error["code"] == code and error["fatal"] is False
            shown = (await ada.until_final("agent", before + 1))["text"]
            assert is_usual(shown, openai_api)
            assert ada.hears_since(spoken) is None
        with under(openai_api, "tts", ""):
            await second_turn(ada, openai_api, before + 2)
            await ada.until_quiet(0.5)


@pytest.mark.usefixtures("short_voices")
async def test_a_sentence_without_a_voice_is_left_out(
    ada: Person, openai_api: OpenAIStandIn
) -> None:
    await greeted(ada)
    openai_api.reply = "Certainly. " + "This sentence is as long as any other one of these. " * 2
    openai_api.set_habit("tts", "empty", times=2)
    spoken = await ask(ada)
    reply = await ada.until_final("agent", 2)
    assert reply["text"] == openai_api.reply.strip() and "interrupted" not in reply
    assert ada.hears_since(spoken) and not ada.events("error")
    await second_turn(ada, openai_api, 3)


@pytest.mark.usefixtures("short_voices")
async def test_a_voice_of_another_kind_is_heard(ada: Person, openai_api: OpenAIStandIn) -> None:
    openai_api.set_habit("tts", ANOTHER_VOICE[0])
    await greeted(ada)
    openai_api.reply = "This is the reply."
    for habit in (*ANOTHER_VOICE, ANOTHER_VOICE[-1]):
        before = len(ada.finals("agent"))
        with under(openai_api, "tts", habit):
            spoken = await ask(ada)
            await ada.until_final("agent", before + 1)
            assert ada.hears_since(spoken) and not ada.events("error")
            await ada.until_quiet(0.5)
