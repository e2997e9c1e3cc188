"""What whoever speaks replies needs of a voice, whosever it is."""

from __future__ import annotations

from config.services import Service
from livekit.agents import tts


class Voice(tts.TTS):
    """A voice that is asked for piece by piece, with samples at `sound.kinds.RATE`.

    `service` and `voice` say whose it is, `rate` how fast it speaks, None as it is: what was
    spoken with the same three sounds the same.
    """

    service: Service
    voice: str
    rate: float | None
