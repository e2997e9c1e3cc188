"""Every provider of speech and language: plain data, for which no plugin is imported."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.machinery import PathFinder

from .kinds import OPENAI, Kind, Option, Probe, Provider

OPENAI_API = "https://api.openai.com/v1"
_VOICE = Option(
    "voice", "Its voice, where it is the fallback; otherwise the agent's own counts.", ("tts",)
)

_ALL = (
    Provider(
        OPENAI,
        "OpenAI, or a server that speaks its API",
        OPENAI_API,
        {"stt": "gpt-4o-mini-transcribe", "llm": "gpt-4o-mini", "tts": "gpt-4o-mini-tts"},
        "OpenAI's own servers, or any other at a base URL of its own.",
        Probe("/models"),
        voice="alloy",
        rates=(0.25, 4.0),
        options=(_VOICE,),
    ),
    Provider(
        "azure",
        "Azure OpenAI",
        "",
        {"stt": "gpt-4o-mini-transcribe", "llm": "gpt-4o-mini", "tts": "gpt-4o-mini-tts"},
        "Models deployed in Azure. The base URL is your resource's endpoint, and the model the "
        "name of the deployment.",
        Probe("/openai/v1/models", header="api-key", prefix=""),
        voice="alloy",
        rates=(0.25, 4.0),
        options=(
            Option(
                "api_version",
                "A version of Azure's older API, such as 2025-03-01-preview; v1 without one.",
                ("stt", "llm", "tts"),
            ),
            _VOICE,
        ),
    ),
    Provider(
        "deepgram",
        "Deepgram",
        "https://api.deepgram.com",
        {"stt": "nova-3", "tts": "aura-2-andromeda-en"},
        "Streaming recognition, and the Aura voices, each of which is a model.",
        Probe("/v1/auth/token", prefix="Token "),
        module="livekit.plugins.deepgram",
        rates=(0.7, 1.5),
        options=(
            Option("smart_format", "Writes numbers, dates and money as digits.", ("stt",), "flag"),
            Option("filler_words", "Keeps um and uh.", ("stt",), "flag"),
            Option(
                "endpointing_ms",
                "Milliseconds of silence after which words are settled.",
                ("stt",),
                "number",
                10,
                1000,
            ),
            Option("keyterms", "Names and terms to expect, with commas between.", ("stt",)),
            _VOICE,
        ),
    ),
    Provider(
        "assemblyai",
        "AssemblyAI",
        "https://streaming.assemblyai.com",
        {"stt": "universal-3-6-pro"},
        "Streaming recognition. https://streaming.eu.assemblyai.com keeps the sound in Europe.",
        Probe("/v3/token?expires_in_seconds=60", prefix=""),
        module="livekit.plugins.assemblyai",
        options=(
            Option("keyterms", "Names and terms to expect, with commas between.", ("stt",)),
            Option(
                "min_turn_silence",
                "Milliseconds of silence after which words may be settled.",
                ("stt",),
                "number",
                10,
                2000,
            ),
        ),
    ),
    Provider(
        "anthropic",
        "Anthropic",
        "https://api.anthropic.com",
        {"llm": "claude-sonnet-4-6"},
        "The Claude models.",
        Probe(
            "/v1/models?limit=1",
            header="x-api-key",
            prefix="",
            more=(("anthropic-version", "2023-06-01"),),
        ),
        module="livekit.plugins.anthropic",
        slow_imports=("anthropic",),
        options=(
            Option("caching", "Has the instructions cached, which costs less.", ("llm",), "flag"),
            Option("top_k", "Only so many words are considered.", ("llm",), "number", 1, 500),
        ),
    ),
    Provider(
        "google",
        "Google Gemini",
        "https://generativelanguage.googleapis.com",
        {"llm": "gemini-3.8-flash"},
        "The Gemini models, with a key of Google AI Studio.",
        Probe("/v1beta/models?pageSize=1", header="x-goog-api-key", prefix=""),
        module="livekit.plugins.google",
        slow_imports=("google.genai", "google.cloud.speech", "google.cloud.texttospeech"),
        options=(
            Option(
                "thinking_budget",
                "The most tokens that it thinks before it answers, 0 for none.",
                ("llm",),
                "number",
                0,
                32_768,
            ),
            Option("top_p", "Only the likeliest words up to this share.", ("llm",), "number"),
        ),
    ),
    Provider(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        {"stt": "whisper-large-v3-turbo", "llm": "llama-3.3-70b-versatile"},
        "Open models on fast machines; it speaks OpenAI's API.",
        Probe("/models"),
    ),
    Provider(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        {"llm": "mistral-small-latest"},
        "Models from Europe; it speaks OpenAI's API.",
        Probe("/models"),
    ),
    Provider(
        "elevenlabs",
        "ElevenLabs",
        "https://api.elevenlabs.io",
        {"tts": "eleven_turbo_v2_5"},
        "Voices by their id, which ElevenLabs shows with each.",
        Probe("/v1/models", header="xi-api-key", prefix="", known_by=("missing_permissions",)),
        module="livekit.plugins.elevenlabs",
        voice="hpp4J3VqNfWAUOO0d1Us",
        rates=(0.7, 1.2),
        options=(
            Option("stability", "How even it sounds.", ("tts",), "number"),
            Option("similarity_boost", "How close it is to its original.", ("tts",), "number"),
            Option("style", "How strongly it plays its manner.", ("tts",), "number"),
            _VOICE,
        ),
    ),
    Provider(
        "cartesia",
        "Cartesia",
        "https://api.cartesia.ai",
        {"tts": "sonic-3"},
        "Voices by their id, which Cartesia shows with each.",
        Probe(
            "/voices/?limit=1",
            header="X-API-Key",
            prefix="",
            more=(("Cartesia-Version", "2025-04-16"),),
        ),
        module="livekit.plugins.cartesia",
        voice="f786b574-daa5-4673-aa0c-cbe3e8534c02",
        rates=(0.6, 1.5),
        options=(
            Option("volume", "How loud it is, 1 as the voice is.", ("tts",), "number", 0.5, 2.0),
            Option("emotion", "How it feels, such as content or calm.", ("tts",)),
            _VOICE,
        ),
    ),
)
PROVIDERS: Mapping[str, Provider] = {each.name: each for each in _ALL}
"""By the name that settings and agents choose."""


def of_kind(kind: Kind) -> list[str]:
    """The names of the providers that have such a service."""
    return [each.name for each in _ALL if kind in each.models]


def is_installed(provider: Provider) -> bool:
    """Whether what the provider needs is there; nothing is imported for that."""
    path = None
    for part in provider.module.split(".") if provider.module else ():
        # By its last name alone: where a namespace lies is asked of its parent, which is imported.
        spec = PathFinder.find_spec(part, path)
        if spec is None:
            return False
        path = list(spec.submodule_search_locations or ())
    return True
