"""What the offline voice is at this start, in words: engines, model, and what else runs here."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Collection, Mapping
from typing import Any

from config import nearby
from config import services as speech

from local_ai.fetch import cache
from scripts.amounts import share

ANSWER_SECONDS = 2.0
HINT = "LOCAL_LLM=off does without it, LOCAL_LLM=/path/model.gguf uses one of your own"
UNKNOWN = "no language model runs here"
MACHINE = {
    "no_avx2": "this processor has no AVX2, which a language model needs here",
    "memory": "too little memory is free for a language model",
    "disk": "the disk has too little room for a language model",
    "cores": "this computer has a single core, and a language model needs two",
    "bits": "this is not a 64-bit Python",
    "no_wheel": "its engine is not made for this system",
    "does_not_start": "its engine does not start on this system",
    "unsupported_cpu": "its engine does not run on this processor",
}
"""Why something does not run here, by the codes of the offline server."""
MODEL = {
    **MACHINE,
    "unreachable": "the language model could not be fetched, because no source of it answers; the "
    "next start tries again",
    "wrong_hash": "what came was not the file that was expected, and was deleted; the next start "
    "tries again",
    "disk_full": "the disk is full; the next start goes on where this one stopped",
    "not_writable": "the folder of LOCAL_AI_CACHE cannot be written",
    "not_fetched": "no language model has been fetched",
    "no_such_file": "LOCAL_LLM names a file that is not there",
    "not_a_model": "the file that LOCAL_LLM names is no GGUF model that can be read",
    "no_chat_template": "the file that LOCAL_LLM names has no chat template",
    "died": "the process of the language model ended again and again",
}
ENGINE = {
    **MACHINE,
    "no_weights": "the better ones could not be fetched; the next start tries again",
}

MISSING = {"ears": "Nothing here can hear", "voice": "Nothing here can speak"}


def status(env: Mapping[str, str]) -> dict[str, Any]:
    """Returns what the offline server says of itself, or nothing where it does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{speech.local_ai_url(env)}/local", timeout=ANSWER_SECONDS) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def clause(env: Mapping[str, str], found: Mapping[str, Any]) -> str:
    """Returns what the offline voice thinks with, as the end of the line that says it is ready."""
    head = found.get("head") or {}
    if not speech.services(env)["llm"].offline or not head:
        return ""
    match head.get("state"):
        case "ready":
            return f", with the language model {head.get('model')}"
        case "loading":
            return f", with the language model {head.get('model')}, which is being loaded"
        case "fetching":
            return f", with scripted answers until the language model is fetched ({_share(head)})"
        case "off":
            return ", with scripted answers (LOCAL_LLM=off)"
    return f", with scripted answers: {MODEL.get(head.get('reason', ''), UNKNOWN)}"


def notes(env: Mapping[str, str], found: Mapping[str, Any]) -> list[str]:
    """Returns sentences about what is not as good as it could be, and what to do about it."""
    services = speech.services(env)
    lines = []
    if services["stt"].offline:
        lines += [_language(env), _engine(found, "ears", "moonshine", "The plain ears listen")]
    if services["tts"].offline:
        lines += [_engine(found, "voice", "hibari", "The plain voice speaks")]
    return [line for line in lines if line]


def offers(env: Mapping[str, str], own_ports: Collection[int]) -> list[str]:
    """Returns, where no language server is set, which ones run here and the lines that use them."""
    if not speech.services(env)["llm"].offline:
        return []
    return [
        line
        for server in nearby.running(own_ports)
        for line in (
            f"{server.name} runs on this computer; to answer with its model, put two lines into "
            ".env and start again:",
            *(f"    {setting}" for setting in nearby.settings_for(server)),
        )
    ]


def _language(env: Mapping[str, str]) -> str:
    language = env.get("STT_LANGUAGE", "").strip()
    if language.lower() in ("", "auto", "en"):
        return ""
    return (
        f"STT_LANGUAGE is {language}, but the offline voice understands and speaks English only: "
        "set STT_BASE_URL or a key to be understood in another language."
    )


def _engine(found: Mapping[str, Any], part: str, better: str, words: str) -> str:
    here = found.get(part) or {}
    if here.get("engine") in (None, better):
        return ""
    reason = ENGINE.get(here.get("reason", ""), "the better ones do not run here")
    if here["engine"] == "none":
        return f"{MISSING[part]}: no plain engine is installed, and {reason}."
    return f"{words} ({here['engine']}), because {reason}."


def _share(head: Mapping[str, Any]) -> str:
    fetched, total = int(head.get("fetched_bytes") or 0), int(head.get("total_bytes") or 0)
    return f"{share(fetched, total or cache.size('head'))}; {HINT}"
