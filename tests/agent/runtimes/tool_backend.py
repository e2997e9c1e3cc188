"""`python -m agent.runtimes.tool_backend`: the backend, whose agents have a slow tool."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import Any

import django
from agents.agent import Agent
from livekit.agents import function_tool

TOOL_SECONDS = 1.0


@function_tool
async def get_secret(place: str) -> str:
    """Tells what is kept in a place."""
    await asyncio.sleep(TOOL_SECONDS)
    return f"Nothing is kept {place}."


def main() -> None:
    """Runs the backend until it is stopped."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from agents import resolving

    usual = resolving.resolve

    def with_tool(*fields: Any, **named: Any) -> Agent:
        return replace(usual(*fields, **named), tools=(get_secret,))

    resolving.resolve = with_tool
    from serving.server import main as serve

    serve()


if __name__ == "__main__":
    main()
