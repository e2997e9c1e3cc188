"""Agents in Django's admin: to read, never to change."""

from __future__ import annotations

import pytest
from agents import saving
from agents.models import Revision
from django.contrib.auth.models import User
from django.test import Client

HOST = {"HTTP_HOST": "backend.test"}
REFUSED = (403, 404)


@pytest.fixture
def admin(db: None) -> Client:
    """Somebody who has signed in as a superuser."""
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def test_the_admin_shows_agents_and_what_they_were_and_changes_nothing(admin: Client) -> None:
    fields = {"name": "Rosa", "instructions": "You take <bookings>.\nBe brief."}
    first = saving.create("bistro", fields, "root")
    saving.save("bistro", {"voice": "nova"}, "bea", base=1)
    for model, row in (("storedagent", first.agent_id), ("revision", first.pk)):
        base = f"/admin/agents/{model}/"
        listed = admin.get(f"{base}?q=bistro", **HOST)
        assert listed.status_code == 200 and "bistro" in listed.text
        assert admin.get(f"{base}{row}/change/", **HOST).status_code == 200
        changed = admin.post(f"{base}{row}/change/", {"slug": "other"}, **HOST)
        assert changed.status_code in REFUSED
        assert admin.get(f"{base}add/", **HOST).status_code in REFUSED
        deleted = admin.post(f"{base}{row}/delete/", {"post": "yes"}, **HOST)
        assert deleted.status_code in REFUSED
    shown = admin.get(f"/admin/agents/revision/{first.pk}/change/", **HOST).text
    assert "  You take &lt;bookings&gt;.\n  Be brief." in shown, "as a file of it says it"
    listed = admin.get("/admin/agents/revision/", **HOST).text
    assert "bea" in listed and "root" in listed
    assert Revision.objects.count() == 2
