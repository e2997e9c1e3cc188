"""What an operator does in a browser at the real product."""

from __future__ import annotations

import re
import sys

from playwright.sync_api import Browser, Page, expect
from support.backend import FOLDER
from support.processes import Process
from support.product import Product

PATIENCE = 30_000
PASSWORD = "seven green lamps by night"
SLUG = "harbour-desk"


def link(product: Product, role: str = "owner") -> str:
    """What `manage.py operatorlink` prints."""
    site = f"--site={product.url}"
    command = [sys.executable, "manage.py", "operatorlink", f"--role={role}", site]
    with Process(command, env=product.backend.env, cwd=FOLDER) as process:
        assert process.wait(seconds=60) == 0, process.output()
        found = re.search(r"http\S+#val_\S+", process.output())
    assert found
    return found[0]


class Desk:
    """One operator's browser at the product."""

    def __init__(self, browser: Browser, product: Product) -> None:
        self.page: Page = browser.new_context().new_page()
        self.page.set_default_timeout(PATIENCE)
        self.site = product.url

    def join(self, link: str, name: str) -> Desk:
        """Becomes an operator by a link."""
        self.page.goto(link)
        expect(self.page).to_have_url(f"{self.site}/console/join")
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Join")
        expect(self.page.get_by_role("heading", name="Agents")).to_be_visible()
        return self

    def invite(self, role: str) -> str:
        """A link that makes an operator of that role."""
        self.page.goto(f"{self.site}/console/operators")
        self.page.get_by_role("radio", name=role).check()
        self.press("Make a link")
        return self.page.locator(".copyable").inner_text()

    def open(self, slug: str = SLUG) -> Desk:
        """Goes to an agent's editor."""
        self.page.goto(f"{self.site}/console/agents/{slug}")
        return self

    def type(self, **fields: str) -> Desk:
        """Fills in fields by their names in REST."""
        for name, text in fields.items():
            self.page.fill(f"#field-{name}", text)
        return self

    def press(self, name: str) -> Desk:
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self

    def pass_(self) -> str:
        """The pass that the browser has."""
        cookies = self.page.context.cookies()
        (found,) = [each["value"] for each in cookies if each["name"].endswith("_operator")]
        return str(found)

    def told(self, text: str) -> None:
        expect(self.page.locator(".told").first).to_contain_text(text)
