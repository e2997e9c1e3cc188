"""The optional local turn detector: it judges real voices, so here only that it works at all."""

from __future__ import annotations

import pytest
from fakes.openai_api import OpenAIStandIn
from support.backend import backend
from support.media_server import MediaServer
from support.person import person
from support.speech import line

from agent.listeners.test_turns import WORDS, greeted

pytestmark = pytest.mark.usefixtures("short_voices")


async def test_a_turn_is_answered_with_the_local_turn_detector(
    media: MediaServer, openai_api: OpenAIStandIn
) -> None:
    openai_api.clear()
    settings = {"OPENAI_API_KEY": "sk-x", "OPENAI_BASE_URL": openai_api.base_url}
    with backend(media, TURN_DETECTION="model", **settings) as running:
        async with person(running, "judged") as ada:
            await greeted(ada)
            await ada.say(line(WORDS))
            assert (await ada.until_final("user", 1))["text"] == WORDS
            await ada.until_final("agent", 2)
