"""The worker process that hears with Moonshine: `python -m local_ai.ears.listener FOLDER THREADS`.

One loaded model serves everybody. What is finished is decoded before what is still being said,
what is said live before files, and owners (a socket, a request) take turns. While something waits
nobody gets interim words. Audio is 16 kHz mono 16-bit.

From the server: `O` open (JSON: partials, owner), `A` audio, `F` finish, `C` cancel.
To the server: `P` more words that have settled, `D` done (JSON: text).
"""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from local_ai.audio import from_pcm16
from local_ai.ears.moonshine import SAMPLE_RATE, Heard, Moonshine
from local_ai.ears.partials import Partials
from local_ai.ears.readable import believable, modern
from local_ai.ears.vad import Continued, SpeechDetector, Started
from local_ai.wire import READY, Message, ServerLink

_INTERIM_BYTES = int(0.6 * SAMPLE_RATE) * 2
_REST_AFTER_INTERIM = 2.0
_AGREEING, _FLICKERING = 2, 1
_QUICKEST = 1
_PAUSE_MS = 500
_LONGEST_MS = 12_000
_REMEMBERED_OWNERS = 256


@dataclass
class Job:
    """One open utterance: whose it is, its audio, and how far interim words have got."""

    owner: str
    partials: Partials | None
    audio: bytearray = field(default_factory=bytearray)
    decoded: int = 0
    rests_until: float = 0.0
    finishing: bool = False

    @property
    def wants_interim(self) -> bool:
        fresh = len(self.audio) - self.decoded
        return self.partials is not None and fresh >= _INTERIM_BYTES


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

    def _work(self) -> bool:
        """Whether there was something to do; takes in what the server sent meanwhile."""
        while not self._link.inbox.empty():
            self._handle(self._link.inbox.get())
        finished = [each for each, job in self._jobs.items() if job.finishing]
        if finished:
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

    def _rank(self, channel: int) -> tuple[bool, int, int]:
        """Whose turn it is: live speech first, then who was served longest ago."""
        job = self._jobs[channel]
        return job.partials is None, self._turns.get(job.owner, 0), channel

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
        elif message.kind == "C":
            self._close(channel)

    def _interim(self, channel: int) -> None:
        job = self._jobs[channel]
        self._take_turn(job)
        began = time.monotonic()
        text = self._heard(job, _QUICKEST)
        ended = time.monotonic()
        job.decoded, job.rests_until = len(job.audio), ended + _REST_AFTER_INTERIM * (ended - began)
        if job.partials:
            self._send_words(channel, job.partials.more(text))

    def _finish(self, channel: int) -> None:
        job = self._jobs[channel]
        self._take_turn(job)
        text = self._heard(job)
        if job.partials:
            self._send_words(channel, job.partials.rest(text))
        self._link.send("D", channel, json.dumps({"text": text}).encode())
        self._close(channel)

    def _heard(self, job: Job, *width: int) -> str:
        whole = len(job.audio) // 2 * 2
        texts = []
        for pcm in _without_long_pauses(bytes(job.audio[:whole])):
            heard: Heard = self._model.hear(from_pcm16(pcm), *width)
            texts.append(modern(believable(heard.text, heard.logprob)))
        return " ".join(filter(None, texts))

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
