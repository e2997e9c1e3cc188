"""Who may import whom (the walls of docs/design.md), and that the rules see what breaks them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.processes import ROOT
from walls import FORBIDDEN, breaches, circles, crowded, imports, readers_of_settings

MOST_FILES = 16
LEFT_ALONE = {"local_ai", "flask_frontend"}
"""Flat on purpose: the inside of the offline voice, and the site's top folder."""
TOLD = (
    *("agent_manager/shift", "agent_manager/listeners", "agent_manager/providers"),
    *("agent_manager/speaking", "agent_manager/remembering"),
)
"""Rooms that get the Agent, and read nothing of what it is from anywhere else."""
STILL_CROWDED: dict[str, int] = {}
"""What is to get rooms yet. Take a folder away here when it has them."""

BREAKS = [
    ("the ground imports nothing", {"common/tasks.py": "from voice_sessions import models"}),
    ("wake-ups import nothing", {"wakeups/groups.py": "from voice_sessions import models"}),
    ("the record imports no edge", {"voice_sessions/queries.py": "from api.errors import problem"}),
    ("the record imports no agents", {"voice_sessions/queries.py": "from agents import Agent"}),
    ("the record imports no webhooks", {"voice_sessions/limits.py": "from webhooks import models"}),
    ("an edge imports no other edge", {"api/views.py": "from channels_app import consumers"}),
    ("an edge imports no other edge", {"channels_app/pump.py": "from api import errors"}),
    ("agents import no REST", {"agent_manager/shift/shift.py": "import api.errors"}),
    ("agents import no REST", {"agents/agent.py": "import channels_app.consumers"}),
    ("and the media server import no edge", {"visitors/tokens.py": "from api import errors"}),
    ("and the media server import no agents", {"media_server/rooms.py": "import agent_manager"}),
    ("nobody but the doors imports the roof", {"api/errors.py": "import serving.edge"}),
    ("nobody but the doors imports the roof", {"config/settings.py": "import serving.edge"}),
    ("the limits that all share", {"../http_limits/addresses.py": "from config import services"}),
    ("the backend shares nothing", {"api/views.py": "from flask_frontend import app"}),
    ("the site shares nothing", {"../flask_frontend/app.py": "from local_ai import audio"}),
    ("the offline voice shares", {"../local_ai/app.py": "from voice_sessions import models"}),
    ("scripts import nothing", {"../scripts/run/services.py": "from config import settings"}),
]
ROOMS = (
    *("common/tasks", "wakeups/groups", "voice_sessions/models", "api/errors", "agents/__init__"),
    *(
        "channels_app/consumers",
        "agent_manager/__init__",
        "webhooks/models",
        "serving/edge",
        "config/services",
    ),
    *("config/settings", "../flask_frontend/app", "../local_ai/audio"),
)


def tree(root: Path, files: Mapping[str, str]) -> Path:
    """A small product with all its rooms; the files are named from the backend's folder."""
    backend = root / "django_backend"
    for name, text in {**{f"{room}.py": "" for room in ROOMS}, **files}.items():
        path = (backend / name).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def broken(root: Path, files: Mapping[str, str]) -> list[str]:
    return breaches(imports(tree(root, files)))


def ways(root: Path, files: Mapping[str, str]) -> list[str]:
    return circles(imports(tree(root, files)))


def test_no_module_imports_what_its_room_may_not() -> None:
    assert breaches(imports(ROOT)) == []


def test_no_files_folders_or_rooms_import_each_other() -> None:
    assert circles(imports(ROOT)) == []


def test_no_folder_has_more_files_than_one_can_look_through() -> None:
    found = crowded(ROOT, MOST_FILES)
    assert {name: n for name, n in found.items() if name not in LEFT_ALONE} == STILL_CROWDED


@pytest.mark.parametrize(("rule", "files"), BREAKS)
def test_a_module_that_breaks_a_rule_is_named(
    tmp_path: Path, rule: str, files: dict[str, str]
) -> None:
    (found,) = broken(tmp_path, files)
    (name,) = files
    assert name.removeprefix("../") in found and ":1: " in found and rule in found


def test_each_rule_is_seen_to_be_broken() -> None:
    parts = {part for part, _ in BREAKS}
    assert [rule for rule, _, _ in FORBIDDEN if not any(part in rule for part in parts)] == []


@pytest.mark.parametrize(
    "text",
    [
        "def later():\n    from api import errors",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from api import errors",
        "try:\n    import api.errors as problems\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_is_found_wherever_it_hides(tmp_path: Path, text: str) -> None:
    assert len(broken(tmp_path, {"voice_sessions/queries.py": text})) == 1


def test_what_an_agent_is_reaches_its_shift_as_an_agent_and_not_by_settings() -> None:
    assert readers_of_settings(ROOT, TOLD) == []


@pytest.mark.parametrize(
    "text",
    [
        "def now():\n    from django.conf import settings",
        "import config.settings",
        "import django.conf as told",
    ],
)
def test_a_reader_of_settings_is_found(tmp_path: Path, text: str) -> None:
    files = {"agent_manager/shift/a.py": text, "agent_manager/shift/b.py": "import django.utils"}
    assert readers_of_settings(tree(tmp_path, files), TOLD) == ["a.py"]


def test_doors_lead_into_the_rooms(tmp_path: Path) -> None:
    doors = {"config/server.py": "import serving.edge", "config/asgi.py": "import serving.edge"}
    assert broken(tmp_path, {**doors, "config/urls.py": "from api import errors"}) == []
    assert ways(tmp_path, {**doors, "serving/edge.py": "from config import settings"}) == []


def test_rooms_may_use_what_lies_below_them(tmp_path: Path) -> None:
    below = {
        "agent_manager/manager.py": "from voice_sessions import models\nimport common.tasks",
        "serving/edge.py": "from api.errors import problem\nimport agent_manager.manager",
        "../scripts/run/services.py": "from config import services",
        "../flask_frontend/limits.py": "from http_limits import addresses",
        "../http_limits/addresses.py": "",
    }
    assert broken(tmp_path, below) == []


def test_two_files_that_import_each_other_are_a_circle(tmp_path: Path) -> None:
    files = {
        "api/views.py": "from api import forms",
        "api/forms.py": "def f():\n    from .views import g",
    }
    assert ways(tmp_path, files) == ["api.forms -> api.views -> api.forms"]


def test_folders_and_rooms_are_circles_too(tmp_path: Path) -> None:
    folders = {
        "agent_manager/shift/shift.py": "from agent_manager.listeners import turns",
        "agent_manager/listeners/turns.py": "",
        "agent_manager/listeners/silence.py": "from agent_manager.shift import limits",
        "agent_manager/shift/limits.py": "",
    }
    (way,) = ways(tmp_path, folders)
    assert way.split(" -> ")[0] == "agent_manager.listeners"


def test_rooms_with_rooms_in_them_are_circles_too(tmp_path: Path) -> None:
    rooms = {
        "media_server/fixes/audio.py": "import visitors.more.tokens",
        "media_server/rooms.py": "",
        "visitors/more/tokens.py": "",
        "visitors/rates.py": "import media_server.rooms",
    }
    assert ways(tmp_path, rooms) == ["media_server -> visitors -> media_server"]


def test_types_may_point_both_ways(tmp_path: Path) -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from api import views"
    assert ways(tmp_path, {"api/views.py": "from api import forms", "api/forms.py": text}) == []


def test_a_crowded_folder_is_counted(tmp_path: Path) -> None:
    for number in range(MOST_FILES + 1):
        tree(tmp_path, {f"api/views_{number}.py": "", f"api/migrations/000{number}.py": ""})
    assert crowded(tmp_path, MOST_FILES) == {"django_backend/api": MOST_FILES + 2}
