"""The site's pages in a real browser, in front of a backend that is a fake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fakes.backend import FakeBackend
from playwright.sync_api import Browser, Page

from flask_frontend.languages.catalogue import SOURCE, words_in

from .slow import but_first

SIZES = {"desktop": (1180, 800), "phone": (390, 800)}
LOOKS = but_first(
    [("light", "desktop"), ("dark", "phone"), ("dark", "desktop"), ("light", "phone")],
    len(SIZES),
)
"""Themes and sizes of a page: each at least once in `make test`, all pairs in `make faults`."""


@dataclass
class Site:
    """The running site with its browser; `complaints` are what the console of any page said."""

    address: str
    backend: FakeBackend
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def open(
        self, path: str, *, size: str = "desktop", theme: str = "light", language: str = "en-GB"
    ) -> Page:
        """A page of a new visitor, with sessions when the address asks for them."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Europe/Lisbon",
            locale=language,
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.goto(self.address + path)
        return page

    def know(self, page: Page) -> str:
        """The visitor whom the page's cookie names."""
        page.goto(f"{self.address}/history")
        return self.backend.asked[-1].visitor


_SHOWN = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode.textContent);
  for (const element of document.querySelectorAll("[aria-label], [placeholder], [title]"))
    texts.push(element.ariaLabel, element.getAttribute("placeholder"), element.title);
  return texts.filter(Boolean).map((text) => text.trim());
}"""
_WIDER = """() => document.documentElement.scrollWidth - window.innerWidth"""


def leaves(words: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a language, with its key."""
    for name, value in words.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, str):
            yield key, value
        else:
            yield from leaves(value, key)


def left_in_english(page: Page, language: str) -> list[str]:
    """The texts and labels of a page that the English catalogue has and this language's has not."""
    own = {text for _, text in leaves(words_in(language))}
    english = {text for _, text in leaves(words_in(SOURCE))} - own
    return [text for text in page.evaluate(_SHOWN) if text in english]


def sticks_out(page: Page) -> bool:
    """Whether a page is wider than its window."""
    return bool(page.evaluate(_WIDER) > 0)
