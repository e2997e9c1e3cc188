"""All visitors' sessions in the console: what is chosen, and one of them with its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fakes.backend import session
from fakes.console import FakeConsole
from flask.testing import FlaskClient

from flask_frontend.wording import minutes

SITE = "https://localhost"
SignedIn = Callable[[str], FlaskClient]
PATH = "/console/sessions"


def test_sessions_are_chosen_and_lead_on(signed_in: SignedIn, backend: FakeConsole) -> None:
    backend.sessions = [{**session(f"s{n}"), "line": None} for n in range(4)]
    client = signed_in("vera")
    chosen = {"agent": "tables", "q": "card", "from": "2026-03-01", "reason": "left", "to": ""}
    page = client.get(PATH, query_string=chosen, base_url=SITE).text
    asked = next(each for each in backend.asked if each.path == "/operator/sessions")
    named = {name: text for name, text in chosen.items() if text}
    assert asked.query == {"limit": "50", "timezone": "UTC", **named}
    assert 'href="/console/sessions/s0"' in page and 'value="tables"' in page
    assert '<option value="left" selected>' in page and 'value="2026-03-01"' in page
    following = "agent=tables&amp;from=2026-03-01&amp;reason=left&amp;q=card"
    assert f"before=s1&amp;{following}" in page and "Back to it" not in page
    rest = client.get(f"{PATH}?before=s1", base_url=SITE).text
    assert "/console/sessions/s3" in rest and "/console/sessions/s1" not in rest


def test_nothing_found_and_wrong_choices_have_words(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("vera")
    assert "No sessions yet" in client.get(PATH, base_url=SITE).text
    assert "No such sessions" in client.get(f"{PATH}?q=x", base_url=SITE).text
    backend.refuse("GET /operator/sessions", 400, "invalid", errors={"to": ["Too early."]})
    wrong = client.get(f"{PATH}?to=1999-01-01", base_url=SITE)
    assert wrong.status_code == 200 and "Too early." in wrong.text


def test_a_session_says_of_its_person_what_they_are_told_themselves(
    signed_in: SignedIn, backend: FakeConsole, client: FlaskClient
) -> None:
    backend.sessions = [{**session("s1"), "end_reason": "stopped"}]
    page = signed_in("vera").get(f"{PATH}/s1", base_url=SITE).text
    assert "The person stopped the session" in page and "in the audit" in page
    assert '<p class="by">Person' in page and '"you":"Person"' in page.replace(": ", ":")
    assert "/history/s1" not in page and "/erase" not in page
    assert signed_in("vera").get(f"{PATH}/s2", base_url=SITE).status_code == 404
    for path in (PATH, f"{PATH}/s1", f"{PATH}/s1.ogg"):
        assert client.get(path).status_code == 404, "nobody has signed in"


def test_usage_is_shown_by_day_or_agent_with_a_total(
    signed_in: SignedIn, backend: FakeConsole, client: FlaskClient
) -> None:
    viewer = signed_in("vera")
    page = viewer.get("/console/usage", base_url=SITE).text
    assert backend.asked[-1].query == {"by": "day", "timezone": "UTC"}
    assert "1,204,512" in page and "27,000" in page and ">3 Mar 2026<" in page
    assert 'href="/console/sessions?from=2026-03-03&amp;to=2026-03-03"' in page
    assert '<rect width="100.0%"' in page and "style=" not in page
    viewer.get("/console/usage?by=agent&from=2026-03-01&to=x", base_url=SITE)
    days = {"from": "2026-03-01", "to": "x"}
    assert backend.asked[-1].query == {"by": "agent", "timezone": "UTC", **days}
    backend.refuse("GET /usage", 400, "invalid", errors={"to": ["This is no day."]})
    assert "This is no day." in viewer.get("/console/usage?to=x", base_url=SITE).text
    assert client.get("/console/usage").status_code == 404


def test_days_are_those_of_the_browsers_time_zone(
    signed_in: SignedIn, backend: FakeConsole
) -> None:
    client = signed_in("vera")
    for sent, zone in (
        ("Europe%2FBerlin", "Europe/Berlin"),
        ("Mars/Olympus", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("", "UTC"),
    ):
        client.set_cookie("console_zone", sent, secure=True)
        assert f"Days are those of {zone}." in client.get("/console/usage", base_url=SITE).text
        assert backend.asked[-1].query["timezone"] == zone
        none = client.get(f"{PATH}?q=x", base_url=SITE).text
        assert f"Days are those of {zone}." in none
        asked = next(each for each in backend.asked[::-1] if each.path == "/operator/sessions")
        assert asked.query["timezone"] == zone


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (0.01, "0.1"), (0.42, "0.4"), (9.96, "10"), (61.4, "61")]
)
def test_a_few_seconds_are_not_shown_as_no_minutes(value: float, shown: str) -> None:
    assert minutes(value) == shown
