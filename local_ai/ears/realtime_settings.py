"""What a client may set on a realtime transcription session, with OpenAI's names and defaults."""

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from local_ai.ears.vad import SpeechDetector
from local_ai.errors import invalid
from local_ai.fields import Fields, refuse
from local_ai.models import SPEECH_TO_TEXT

_UNTAKEN = {"include": "these ears have no log probability of each token."}
_CLIENT_COMMITS = ("gpt-realtime-whisper", "gpt-live-transcribe")
_SHORTEST_SILENCE_MS = 100
_SEMANTIC_SILENCE_MS = {"low": 800, "medium": 400, "auto": 400, "high": 200}


@dataclass(frozen=True)
class TurnDetection:
    """OpenAI's server_vad, with a shorter silence than its 500 ms."""

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 250

    def as_json(self) -> dict[str, Any]:
        """Returns the turn detection as OpenAI's socket tells it; times in milliseconds."""
        return {"type": "server_vad", **self.__dict__}


@dataclass(frozen=True)
class Settings:
    """A session's settings; `turn_detection` None waits for the client's commit."""

    rate: int = 24_000
    transcription: dict[str, Any] = field(default_factory=dict)
    turn_detection: TurnDetection | None = TurnDetection()

    @classmethod
    def for_model(cls, model: str | None) -> "Settings":
        """The first settings; models that OpenAI serves without server VAD wait for commits."""
        waits = (model or "").startswith(_CLIENT_COMMITS)
        return cls(
            transcription={"model": model or SPEECH_TO_TEXT},
            turn_detection=None if waits else TurnDetection(),
        )

    def updated(self, event: Fields) -> "Settings":
        """These settings with what a session.update changes; what it leaves out stays."""
        session = event.object("session")
        session.choice("type", ("transcription",), default="transcription")
        refuse(session, _UNTAKEN, {"include": ([],)})
        given = session.object("audio").object("input")
        changed = replace(
            self,
            rate=_rate(given, self.rate),
            transcription={**self.transcription, **_transcription(given)},
        )
        if not given.has("turn_detection"):
            return changed
        return replace(changed, turn_detection=_turn_detection(given))

    def detector(self, now_ms: int) -> SpeechDetector:
        """A speech detector that cuts the audio as these settings say."""
        turns = self.turn_detection
        if turns is None:
            return SpeechDetector(silence_ms=None, now_ms=now_ms)
        return SpeechDetector(
            threshold=turns.threshold,
            prefix_ms=turns.prefix_padding_ms,
            silence_ms=max(turns.silence_duration_ms, _SHORTEST_SILENCE_MS),
            now_ms=now_ms,
        )

    def as_json(self, session_id: str) -> dict[str, Any]:
        """Returns the session as OpenAI's socket tells it."""
        turns = self.turn_detection
        return {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": session_id,
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": self.rate},
                    "transcription": self.transcription,
                    "noise_reduction": None,
                    "turn_detection": turns.as_json() if turns else None,
                }
            },
            "include": None,
        }


def new_id(prefix: str) -> str:
    """An id as OpenAI writes them, such as `item_…`."""
    return f"{prefix}_{secrets.token_hex(10)}"


def _rate(given: Fields, current: int) -> int:
    if "format" not in given:
        return current
    audio = given.object("format")
    audio.choice("type", ("audio/pcm",))
    return int(audio.number("rate", 8_000, 48_000, default=current))


def _transcription(given: Fields) -> dict[str, Any]:
    if "transcription" not in given:
        return {}
    wanted = given.object("transcription")
    names = [name for name in ("model", "language", "prompt") if name in wanted]
    return {name: wanted.text(name) for name in names}


def _turn_detection(given: Fields) -> TurnDetection | None:
    if "turn_detection" not in given:
        return None
    wanted = given.object("turn_detection")
    kind = wanted.choice("type", ("server_vad", "semantic_vad"), default="server_vad")
    usual = TurnDetection()
    if kind == "semantic_vad":
        eagerness = wanted.choice("eagerness", tuple(_SEMANTIC_SILENCE_MS), default="auto")
        return replace(usual, silence_duration_ms=_SEMANTIC_SILENCE_MS[eagerness])
    return TurnDetection(
        wanted.number("threshold", 0, 1, usual.threshold),
        int(wanted.number("prefix_padding_ms", 0, 5_000, usual.prefix_padding_ms)),
        int(wanted.number("silence_duration_ms", 0, 10_000, usual.silence_duration_ms)),
    )


def check_supported(intent: str | None) -> None:
    """Raise 400 for a realtime session of another kind than transcription."""
    if intent != "transcription":
        raise invalid("intent", "Only transcription is served here: use intent=transcription.")
