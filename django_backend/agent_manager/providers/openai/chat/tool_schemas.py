"""Tools as a request of OpenAI's API names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from livekit.agents.llm import Tool, ToolContext


def schemas_of(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """Returns what `tools` of a request is: a kind and a function for each."""
    return ToolContext(list(tools)).parse_function_tools("openai", strict=True)
