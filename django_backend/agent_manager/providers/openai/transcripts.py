"""Reads what servers of OpenAI's API answer to a request for a transcript, whatever its shape."""

from __future__ import annotations

import contextlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.text import mend

from agent_manager.providers.causes import code_of, refusal
from agent_manager.providers.errors import ServiceError

WORD_KEYS = (
    *("text", "transcript", "transcription", "display_text", "DisplayText", "Display"),
    "transcripts",
)
"""What servers call the words."""
PART_KEYS = (
    *("segments", "chunks", "utterances", "results", "channels", "alternatives", "phrases"),
    "words",
)
"""What they call a list of parts; of `words`, each has its `word`."""
BOX_KEYS = ("result", "data", "output", "response", "results", "prediction", "NBest")
"""What they put an answer of any of these shapes into."""
FIRST_ONLY = {"alternatives", "channels", "NBest"}
"""Lists of which each part is the whole: other guesses, other microphones."""
DEPTH = 6
LETTERS_AT_ONCE, LETTERS_A_SECOND = 2000, 60
"""More letters than that, for so many seconds of speech, are no transcript."""
SURELY_NO_SPEECH, UNSURE_OF_WORDS = 0.6, -1.0
"""Whisper's own rule: a segment is silence from this `no_speech_prob` on, below this `avg_logprob`.

https://github.com/openai/whisper/blob/main/whisper/transcribe.py
"""
_PAGE = re.compile(r"(<!--.*?-->\s*)?<(!doctype|html|head|body|title|center|h1)\b", re.I | re.S)
_MARKUP = re.compile(r"<(\?xml|!--|(\w+)(\s[^<>]*)?>.*</\2>\s*$)", re.DOTALL)
_SCRIPT = re.compile(r"[\w.$]*\(?\s*[\[{]\s*[\[{]*\s*[\"']")
"""How objects begin in notations close to JSON: `{'text': …`, `done({"text": …`."""
_STATUS_LINE = re.compile(
    r"(?:error\W+)?[45]\d\d\W+[a-z]+(?: [a-z-]+){0,3}\W*$|traceback \(most recent call last\)"
    r"|(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
    r"|no healthy upstream|too many requests)\s*(?:[.:\n]|$)",
    re.IGNORECASE,
)
"""How a plain text begins that tells of an error, sent with a status that tells of none."""
_TIMES = re.compile(r"\[?(?:\d+:)?\d\d:\d\d[.,]\d{2,3}\s*-->\s*(?:\d+:)?\d\d:\d\d[.,]\d{2,3}\]?")
_NOTE = re.compile(r"WEBVTT|NOTE\b|STYLE\b|Kind:|Language:")
_VOICE_TAG = re.compile(r"</?[vcbiu](?:[ .][^<>]*)?>")
_ENTITY = re.compile(r"&(?:#\d+|#x[\da-f]+|amp|lt|gt|quot|apos|nbsp);", re.IGNORECASE)


@dataclass(frozen=True)
class Transcript:
    """What was recognised: `text` is "" for no words; `language` is what the server calls it."""

    text: str
    language: str = ""


def read(body: bytes, content_type: str, seconds: float) -> Transcript:
    """The transcript of so many seconds of speech; raises ServiceError where there is none."""
    if not body:
        raise ServiceError("empty", retryable=True)
    text = _decoded(body, content_type).lstrip("\ufeff").strip()
    transcript = _of_stream(text) or _of_text(text, content_type)
    if len(transcript.text) > LETTERS_AT_ONCE + LETTERS_A_SECOND * seconds:
        raise ServiceError("wrong_answer", field="text", retryable=True)
    return transcript


def _of_text(text: str, content_type: str) -> Transcript:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return _of_plain(text, content_type)
    if isinstance(answer, str):
        return _of_text(answer, "") if answer[:1] in ("{", "[") else Transcript(_tidy(answer))
    if isinstance(answer, Mapping | list):
        return _of_json(answer)
    if isinstance(answer, bool | None):
        raise ServiceError("wrong_answer", field="json", retryable=True)
    return _of_plain(text, content_type)


def _of_json(answer: Any) -> Transcript:
    found = _words(answer)
    if found is None and isinstance(answer, Mapping) and "text" in answer and not answer["text"]:
        found = ""
    if found is None or (not found and isinstance(answer, Mapping) and answer.get("error")):
        if isinstance(answer, Mapping) and (error := answer.get("error")):
            raise refusal(_status(error), code_of(answer))
        raise ServiceError("wrong_answer", field="text", retryable=True)
    language = answer.get("language") if isinstance(answer, Mapping) else ""
    if _is_silence(answer):
        found = ""
    return Transcript(_tidy(found), language if isinstance(language, str) else "")


def _words(answer: Any, depth: int = 0) -> str | None:
    """The words of a JSON answer, None where it has no place for any."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return str(answer) if depth == 1 else None
    if isinstance(answer, list):
        return _of_parts(answer, depth)
    if not isinstance(answer, Mapping) or depth > DEPTH:
        return None
    for key in (*WORD_KEYS, "word"):
        found = _words(answer[key], depth + 1) if answer.get(key) is not None else None
        if found is not None and (found.strip() or not _has_parts(answer)):
            return found
    for key in (*PART_KEYS, *BOX_KEYS):
        if isinstance(inner := answer.get(key), list | Mapping | str):
            found = _words(inner[:1] if key in FIRST_ONLY and inner else inner, depth + 1)
            if found is not None:
                return found
    return None


def _of_parts(parts: list[Any], depth: int) -> str | None:
    found = [_words(part, depth + 1) for part in parts]
    told = [words for words in found if words is not None]
    if parts and not told:
        return None
    return " ".join(words.strip() for words in told if words.strip())


def _has_parts(answer: Mapping[str, Any]) -> bool:
    return any(isinstance(answer.get(key), list) and answer[key] for key in PART_KEYS)


def _of_plain(text: str, content_type: str) -> Transcript:
    if _is_page(text, content_type):
        raise ServiceError("web_page", retryable=True)
    if text[:1] in "{[" and content_type_of(content_type) in ("application/json", "text/json"):
        raise ServiceError("wrong_answer", field="json", retryable=True)
    if (
        _MARKUP.match(text)
        or _SCRIPT.match(text)
        or (not text.isprintable() and _has_controls(text))
    ):
        raise ServiceError("wrong_answer", field="body", retryable=True)
    if _STATUS_LINE.match(text):
        raise refusal(500)
    return Transcript(_tidy(text))


def _of_stream(text: str) -> Transcript | None:
    """The words of an event stream or of JSON lines; None where it is neither."""
    lines = [line.removeprefix("data:").strip() for line in text.splitlines()]
    events = [event for line in lines if (event := _event(line)) is not None]
    if not text.startswith(("data:", "event:", ":")) and (len(events) < 2 or "\n" not in text):
        return None
    done = [e["text"] for e in events if isinstance(e.get("text"), str)]
    deltas = [e["delta"] for e in events if isinstance(e.get("delta"), str)]
    for event in events:
        if event.get("error") and not done and not deltas:
            raise refusal(_status(event["error"]), code_of(event))
    if not done and not deltas:
        raise ServiceError("wrong_answer", field="stream", retryable=True)
    is_whole = any(str(e.get("type", "")).endswith("done") for e in events)
    words = done[-1] if is_whole and done else "".join(deltas) or " ".join(_settled(done))
    return Transcript(_tidy(words))


def _settled(texts: list[str]) -> list[str]:
    """The texts without those that the next one begins with: words so far."""
    following = [*texts[1:], ""]
    return [
        text
        for text, more in zip(texts, following, strict=True)
        if not (more.strip() and more.strip().startswith(text.strip()))
    ]


def _event(line: str) -> Mapping[str, Any] | None:
    try:
        event = json.loads(line) if line.startswith("{") else None
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, Mapping) else None


def _is_silence(answer: Any) -> bool:
    """Whether each segment of a `verbose_json` answer is silence by the model's own numbers."""
    segments = answer.get("segments") if isinstance(answer, Mapping) else None
    if not isinstance(segments, list) or not segments:
        return False
    return all(
        isinstance(each, Mapping)
        and _number(each.get("no_speech_prob"), 0.0) > SURELY_NO_SPEECH
        and _number(each.get("avg_logprob"), 0.0) < UNSURE_OF_WORDS
        for each in segments
    )


def content_type_of(header: str) -> str:
    """The media type of a Content-Type header, without its parameters."""
    return header.partition(";")[0].strip().lower()


def _is_page(text: str, content_type: str) -> bool:
    is_html = content_type_of(content_type) in ("text/html", "application/xhtml+xml")
    return is_html or bool(_PAGE.match(text))


def _has_controls(text: str) -> bool:
    return any(c < " " and c not in "\n\r\t" for c in text) or "\ufffd" in text


def _without_times(text: str) -> str:
    """The text of subtitles (SRT, WebVTT, Whisper's own lines) without their numbers and times."""
    if "-->" not in text:
        return text
    lines = [_TIMES.sub("", line).strip() for line in text.splitlines()]
    kept = [line for line in lines if not line.isdigit() and not _NOTE.match(line)]
    return _VOICE_TAG.sub("", " ".join(line for line in kept if line))


def _decoded(body: bytes, content_type: str) -> str:
    named = re.search(r"charset=\"?([\w.:-]+)", content_type, re.I)
    for charset in (named[1] if named else "utf-8", json.detect_encoding(body), "cp1252"):
        with contextlib.suppress(LookupError, UnicodeDecodeError):
            return body.decode(charset)
    return body.decode("utf-8", "replace")


def _tidy(text: str) -> str:
    words = _without_times(mend(text))
    return " ".join((html.unescape(words) if _ENTITY.search(words) else words).split())


def _status(error: object) -> int:
    status = error.get("status", error.get("code")) if isinstance(error, Mapping) else None
    status = int(status) if isinstance(status, str) and status.isdecimal() else status
    return status if isinstance(status, int) and 300 <= status < 600 else 500


def _number(value: object, default: float) -> float:
    """The value where it is a number, otherwise the default."""
    return float(value) if isinstance(value, int | float) else default
