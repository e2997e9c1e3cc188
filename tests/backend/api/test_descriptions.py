"""What the backend says about itself: OpenAPI, the events' schema, the admin."""

from __future__ import annotations

import asyncio
import json
from io import StringIO
from typing import Any

import httpx
import pytest
from api import description
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from fuzz.calls import CALLS
from support.processes import ROOT
from voice_sessions.models import Event, Session

HOST = {"HTTP_HOST": "backend.test"}


async def test_openapi_describes_every_call(staff: httpx.AsyncClient):
    schema = (await staff.get("/schema")).json()
    calls = {(method, path) for path, methods in schema["paths"].items() for method in methods}
    assert calls == CALLS


async def test_the_page_to_try_it_loads_nothing_from_elsewhere(
    staff: httpx.AsyncClient, stranger: httpx.AsyncClient
):
    page = await staff.get("/schema/docs")
    assert "/backend-static/drf_spectacular_sidecar/" in page.text
    assert "https://" not in page.text
    script = await stranger.get(
        "/backend-static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    )
    assert script.status_code == 200


@pytest.mark.parametrize("path", ["/schema", "/schema/docs", "/schema/docs?script="])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
async def test_to_strangers_the_description_is_an_address_like_any_unknown_one(
    stranger: httpx.AsyncClient, alice: httpx.AsyncClient, path: str, method: str
):
    for client in (stranger, alice):
        there, nowhere = await client.request(method, path), await client.request(method, "/nope")
        assert (there.status_code, there.headers["Content-Type"]) == (
            nowhere.status_code,
            nowhere.headers["Content-Type"],
        )
        assert there.status_code == 404


async def test_in_development_the_description_is_for_everybody(
    stranger: httpx.AsyncClient, settings
):
    settings.DEVELOPMENT = True
    for path in ("/schema", "/schema/docs"):
        assert (await stranger.get(path)).status_code == 200


async def test_the_description_takes_no_other_method(staff: httpx.AsyncClient):
    for path in ("/schema", "/schema/docs"):
        answer = await staff.post(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


async def test_the_description_is_made_once(
    staff: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
):
    made: list[object] = []
    make = description.SchemaGenerator.get_schema

    def counted(generator: Any, **given: Any) -> Any:
        made.append(generator)
        return make(generator, **given)

    monkeypatch.setattr(description.SchemaGenerator, "get_schema", counted)
    description._document.cache_clear()
    answers = await asyncio.gather(*(staff.get("/schema") for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len(made) == 1


def test_openapi_has_no_gaps():
    out, trouble = StringIO(), StringIO()
    call_command("spectacular", stdout=out, stderr=trouble, fail_on_warn=True, validate=True)
    assert trouble.getvalue() == ""


def test_the_pages_copy_of_the_events_schema_is_current():
    out = StringIO()
    call_command("eventschema", stdout=out)
    kept = (ROOT / "flask_frontend/js/tests/event-schema.json").read_text()
    assert json.loads(kept) == json.loads(out.getvalue()), "run `manage.py eventschema`"


def test_the_contract_is_current():
    out = StringIO()
    call_command("contract", stdout=out)
    kept = (ROOT / "flask_frontend/js/tests/contract.json").read_text()
    assert json.loads(kept) == json.loads(out.getvalue()), "run `manage.py contract`"


@pytest.fixture
def admin(db: None) -> Client:
    user = User.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(user)
    return client


def test_the_admin_is_found_without_its_slash(admin: Client):
    assert admin.get("/admin", **HOST).headers["Location"] == "/admin/"


def test_the_admin_shows_and_never_changes(admin: Client):
    session = Session.objects.create(visitor="v", room="r", identity="i")
    event = Event.objects.create(
        session=session, seq=1, type="final", payload={}, at=session.created_at
    )
    for name, row in (("session", session), ("event", event)):
        base = f"/admin/voice_sessions/{name}/"
        assert admin.get(base, **HOST).status_code == 200
        assert admin.get(f"{base}{row.pk}/change/", **HOST).status_code == 200
        assert admin.post(f"{base}{row.pk}/change/", {"state": "ended"}, **HOST).status_code != 302
        assert admin.get(f"{base}add/", **HOST).status_code in (403, 404)
        assert admin.post(f"{base}{row.pk}/delete/", {"post": "yes"}, **HOST).status_code != 302
    session.refresh_from_db()
    assert session.state == "starting"
    assert Event.objects.count() == 1


def test_migrations_are_complete(db: None):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
