"""What rooms and agents are called at the media server, and where it is."""

from __future__ import annotations

import time

import jwt
import pytest
from django.conf import settings
from media_server import client, names, tokens
from voice_sessions.models import Session


def test_the_agents_token_names_installation_session_and_generation():
    session = Session(id="s1", visitor="v", room="kitchen", identity="ann", generation=3)
    secret = settings.LIVEKIT_API_SECRET
    found = jwt.decode(tokens.agent_token(session), secret, algorithms=["HS256"])
    assert found["sub"] == "agent-s1-3"
    assert found["kind"] == "agent"
    assert found["video"]["room"] == names.livekit_room_name("v", "kitchen")
    assert "roomAdmin" not in found["video"]
    assert found["attributes"] == {
        "installation": names.installation_id(),
        "session": "s1",
        "generation": "3",
        "lk.agent.state": "initializing",
    }
    assert found["exp"] - time.time() > settings.MAX_SESSION_SECONDS


def test_the_local_visitors_room_has_its_plain_name():
    assert names.livekit_room_name("local", "kitchen") == "kitchen"


@pytest.mark.parametrize(
    ("url", "http", "websocket"),
    [
        ("ws://h:1", "http://h:1", "ws://h:1"),
        ("wss://h", "https://h", "wss://h"),
        ("http://h:1", "http://h:1", "ws://h:1"),
        ("https://h", "https://h", "wss://h"),
    ],
)
def test_the_media_servers_address_for_each_use(url: str, http: str, websocket: str):
    assert client.http_url(url) == http
    assert client.websocket_url(url) == websocket
