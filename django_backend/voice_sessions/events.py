"""Every message that a socket may carry, declared once and strictly.

Durable events have a number (`seq`) and are stored; transient ones may be lost. The page's tests
read the JSON schema of this declaration (`manage.py eventschema`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypedDict

from common.text import cut, mend
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, WithJsonSchema

from .endings import EndReason, known

Role = Literal["user", "agent"]
TEXT_LENGTH = 20_000
"""Characters of one message: more than anybody says in one turn. What is longer is cut."""
Text = Annotated[str, AfterValidator(lambda text: cut(mend(text), TEXT_LENGTH))]
"""Words of people and models, such that every database, socket and page takes them."""
SEGMENT_LENGTH = 64
Segment = Annotated[str, Field(min_length=1, max_length=SEGMENT_LENGTH)]
Milliseconds = Annotated[int, Field(ge=0)]
Call = Annotated[str, Field(min_length=1, max_length=64)]
ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
SUMMARY_LENGTH = 300
Summary = Annotated[str, AfterValidator(lambda text: cut(mend(text), SUMMARY_LENGTH))]
ARGUMENTS_LENGTH = 1000
"""Characters of JSON that are kept of a tool's arguments."""
EventNumber = Annotated[int, Field(ge=1)]
Reason = Annotated[
    str,
    AfterValidator(known),
    WithJsonSchema({"enum": list(EndReason.values), "type": "string"}),
]


class OpenWords(TypedDict):
    """The words so far of a segment that is not settled."""

    segment: str
    role: Role
    text: str


def _require_constants(schema: dict[str, Any]) -> None:
    """Makes keys with one possible value required: they are always sent and tell messages apart."""
    constants = [name for name, field in schema["properties"].items() if "const" in field]
    schema["required"] = sorted({*schema.get("required", []), *constants})


class Message(BaseModel):
    """A message without its time and number, which the store adds."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # it may be somebody's words
        json_schema_extra=_require_constants,
    )

    def payload(self) -> dict[str, Any]:
        """Returns the JSON object as it is stored and sent, without keys that are not set."""
        return self.model_dump(exclude_none=True)


class Interim(Message):
    """Words of an open segment so far; "" where those that were told were none after all."""

    role: Role
    text: Text
    segment: Segment
    final: Literal[False] = False


class Final(Message):
    """The settled words of a segment; `order` defaults to the seq of its speech_started.

    A `typed` one was written and not spoken. `answers` is the number of the last typed one that a
    reply which is only shown answers. A `filler` is said while a tool is waited for, and answers
    nothing.
    """

    role: Role
    text: Text
    segment: Segment
    final: Literal[True] = True
    interrupted: Literal[True] | None = None
    typed: Literal[True] | None = None
    filler: Literal[True] | None = None
    answers: EventNumber | None = None


class Speech(Message):
    """Somebody began or stopped speaking: one pair a segment.

    `answers` is the number of the last typed final that the reply which begins here answers.
    """

    role: Role
    event: Literal["speech_started", "speech_ended"]
    segment: Segment
    answers: EventNumber | None = None


class Thinking(Message):
    """The agent began or stopped preparing a reply."""

    role: Literal["agent"] = "agent"
    event: Literal["thinking_started", "thinking_ended"]


class SessionStarted(Message):
    """The agent can hear."""

    event: Literal["session_started"] = "session_started"


class SessionEnded(Message):
    """The last event of every session."""

    event: Literal["session_ended"] = "session_ended"
    reason: Reason


class LocalLanguage(Message):
    """Who replies in a session whose language is offline: the model, or the script and why."""

    event: Literal["local_language"] = "local_language"
    by: Literal["model", "script"]
    reason: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,64}$")] = ""


class ServiceSwitched(Message):
    """The `fallback` of a service took over, or its `first` choice works again.

    `reason` is the kind of failure, or `recovered`. Which providers those are is nobody's but the
    operators': the log tells.
    """

    event: Literal["service_switched"] = "service_switched"
    service: Literal["stt", "llm", "tts"]
    to: Literal["fallback", "first"]
    reason: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]


class TurnTimes(Message):
    """Where the time went for which a person waited for a reply, in whole milliseconds.

    It runs from the end of their speech (`asked` is that segment) until the reply (`segment`) was
    heard; `way_ms` is how long sound is on its way to the agent and back. The parts follow each
    other in the order in which they stand here, and their sum is `wait_ms`: one that is not known
    is left out, and its time counts to the next. `tools_ms` is the share that tools had of them. A
    part that was over before the one before it took no time.
    """

    event: Literal["turn_times"] = "turn_times"
    segment: Segment
    asked: Segment | None = None
    wait_ms: Milliseconds
    takeover_ms: Milliseconds | None = None
    text_ms: Milliseconds | None = None
    decision_ms: Milliseconds | None = None
    token_ms: Milliseconds | None = None
    sound_ms: Milliseconds | None = None
    heard_ms: Milliseconds | None = None
    way_ms: Milliseconds | None = None
    tools_ms: Milliseconds | None = None
    guess: Literal["hit", "missed", "none"] | None = None


class ToolStarted(Message):
    """The agent uses a tool; `call` tells its calls apart.

    `arguments` have what the tool's settings call secret hidden, and are cut to 1,000 characters.
    """

    event: Literal["tool_started"] = "tool_started"
    call: Call
    name: ToolName
    arguments: dict[str, Any] = Field(default_factory=dict)


class ToolEnded(Message):
    """What came of it: `summary` is for people, without what the tool's settings call secret."""

    event: Literal["tool_ended"] = "tool_ended"
    call: Call
    name: ToolName
    ok: bool
    milliseconds: Milliseconds
    summary: Summary = ""


class ErrorEvent(Message):
    """Something failed; `message` is for the person, `fatal` means that the session ends."""

    event: Literal["error"] = "error"
    code: Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")]
    message: Annotated[str, Field(min_length=1, max_length=500)]
    fatal: bool


class CaughtUp(Message):
    """The backlog has been sent; not `recovered` means that it began anew from the start."""

    event: Literal["caught_up"] = "caught_up"
    seq: Annotated[int, Field(ge=0)]
    recovered: bool


class Pong(Message):
    """The answer to a ping."""

    event: Literal["pong"] = "pong"


class Timed(Message):
    """What the sender adds to a transient message."""

    at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]


class Numbered(Timed):
    """What the store adds to a durable event."""

    seq: Annotated[int, Field(ge=1)]


class InterimMessage(Interim, Timed):
    """An interim as sockets get it."""


class FinalMessage(Final, Numbered):
    """A final as sockets get it; people read finals sorted by `order`."""

    order: Annotated[int, Field(ge=1)]


class SpeechMessage(Speech, Numbered):
    """A speech event as sockets get it."""


class ThinkingMessage(Thinking, Timed):
    """A thinking event as sockets get it."""


class SessionStartedMessage(SessionStarted, Numbered):
    """The session_started event as sockets get it."""


class SessionEndedMessage(SessionEnded, Numbered):
    """The session_ended event as sockets get it."""


class LocalLanguageMessage(LocalLanguage, Numbered):
    """A local_language event as sockets get it."""


class ServiceSwitchedMessage(ServiceSwitched, Numbered):
    """A service_switched event as sockets get it."""


class TurnTimesMessage(TurnTimes, Numbered):
    """A turn_times event as sockets get it."""


class ToolStartedMessage(ToolStarted, Numbered):
    """A tool_started event as sockets get it."""


class ToolEndedMessage(ToolEnded, Numbered):
    """A tool_ended event as sockets get it."""


class ErrorMessage(ErrorEvent, Numbered):
    """An error as sockets get it."""


Durable = (
    Final
    | Speech
    | SessionStarted
    | SessionEnded
    | LocalLanguage
    | ServiceSwitched
    | TurnTimes
    | ToolStarted
    | ToolEnded
    | ErrorEvent
)
SOCKET_MESSAGES: TypeAdapter[Any] = TypeAdapter(
    InterimMessage
    | FinalMessage
    | SpeechMessage
    | ThinkingMessage
    | SessionStartedMessage
    | SessionEndedMessage
    | LocalLanguageMessage
    | ServiceSwitchedMessage
    | TurnTimesMessage
    | ToolStartedMessage
    | ToolEndedMessage
    | ErrorMessage
    | CaughtUp
    | Pong
)


def type_of(message: Durable) -> str:
    """Returns the stored event's type: `final`, or the name in `event`."""
    return "final" if isinstance(message, Final) else message.event


def seconds_of(at: str) -> float:
    """Returns the seconds since 1970 of a `timestamp`."""
    return datetime.fromisoformat(at).timestamp()


def timestamp(at: datetime) -> str:
    """Returns RFC 3339 in UTC with milliseconds: 2026-01-31T12:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
