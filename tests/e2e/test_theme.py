"""The colours that a real browser makes of the tokens: the system's theme, or the chosen one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser
from support.product import Product

pytestmark = pytest.mark.e2e
COLOURS = {"light": "rgb(251, 250, 248)", "dark": "rgb(20, 19, 18)"}
"""Of the page's paper."""
PAPER = "getComputedStyle(document.body).backgroundColor"
CHOOSE = "theme => { document.documentElement.dataset.theme = theme }"


@pytest.mark.parametrize("system", COLOURS)
def test_the_page_has_the_colours_of_the_system_until_a_theme_is_chosen(
    product: Product, chromium: Callable[..., Browser], system: str
) -> None:
    page = chromium().new_page(color_scheme=system)  # type: ignore[arg-type]
    page.goto(f"{product.url}/chat")
    assert page.evaluate(PAPER) == COLOURS[system]
    for theme, colour in COLOURS.items():
        page.evaluate(CHOOSE, theme)
        assert page.evaluate(PAPER) == colour
