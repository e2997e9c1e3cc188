"""A person talks with an agent of Deepgram's, Anthropic's and ElevenLabs', and when those fail."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from fakes.providers import ProvidersStandIn
from fakes.providers.state import Name
from support.backend import APPLY, Backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.waiting import until_async

from agent.conftest import served
from agent.shift.test_typed import types

WORDS = "Good morning to you."
SAID = "The sun is out today."
AGENTS = """
slug: alone
name: Alone
greeting: Hello from far away.
voice: voice-of-the-labs
speech_rate: 1.1
temperature: 0.4
reply_tokens: 300
visibility: link
services:
  stt: {{provider: deepgram, base_url: "{url}"}}
  llm: {{provider: anthropic, base_url: "{url}"}}
  tts: {{provider: elevenlabs, base_url: "{url}", options: {{stability: 0.4}}}}
---
slug: doubled
name: Doubled
first_speaker: person
visibility: link
services:
  stt: {{provider: deepgram, base_url: "{url}", fallback: {usual}}}
  llm: {{provider: anthropic, base_url: "{url}", fallback: {usual}}}
  tts: {{provider: elevenlabs, base_url: "{url}", fallback: {usual}}}
"""
SET_UP = """
from agents import saving
from credentials.actions import enter
from operators.keys import make
from outgoing.hosts import allow
allow("127.0.0.1", 0, "the tests")
key = enter("forgotten", "anthropic", "{url}", "{key}", "the tests")
services = {{"llm": {{"credential": "forgotten"}}}}
fields = {{"name": "Forgetful", "visibility": "link", "services": services}}
saving.create("forgetful", fields, "the tests")
key.delete()
print("key:", make("usage", ["read"], None, "the tests")[1])
"""
"""The fallbacks' server is at a private address that the settings do not name; one agent's key is
there no more, and a program may read the usage."""
_rooms = itertools.count(1)


@pytest.fixture(scope="module")
def providers() -> Iterator[ProvidersStandIn]:
    with ProvidersStandIn() as running:
        yield running


@pytest.fixture(scope="module")
def house(
    media: MediaServer, openai_api: OpenAIStandIn, providers: ProvidersStandIn
) -> Iterator[Backend]:
    """The settings' services are the stand-ins for the three; the agents' fallbacks OpenAI's."""
    of_settings = {
        f"{kind}_{name}": value
        for kind, provider in (("STT", "deepgram"), ("LLM", "anthropic"), ("TTS", "elevenlabs"))
        for name, value in (
            ("PROVIDER", provider),
            ("BASE_URL", providers.url),
            ("API_KEY", providers.key),
        )
    }
    for running in served(media, openai_api, **of_settings, MAX_SESSIONS_PER_VISITOR="8"):
        script = SET_UP.format(url=providers.url, key=providers.key) + APPLY
        usual = f'{{provider: openai, base_url: "{openai_api.base_url}"}}'
        agents = AGENTS.format(url=providers.url, usual=usual)
        told = running.manage("shell", "-c", script, told=agents)
        running.env["KEY_OF_USAGE"] = told.split("key: ")[1].split()[0]
        yield running


@pytest.fixture
async def ada(
    house: Backend, openai_api: OpenAIStandIn, providers: ProvidersStandIn
) -> AsyncIterator[Person]:
    openai_api.clear()
    providers.clear()
    async with person(house, f"providers-{next(_rooms)}") as somebody:
        yield somebody
        await somebody.stop()


def used(house: Backend, slug: str) -> dict[str, int]:
    """What the agent's sessions have used of its services of language and voice."""
    headers = {"Authorization": f"Bearer {house.env['KEY_OF_USAGE']}"}
    rows = house.request("GET", "/usage?by=agent", headers=headers).body["rows"]
    names = ("input_tokens", "output_tokens", "characters")
    return next(({name: row[name] for name in names} for row in rows if row["agent"] == slug), {})


async def over(ada: Person) -> None:
    """Ends the session and waits for its last event."""
    await ada.stop()
    await until_async(lambda: ada.events("session_ended"), what="it is over")


async def test_a_person_is_heard_answered_and_spoken_to(
    house: Backend, ada: Person, providers: ProvidersStandIn, openai_api: OpenAIStandIn
) -> None:
    before = used(house, "alone")
    await ada.start(agent="alone")
    greeting = await ada.until_final("agent", 1)
    assert greeting["text"] == "Hello from far away." and ada.hears_since(0)
    await ada.until_quiet(0.5)
    providers.transcripts.append(WORDS)
    providers.replies.append(SAID)
    await ada.say(line(1.0, WORDS))
    assert (await ada.until_final("user", 1))["text"] == WORDS
    assert (await ada.until_final("agent", 2))["text"] == SAID
    assert any(m.get("final") is False and m["role"] == "user" for m in ada.messages)
    heard, asked, spoken = (providers.asked[n] for n in ("deepgram", "anthropic", "elevenlabs"))
    assert (heard[0]["model"], heard[0]["language"]) == ("nova-3", "en")
    assert (asked[-1]["max_tokens"], asked[-1]["temperature"]) == (300, 0.4)
    assert asked[-1]["messages"][-1]["content"][-1]["text"] == WORDS
    assert spoken[0]["voice"] == "voice-of-the-labs"
    assert spoken[-1]["text"] == SAID
    assert not openai_api.requests()
    assert not ada.events("error") and not ada.events("service_switched")
    await over(ada)
    after = used(house, "alone")
    more = {name: count - before.get(name, 0) for name, count in after.items()}
    replies = more["input_tokens"] / 12
    assert 1 <= replies <= len(asked), "a guess that was left has no count"
    assert 9 <= more["output_tokens"] / replies <= 10, "its plugin adds what came before"
    assert len(SAID) <= more["characters"] <= len("Hello from far away." + SAID)


@pytest.mark.parametrize(
    ("kind", "name"), [("stt", "deepgram"), ("llm", "anthropic"), ("tts", "elevenlabs")]
)
@pytest.mark.parametrize(("fault", "reason"), [("wrong_key", "refused"), ("failing", "failed")])
async def test_another_service_takes_over_and_the_record_says_so(
    house: Backend,
    ada: Person,
    providers: ProvidersStandIn,
    openai_api: OpenAIStandIn,
    kind: str,
    name: Name,
    fault: str,
    reason: str,
) -> None:
    before = used(house, "doubled")
    providers.faults[name] = fault  # type: ignore[assignment]
    await ada.start(agent="doubled")
    await until_async(lambda: ada.events("session_started"), what="the agent is there")
    providers.transcripts.append(WORDS)
    openai_api.queue_transcripts(WORDS)
    await ada.say(line(1.0, WORDS))
    assert (await ada.until_final("user", 1))["text"] == WORDS
    reply = await ada.until_final("agent", 1)
    assert reply["text"] and ada.hears_since(0)
    if kind == "tts":
        assert [each for each in openai_api.requests("/v1/audio/speech")]
    switched = await until_async(lambda: ada.events("service_switched"), what="it is told")
    told = [{key: each[key] for key in ("service", "to", "reason")} for each in switched]
    assert told[0] == {"service": kind, "to": "fallback", "reason": reason}
    assert not ada.events("error")
    await over(ada)
    after = used(house, "doubled")
    assert all(after[name] > before.get(name, 0) for name in after), (before, after)


@pytest.mark.parametrize(
    ("kind", "name"), [("stt", "deepgram"), ("llm", "anthropic"), ("tts", "elevenlabs")]
)
async def test_a_wrong_key_is_told_in_the_words_for_it(
    ada: Person, providers: ProvidersStandIn, kind: str, name: Name
) -> None:
    providers.faults[name] = "wrong_key"
    await ada.start(agent="alone")
    await until_async(lambda: ada.events("session_started"), what="the agent is there")
    if kind != "stt":  # the greeting's voice may have been kept
        await types(ada, WORDS)
    await until_async(lambda: ada.events("error"), what="the failure is told")
    assert ada.events("error")[0]["code"] == f"{kind}_refused"


async def test_a_key_that_was_deleted_is_told_to_the_person_and_in_the_log(
    house: Backend, ada: Person, providers: ProvidersStandIn
) -> None:
    await ada.start(agent="forgetful")
    await ada.until_final("agent", 1)
    await types(ada, "Is there parking?")
    (told, *_) = await until_async(lambda: ada.events("error"), what="the failure is told")
    assert (told["code"], told["fatal"]) == ("llm_refused", False)
    assert "anthropic" not in providers.asked, "the settings' key for the same server stays away"
    lines = house.process.output().splitlines()
    (logged,) = [line for line in lines if "credential_unusable" in line]
    assert "forgetful" in logged and "unknown" in logged
    assert providers.key not in house.process.output()
