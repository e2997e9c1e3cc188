"""The worker process that recognises speech where Moonshine cannot run.

It is `python -m local_ai.ears.recogniser`. pocketsphinx holds the interpreter lock while it
decodes, so it lives here. One process decodes several utterances in turns of at most 100 ms of
audio, so that a long file does not hold up a person who is speaking. Audio is 16 kHz mono 16-bit.

From the server: `O` open (JSON: partials, cmn), `A` audio, `F` finish, `C` cancel.
To the server: `P` more words that have settled, `D` done (JSON: text, cmn).
"""

import json
from dataclasses import dataclass, field

from pocketsphinx import Decoder

from local_ai.ears.partials import Partials
from local_ai.ears.readable import lower_case_but_i
from local_ai.wire import READY, Message, ServerLink

_TURN_BYTES = 3200
_PARTIAL_BYTES = 3200


def new_decoder() -> Decoder:
    """A decoder for US English; about 0.3 s and 95 MB each."""
    return Decoder(loglevel="FATAL", maxhmmpf=3000)


@dataclass
class Job:
    """One open utterance: its decoder and the audio that still has to be decoded."""

    decoder: Decoder
    partials: Partials | None
    audio: bytearray = field(default_factory=bytearray)
    since_partial: int = 0
    finishing: bool = False

    @property
    def has_work(self) -> bool:
        return self.finishing or len(self.audio) > 1


class Recogniser:
    """The utterances of one worker process and their decoders."""

    def __init__(self, link: ServerLink) -> None:
        self._link = link
        self._jobs: dict[int, Job] = {}
        self._idle = [new_decoder()]
        self._default_cmn = self._idle[0].get_cmn(False)

    def run(self) -> None:
        """Serve until the server closes the pipe."""
        _warm(self._idle[0])
        self._link.send(READY)
        while True:
            while self._must_wait() or not self._link.inbox.empty():
                self._handle(self._link.inbox.get())
            for channel in list(self._jobs):
                self._take_turn(channel)

    def _must_wait(self) -> bool:
        return not any(job.has_work for job in self._jobs.values())

    def _handle(self, message: Message) -> None:
        if message.kind == "O":
            self._open(message.channel, json.loads(message.body))
        elif (job := self._jobs.get(message.channel)) is None:
            return  # cancelled while its result was on the way
        elif message.kind == "A":
            job.audio += message.body
        elif message.kind == "F":
            job.finishing = True
        elif message.kind == "C":
            self._close(message.channel)

    def _open(self, channel: int, options: dict[str, object]) -> None:
        decoder = self._idle.pop() if self._idle else new_decoder()
        decoder.set_cmn(options.get("cmn") or self._default_cmn)
        decoder.start_utt()
        self._jobs[channel] = Job(decoder, Partials() if options.get("partials") else None)

    def _take_turn(self, channel: int) -> None:
        job = self._jobs[channel]
        if len(job.audio) > 1:
            turn = bytes(job.audio[: min(_TURN_BYTES, len(job.audio) // 2 * 2)])
            del job.audio[: len(turn)]
            job.decoder.process_raw(turn)
            job.since_partial += len(turn)
        if job.finishing and len(job.audio) <= 1:
            self._finish(channel)
        elif job.partials and job.since_partial >= _PARTIAL_BYTES:
            job.since_partial = 0
            self._send_partial(channel, job.partials.more(_hypothesis(job.decoder)))

    def _send_partial(self, channel: int, words: str) -> None:
        if words:
            self._link.send("P", channel, lower_case_but_i(words).encode())

    def _finish(self, channel: int) -> None:
        decoder = self._close(channel)
        result = {"text": lower_case_but_i(_hypothesis(decoder)), "cmn": decoder.get_cmn(False)}
        self._link.send("D", channel, json.dumps(result).encode())

    def _close(self, channel: int) -> Decoder:
        decoder = self._jobs.pop(channel).decoder
        decoder.end_utt()
        self._idle.append(decoder)
        return decoder


def _hypothesis(decoder: Decoder) -> str:
    hypothesis = decoder.hyp()
    return hypothesis.hypstr if hypothesis else ""


def _warm(decoder: Decoder) -> None:
    """Decode a little silence, so that the first utterance finds the model in memory."""
    decoder.start_utt()
    decoder.process_raw(bytes(16000))
    decoder.end_utt()


if __name__ == "__main__":
    Recogniser(ServerLink()).run()
