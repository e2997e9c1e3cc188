"""What a session uses of the services."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from voice_sessions.models import Session


@dataclass(frozen=True)
class Usage:
    """Tokens that the language service read and wrote, and characters that the voice was given.

    A service that does not tell them counts as none.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0

    def since(self, before: Usage) -> Usage:
        """Returns what has come after that."""
        return Usage(
            self.input_tokens - before.input_tokens,
            self.output_tokens - before.output_tokens,
            self.characters - before.characters,
        )


def add(session_id: str, more: Usage) -> None:
    """Adds to what the session has used: each of its agents adds its own."""
    Session.objects.filter(id=session_id).update(
        input_tokens=F("input_tokens") + more.input_tokens,
        output_tokens=F("output_tokens") + more.output_tokens,
        characters=F("characters") + more.characters,
    )
