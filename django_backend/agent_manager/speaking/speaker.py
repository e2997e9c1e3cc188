"""Speaks replies: reads the text as it comes, asks for voice piece by piece, and keeps pace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable
from dataclasses import dataclass, field

import structlog
from common.tasks import cancel
from common.text import mend
from livekit import rtc
from livekit.agents import APIConnectOptions, APIError
from livekit.agents.tts import TTSError

from agent_manager.providers.errors import Reason, ServiceError
from agent_manager.providers.sound.kinds import RATE
from agent_manager.providers.voice import Voice
from agent_manager.speaking.kept import KeptVoices, Key, Voiced
from agent_manager.speaking.passages import PASSAGE, Passage, Progress
from agent_manager.speaking.pieces import Pieces
from agent_manager.speaking.reader import Reader
from agent_manager.speaking.units import Unit, is_sayable, said

log = structlog.get_logger(__name__)

SECONDS_AHEAD = 8.0
"""Seconds of voice that may be ahead when another piece is asked for; one lasts up to 14 s."""
MOST_FAILURES = 2
"""Pieces in a row without a voice after which a reply is given up."""
LASTING: frozenset[Reason] = frozenset(
    (
        *("unreachable", "certificate", "moved", "unsendable", "slow", "loading"),
        *("refused", "limited", "unpaid", "web_page"),
    )
)
"""What the next piece would suffer too."""
FRAME_SAMPLES = RATE // 10

KEPT = KeptVoices()

Frames = AsyncGenerator[rtc.AudioFrame, None]


class Speaker:
    """Speaks for one agent. `fixed` is a text without a person's name, whose voice is kept."""

    def __init__(self, voice: Voice, language: str, fixed: str = "") -> None:
        self._voice = voice
        self._language = language
        self._fixed = fixed

    def speak(self, text: AsyncIterable[str], options: APIConnectOptions) -> Frames:
        """Yields the voice of one reply, each frame marked with the passage that it belongs to."""
        reply = _Reply(self._voice, self._language, options, self._fixed)
        return reply.frames(text)

    def kept(self) -> Frames | None:
        """The voice of the fixed text, where it is kept."""
        voiced = KEPT.get(_key(self._voice, self._fixed, self._language))
        return _replay(voiced) if voiced else None


@dataclass
class _Reply:
    voice: Voice
    language: str
    options: APIConnectOptions
    fixed: str
    progress: Progress = field(default_factory=Progress)
    failures: int = 0
    failed_with: APIError | None = None
    is_given_up: bool = False

    def __post_init__(self) -> None:
        self.pieces = Pieces()
        self.more = asyncio.Event()
        self.text = ""
        self.began = 0.0
        """When the first words came, on the clock of `time.monotonic`."""
        self.waiting: list[Unit] = []
        self.last: Passage | None = None
        self.voiced: list[tuple[Passage, bytes]] = []

    async def frames(self, text: AsyncIterable[str]) -> Frames:
        reading = asyncio.create_task(self._read(text))
        try:
            while not self.is_given_up and (piece := await self._next_piece()) is not None:
                async for frame in self._frames_of(piece):
                    yield frame
            await reading
        finally:
            await cancel(reading)
        self._settle()

    async def _read(self, text: AsyncIterable[str]) -> None:
        reader = Reader(self.language)
        try:
            async for part in text:
                if len(self.text) <= len(self.fixed):
                    self.text += part
                if not self.began:
                    self.began, self.progress.words_at = time.monotonic(), time.time()
                self.pieces.feed(reader.feed(part))
                self.more.set()
            self.pieces.feed(reader.end())
        finally:
            self.pieces.end()
            self.more.set()

    async def _next_piece(self) -> list[Unit] | None:
        while True:
            await self.progress.until_ahead_by(SECONDS_AHEAD)
            piece = self.pieces.take(self.progress.ahead, time.monotonic() - self.began)
            if piece is not None or self.pieces.are_over:
                return piece
            self.more.clear()
            await self.more.wait()

    async def _frames_of(self, piece: list[Unit]) -> Frames:
        text = mend(said(piece)).strip()
        if not is_sayable(text):
            self._show_along(piece)
            return
        passage = Passage([*self.waiting, *piece], self.progress)
        begun = self.progress.made
        samples: list[bytes] = []
        try:
            async with self.voice.synthesize(text, conn_options=self.options) as stream:
                async for audio in stream:
                    self.progress.sound_at = self.progress.sound_at or time.time()
                    self.progress.made += audio.frame.duration
                    audio.frame.userdata[PASSAGE] = passage
                    if self.fixed:
                        samples.append(bytes(audio.frame.data))
                    yield audio.frame
        except APIError as error:
            self._failed(error)
        else:
            self.failures = 0
        if self.progress.made == begun:
            self._show_along(piece)
            return
        passage.seconds = self.progress.made - begun
        self.last, self.waiting = passage, []
        if self._may_be_fixed():
            self.voiced.append((passage, b"".join(samples)))

    def _show_along(self, piece: list[Unit]) -> None:
        """Shows what has no voice with what was said before it, or with what is said next."""
        (self.last.units if self.last else self.waiting).extend(piece)

    def _failed(self, error: APIError) -> None:
        """Leaves the piece out, unless the rest would fail as well."""
        self.failures += 1
        self.failed_with = error
        is_lasting = not isinstance(error, ServiceError) or error.reason in LASTING
        if is_lasting or self.failures >= MOST_FAILURES:
            self._give_up(error)
        else:
            log.warning("sentence_left_out", reason=getattr(error, "reason", "failed"))

    def _settle(self) -> None:
        """Ends a reply: one of which nothing was heard is shown whole, and its failure told."""
        if self.failed_with is None:
            if self.fixed and self.text == self.fixed and self.voiced:
                self._keep()
        elif self.last is None and not self.is_given_up:
            self._give_up(self.failed_with)

    def _keep(self) -> None:
        key = _key(self.voice, self.fixed, self.language)
        KEPT.keep(key, [Voiced(tuple(each.units), samples) for each, samples in self.voiced])

    def _give_up(self, error: APIError) -> None:
        """Tells the failure; what was half heard ends there, as livekit-agents learns."""
        self.is_given_up = True
        report = TTSError(
            timestamp=time.time(), label=self.voice.label, error=error, recoverable=False
        )
        self.voice.emit("error", report)
        if self.last is not None:
            raise error

    def _may_be_fixed(self) -> bool:
        return bool(self.text) and self.fixed.startswith(self.text)


def _key(voice: Voice, text: str, language: str) -> Key:
    return Key.of(voice.service, voice.voice, voice.rate, text, language)


async def _replay(voiced: tuple[Voiced, ...]) -> Frames:
    progress = Progress()
    for each in voiced:
        seconds = len(each.samples) / 2 / RATE
        passage = Passage(list(each.units), progress, seconds)
        for at in range(0, len(each.samples), 2 * FRAME_SAMPLES):
            data = each.samples[at : at + 2 * FRAME_SAMPLES]
            frame = rtc.AudioFrame(data, RATE, 1, len(data) // 2)
            frame.userdata[PASSAGE] = passage
            progress.made += frame.duration
            yield frame
