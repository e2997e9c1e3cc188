"""How an entry says what a person hears and sees."""

from __future__ import annotations

from agent_manager.providers.errors import Reason

Entry = Reason | tuple[str, str]
"""Why it fails, or what is heard and what is shown."""
USUAL = ("the reply", "the words")
SLOWLY = ("the reply, late", "`reply_slow` after 6.5 s, then the words")
NOTHING = ("nothing: it was no speech", "nothing")
