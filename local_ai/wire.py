"""Framed messages between the server and its worker processes, over their stdin and stdout."""

import os
import queue
import signal
import struct
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from asyncio import StreamReader  # workers start 0.1 s sooner without asyncio

READY = "R"
_HEADER = struct.Struct(">IBI")


@dataclass(frozen=True)
class Message:
    """One framed message: `kind` is one letter, `channel` says which job it belongs to."""

    kind: str
    channel: int = 0
    body: bytes = b""

    def pack(self) -> bytes:
        """The message as it goes over the pipe: header (length, kind, channel), then body."""
        return _HEADER.pack(len(self.body), ord(self.kind), self.channel) + self.body


async def receive(stream: "StreamReader") -> Message:
    """The next message from a worker; raises IncompleteReadError when the worker is gone."""
    length, kind, channel = _HEADER.unpack(await stream.readexactly(_HEADER.size))
    return Message(chr(kind), channel, await stream.readexactly(length))


class ServerLink:
    """A worker's end of the pipe: `inbox` has what the server sent, `send` answers.

    The worker exits as soon as the server closes the pipe or dies, even in the middle of a job,
    and ignores Ctrl-C, which a terminal sends to the whole group: the server decides.
    """

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._output = _private_stdout()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, kind: str, channel: int = 0, body: bytes = b"") -> None:
        try:
            self._output.write(Message(kind, channel, body).pack())
            self._output.flush()
        except OSError:
            os._exit(0)

    def _read(self) -> None:
        stream = sys.stdin.buffer
        while len(header := stream.read(_HEADER.size)) == _HEADER.size:
            length, kind, channel = _HEADER.unpack(header)
            self.inbox.put(Message(chr(kind), channel, stream.read(length)))
        os._exit(0)


def _private_stdout() -> BinaryIO:
    """The pipe to the server, with fd 1 pointed at stderr: C libraries print when they like."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return pipe
