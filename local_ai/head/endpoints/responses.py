"""POST /v1/responses: a reply by the newer of OpenAI's two calls; nothing of it is stored."""

from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local_ai.errors import ApiError, invalid, missing
from local_ai.fields import Fields, json_fields, refuse
from local_ai.head.asked.question import NO_LOGPROBS, NO_MODERATION, Question, question_of
from local_ai.head.endpoints.completions import answered
from local_ai.head.endpoints.response import ResponseShape
from local_ai.head.history import Spoken

_SAME = ("model", "stream", "temperature", "top_p", "prompt_cache_key", "tools", "tool_choice")
_NOTHING_KEPT = "nothing of earlier requests is kept here. Send the conversation in 'input'."
_NOTHING_LATER = "a reply is given while its client waits for it."
_UNTAKEN = {
    "access_programs": "there are none here.",
    "background": _NOTHING_LATER,
    "background_options": _NOTHING_LATER,
    "context_management": "what is too long is cut here by leaving out its oldest turns.",
    "conversation": _NOTHING_KEPT,
    "image": "this model takes text and gives text.",
    "moderation": NO_MODERATION,
    "previous_response_id": _NOTHING_KEPT,
    "prompt": "no prompts are kept here. Send their text in 'instructions' and 'input'.",
    "top_logprobs": NO_LOGPROBS,
}
"""What would change the answer and is not done here, and why not."""
_HARMLESS: dict[str, tuple[Any, ...]] = {
    "background": (False,),
    "context_management": ([],),
    "top_logprobs": (0,),
}
_LOGPROBS = "message.output_text.logprobs"
_WHOLE, _CUT = "disabled", "auto"
_NAMES = {
    "messages": "input",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
}
"""What fields of a chat completion are called here."""


async def create_response(request: Request) -> Response:
    """The reply as a response object, or as its events when `stream` is true."""
    fields = await json_fields(request)
    refuse(fields, _UNTAKEN, _HARMLESS)
    if "include" in fields and _LOGPROBS in fields.array("include"):
        message = f"'{_LOGPROBS}' is not supported: {NO_LOGPROBS}"
        raise invalid("include", message, "unsupported_value")
    try:
        return await answered(request, _question(fields), ResponseShape(fields.values))
    except ApiError as error:
        raise _renamed(error) from None


def _question(fields: Fields) -> Question:
    asked = {name: fields.given(name) for name in _SAME if name in fields}
    asked["messages"] = _messages(fields)
    if "max_output_tokens" in fields:
        asked["max_completion_tokens"] = fields.given("max_output_tokens")
    if kind := fields.object("text").object("format").values:
        asked["response_format"] = _format(kind)
    truncation = fields.choice("truncation", (_CUT, _WHOLE), default=_CUT)
    question = replace(question_of(Fields(asked)), is_kept_whole=truncation == _WHOLE)
    if "instructions" not in fields:
        return question
    told = Spoken("system", fields.text("instructions"))
    return replace(question, messages=(told, *question.messages))


def _format(given: dict[str, Any]) -> dict[str, Any]:
    """A format as chat completions have it: a schema is one level deeper there."""
    if given.get("type") != "json_schema":
        return given
    schema = {name: value for name, value in given.items() if name != "type"}
    return {"type": "json_schema", "json_schema": schema}


def _messages(fields: Fields) -> list[dict[str, Any]]:
    given = fields.given("input")
    if given is None:
        raise missing("input")
    if isinstance(given, str):
        return [{"role": "user", "content": fields.text("input")}]
    return [_message(item) for item in fields.objects("input")]


def _message(item: Fields) -> dict[str, Any]:
    """One item of the input as a message of a chat."""
    kind = item.choice("type", ("message", "function_call", "function_call_output"), "message")
    if kind == "message":
        return item.values
    if kind == "function_call_output":
        result = {"tool_call_id": item.text("call_id"), "content": item.given("output")}
        return {"role": "tool", **result}
    function = {"name": item.text("name"), "arguments": item.text("arguments", default="{}")}
    call = {"id": item.text("call_id"), "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def _renamed(error: ApiError) -> ApiError:
    """The error with the names that the fields have here."""
    for chat, name in _NAMES.items():
        for key in ("param", "message"):
            if error.body[key]:
                error.body[key] = error.body[key].replace(chat, name)
    return error
