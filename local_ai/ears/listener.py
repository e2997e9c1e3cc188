"""The worker process that hears with Moonshine: `python -m local_ai.ears.listener FOLDER THREADS`.

One loaded model serves everybody. What is finished is decoded before what is still being said,
what is said live before files (also in the middle of one), and owners (a socket, a request) take
turns. While something waits nobody gets interim words, and nothing is heard in more than one
attempt. Attempts at what was said live end before a reply would wait for them. What was cancelled
is left at the next token. Audio is 16 kHz mono 16-bit.

From the server: `O` open (JSON: partials, owner), `A` audio, `F` finish, `C` cancel.
To the server: `P` more words that have settled, `D` done (JSON: text, logprob).
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from local_ai.audio import Samples, from_pcm16
from local_ai.ears.attempts import surer
from local_ai.ears.moonshine import SAMPLE_RATE, Abandoned, Heard, Moonshine
from local_ai.ears.partials import Partials
from local_ai.ears.readable import believable, modern
from local_ai.ears.vad import Continued, SpeechDetector, Started
from local_ai.wire import READY, Message, ServerLink

_INTERIM_BYTES = int(0.6 * SAMPLE_RATE) * 2
_REST_AFTER_INTERIM = 2.0
_AGREEING, _FLICKERING = 2, 1
_QUICKEST = 1
_REPEATING_SECONDS = 0.3
"""From when an utterance is over, how long what was said live may be heard again.

A turn ends 0.6 s after the last sound, of which 0.3 s are over by then.
"""
_PAUSE_MS = 500
_LONGEST_MS = 12_000
_REMEMBERED_OWNERS = 256


@dataclass
class Job:
    """One open utterance: whose it is, its audio, and how far interim words have got.

    `repeats_until` is when what was said live has to be answered.
    """

    owner: str
    partials: Partials | None
    audio: bytearray = field(default_factory=bytearray)
    decoded: int = 0
    rests_until: float = 0.0
    finishing: bool = False
    repeats_until: float = 0.0

    @property
    def is_live(self) -> bool:
        """Whether somebody is speaking, and this is no file."""
        return self.partials is not None

    @property
    def wants_interim(self) -> bool:
        fresh = len(self.audio) - self.decoded
        return self.is_live and fresh >= _INTERIM_BYTES


class Listener:
    """The utterances of the process, and whose turn it is."""

    def __init__(self, link: ServerLink, model: Moonshine) -> None:
        self._link = link
        self._model = model
        self._jobs: dict[int, Job] = {}
        self._turns: dict[str, int] = {}
        self._turn = 0

    def run(self) -> None:
        """Serve until the server closes the pipe."""
        self._link.send(READY)
        while True:
            self._handle(self._link.inbox.get())
            while self._work():
                pass

    def _work(self, only_live: bool = False) -> bool:
        """Whether there was something to do; takes in what the server sent meanwhile."""
        self._take_messages()
        if finished := self._finishing(only_live):
            self._finish(min(finished, key=self._rank))
            return True
        now = time.monotonic()
        growing = [
            channel
            for channel, job in self._jobs.items()
            if job.wants_interim and job.rests_until <= now
        ]
        if growing:
            self._interim(min(growing, key=self._rank))
        return bool(growing)

    def _take_messages(self) -> None:
        while not self._link.inbox.empty():
            self._handle(self._link.inbox.get())

    def _finishing(self, only_live: bool) -> list[int]:
        return [
            channel
            for channel, job in self._jobs.items()
            if job.finishing and (job.is_live or not only_live)
        ]

    def _rank(self, channel: int) -> tuple[bool, int, int]:
        """Whose turn it is: live speech first, then who was served longest ago."""
        job = self._jobs[channel]
        return not job.is_live, self._turns.get(job.owner, 0), channel

    def _handle(self, message: Message) -> None:
        channel = message.channel
        if message.kind == "O":
            options = json.loads(message.body)
            partials = Partials(_AGREEING, _FLICKERING) if options["partials"] else None
            self._jobs[channel] = Job(options["owner"], partials)
        elif (job := self._jobs.get(channel)) is None:
            return  # cancelled while its result was on the way
        elif message.kind == "A":
            job.audio += message.body
        elif message.kind == "F":
            job.finishing = True
            job.repeats_until = time.monotonic() + _REPEATING_SECONDS
        elif message.kind == "C":
            self._close(channel)

    def _interim(self, channel: int) -> None:
        """Words so far; left alone as soon as somebody has finished."""
        job = self._jobs[channel]
        self._take_turn(job)
        began, length = time.monotonic(), len(job.audio)
        goes_on = partial(self._may_look_ahead, channel)
        try:
            found = [
                self._model.hear(samples, _QUICKEST, goes_on=goes_on)
                for samples in _stretches(job.audio)
            ]
        except Abandoned:
            return
        ended = time.monotonic()
        job.decoded, job.rests_until = length, ended + _REST_AFTER_INTERIM * (ended - began)
        if job.partials:
            self._send_words(channel, job.partials.more(_joined(found).text))

    def _finish(self, channel: int) -> None:
        """The words of a whole utterance; nothing of one that is cancelled meanwhile."""
        job = self._jobs[channel]
        self._take_turn(job)
        stretches = _stretches(job.audio)
        try:
            firsts = [self._once(channel, samples) for samples in stretches]
        except Abandoned:
            return
        found = [
            surer(self._model, samples, first, partial(self._may_repeat, channel, cost))
            for samples, (first, cost) in zip(stretches, firsts, strict=True)
        ]
        if channel not in self._jobs:
            return
        heard = _joined(found)
        if job.partials:
            self._send_words(channel, job.partials.rest(heard.text))
        self._link.send("D", channel, json.dumps(asdict(heard)).encode())
        self._close(channel)

    def _once(self, channel: int, samples: Samples) -> tuple[Heard, float]:
        """The words at the first attempt, and how many seconds it took; raises Abandoned."""
        began = time.monotonic()
        heard = self._model.hear(samples, goes_on=partial(self._is_wanted, channel))
        return heard, time.monotonic() - began

    def _is_wanted(self, channel: int) -> bool:
        """Whether its words are waited for; in the middle of a file, live speech is heard first."""
        self._take_messages()
        while (job := self._jobs.get(channel)) and not job.is_live and self._work(only_live=True):
            pass
        return channel in self._jobs

    def _may_look_ahead(self, channel: int) -> bool:
        """Whether nobody who has finished speaking waits while words so far are searched for."""
        self._take_messages()
        return channel in self._jobs and not self._finishing(only_live=True)

    def _may_repeat(self, channel: int, cost: float, left: float) -> bool:
        """Whether there is time for what is left of an attempt that costs so many seconds."""
        if not self._is_wanted(channel):
            return False
        job = self._jobs[channel]
        if len(self._finishing(only_live=job.is_live)) > 1:
            return False
        return not job.is_live or time.monotonic() + left * cost <= job.repeats_until

    def _send_words(self, channel: int, words: str) -> None:
        if words:
            self._link.send("P", channel, words.encode())

    def _take_turn(self, job: Job) -> None:
        self._turn += 1
        self._turns.pop(job.owner, None)
        self._turns[job.owner] = self._turn
        if len(self._turns) > _REMEMBERED_OWNERS:
            del self._turns[next(iter(self._turns))]

    def _close(self, channel: int) -> None:
        del self._jobs[channel]


def _joined(stretches: Sequence[Heard]) -> Heard:
    """The words of all stretches; how sure the model was counts by how many words they have."""
    texts, surely = [], 0.0
    for heard in stretches:
        if text := modern(believable(heard.text, heard.logprob)):
            texts.append(text)
            surely += heard.logprob * len(text.split())
    words = " ".join(texts)
    return Heard(words, surely / max(1, len(words.split())))


def _stretches(audio: bytearray) -> list[Samples]:
    whole = len(audio) // 2 * 2
    return [from_pcm16(pcm) for pcm in _without_long_pauses(bytes(audio[:whole]))]


def _without_long_pauses(pcm: bytes) -> list[bytes]:
    """The sound in stretches: Moonshine writes nothing more after a long pause, nor past a minute.

    Sound without such a pause stays as it is.
    """
    detector = SpeechDetector(silence_ms=_PAUSE_MS, longest_ms=_LONGEST_MS)
    stretches: list[bytearray] = []
    for happening in (*detector.push(pcm), *detector.stop()):
        if isinstance(happening, Started):
            stretches.append(bytearray(happening.pcm))
        elif isinstance(happening, Continued):
            stretches[-1] += happening.pcm
    return [bytes(each) for each in stretches] if len(stretches) > 1 else [pcm]


def main() -> None:
    """Serve until the server closes the pipe."""
    link = ServerLink()
    model = Moonshine(Path(sys.argv[1]), int(sys.argv[2]))
    model.hear(from_pcm16(bytes(SAMPLE_RATE * 2)))
    Listener(link, model).run()


if __name__ == "__main__":
    main()
