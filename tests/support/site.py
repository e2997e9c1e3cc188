"""The site's pages in a real browser, in front of a backend that is a fake."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakes.backend import FakeBackend
from playwright.sync_api import Browser, Page

SIZES = {"desktop": (1180, 800), "phone": (390, 800)}


@dataclass
class Site:
    """The running site with its browser; `complaints` are what the console of any page said."""

    address: str
    backend: FakeBackend
    browser: Browser
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, size: str = "desktop", theme: str = "light") -> Page:
        """A page of a new visitor, with sessions when the address asks for them."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            timezone_id="Europe/Lisbon",
            locale="en-GB",
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
