"""What an owner sets up at the console beside an agent's own fields."""

from __future__ import annotations

import json
from collections.abc import Mapping

from playwright.sync_api import expect

from .desk import Desk


def allow(desk: Desk, *ports: int) -> None:
    """Lets agents reach these ports of this machine."""
    desk.page.get_by_role("link", name="Allowed hosts").click()
    for port in ports:
        desk.page.fill("#host", "127.0.0.1")
        desk.page.fill("#port", str(port))
        desk.press("Allow").told("The host is allowed.")


def store_key(desk: Desk, name: str, base_url: str, key: str) -> None:
    """Stores the key of a service."""
    desk.page.get_by_role("link", name="Service keys").click()
    for field, text in {"name": name, "base_url": base_url, "key": key}.items():
        desk.page.fill(f"#{field}", text)
    desk.press("Store the key").told("The key is stored.")
    expect(desk.page.locator("main")).not_to_contain_text(key)


def choose_key(desk: Desk, stage: str, name: str) -> None:
    """Has a stage of the agent in the editor use a stored key."""
    choices = desk.page.locator(f'select[name="services.{stage}.credential"]')
    choices.select_option(choices.locator("option", has_text=name).get_attribute("value"))


def give_tool(desk: Desk, secret: str, fields: Mapping[str, str], parameters: object) -> None:
    """Gives the agent in the editor a tool by HTTP, whose secret KEY has this value."""
    desk.page.get_by_role("link", name="Tools").click()
    desk.page.get_by_role("link", name="New request by HTTP").click()
    desk.type(**fields, parameters=json.dumps(parameters), secrets="KEY")
    desk.press("Save").told("Saved.")
    desk.page.fill("#secret-KEY", secret)
    desk.press("Save the secret").told("The secret was saved.")
    expect(desk.page.locator("main")).not_to_contain_text(secret)


def make_webhook(desk: Desk, name: str, url: str) -> str:
    """Makes a webhook for agents that name it; returns its secret."""
    desk.page.get_by_role("link", name="Webhooks").click()
    desk.page.get_by_role("link", name="New webhook").click()
    desk.type(name=name, url=url)
    desk.page.get_by_label("Session started").check()
    desk.page.get_by_label("Agents that name it").check()
    desk.press("Make the webhook")
    return desk.page.locator(".copyable").inner_text()
