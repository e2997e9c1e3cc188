"""POST /v1/audio/speech: spoken text as a file of any of OpenAI's formats, sent as it is made."""

import base64
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from local_ai.fields import Fields, json_fields
from local_ai.streams import Streamed, begun, event, failed
from local_ai.voice.encoding import MEDIA_TYPES, encoded
from local_ai.voice.speaker import SPEECH_RATE
from local_ai.voice.synthesis import Manner, Speaker

LONGEST_INPUT = 4096
_TOKENS_A_SECOND = 10
_SILENCE = bytes(SPEECH_RATE // 10 * 2)


@dataclass
class _Spoken:
    """What `usage` counts: the words of the text, and the bytes of sound made of them so far."""

    words: int
    size: int = 0

    def usage(self) -> dict[str, int]:
        """Words in, and ten tokens out for each second of sound."""
        out = round(self.size / 2 / SPEECH_RATE * _TOKENS_A_SECOND)
        return {
            "input_tokens": self.words,
            "output_tokens": out,
            "total_tokens": self.words + out,
        }


async def create_speech(request: Request) -> Response:
    """The sound itself, or with `stream_format: sse` OpenAI's speech.audio events."""
    fields = await json_fields(request)
    fields.text("model")
    text = fields.text("input", longest=LONGEST_INPUT)
    manner = Manner(_voice(fields), fields.number("speed", 0.25, 4.0, default=1.0))
    kind = fields.choice("response_format", tuple(MEDIA_TYPES), default="mp3")
    stream_format = fields.choice("stream_format", ("audio", "sse"), default="audio")

    speaker: Speaker = request.app.state.speaker
    spoken = _Spoken(len(text.split()))
    sound = await begun(request, _counted(speaker.say(text, manner), spoken))
    body = encoded(kind, SPEECH_RATE, sound)
    if stream_format == "sse":
        return Streamed(_events(body, spoken))
    return Streamed(body, MEDIA_TYPES[kind])


def _voice(fields: Fields) -> str:
    """The voice's name; OpenAI's API also has an object with the id of a voice."""
    if isinstance(fields.given("voice"), dict):
        return fields.object("voice").text("id")
    return fields.text("voice")


async def _counted(sound: AsyncGenerator[bytes], spoken: _Spoken) -> AsyncGenerator[bytes]:
    """The sound, or a short silence where there is none; its bytes are counted."""
    async with aclosing(sound):
        async for piece in sound:
            spoken.size += len(piece)
            yield piece
    if not spoken.size:
        spoken.size = len(_SILENCE)
        yield _SILENCE


async def _events(sound: AsyncGenerator[bytes], spoken: _Spoken) -> AsyncGenerator[str]:
    """OpenAI's speech.audio events; a sound that fails in the middle ends with its error object."""
    try:
        async with aclosing(sound):
            async for piece in sound:
                audio = base64.b64encode(piece).decode()
                yield event({"type": "speech.audio.delta", "audio": audio})
    except Exception as error:
        yield failed(error)
        return
    yield event({"type": "speech.audio.done", "usage": spoken.usage()})
