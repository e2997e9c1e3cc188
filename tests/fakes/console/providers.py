"""The providers that the console's fake backend tells of."""

from __future__ import annotations

from fakes.console.contract import Json

PROVIDERS: Json = {
    "usual": {"stt": "openai", "llm": "openai", "tts": "openai"},
    "providers": [
        {
            "name": "openai",
            "label": "OpenAI, or a server that speaks its API",
            "help": "OpenAI's own servers, or any other at a base URL of its own.",
            "base_url": "https://api.openai.com/v1",
            "models": {"stt": "gpt-4o-mini-transcribe", "llm": "gpt-4o-mini", "tts": "tts-1"},
            "voice": "alloy",
            "rates": [0.25, 4.0],
            "installed": True,
            "command": "",
            "options": [],
        },
        {
            "name": "elevenlabs",
            "label": "ElevenLabs",
            "help": "Voices by their id, which ElevenLabs shows with each.",
            "base_url": "https://api.elevenlabs.io",
            "models": {"tts": "eleven_turbo_v2_5"},
            "voice": "hpp4J3VqNfWAUOO0d1Us",
            "rates": [0.7, 1.2],
            "installed": False,
            "command": "make setup EXTRAS=elevenlabs",
            "options": [
                {
                    "name": "stability",
                    "help": "How even it sounds.",
                    "kind": "number",
                    "services": ["tts"],
                    "least": 0.0,
                    "most": 1.0,
                }
            ],
        },
    ],
}
