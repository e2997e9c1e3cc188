"""An agent's services have a credential's key on its own host, in its own process, alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from agents import files, queries, saving
from agents.models import Revision
from agents.resolving import resolve
from asgiref.sync import sync_to_async
from config.logs import withhold
from config.secret import Secret
from config.services import PLACEHOLDER_KEY
from credentials import actions
from credentials.models import Credential
from credentials.queries import NoKeyHere, key_for
from fakes.roles import KEY, People
from rest_framework.serializers import ValidationError

HOST, URL = "https://api.voices.example", "https://api.voices.example/v1"


@pytest.fixture
def credential(record: None) -> Credential:
    return actions.enter("Voices", "openai", URL, KEY, "owner")


def with_service(**service: str) -> dict[str, Any]:
    return {"name": "Bistro", "services": {"tts": service}}


def test_a_credential_is_named_by_id_or_name_and_brings_its_address(
    credential: Credential,
) -> None:
    for named in (credential.id, "Voices"):
        fields = saving.checked(with_service(credential=named))
        chosen = {"credential": credential.id, "base_url": URL, "provider": "openai"}
        assert fields["services"]["tts"] == chosen


def test_a_provider_that_has_no_such_service_is_refused(record: None) -> None:
    actions.enter("Claude", "anthropic", "https://api.anthropic.com", KEY, "owner")
    with pytest.raises(ValidationError, match="no such service"):
        saving.checked(with_service(credential="Claude"))


@pytest.mark.parametrize(
    ("service", "says"),
    [
        ({"credential": "nobody's"}, "no such credential"),
        ({"credential": "Voices", "base_url": "https://evil.example/v1"}, "entered for"),
        ({"credential": "Voices", "base_url": "http://api.voices.example/v1"}, "entered for"),
        ({"credential": "Voices", "base_url": "https://api.voices.example:444"}, "entered for"),
    ],
)
def test_a_wrong_credential_is_an_error_that_names_the_field(
    credential: Credential, service: dict[str, str], says: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        saving.checked(with_service(**service))
    sentence = refused.value.detail["services"]["tts"]["credential"][0]  # type: ignore[index,call-overload]
    assert says in sentence


def test_its_key_reaches_the_service_and_shows_nowhere(credential: Credential) -> None:
    fields = saving.checked(with_service(credential="Voices"))
    agent = resolve(fields, slug="bistro")
    voice = agent.services["tts"]
    assert (voice.api_key, voice.base_url) == (KEY, URL) and voice.guarded
    assert agent.services["llm"].api_key != KEY and not agent.services["llm"].guarded
    assert "canary" not in repr(agent) + str(voice) + str(fields)
    assert Credential.objects.get().used_at is not None


def test_no_log_line_shows_a_key_that_was_revealed(
    credential: Credential,
) -> None:
    resolve(saving.checked(with_service(credential="Voices")))
    assert "canary" in str(withhold(None, "", {"event": "it was own-canary-0123"}))
    actions.enter_anew(credential.id, "own-canary-0123", "owner")
    resolve(saving.checked(with_service(credential="Voices")))
    assert "canary" not in str(withhold(None, "", {"event": "it was own-canary-0123"}))


def test_its_key_is_given_for_no_other_address(credential: Credential) -> None:
    for url in ("https://evil.example/v1", "http://api.voices.example", f"{HOST}:444", "", "x"):
        with pytest.raises(NoKeyHere, match="other_host"):
            key_for(credential.id, url)


@pytest.mark.parametrize("becomes", ["deleted", "unreadable", "moved"])
def test_without_its_key_a_service_has_none_and_never_the_settings(
    credential: Credential, becomes: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SERVICES = {
        kind: replace(usual, base_url=URL, api_key=Secret("of-settings"))
        for kind, usual in settings.SERVICES.items()
    }
    fields = saving.checked(with_service(credential="Voices"))
    rows = Credential.objects.filter(id=credential.id)
    if becomes == "deleted":
        rows.delete()
    elif becomes == "unreadable":
        settings.CREDENTIALS_KEYS = ["another-" + "x" * 40]
    else:
        rows.update(host="https://evil.example")
    voice = resolve(fields, slug="bistro").services["tts"]
    assert (voice.api_key, voice.base_url) == (PLACEHOLDER_KEY, URL)
    assert "credential_unusable" in caplog.text and "bistro" in caplog.text


def test_a_key_that_is_copied_to_another_row_cannot_be_read(credential: Credential) -> None:
    other = actions.enter("Other", "openai", URL, "another-key-of-0123456789", "owner")
    Credential.objects.filter(id=other.id).update(sealed=credential.sealed)
    with pytest.raises(NoKeyHere, match="unreadable"):
        key_for(other.id, URL)


def test_a_file_has_its_name_and_never_its_key(credential: Credential) -> None:
    saving.create("bistro", with_service(credential=credential.id), "owner")
    text = files.written(queries.current("bistro"))
    assert "credential: Voices" in text and credential.id not in text and "canary" not in text
    ((slug, fields),) = files.read(text.encode())
    assert saving.checked(fields) == Revision.objects.get(agent__slug=slug).fields


def test_an_old_revision_comes_back_only_with_its_credential(credential: Credential) -> None:
    saving.create("bistro", with_service(credential="Voices"), "owner")
    saving.save("bistro", {"services": None}, "owner", base=1)
    actions.delete(credential.id, "owner", lambda _id: [])
    with pytest.raises(ValidationError, match="no such credential"):
        saving.restore("bistro", 1, "owner", base=2)


async def test_an_editor_uses_a_credential_on_its_own_host_alone(people: People) -> None:
    made = await sync_to_async(actions.enter)("Voices", "openai", URL, KEY, "owner")
    agent = {"slug": "bistro", **with_service(credential=made.id)}
    assert (await people.editor.post("/agents", json=agent)).status_code == 201
    elsewhere = {"slug": "evil", **with_service(base_url="https://evil.example/v1")}
    strange = await people.editor.post("/agents", json=elsewhere)
    assert (strange.status_code, strange.json()["code"]) == (403, "not_allowed")
    with_key = with_service(credential=made.id, base_url="https://evil.example/v1")
    stolen = await people.editor.post("/agents", json={"slug": "evil", **with_key})
    assert stolen.status_code == 400
    assert "tts, credential" in stolen.json()["errors"]["services"][0]
    for path in ("/agents", "/agents/bistro", "/agents/bistro/export", "/agents/bistro/revisions"):
        for client in (people.owner, people.viewer, people.stranger):
            assert "canary" not in (await client.get(path)).text
