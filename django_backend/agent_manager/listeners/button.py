"""What is known of a person's button to talk: whether it is held, and when it was let go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Button:
    """A person's turn is not over while they hold it.

    `let_go_at` is when the microphone was last switched off, in seconds since 1970; 0.0 before.
    """

    is_held: bool = False
    let_go_at: float = 0.0
