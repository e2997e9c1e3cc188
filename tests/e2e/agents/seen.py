"""What a visitor's browser gets: every answer with its body, and every frame of its sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.browser import Tab


class Seen:
    """A record of one tab; `options` are for the context in which the tab is opened."""

    def __init__(self, folder: Path) -> None:
        self._answers = folder / "answers.har"
        self._frames: list[bytes] = []
        self.options: dict[str, Any] = {
            "record_har_path": self._answers,
            "record_har_content": "embed",
        }

    def watch(self, tab: Tab) -> None:
        """Keeps what comes over the sockets that the tab opens from now on."""
        tab.page.on("websocket", lambda socket: socket.on("framereceived", self._frame))

    def all(self, tab: Tab) -> str:
        """Returns all that the tab got, which is closed by that."""
        tab.page.context.close()
        frames = b"\n".join(self._frames).decode("utf-8", "replace")
        assert "agent-" in frames, "what the media server tells of participants is among them"
        return self._answers.read_text() + frames

    def _frame(self, payload: str | bytes) -> None:
        self._frames.append(payload.encode() if isinstance(payload, str) else payload)
