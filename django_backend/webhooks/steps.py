"""The door of the deliveries for coroutines: what is long is not done where agents' steps wait."""

from __future__ import annotations

from voice_sessions.steps import WRITER, step

from webhooks import claims, sending, sweeping

claim = step(claims.claim, WRITER)
settle = step(claims.settle, WRITER)
drop = step(claims.drop, WRITER)
sweep = step(sweeping.sweep, WRITER)
letter = step(sending.letter, executor=None)
