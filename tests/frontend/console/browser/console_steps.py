"""What an operator does in a browser, one step after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from fakes.console import PASSWORD, FakeConsole
from fakes.console.filled import fill
from playwright.sync_api import Page
from support.site import Site

Step = Callable[[Page, FakeConsole], Any]


def at(path: str) -> Step:
    return lambda page, _: page.goto(page.url.partition("/console")[0] + path)


def press(name: str, *, role: Any = "button", goes: bool = True) -> Step:
    """Presses what has that name; it opens something on the page where it `goes` nowhere."""

    def step(page: Page, _: FakeConsole) -> None:
        with page.expect_navigation() if goes else nullcontext():
            page.get_by_role(role, name=re.compile(name)).first.click()

    return step


def sign_in(name: str, password: str = PASSWORD) -> Step:
    def step(page: Page, _: FakeConsole) -> None:
        page.fill("#username", name)
        page.fill("#password", password)
        press("^Sign in$")(page, _)

    return step


def opened(site: Site, path: str) -> Page:
    """A page of the console, of somebody who has signed in."""
    backend: Any = site.backend
    fill(backend)
    page = site.open("/console/sign-in")
    sign_in("mara")(page, backend)
    page.goto(f"{site.address}{path}")
    return page
