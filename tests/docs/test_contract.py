"""What README, .env.example and the scripts say is the contract."""

from __future__ import annotations

import json
import re

from support.processes import ROOT

from local_ai.__main__ import DEFAULT_PORT
from scripts.setup.environment import PORTS

CONTRACT = json.loads((ROOT / "flask_frontend/js/tests/contract.json").read_text("utf-8"))
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")


def readme_ports() -> dict[str, int]:
    """The default of each port in the table of settings."""
    rows = [row.split("|") for row in README.splitlines() if "_PORT`" in row]
    pairs = [(re.findall(r"`(\w+_PORT)`", row[1]), re.findall(r"\d+", row[2])) for row in rows]
    return {
        name: int(port)
        for names, ports in pairs
        if len(names) == len(ports)
        for name, port in zip(names, ports, strict=True)
    }


def test_ports() -> None:
    examples = {name: int(port) for name, port in re.findall(r"^# (\w+_PORT)=(\d+)", EXAMPLE, re.M)}
    run = {name: int(port) for name, port in PORTS.items()}
    for said in (readme_ports(), examples, run):
        assert said | CONTRACT["ports"] == said
    assert CONTRACT["ports"]["LOCAL_AI_PORT"] == DEFAULT_PORT


def test_close_codes_and_subprotocol() -> None:
    page = (ROOT / "docs/socket.md").read_text("utf-8")
    assert CONTRACT["subprotocol"] in page
    codes = page.split("\n## Close codes\n")[1].split("\n## ")[0]
    assert all(str(code) in codes for code in CONTRACT["close_codes"].values())


def test_end_reasons() -> None:
    page = (ROOT / "docs/socket.md").read_text("utf-8")
    said = re.findall(r"`([a-z_]+)`", page.split("End reasons:")[1].split(".")[0])
    assert sorted(said) == sorted(CONTRACT["end_reasons"])
