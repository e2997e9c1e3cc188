"""Speech recognition for the server: utterances that are fed audio and give words back."""

import asyncio
import itertools
import json
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from local_ai.child import Child
from local_ai.choice import has_plain_ears, say_which, why_not
from local_ai.failures import NONE, Busy, EngineMissing, RecognitionFailed
from local_ai.fetch.cache import whole
from local_ai.settings import Settings, read
from local_ai.wire import Message

logger = logging.getLogger("local_ai")

SAMPLE_RATE = 16_000
NEURAL, PLAIN = "moonshine", "pocketsphinx"
OPEN_PER_WORKER = 4
_OPEN_PER_MODEL = 16
_MOST_PROCESSES = 2
_MOST_MODEL_THREADS = 2
MAX_WAITING = 16
_MAX_ATTEMPTS = 3
_ANSWER_TIMEOUT = 60.0


@dataclass(frozen=True)
class Recognised:
    """The words of one utterance, and the channel estimate that helps with its speaker's next.

    `logprob` is the mean natural logarithm of the probabilities of its tokens, if it is known.
    """

    text: str
    cmn: str | None = None
    logprob: float | None = None


class Utterance:
    """One stretch of speech: feed it 16 kHz mono 16-bit audio as it arrives, then finish it.

    It keeps its audio until it is done, so that it can wait for a free decoder, and be decoded
    again by another worker when its own dies.
    """

    def __init__(
        self,
        pool: "RecogniserPool",
        on_partial: Callable[[str], None] | None,
        cmn: str | None,
        owner: str,
    ) -> None:
        self.channel = next(pool.channels)
        self.worker: Worker | None = None
        self.attempts = 0
        self.result: asyncio.Future[Recognised] = asyncio.get_running_loop().create_future()
        self._pool = pool
        self._on_partial = on_partial
        self._options = {"partials": on_partial is not None, "cmn": cmn, "owner": owner}
        self._audio = bytearray()
        self._finished = False
        self._partial_length = 0
        self._repeated_length = 0

    def feed(self, pcm: bytes) -> None:
        self._audio += pcm
        self._send("A", pcm)

    async def finish(self) -> Recognised:
        """The recognised words; raises RecognitionFailed."""
        self._finished = True
        self._send("F")
        try:
            async with asyncio.timeout(_ANSWER_TIMEOUT):
                return await asyncio.shield(self.result)
        except TimeoutError:
            if self.worker is not None:
                self.worker.child.kill()
            raise RecognitionFailed from None
        finally:
            self.cancel()

    def cancel(self) -> None:
        """Give up the decoder or the place in the queue; harmless when it is done."""
        if not self.result.done():
            self.result.cancel()
            self._send("C")
            self._pool.release(self)

    def begin(self, worker: "Worker") -> None:
        self.worker = worker
        self.attempts += 1
        self._repeated_length = 0
        self._send("O", json.dumps(self._options).encode())
        self._send("A", bytes(self._audio))
        if self._finished:
            self._send("F")

    def take_partial(self, words: str) -> None:
        """Pass new words on, but not those that a second attempt repeats."""
        self._repeated_length += len(words)
        fresh = self._repeated_length - self._partial_length
        if self._on_partial and fresh > 0:
            self._partial_length = self._repeated_length
            self._on_partial(words[-fresh:])

    def _send(self, kind: str, body: bytes = b"") -> None:
        if self.worker is not None:
            self.worker.child.send(kind, self.channel, body)


class Worker:
    """One recogniser process and the utterances that it has open."""

    def __init__(self, pool: "RecogniserPool", places: int, module: str, *arguments: str) -> None:
        self.utterances: dict[int, Utterance] = {}
        self._pool = pool
        self._places = places
        self.child = Child(
            module,
            *arguments,
            on_message=self._take,
            on_ready=pool.assign,
            on_exit=self._lost,
        )

    @property
    def free(self) -> int:
        return self._places - len(self.utterances) if self.child.ready else 0

    def _take(self, message: Message) -> None:
        utterance = self.utterances.get(message.channel)
        if utterance is None:
            return
        if message.kind == "P":
            utterance.take_partial(message.body.decode())
        elif message.kind == "D":
            if not utterance.result.done():
                utterance.result.set_result(Recognised(**json.loads(message.body)))
            self._pool.release(utterance)

    def _lost(self) -> None:
        lost = list(self.utterances.values())
        self.utterances.clear()
        self._pool.retry(lost)


class RecogniserPool:
    """The recogniser processes; an utterance goes to the least busy one, or waits for its turn.

    `engine` is `moonshine`, `pocketsphinx` or `none` once it started, and `reason` is why it is
    not Moonshine, as a code, or empty.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.engine, self.reason = NEURAL, ""
        self.channels = itertools.count(1)
        self._settings = settings or read()
        self._waiting: deque[Utterance] = deque()
        self._workers: list[Worker] = []

    async def start(self) -> None:
        """Return when every worker has its model in memory."""
        folder = await asyncio.to_thread(whole, "ears", self._settings.cache)
        self.reason = await why_not("ears", str(folder)) if folder else "no_weights"
        if folder and not self.reason:
            threads = min(_MOST_MODEL_THREADS, max(1, self._settings.threads // 2))
            module = "local_ai.ears.listener"
            self._workers = [Worker(self, _OPEN_PER_MODEL, module, str(folder), str(threads))]
        elif not has_plain_ears():
            self.engine = NONE
        else:
            self.engine = PLAIN
            count = min(_MOST_PROCESSES, self._settings.threads)
            module = "local_ai.ears.recogniser"
            self._workers = [Worker(self, OPEN_PER_WORKER, module) for _ in range(count)]
        say_which(logger, "ears", self.engine, self.reason)
        await asyncio.gather(*(worker.child.start() for worker in self._workers))

    def require(self) -> None:
        """Raise EngineMissing where nothing can hear."""
        if self.engine == NONE:
            raise EngineMissing("ears", self.reason)

    async def close(self) -> None:
        """Return when no worker process is left."""
        for utterance in self._waiting:
            utterance.result.cancel()
        self._waiting.clear()
        await asyncio.gather(*(worker.child.close() for worker in self._workers))

    def open(
        self,
        on_partial: Callable[[str], None] | None = None,
        cmn: str | None = None,
        owner: str = "",
    ) -> Utterance:
        """An utterance to feed; raises Busy when too many wait already. Owners take turns.

        Raises EngineMissing where nothing can hear.
        """
        self.require()
        if len(self._waiting) >= MAX_WAITING:
            raise Busy
        utterance = Utterance(self, on_partial, cmn, owner)
        self._waiting.append(utterance)
        self.assign()
        return utterance

    def release(self, utterance: Utterance) -> None:
        if utterance.worker is not None:
            utterance.worker.utterances.pop(utterance.channel, None)
            utterance.worker = None
        with suppress(ValueError):
            self._waiting.remove(utterance)
        self.assign()

    def retry(self, lost: list[Utterance]) -> None:
        """Put the utterances of a dead worker first in the queue, unless they failed too often."""
        for utterance in reversed(lost):
            utterance.worker = None
            if utterance.attempts < _MAX_ATTEMPTS:
                self._waiting.appendleft(utterance)
            elif not utterance.result.done():
                utterance.result.set_exception(RecognitionFailed())
        self.assign()

    def assign(self) -> None:
        """Give waiting utterances to workers while some are free."""
        while self._waiting:
            worker = max(self._workers, key=lambda worker: worker.free, default=None)
            if worker is None or worker.free <= 0:
                return
            utterance = self._waiting.popleft()
            worker.utterances[utterance.channel] = utterance
            utterance.begin(worker)
