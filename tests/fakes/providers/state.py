"""What the stand-ins were asked, what they answer, and which of them fail."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

Name = Literal["deepgram", "anthropic", "elevenlabs"]
Fault = Literal["", "wrong_key", "failing", "mute"]


@dataclass
class State:
    """The controls of the stand-ins; `asked` is what came, by the provider's name."""

    key: str = "key-of-the-providers"
    transcripts: deque[str] = field(default_factory=deque)
    replies: deque[Any] = field(default_factory=deque)
    """A text, or the name and the arguments of a tool that is called."""
    faults: dict[Name, Fault] = field(default_factory=dict)
    asked: dict[Name, list[Any]] = field(default_factory=dict)

    def clear(self) -> None:
        """Everything works, and nobody has asked."""
        self.transcripts.clear()
        self.replies.clear()
        self.faults.clear()
        self.asked.clear()

    def note(self, name: Name, what: Any) -> None:
        """Keeps what was asked."""
        self.asked.setdefault(name, []).append(what)

    def refusal(self, name: Name, key: str | None) -> int:
        """The status with which a request is refused, 0 where it is not."""
        fault = self.faults.get(name, "")
        if fault == "failing":
            return 503
        return 401 if fault == "wrong_key" or key != self.key else 0
