"""Whatever a language server answers: its words are used, or what was wrong with it is told."""

from __future__ import annotations

import ssl

import httpx2
import openai
import pytest
from agent_manager.providers.causes import service_error
from agent_manager.providers.errors import Reason, ServiceError
from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.habits.llm import REPLY
from livekit.agents import APIConnectionError, function_tool

from agent.providers.language.chatting import Chat

USUAL = "Certainly. You said: Good day, and that is noted."


async def failure(chat: Chat) -> ServiceError:
    """What the reply to one question fails with."""
    with pytest.raises((ServiceError, APIConnectionError)):
        await chat.ask("Good day.")
    return service_error(chat.errors[-1].error)


@pytest.mark.parametrize(
    ("habit", "reason", "status", "requests"),
    [
        ("empty", "empty", 200, 2),
        ("no_body", "empty", 200, 2),
        ("blanks", "empty", 200, 2),
        ("only_reasoning", "only_thought", 200, 2),
        ("only_think", "only_thought", 200, 2),
        ("filtered", "filtered", 200, 1),
        ("unoffered_tool", "only_tool_call", 200, 2),
        ("only_tool_call_text", "only_tool_call", 200, 2),
        ("html", "web_page", 200, 2),
        ("plain_text", "wrong_answer", 200, 2),
        ("other_json", "wrong_answer", 200, 2),
        ("redirect", "moved", 307, 1),
        ("error_in_stream", "failed", 500, 2),
        ("limited_in_stream", "limited", 500, 2),
        ("error_as_text", "failed", 500, 2),
        ("loading", "loading", 503, 1),
        ("no_credit", "unpaid", 429, 1),
        ("echoing_400", "rejected", 400, 2),
    ],
)
async def test_each_answer_without_a_reply_has_its_reason(
    chat: Chat, api: OpenAIStandIn, habit: str, reason: Reason, status: int, requests: int
) -> None:
    api.set_habit("llm", habit)
    error = await failure(chat)
    assert (error.reason, error.status, error.host) == (reason, status, "127.0.0.1")
    assert "secret" not in f"{error!r}{error}{error.field}{error.body}{error.__cause__!r}"
    assert chat.asked() == requests
    api.clear()
    assert await chat.ask("Good day.") == USUAL


@pytest.mark.parametrize("habit", ["empty", "blanks", "only_reasoning", "html", "error_in_stream"])
async def test_what_may_help_is_tried_once_more_in_silence(
    chat: Chat, api: OpenAIStandIn, habit: str
) -> None:
    api.set_habit("llm", habit, times=1)
    assert await chat.ask("Good day.") == USUAL
    assert [error.recoverable for error in chat.errors] == [True]


@pytest.mark.parametrize(
    "habit",
    [
        "trailing",
        "no_done",
        "think",
        "thinking",
        "lone_close",
        "reasoning_beside",
        "harmony",
        "im_end",
        "tool_call_text",
        "tool_call_json",
        "tool_calls_mistral",
        "unoffered_tool_beside",
        "comments",
        "empty_choices",
        "content_parts",
        "run_on",
    ],
)
async def test_the_reply_is_taken_out_of_what_is_around_it(
    chat: Chat, api: OpenAIStandIn, habit: str
) -> None:
    api.set_habit("llm", habit)
    assert (await chat.ask("Good day.")).rstrip() == REPLY
    assert (await chat.ask("Good day.")).rstrip() == REPLY
    assert not chat.errors


async def test_a_whole_answer_to_a_streamed_request_is_the_reply(
    chat: Chat, api: OpenAIStandIn
) -> None:
    api.set_habit("llm", "whole_json")
    assert await chat.ask("Good day.") == USUAL


async def test_emoji_pass_whole_or_in_halves(chat: Chat, api: OpenAIStandIn) -> None:
    api.set_habit("llm", "emoji")
    assert await chat.ask("Good day.") == "👍"
    api.set_habit("llm", "split_emoji")
    assert await chat.ask("Good day.") == "Fine 😀 and well."


@pytest.mark.parametrize(
    ("habit", "reason"),
    [
        ("filtered_midway", "filtered"),
        ("error_midway", "broken_off"),
        ("dropped", "broken_off"),
        ("page_midway", "broken_off"),
    ],
)
async def test_what_was_said_is_not_asked_for_again(
    chat: Chat, api: OpenAIStandIn, habit: str, reason: Reason
) -> None:
    assert await chat.ask("Good day.") == USUAL
    api.set_habit("llm", habit)
    assert (await failure(chat)).reason == reason
    assert chat.asked() == 2


async def test_nobody_there_is_unreachable_and_nothing_else_is(api: OpenAIStandIn) -> None:
    with OpenAIStandIn() as gone:
        chat = Chat(gone)
    assert (await failure(chat)).reason == "unreachable"


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (ssl.SSLCertVerificationError("self-signed"), "certificate"),
        (httpx2.ConnectError("refused"), "unreachable"),
        (httpx2.ConnectTimeout("late"), "unreachable"),
        (httpx2.ReadTimeout("late"), "slow"),
        (httpx2.LocalProtocolError("Illegal header value"), "unsendable"),
        (UnicodeEncodeError("ascii", "ä", 0, 1, "no"), "unsendable"),
        (httpx2.TooManyRedirects("round"), "moved"),
        (httpx2.RemoteProtocolError("closed"), "broken_off"),
        (ConnectionResetError(), "broken_off"),
        (ConnectionRefusedError(), "unreachable"),
    ],
)
def test_the_cause_tells_what_really_happened(cause: Exception, reason: Reason) -> None:
    request = httpx2.Request("POST", "http://127.0.0.1/v1/chat/completions")
    error = openai.APIConnectionError(request=request)
    error.__cause__ = cause
    outer = APIConnectionError("after 2 attempts")
    outer.__cause__ = error
    assert service_error(outer).reason == reason


async def test_a_key_that_no_header_can_carry_is_not_unreachable(
    api: OpenAIStandIn, chat: Chat
) -> None:
    chat.model._client.api_key = "sk-ключ"
    assert (await failure(chat)).reason == "unsendable"


@function_tool
async def get_tea(place: str) -> str:
    """Finds tea."""
    return place


async def test_a_tool_that_was_offered_is_called(chat: Chat, api: OpenAIStandIn) -> None:
    api.set_habit("llm", "unoffered_tool")
    chat.context.add_message(role="user", content="Tea?")
    get_tea._info.name = "get_secret"
    (call,) = (await chat.collect([get_tea])).tool_calls
    assert (call.name, call.arguments) == ("get_secret", '{"place": "here"}')
