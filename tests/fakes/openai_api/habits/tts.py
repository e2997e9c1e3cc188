"""Habits of servers that speak."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from ..state import Request

HABITS: Mapping[str, Callable[[HttpRequest, Request, Callable[[], Response]], Awaitable[Response]]]
HABITS = {}
