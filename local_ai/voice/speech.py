"""POST /v1/audio/speech: spoken text as 24 kHz mono 16-bit pcm or wav, sent as it is made."""

import base64
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local_ai.audio import wav_header
from local_ai.fields import json_fields
from local_ai.voice.speaker import SPEECH_RATE
from local_ai.voice.synthesis import Manner, Speaker

LONGEST_INPUT = 4096
_SILENCE = bytes(SPEECH_RATE // 10 * 2)


async def create_speech(request: Request) -> Response:
    """The sound itself, or with `stream_format: sse` OpenAI's speech.audio events."""
    fields = await json_fields(request)
    fields.text("model")
    text = fields.text("input", longest=LONGEST_INPUT)
    manner = Manner(fields.text("voice"), fields.number("speed", 0.25, 4.0, default=1.0))
    kind = fields.choice("response_format", ("wav", "pcm"), default="wav")
    stream_format = fields.choice("stream_format", ("audio", "sse"), default="audio")

    speaker: Speaker = request.app.state.speaker
    sound = speaker.say(text, manner)
    first = await anext(sound, _SILENCE)
    head = wav_header(SPEECH_RATE) if kind == "wav" else b""
    body = _joined(head + first, sound)
    if stream_format == "sse":
        return StreamingResponse(_events(body), media_type="text/event-stream")
    return StreamingResponse(body, media_type=f"audio/{kind}")


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The first piece, which was awaited so that a failure still gets its status, and the rest."""
    yield first
    async for piece in rest:
        yield piece


async def _events(sound: AsyncIterator[bytes]) -> AsyncIterator[str]:
    async for piece in sound:
        audio = base64.b64encode(piece).decode()
        yield _event({"type": "speech.audio.delta", "audio": audio})
    usage = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(data: dict[str, object]) -> str:
    return f"data: {json.dumps(data)}\n\n"
