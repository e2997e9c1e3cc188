"""Speech synthesis for the server: sentences in, 24 kHz sound out, one sentence at a time."""

import asyncio
import itertools
import json
import logging
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from local_ai.child import Child
from local_ai.choice import say_which, why_not
from local_ai.failures import NONE, EngineMissing, SpeakerBusy, SpeechFailed
from local_ai.wire import Message

logger = logging.getLogger("local_ai")

NEURAL = "hibari"
MAX_WAITING = 32
_ANSWER_TIMEOUT = 10.0
_LONGEST_PIECE = 200
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")
_CLAUSE_END = re.compile(r"(?<=[,;:])\s+")


@dataclass(frozen=True)
class Manner:
    """How a text is to be spoken."""

    voice: str
    speed: float


class Speaker:
    """The voice's process; texts of several people take turns, sentence by sentence.

    `engine` is `hibari`, `flite`, `espeak` or `none` once it started, and `reason` is why it is
    not hibari, as a code, or empty.
    """

    def __init__(self) -> None:
        self.engine, self.reason = NEURAL, ""
        self._channels = itertools.count(1)
        self._answers: dict[int, asyncio.Future[bytes]] = {}
        self._child = self._new_child(NEURAL)

    async def start(self) -> None:
        """Return when the voice can speak."""
        self.reason = await why_not("voice")
        if self.reason:
            self._child = self._new_child("plain")
        await self._child.start()
        self.engine = self._child.said_ready.decode()
        if self.engine == NONE:
            await self._child.close()
        say_which(logger, "voice", self.engine, self.reason)

    async def close(self) -> None:
        """Return when the process is gone."""
        await self._child.close()

    async def say(self, text: str, manner: Manner) -> AsyncGenerator[bytes]:
        """24 kHz mono 16-bit sound, a piece for each sentence as soon as it is ready."""
        if self.engine == NONE:
            raise EngineMissing("voice", self.reason)
        for piece in pieces(text):
            if sound := await self._say_piece(piece, manner):
                yield sound

    async def _say_piece(self, text: str, manner: Manner) -> bytes:
        if not self._child.ready or len(self._answers) >= MAX_WAITING:
            raise SpeakerBusy
        channel = next(self._channels)
        job = {"text": text, "voice": manner.voice, "speed": manner.speed}
        answer = self._answers[channel] = asyncio.get_running_loop().create_future()
        self._child.send("S", channel, json.dumps(job).encode())
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT):
                return await answer
        except TimeoutError:
            self._child.kill()
            raise SpeechFailed from None
        finally:
            del self._answers[channel]
            if not answer.done() or answer.cancelled():
                self._child.send("C", channel)

    def _new_child(self, engine: str) -> Child:
        module = "local_ai.voice.speaker"
        return Child(module, engine, on_message=self._take, on_exit=self._lost)

    def _take(self, message: Message) -> None:
        answer = self._answers.get(message.channel)
        if answer is not None and not answer.done():
            answer.set_result(message.body)

    def _lost(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(SpeechFailed())


def pieces(text: str) -> list[str]:
    """The text in sentences, long ones cut at their commas, without what cannot be spoken."""
    sentences = (sentence.strip() for sentence in _SENTENCE_END.split(text))
    return [
        piece
        for sentence in sentences
        for piece in _short_enough(sentence)
        if any(character.isalnum() for character in piece)
    ]


def _short_enough(sentence: str) -> list[str]:
    if len(sentence) <= _LONGEST_PIECE:
        return [sentence]
    cut: list[str] = [""]
    for clause in _CLAUSE_END.split(sentence):
        for part in _by_words(clause):
            if len(cut[-1]) + len(part) > _LONGEST_PIECE:
                cut.append("")
            cut[-1] = f"{cut[-1]} {part}".strip()
    return cut


def _by_words(clause: str) -> list[str]:
    if len(clause) <= _LONGEST_PIECE:
        return [clause]
    return [part for word in clause.split() for part in _by_length(word)]


def _by_length(word: str) -> list[str]:
    return [word[at : at + _LONGEST_PIECE] for at in range(0, len(word), _LONGEST_PIECE)]
