"""Probes and the media server's calls are answered under any host name, all else under our own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from django.conf import settings as django_settings

FOREIGN = ["10.0.0.5:8000", "[fd00::2]:8000", "evil.example", "a b", "", "_", "x" * 300]


@pytest.mark.parametrize("host", FOREIGN)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_probes_are_answered_under_any_name(
    stranger: httpx.AsyncClient, method: str, host: str
) -> None:
    answer = await stranger.request(method, "/health", headers={"Host": host})
    assert answer.status_code == 200
    ready = await stranger.request(method, "/ready", headers={"Host": host})
    assert ready.status_code in (200, 503)
    assert ready.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("hosts", [["voice.example"], [".voice.example"], ["*"]])
async def test_that_holds_whatever_names_are_ours(
    stranger: httpx.AsyncClient, settings: Any, hosts: list[str]
) -> None:
    settings.ALLOWED_HOSTS = hosts
    for path in ("/health", "/ready"):
        answer = await stranger.get(path, headers={"Host": "10.0.0.5"})
        assert answer.status_code in (200, 503), path


async def test_a_webhook_is_judged_by_its_signature_alone(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.post(
        "/livekit-webhook", content="{}", headers={"Host": "10.0.0.5", "Authorization": "no"}
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


@pytest.mark.parametrize("path", ["/sessions", "/healthy", "/health/", "/schema", "/admin/login/"])
async def test_all_else_is_not(alice: httpx.AsyncClient, path: str) -> None:
    answer = await alice.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (400, "host_not_allowed")


async def test_another_sites_page_learns_no_more_of_ready_than_strangers(
    stranger: httpx.AsyncClient, settings: Any
) -> None:
    settings.DEVELOPMENT = True
    assert "checks" in (await stranger.get("/ready")).json()
    assert "checks" not in (await stranger.get("/ready", headers={"Host": "evil.example"})).json()


async def test_two_host_names_are_refused_there_too(stranger: httpx.AsyncClient) -> None:
    twice = [("Host", django_settings.ALLOWED_HOSTS[0]), ("host", "evil.example")]
    answer = await stranger.get("/health", headers=twice)
    assert (answer.status_code, answer.json()["code"]) == (400, "repeated_header")
