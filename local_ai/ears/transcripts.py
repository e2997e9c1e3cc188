"""A transcript in the formats of OpenAI's API: JSON, text, subtitles, and events."""

import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from local_ai.streams import event, failed

LANGUAGE = "english"
FORMATS = ("json", "text", "verbose_json", "srt", "vtt")
_TOKENS_A_SECOND = 10
"""What a second of sound counts in `usage` where that is in tokens, as OpenAI's models count."""


@dataclass(frozen=True)
class Segment:
    """The words of one stretch of speech, and its place in seconds.

    `logprob` is the mean natural logarithm of the probabilities of its tokens, None if unknown.
    """

    start: float
    end: float
    text: str
    logprob: float | None


def answer(kind: str, task: str, duration: float, segments: list[Segment]) -> Response:
    """The transcript as a body of a kind in FORMATS; `duration` is the sound's, in seconds."""
    text = " ".join(segment.text for segment in segments)
    if kind == "text":
        return PlainTextResponse(f"{text}\n")
    if kind in ("srt", "vtt"):
        return PlainTextResponse(_subtitles(kind, segments))
    usage = {"type": "duration", "seconds": round(duration, 2)}
    if kind == "json":
        return JSONResponse({"text": text, "usage": usage})
    return JSONResponse(
        {
            "task": task,
            "language": LANGUAGE,
            "duration": round(duration, 2),
            "text": text,
            "segments": [_verbose(number, segment) for number, segment in enumerate(segments)],
            "usage": usage,
        }
    )


async def events(duration: float, segments: AsyncGenerator[Segment]) -> AsyncGenerator[str]:
    """OpenAI's transcript.text events, one for each stretch as it is heard.

    The usage at the end is in tokens, as in OpenAI's: ten a second of sound, and the words. One
    that fails in the middle ends with OpenAI's error object.
    """
    words: list[str] = []
    try:
        async with aclosing(segments):
            async for segment in segments:
                lead = " " if words else ""
                words.append(segment.text)
                yield event({"type": "transcript.text.delta", "delta": lead + segment.text})
    except Exception as error:
        yield failed(error)
        return
    text = " ".join(words)
    usage = _usage(duration, text)
    yield event({"type": "transcript.text.done", "text": text, "usage": usage})


def _usage(duration: float, text: str) -> dict[str, Any]:
    heard, written = round(duration * _TOKENS_A_SECOND), len(text.split())
    return {
        "type": "tokens",
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
        "total_tokens": heard + written,
    }


def _subtitles(kind: str, segments: list[Segment]) -> str:
    """The segments as SubRip, numbered and with commas in times, or as WebVTT."""
    point = "," if kind == "srt" else "."
    entries = []
    for number, segment in enumerate(segments, 1):
        times = f"{_clock(segment.start, point)} --> {_clock(segment.end, point)}"
        lead = f"{number}\n" if kind == "srt" else ""
        entries.append(f"{lead}{times}\n{segment.text}\n\n")
    return ("WEBVTT\n\n" if kind == "vtt" else "") + "".join(entries)


def _clock(seconds: float, point: str) -> str:
    """Hours, minutes, seconds and milliseconds of a place in the file."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, rest = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest:02}{point}{milliseconds:03}"


def _verbose(number: int, segment: Segment) -> dict[str, Any]:
    """A segment with all fields of OpenAI's; what the ears do not know is 0 or empty."""
    raw = segment.text.encode()
    return {
        "id": number,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": segment.logprob or 0.0,
        "compression_ratio": round(len(raw) / len(zlib.compress(raw)), 3),
        "no_speech_prob": 0.0,
    }
