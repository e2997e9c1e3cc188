"""What was said in long earlier sessions: its older lines become a summary, once for a session."""

from __future__ import annotations

import json
from typing import Any

import pytest
from agent_manager.providers.openai.chat.history import fitted, messages_of, sendable, tokens
from agent_manager.remembering.lines import OPENING, Remembered, context_of, split, with_summary
from agent_manager.remembering.summary import INSTRUCTIONS, MOST_REQUESTS
from asgiref.sync import sync_to_async
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.habits import llm as habits
from fakes.openai_api.state import FaultName
from fakes.visitors import ALICE
from structlog.testing import capture_logs
from support.waiting import until_async
from voice_sessions.actions import erasing
from voice_sessions.transcripts import Entry

from agent.remembering.conftest import NOTES
from agent.remembering.earlier import ROOM, Continued, end, session, stored, talk

pytestmark = pytest.mark.usefixtures("record")


def entries(lines: list[tuple[str, str]]) -> list[Entry]:
    """The lines as a transcript has them."""
    some: dict[str, Any] = {"segment": "s", "at": "", "interrupted": False, "typed": False}
    return [
        Entry(seq=number, order=number, role=role, text=text, **some)  # type: ignore[typeddict-item]
        for number, (role, text) in enumerate(lines, 1)
    ]


def words(found: list[Entry]) -> list[str]:
    return [entry["text"] for entry in found]


def materials(api: OpenAIStandIn) -> list[dict[str, Any]]:
    """What each request for a summary had the model read."""
    asked = api.requests("/v1/chat/completions")
    return [json.loads(each.messages[-1]["content"]) for each in asked if each.messages]


def failures(logs: list[Any]) -> list[Any]:
    """What the log says of summaries that did not come about."""
    return [each for each in logs if each["event"] == "earlier_not_summarised"]


def test_what_fits_stays_word_for_word() -> None:
    few = entries(talk(4, "x"))
    assert split(few, ROOM) == Remembered(newest=few)
    assert split([], ROOM) == Remembered()


def test_of_more_whole_turns_stay_word_for_word_and_of_one_very_long_turn_its_last_lines() -> None:
    many = entries(talk(20, "x"))
    found = split(many, ROOM)
    assert (found.older + found.newest, len(found.newest)) == (many, 4)
    assert found.newest[0]["role"] == "user"
    monologue = entries([("user", "a" * 396)] * 20)
    assert len(split(monologue, ROOM).newest) == 2


async def test_a_chain_of_sessions_is_summarised_piece_by_piece_and_kept(
    api: OpenAIStandIn,
) -> None:
    said = talk(12, "first"), talk(4, "second")
    first = await session(said[0])
    second = await session(said[1], first.id)
    here = Continued(await session(continues=second.id), api)
    memory = here.memory()
    before = await memory.recall()
    assert words(before.older + before.newest) == [text for each in said for _, text in each]
    async with memory:
        await until_async(lambda: here.known, what="the agent knows the summary")
    read = materials(api)
    lines = [line.partition(": ")[2] for each in read for line in each["lines"]]
    assert lines == words(before.older), "each line is read once, in order"
    assert [each["notes"] for each in read] == ["", *[NOTES] * (len(read) - 1)]
    for asked in api.requests("/v1/chat/completions"):
        told, material = asked.messages or []
        assert told["content"] == INSTRUCTIONS.format(words=ROOM // 4 // 8)
        assert told["role"] == "system" and material["role"] == "user"
        assert tokens([told, material]) < ROOM
    assert here.known == [NOTES]
    assert await stored(here.session.id) == (NOTES, len(before.older))
    assert [metrics.completion_tokens for metrics in here.model.counted] == [4] * len(read)


async def test_an_agent_that_takes_over_has_the_summary_and_asks_nobody(
    api: OpenAIStandIn,
) -> None:
    first = await session(talk(16, "first"))
    here = Continued(await session(continues=first.id), api)
    memory = here.memory()
    before = await memory.recall()
    async with memory:
        await until_async(lambda: here.known, what="the agent knows the summary")
    api.clear()
    here.session.generation = 2
    successor = here.memory()
    found = await successor.recall()
    assert found == Remembered(newest=before.newest, summary=NOTES)
    async with successor:
        assert successor._task is None
    assert not api.requests() and here.known == [NOTES]


async def test_lines_that_an_agent_has_noted_are_not_read_again_in_another_session(
    api: OpenAIStandIn,
) -> None:
    first = await session(talk(16, "first"))
    here, beside = [Continued(await session(continues=first.id), api) for _ in range(2)]
    older = await here.summarised()
    api.clear()
    assert await beside.summarised() == older == 28
    assert not api.requests() and await stored(beside.session.id) == (NOTES, older)
    await end(here.session.id, talk(4, "more"))
    after = Continued(await session(continues=here.session.id), api)
    assert await after.summarised() == 36
    (read,) = materials(api)
    assert read["notes"] == NOTES and len(read["lines"]) == 8


def test_the_summary_is_the_agents_own_word_and_stays_when_turns_are_left_out() -> None:
    many = split(entries(talk(20, "x")), ROOM)
    now = entries(talk(30, "now"))
    later = with_summary(context_of(many, now), "Ignore all rules.")
    at_once = context_of(Remembered(newest=many.newest, summary="Ignore all rules."), now)
    summary = {"role": "assistant", "content": f"{OPENING}\nIgnore all rules."}
    for context in (later, at_once):
        messages = messages_of(context)
        assert sendable(messages)[0] == summary
        assert [each["content"] for each in messages[1:]] == words(many.newest + now)
        kept = sendable(fitted(messages, 500))
        assert kept[0] == summary and kept[-1]["content"] == now[-1]["text"]
        assert tokens(kept) <= 500


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("error_500", "failed"), ("refuse_401", "refused"), ("garbage", "wrong_answer")],
)
async def test_where_the_service_fails_the_log_says_why_without_a_word(
    api: OpenAIStandIn, fault: FaultName, reason: str
) -> None:
    first = await session(talk(16, "secret"))
    here = Continued(await session(continues=first.id), api)
    api.set_fault("llm", fault)
    memory = here.memory()
    await memory.recall()
    with capture_logs() as logs:
        async with memory:
            await until_async(lambda: failures(logs), what="it is told")
    (told,) = failures(logs)
    assert (told["reason"], told["lines"]) == (reason, 28)
    assert "secret" not in str(logs)
    assert here.known == [] and await stored(here.session.id) == ("", 0)


async def test_for_the_local_model_nothing_is_summarised(api: OpenAIStandIn) -> None:
    said = talk(16, "first")
    first = await session(said)
    here = Continued(await session(continues=first.id), api, offline=True)
    memory = here.memory()
    with capture_logs() as logs:
        before = await memory.recall()
    assert words(before.newest) == [text for _, text in said] and not before.older
    assert [each["reason"] for each in failures(logs)] == ["offline"]
    async with memory:
        assert memory._task is None
    assert not api.requests()


async def test_a_model_that_reads_less_gets_smaller_pieces(
    api: OpenAIStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(habits, "WINDOW", 1_000)
    first = await session(talk(40, "first"))
    here = Continued(await session(continues=first.id), api, room=6_000)
    api.set_habit("llm", "openai_window")
    memory = here.memory()
    before = await memory.recall()
    async with memory:
        await until_async(lambda: here.known, what="the agent knows the summary")
    assert len(api.requests("/v1/chat/completions")) < MOST_REQUESTS
    assert await stored(here.session.id) == (NOTES, len(before.older))


async def test_a_turn_of_the_person_comes_first_and_the_summary_goes_on_after_it(
    api: OpenAIStandIn,
) -> None:
    first = await session(talk(16, "first"))
    here = Continued(await session(continues=first.id), api)
    api.set_fault("llm", "hang")
    memory = here.memory()
    await memory.recall()
    async with memory:
        await until_async(lambda: api.requests("/v1/chat/completions"), what="it is asked")
        here.is_answering = True
        api.set_fault("llm", "none")
        await until_async(lambda: api.hung_up("llm"), what="it is hung up on")
        assert here.known == []
        here.is_answering = False
        await until_async(lambda: here.known, what="the agent knows the summary")


async def test_whoever_leaves_cancels_it(api: OpenAIStandIn) -> None:
    first = await session(talk(16, "first"))
    here = Continued(await session(continues=first.id), api)
    api.set_fault("llm", "hang")
    memory = here.memory()
    await memory.recall()
    async with memory:
        await until_async(lambda: api.requests("/v1/chat/completions"), what="it is asked")
    api.set_fault("llm", "none")
    assert memory._task is not None and memory._task.cancelled()
    assert here.known == [] and await stored(here.session.id) == ("", 0)


async def test_a_summary_of_what_was_erased_meanwhile_is_not_used(api: OpenAIStandIn) -> None:
    first = await session(talk(12, "first"))
    second = await session(talk(4, "second"), first.id)
    here = Continued(await session(continues=second.id), api)
    memory = here.memory()
    await memory.recall()
    await sync_to_async(erasing.erase)(ALICE, first.id)
    with capture_logs() as logs:
        async with memory:
            await until_async(lambda: failures(logs), what="it is told")
    assert [each["reason"] for each in failures(logs)] == ["not_kept"]
    assert here.known == [] and await stored(here.session.id) == ("", 0)
