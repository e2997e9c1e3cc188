"""What the agent wrote is shown with its code, lists, tables and links, and runs nothing."""

from __future__ import annotations

import pytest
from fakes.backend import entry
from frontend.test_frontend_screens import look
from playwright.sync_api import expect
from support.site import LOOKS, Site

pytestmark = pytest.mark.e2e

WRITTEN = """Here is **how** to do it:

```python
def brew(tea: str, minutes: int = 3) -> str:
    return f"{tea} is ready after {minutes} minutes, and this line is rather long to be read"
```

| Tea | Minutes | Temperature |
|-----|---------|-------------|
| Green | 2 | 80 °C |
| Black | 4 | 95 °C |

1. Boil the water
2. Pour it, *slowly*

- not `this`
- but ~~that~~

> A wise word about tea.

See [the guide](https://example.com/guide?a=b) or https://example.com/a/very/long/address. Never
[this](javascript:alert(1)) and <img src=x onerror=alert(1)> or
<script>document.title = "x"</script>."""


@pytest.mark.parametrize(("theme", "size"), LOOKS)
def test_a_sessions_page_shows_it_formatted(site: Site, theme: str, size: str) -> None:
    said = [
        entry(1, "user", "How do I make `tea`? **Now**", "2026-11-20T14:02:10.000Z"),
        entry(3, "agent", WRITTEN, "2026-11-20T14:02:17.000Z"),
        entry(5, "agent", "👍", "2026-11-20T14:02:30.000Z"),
    ]
    page = site.open("/history", size=size, theme=theme)
    site.backend.add("formatted", site.know(page), entries=said)
    page.goto(f"{site.address}/history/formatted")
    words = page.locator('.entry[data-role="agent"] .words').first
    expect(words.locator("pre code")).to_contain_text("def brew")
    expect(words.locator("table tbody tr")).to_have_count(2)
    expect(words.locator("ol li")).to_have_count(2)
    expect(words.locator("ul li code")).to_have_text("this")
    expect(words.locator("blockquote")).to_have_text("A wise word about tea.")
    assert [link.get_attribute("href") for link in words.locator("a").all()] == [
        "https://example.com/guide?a=b",
        "https://example.com/a/very/long/address",
    ]
    assert {link.get_attribute("rel") for link in words.locator("a").all()} == {
        "noopener noreferrer"
    }
    assert words.locator("img, script").count() == 0
    expect(words).to_contain_text('<script>document.title = "x"</script>')
    expect(page.locator('.entry[data-role="user"] .words')).to_have_text(
        "How do I make `tea`? **Now**"
    )
    look(page, f"formatted-{theme}-{size}")
