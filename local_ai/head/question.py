"""A request for a reply as this server takes it: messages, limits, and how it is to be answered."""

from dataclasses import dataclass
from typing import Any

from local_ai.errors import invalid
from local_ai.fields import Fields
from local_ai.head.history import Spoken

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_FORMATS = ("text", "json_object", "json_schema")
_MOST_STOPS = 4
LONGEST_KEY = 200
_UNTAKEN = ("tools", "functions", "audio", "modalities", "web_search_options", "prediction")
_HARMLESS = {"modalities": ["text"]}


@dataclass(frozen=True)
class Question:
    """What is asked for. `key` is the session's, "" when there is none.

    `longest` is the most tokens that the caller takes, `format` OpenAI's response_format when it
    asks for JSON, and `sampling` what it says of temperature and such, by llama.cpp's names.
    """

    messages: tuple[Spoken, ...]
    key: str
    longest: int | None
    format: dict[str, Any] | None
    sampling: dict[str, Any]
    stop: tuple[str, ...]
    is_streamed: bool
    has_usage: bool


def question_of(fields: Fields) -> Question:
    """Returns what the fields of a request ask; raises ApiError that names the wrong one."""
    fields.text("model")
    messages = messages_of(fields)
    fields.number("n", 1, 1, default=1)
    _refuse_untaken(fields)
    is_streamed = fields.boolean("stream")
    options = fields.object("stream_options")
    if "stream_options" in fields and not is_streamed:
        raise invalid("stream_options", "'stream_options' is only allowed when streaming.")
    return Question(
        messages=messages,
        key=fields.text("prompt_cache_key", default=" ", longest=LONGEST_KEY).strip(),
        longest=_longest(fields),
        format=_format(fields),
        sampling=_sampling(fields),
        stop=_stop(fields),
        is_streamed=is_streamed,
        has_usage=options.boolean("include_usage"),
    )


def messages_of(fields: Fields) -> tuple[Spoken, ...]:
    """Returns the messages of a request; raises ApiError that names the wrong one."""
    return tuple(_message(entry, at) for at, entry in enumerate(fields.array("messages")))


def _refuse_untaken(fields: Fields) -> None:
    """400 for what would change the answer and is not done here, as OpenAI's models say it."""
    if "tools" in fields and fields.given("tool_choice") == "none":
        return
    for name in _UNTAKEN:
        if fields.given(name) and fields.given(name) != _HARMLESS.get(name):
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise invalid(name, message, "unsupported_parameter")


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


def _message(entry: Any, at: int) -> Spoken:
    where = f"messages[{at}]"
    if not isinstance(entry, dict):
        raise invalid(where, f"Invalid type for '{where}': expected an object.", "invalid_type")
    role = Fields(entry, where).choice("role", _ROLES)
    content = entry.get("content")
    if content is None and role == "assistant":
        content = ""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        content = " ".join(str(part.get("text", "")) for part in parts)
    if not isinstance(content, str):
        where += ".content"
        raise invalid(where, f"'{where}' must be text or a list of parts.", "invalid_type")
    return Spoken(role, content)
