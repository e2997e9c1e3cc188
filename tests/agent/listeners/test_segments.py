"""One segment a turn: what a session of livekit-agents reports, as events."""

from __future__ import annotations

import asyncio

import pytest
from agent_manager.listeners.segments import Segments
from voice_sessions.events import Final, Interim, Message, Speech

QUIET = 0.05


@pytest.fixture
def emitted() -> list[Message]:
    return []


@pytest.fixture
async def segments(emitted: list[Message]) -> Segments:
    return Segments(emitted.append, quiet_after=QUIET)


def outline(messages: list[Message]) -> list[str]:
    """A line for each message: who, what, words."""
    lines = []
    for message in messages:
        match message:
            case Speech():
                lines.append(f"{message.role} {message.event}")
            case Interim():
                lines.append(f"{message.role} … {message.text}")
            case Final():
                cut = " (interrupted)" if message.interrupted else ""
                lines.append(f"{message.role}: {message.text}{cut}")
            case _:
                lines.append(message.payload()["event"])
    return lines


def segment_ids(messages: list[Message]) -> set[str]:
    return {m.segment for m in messages if isinstance(m, Speech | Interim | Final)}


async def quiet() -> None:
    """Returns after the pause that ends a person's speech, by the loop's own order of timers."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(QUIET * 1.5, done.set_result, None)
    await done


async def test_a_persons_turn_is_one_segment_with_accumulated_interims(segments, emitted):
    segments.user_speaking()
    segments.user_words_recognised("I would", settled=False)
    segments.user_words_recognised("I would like", settled=True)
    segments.user_silent()
    segments.user_speaking()
    segments.user_words_recognised("a table", settled=False)
    segments.user_silent()
    await quiet()
    segments.user_committed("I would like a table.")
    assert outline(emitted) == [
        "user speech_started",
        "user … I would",
        "user … I would like",
        "user … I would like a table",
        "user speech_ended",
        "user: I would like a table.",
    ]
    assert len(segment_ids(emitted)) == 1


async def test_a_turn_that_is_committed_early_ends_its_speech_first(segments, emitted):
    segments.user_speaking()
    segments.user_committed("Stop.")
    assert outline(emitted) == ["user speech_started", "user speech_ended", "user: Stop."]
    await quiet()
    assert len(emitted) == 3


async def test_noise_without_words_leaves_a_pair_and_no_final(segments, emitted):
    segments.user_speaking()
    segments.user_silent()
    await quiet()
    segments.user_speaking()
    assert outline(emitted) == ["user speech_started", "user speech_ended", "user speech_started"]
    assert len(segment_ids(emitted)) == 2


async def test_words_so_far_that_were_none_are_taken_back(segments, emitted):
    segments.user_speaking()
    segments.user_words_recognised("the", settled=False)
    segments.user_words_taken_back()
    segments.user_words_taken_back()
    assert outline(emitted)[1:] == ["user … the", "user … "]
    assert segments.progress == [] and segments.user_words == ""
    segments.user_words_recognised("Yes,", settled=True)
    segments.user_words_recognised("uh", settled=False)
    segments.user_words_taken_back()
    assert outline(emitted)[-1] == "user … Yes,"


async def test_words_that_no_voice_activity_announced_are_kept(segments, emitted):
    segments.user_words_recognised("hello", settled=True)
    segments.user_committed("Hello.")
    assert outline(emitted) == ["user … hello", "user: Hello."]


async def test_the_agents_words_follow_its_voice(segments, emitted):
    segments.agent_words_spoken("Hello ")
    assert emitted == []
    segments.agent_speaking()
    segments.agent_words_spoken("there.")
    segments.agent_said("Hello there.", interrupted=False)
    segments.agent_silent()
    assert outline(emitted) == [
        "agent speech_started",
        "agent … Hello",
        "agent … Hello there.",
        "agent speech_ended",
        "agent: Hello there.",
    ]


async def test_late_words_of_a_settled_reply_open_nothing(segments, emitted):
    segments.agent_speaking()
    segments.agent_said("One.", interrupted=False)
    segments.agent_words_spoken("One.")
    segments.agent_words_over()
    count = len(emitted)
    segments.agent_speaking()
    assert outline(emitted[count:]) == ["agent speech_started"]


async def test_an_interrupted_reply_keeps_what_was_heard(segments, emitted):
    segments.agent_speaking()
    segments.agent_words_spoken("I can book")
    segments.agent_silent()
    segments.user_speaking()
    segments.agent_said("I can book", interrupted=True)
    assert outline(emitted)[-3:] == [
        "agent speech_ended",
        "user speech_started",
        "agent: I can book (interrupted)",
    ]


async def test_a_reply_resumed_after_a_false_interruption_goes_on_in_a_new_segment(
    segments, emitted
):
    segments.agent_speaking()
    segments.agent_words_spoken("One two ")
    segments.agent_silent()
    segments.agent_speaking()
    segments.agent_words_spoken("three.")
    segments.agent_said("One two three.", interrupted=False)
    finals = [line for line in outline(emitted) if line.startswith("agent:")]
    assert finals == ["agent: One two", "agent: three."]
    assert len(segment_ids(emitted)) == 2


async def test_a_reply_that_was_never_heard_leaves_nothing(segments, emitted):
    segments.agent_said("You never heard this.", interrupted=True)
    assert emitted == []


async def test_the_end_settles_what_is_open(segments, emitted):
    segments.agent_thinking(True)
    segments.user_speaking()
    segments.user_words_recognised("and then", settled=False)
    segments.agent_speaking()
    segments.agent_words_spoken("Let me")
    segments.settle()
    assert outline(emitted)[-4:] == [
        "user speech_ended",
        "user: and then",
        "agent speech_ended",
        "agent: Let me (interrupted)",
    ]
    assert outline(emitted).count("thinking_started") == outline(emitted).count("thinking_ended")
