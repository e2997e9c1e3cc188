"""Operators of each role, and others beside them."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

KEY = "sk-canary-of-a-stored-key-WXYZ"
"""What no answer, page or log line may show."""


@dataclass
class People:
    """A client for each role, one of a program that makes agents, and a stranger's."""

    owner: httpx.AsyncClient
    editor: httpx.AsyncClient
    viewer: httpx.AsyncClient
    program: httpx.AsyncClient
    stranger: httpx.AsyncClient
