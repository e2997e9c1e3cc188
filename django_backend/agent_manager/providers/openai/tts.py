"""The agent's voice, by any server of OpenAI's API."""

from __future__ import annotations

from functools import partial
from typing import Any

from config.services import Service
from livekit.agents import tokenize, tts
from livekit.plugins import openai

from agent_manager.providers.causes import as_told
from agent_manager.providers.openai.client import client_of

FIRST_SENTENCE_LENGTH = 5
"""Characters from which a sentence is spoken at once, so that "Certainly." does not wait."""


class Voice(openai.TTS):
    """openai.TTS that says what became of a request, as its transport found it."""

    def synthesize(self, text: str, **options: Any) -> tts.ChunkedStream:
        """Returns the speech of a text as it comes."""
        stream = super().synthesize(text, **options)
        stream._run = partial(as_told, stream._run)  # type: ignore[method-assign]
        return stream


def speech(service: Service, voice: str) -> tts.TTS:
    """The agent's voice, which is asked for sentence by sentence."""
    whole = Voice(
        model=service.model,
        voice=voice,
        client=client_of(service),
        response_format="pcm",
    )
    tokenizer = tokenize.blingfire.SentenceTokenizer(min_sentence_len=FIRST_SENTENCE_LENGTH)
    return tts.StreamAdapter(tts=whole, sentence_tokenizer=tokenizer)
