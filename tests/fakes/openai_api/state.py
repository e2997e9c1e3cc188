"""What the stand-in was asked, what it answers, how slowly, and what goes wrong."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["stt", "llm", "tts"]
FaultName = Literal[
    "none",
    "refuse_401",
    "limit_429",
    "error_500",
    "slow_5s",
    "hang",
    "drop_mid_stream",
    "garbage",
]
RealtimeHabit = Literal["", "mute", "never_transcribes", "empty_transcripts", "strange_events"]
"""How the realtime socket differs: it says nothing at all; all but words; words that are none;
events that OpenAI does not have."""
KINDS: tuple[Kind, ...] = get_args(Kind)
FAULTS: tuple[FaultName, ...] = get_args(FaultName)

SLOW_SECONDS = 5.0
Calls = Sequence[tuple[str, dict[str, Any]]]
"""Calls of tools in one answer: name and arguments of each."""


@dataclass(frozen=True)
class Delays:
    """Seconds: speech end to text, prompt to the first token, between words, text to sound."""

    stt: float = 0.25
    llm_first_token: float = 0.35
    llm_word: float = 0.01
    tts_first_byte: float = 0.15
    stt_interim: float = 0.0
    """Above 0 the realtime socket hears a word in each such time while somebody speaks, and `stt`
    counts from the end of speech; at 0 all words come after the server's silence."""


@dataclass(frozen=True)
class Request:
    """One request as it arrived. Fields that its endpoint does not have are None."""

    method: str
    path: str
    authorization: str | None
    model: str | None = None
    prompt: str | None = None
    messages: list[dict[str, Any]] | None = None
    input: str | None = None
    voice: str | None = None
    response_format: str | None = None
    language: str | None = None
    stream: bool | None = None
    audio_seconds: float | None = None
    session: dict[str, Any] | None = None
    speed: float | None = None
    temperature: float | None = None
    tools: list[dict[str, Any]] | None = None
    at: float = field(default_factory=time.time)


@dataclass
class _Fault:
    name: FaultName
    left: int | None
    said: str | None


@dataclass
class _Habit:
    name: str
    left: int | None


class State:
    """Everything a test reads and switches while the stand-in runs; safe from any thread."""

    def __init__(self, delays: Delays | None = None, *, realtime: bool = True) -> None:
        self.delays = delays or Delays()
        self.realtime = realtime
        self.realtime_habit: RealtimeHabit = ""
        self.needs_model = True
        self.accepted_key: str | None = None
        self.transcript = "Please tell me what you can do for me."
        self.reply = "Certainly. You said: {said}, and that is noted."
        self.tone_seconds = 0.0
        """Above 0 whatever is to be spoken is a steady tone that lasts so long."""
        self.needs_voice = True
        """Whether a request for speech has to name a voice, as OpenAI's has."""
        self._transcripts: deque[str] = deque()
        self._calls: deque[Calls] = deque()
        self._requests: list[Request] = []
        self._faults: dict[Kind, _Fault] = {}
        self._suffered: Counter[Kind] = Counter()
        self._habits: dict[Kind, _Habit] = {}
        self._hung_up: Counter[Kind] = Counter()
        self._at_once: Counter[Kind] = Counter()
        self._most_at_once: Counter[Kind] = Counter()
        self._lock = threading.Lock()

    def record(self, request: Request) -> None:
        """Adds one request to the list that tests read."""
        with self._lock:
            self._requests.append(request)

    def requests(self, path: str | None = None) -> list[Request]:
        """All requests in the order of their arrival, or those to one path."""
        with self._lock:
            return [asked for asked in self._requests if path in (None, asked.path)]

    def clear(self) -> None:
        """Forgets requests, queued transcripts and faults, also those that were met."""
        with self._lock:
            self._requests.clear()
            self._transcripts.clear()
            self._calls.clear()
            self._faults.clear()
            self._habits.clear()
            self.realtime_habit = ""
            self._suffered.clear()
            self._hung_up.clear()
            self._most_at_once.clear()

    def queue_transcripts(self, *texts: str) -> None:
        """The next utterances are heard as these, one each; then `transcript` again."""
        with self._lock:
            self._transcripts.extend(texts)

    def next_transcript(self) -> str:
        """What the next utterance is heard as."""
        with self._lock:
            return self._transcripts.popleft() if self._transcripts else self.transcript

    def queue_calls(self, *turns: Calls) -> None:
        """The next requests that offer tools are answered by these calls, one turn each."""
        with self._lock:
            self._calls.extend(turns)

    def next_calls(self) -> Calls:
        """The calls that answer a request which offers tools; none mostly."""
        with self._lock:
            return self._calls.popleft() if self._calls else ()

    def reply_to(self, said: str, result: str = "") -> str:
        """The scripted reply; `{said}` in it becomes the person's last words, `{tool}` the last
        answer of a tool.
        """
        return self.reply.replace("{said}", said.rstrip(" .?!")).replace("{tool}", result)

    def set_fault(
        self, kind: Kind, fault: FaultName, times: int | None = None, said: str | None = None
    ) -> None:
        """From now on `kind` fails that way, `times` times or until it is set to "none".

        With `said` only requests fail whose last message is that.
        """
        if kind not in KINDS or fault not in FAULTS:
            raise ValueError(f"unknown fault {fault!r} of kind {kind!r}")
        with self._lock:
            self._faults[kind] = _Fault(fault, times, said)

    def take_fault(
        self, kind: Kind, among: tuple[FaultName, ...] = FAULTS, asked: Request | None = None
    ) -> FaultName:
        """The fault that this request suffers, "none" mostly; each use counts."""
        said = asked.messages[-1].get("content") if asked and asked.messages else None
        with self._lock:
            fault = self._faults.get(kind)
            if fault is None or fault.left == 0 or fault.name not in among:
                return "none"
            if fault.said not in (None, said):
                return "none"
            if fault.left is not None:
                fault.left -= 1
            if fault.name != "none":
                self._suffered[kind] += 1
            return fault.name

    def set_habit(self, kind: Kind, habit: str, times: int | None = None) -> None:
        """From now on `kind` answers by that habit, `times` times or until it is set to ""."""
        with self._lock:
            self._habits[kind] = _Habit(habit, times)

    def take_habit(self, kind: Kind) -> str:
        """The habit by which this request is answered, "" mostly."""
        with self._lock:
            habit = self._habits.get(kind)
            if habit is None or habit.left == 0:
                return ""
            if habit.left is not None:
                habit.left -= 1
            return habit.name

    def suffered(self, kind: Kind) -> int:
        """How many requests of the kind have met a fault since the start or `clear`."""
        with self._lock:
            return self._suffered[kind]

    def begins(self, kind: Kind) -> None:
        """A request of the kind is being answered."""
        with self._lock:
            self._at_once[kind] += 1
            self._most_at_once[kind] = max(self._most_at_once[kind], self._at_once[kind])

    def ends(self, kind: Kind) -> None:
        """A request of the kind has its answer, or nobody waits for it any more."""
        with self._lock:
            self._at_once[kind] -= 1

    def most_at_once(self, kind: Kind) -> int:
        """How many requests of the kind waited for their first byte at the same time."""
        with self._lock:
            return self._most_at_once[kind]

    def left_waiting(self, kind: Kind) -> None:
        """Somebody hung up before they had the whole answer."""
        with self._lock:
            self._hung_up[kind] += 1

    def hung_up(self, kind: Kind) -> int:
        """How many requests of the kind were hung up on since the start or `clear`."""
        with self._lock:
            return self._hung_up[kind]

    def as_json(self) -> list[dict[str, Any]]:
        """The recorded requests as GET /requests answers them."""
        return [asdict(asked) for asked in self.requests()]
