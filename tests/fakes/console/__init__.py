"""A backend for the console's tests."""

from fakes.console.agents import YAML
from fakes.console.contract import AT, LINK, PASSWORD, SECRET, Asked, wrong
from fakes.console.server import FakeConsole

__all__ = ["AT", "LINK", "PASSWORD", "SECRET", "YAML", "Asked", "FakeConsole", "wrong"]
