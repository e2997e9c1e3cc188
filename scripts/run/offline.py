"""What the offline voice is at this start, in words: engines, model, and what else runs here."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Collection, Mapping
from typing import Any

from config import nearby
from config import services as speech

from scripts.amounts import share, size
from scripts.problem import say

ANSWER_SECONDS = 2.0
ASK_AGAIN_SECONDS = 3.0
TELL_EVERY_PERCENT = 10
ON_THE_WAY = ("fetching", "loading")
HINT = (
    "LOCAL_LLM=off does without a model, LOCAL_LLM=/path/model.gguf uses one of your own: any GGUF "
    "with a chat template."
)
MACHINE = {
    "no_avx2": "this processor has no AVX2",
    "memory": "too little memory is free",
    "disk": "the disk of its cache has too little room",
    "cores": "this computer has a single core",
    "bits": "this is not a 64-bit Python",
    "no_wheel": "its engine is not made for this system",
    "does_not_start": "its engine does not start on this system",
    "unsupported_cpu": "its engine does not run on this processor",
}
"""Why something does not run here, by the codes of the offline server."""
MODEL = {
    **MACHINE,
    "unreachable": "it could not be fetched, because no source of it answers; the next start tries "
    "again",
    "wrong_hash": "what came was not the file that was expected, and was deleted; the next start "
    "tries again",
    "disk_full": "the disk is full; the next start goes on where this one stopped",
    "not_writable": "the folder of LOCAL_AI_CACHE cannot be written",
    "not_fetched": "it has not been fetched",
    "no_such_file": "LOCAL_LLM names a file that is not there",
    "not_a_model": "the file that LOCAL_LLM names is no GGUF model that can be read",
    "no_chat_template": "the file that LOCAL_LLM names has no chat template",
    "died": "its process ended again and again",
}
ENGINE = {
    **MACHINE,
    "no_weights": "the better ones could not be fetched; the next start tries again",
}


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
    state = head.get("state")
    if state == "ready":
        return f", with the language model {head.get('model')}"
    if state == "loading":
        return ", with a language model that is being loaded"
    if state == "fetching":
        return f", with a language model that is being fetched ({_share(head)})"
    return ", with scripted answers"


def notes(env: Mapping[str, str], found: Mapping[str, Any]) -> list[str]:
    """Returns sentences about what is not as good as it could be, and what to do about it."""
    services = speech.services(env)
    lines = []
    if services["stt"].offline:
        lines += [_language(env), _engine(found, "ears", "moonshine", "The plain ears listen")]
    if services["tts"].offline:
        lines += [_engine(found, "voice", "hibari", "The plain voice speaks")]
    if services["llm"].offline:
        lines += [_head(found.get("head") or {})]
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


def follow(env: Mapping[str, str]) -> None:
    """Says from time to time how far the language model is, until it is there or cannot be had.

    Returns at once; a thread asks, which ends with the script.
    """
    threading.Thread(target=_follow, args=(dict(env),), daemon=True).start()


def _follow(env: Mapping[str, str]) -> None:
    told, is_awaited = 0, False
    while head := status(env).get("head"):
        if head.get("state") == "fetching":
            percent = _percent(head)
            if percent >= told + TELL_EVERY_PERCENT:
                told = percent - percent % TELL_EVERY_PERCENT
                say(f"The language model is being fetched: {_share(head)}.")
        elif head.get("state") == "ready" and is_awaited:
            return say("The language model is there: the next session uses it.")
        if head.get("state") not in ON_THE_WAY:
            return say(_head(head)) if is_awaited else None
        is_awaited = True
        time.sleep(ASK_AGAIN_SECONDS)


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
    return f"{words} ({here['engine']}), because {reason}."


def _head(head: Mapping[str, Any]) -> str:
    state = head.get("state")
    if state == "fetching":
        total = size(int(head.get("total_bytes") or 0)) if head.get("total_bytes") else "1.1 GB"
        return f"Answers are scripted until the language model ({total}) is fetched. {HINT}"
    if state in ("unfit", "absent", "failed"):
        reason = MODEL.get(head.get("reason", ""), "it does not run here")
        return f"Answers are scripted without a language model: {reason}. {HINT}"
    return ""


def _share(head: Mapping[str, Any]) -> str:
    total = int(head.get("total_bytes") or 0)
    return share(int(head.get("fetched_bytes") or 0), total) if total else "1.1 GB"


def _percent(head: Mapping[str, Any]) -> int:
    return 100 * int(head.get("fetched_bytes") or 0) // max(1, int(head.get("total_bytes") or 0))
