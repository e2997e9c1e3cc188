"""The bench's conditions: a distance that changes no byte, and what cannot be made here."""

from __future__ import annotations

import shutil
import ssl

import httpx
import pytest
from fakes.openai_api import OpenAIStandIn

from bench.conditions import run
from bench.conditions.far import far
from bench.runs import Services

ASKED = {"model": "tts-1", "input": "Hello there.", "voice": "alloy", "response_format": "pcm"}


@pytest.mark.processes
def test_distant_services_answer_encrypted_and_with_the_same_bytes() -> None:
    with OpenAIStandIn() as api, far(Services(api.url, {"OTHER": "kept"})) as distant:
        assert distant.env["OTHER"] == "kept"
        assert distant.env["OPENAI_BASE_URL"].startswith("https://")
        trusted = ssl.create_default_context(cafile=distant.env["SSL_CERT_FILE"])
        near, seen = voice(api.base_url), voice(distant.env["OPENAI_BASE_URL"], trusted)
    assert len(near) > 1000 and seen == near


def test_a_network_that_cannot_be_spoilt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    cells, said = run.measure(run.NETWORK)
    assert cells == [] and said == [
        "A bad network was not measured: unshare, ip or tc is missing.",
    ]


def voice(base_url: str, verify: ssl.SSLContext | bool = True) -> bytes:
    with httpx.Client(verify=verify, trust_env=False) as client:
        headers = {"Authorization": "Bearer sk-test"}
        answer = client.post(f"{base_url}/audio/speech", headers=headers, json=ASKED)
        answer.raise_for_status()
        return answer.content
