"""The server's log, which tells exceptions by type and place: their messages may have words."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from http_limits.failures import by_place

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
"""What `sys.exc_info` gives."""


class WithoutWords(logging.Formatter):
    """Formats exceptions by type and place."""

    def formatException(self, ei: Raised) -> str:
        """The types of an exception and its causes, and where they arose."""
        return by_place(ei[1]) if ei[1] else ""


def set_up() -> None:
    """Has all lines go to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutWords("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
