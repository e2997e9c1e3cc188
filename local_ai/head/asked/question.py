"""A request for a reply as this server takes it: messages, limits, and how it is to be answered."""

from dataclasses import dataclass
from typing import Any

from local_ai.errors import invalid
from local_ai.fields import Fields, refuse
from local_ai.head.asked.messages import messages_of
from local_ai.head.asked.tools import Tools, tools_of
from local_ai.head.history import Spoken

_FORMATS = ("text", "json_object", "json_schema")
_MOST_STOPS, _MOST_CHOICES = 4, 128
LONGEST_KEY = 200
NO_LOGPROBS = "how likely each token was is not told here."
NO_MODERATION = "nothing here judges what is said."
_TEXT_ONLY = "a reply is text here, which POST /v1/audio/speech speaks."
_UNTAKEN = {
    "audio": _TEXT_ONLY,
    "modalities": _TEXT_ONLY,
    "functions": "'tools' have taken its place.",
    "function_call": "'tool_choice' has taken its place.",
    "logit_bias": "single tokens cannot be made likelier here.",
    "logprobs": NO_LOGPROBS,
    "top_logprobs": NO_LOGPROBS,
    "moderation": NO_MODERATION,
    "prediction": "a reply is always written from its beginning here.",
    "web_search_options": "this server works without the internet.",
}
"""What would change the answer and is not done here, and why not."""
_HARMLESS: dict[str, tuple[Any, ...]] = {
    "modalities": (["text"],),
    "functions": ([],),
    "function_call": ("none",),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
}


@dataclass(frozen=True)
class Question:
    """What is asked for. `key` is the session's, "" when there is none.

    `longest` is the most tokens that the caller takes, `format` OpenAI's response_format when it
    asks for JSON, `tools` are those that may be used, and `sampling` is what it says of temperature
    and such, by llama.cpp's names. `is_kept_whole` says that no turn may be left out.
    """

    messages: tuple[Spoken, ...]
    key: str
    longest: int | None
    format: dict[str, Any] | None
    tools: Tools | None
    sampling: dict[str, Any]
    stop: tuple[str, ...]
    is_streamed: bool
    has_usage: bool
    is_kept_whole: bool = False


def question_of(fields: Fields) -> Question:
    """Returns what the fields of a request ask; raises ApiError that names the wrong one."""
    fields.text("model")
    messages = messages_of(fields)
    if fields.number("n", 1, _MOST_CHOICES, default=1) != 1:
        raise invalid("n", "This model gives one choice: 'n' must be 1.", "unsupported_value")
    refuse(fields, _UNTAKEN, _HARMLESS)
    is_streamed = fields.boolean("stream")
    options = fields.object("stream_options")
    if "stream_options" in fields and not is_streamed:
        raise invalid("stream_options", "'stream_options' is only allowed when streaming.")
    tools, wanted = tools_of(fields), _format(fields)
    if tools is not None and wanted is not None:
        message = "This model takes no 'response_format' but text together with 'tools'."
        raise invalid("response_format", message, "unsupported_parameter")
    return Question(
        messages=messages,
        key=fields.text("prompt_cache_key", default=" ", longest=LONGEST_KEY).strip(),
        longest=_longest(fields),
        format=wanted,
        tools=tools,
        sampling=_sampling(fields),
        stop=_stop(fields),
        is_streamed=is_streamed,
        has_usage=options.boolean("include_usage"),
    )


def _sampling(fields: Fields) -> dict[str, Any]:
    bounds = {
        "temperature": (0, 2),
        "top_p": (0, 1),
        "presence_penalty": (-2, 2),
        "frequency_penalty": (-2, 2),
    }
    found: dict[str, Any] = {
        name: fields.number(name, low, high, default=1)
        for name, (low, high) in bounds.items()
        if name in fields
    }
    if "seed" in fields:
        found["seed"] = int(fields.number("seed", -(2**63), 2**63, default=0)) % 2**32
    return found


def _stop(fields: Fields) -> tuple[str, ...]:
    given = fields.given("stop")
    stops = [given] if isinstance(given, str) else given or []
    if not (isinstance(stops, list) and all(isinstance(each, str) and each for each in stops)):
        raise invalid("stop", "'stop' must be a string or a list of strings.", "invalid_type")
    if len(stops) > _MOST_STOPS:
        raise invalid("stop", f"'stop' may have {_MOST_STOPS} entries.", "array_above_max_length")
    return tuple(stops)


def _format(fields: Fields) -> dict[str, Any] | None:
    wanted = fields.object("response_format")
    if "response_format" not in fields:
        return None
    kind = wanted.choice("type", _FORMATS)
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": kind}
    schema = wanted.object("json_schema")
    if "schema" not in schema:
        where = schema.where("schema")
        raise invalid(
            where, f"Missing required parameter: '{where}'.", "missing_required_parameter"
        )
    return {"type": kind, "json_schema": {"schema": schema.object("schema").values}}


def _longest(fields: Fields) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        if name in fields:
            return int(fields.number(name, 1, 1_000_000, default=1))
    return None
