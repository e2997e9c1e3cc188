"""Who is heard first, and what nobody waits for any more, in the process that hears."""

import json
import queue
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from local_ai.audio import Samples, to_pcm16
from local_ai.ears import listener
from local_ai.ears.listener import Listener
from local_ai.ears.moonshine import SAMPLE_RATE, Abandoned, Heard, Moonshine
from local_ai.wire import Message, ServerLink

UNCLEAR = Heard("I like green apples.", -0.4)
LIVE, FILE = True, False


class Link(ServerLink):
    """The server's end: what it sends is `inbox`, what it gets is `answered`."""

    def __init__(self) -> None:
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.answered: list[Message] = []

    def send(self, kind: str, channel: int = 0, body: bytes = b"") -> None:
        self.answered.append(Message(kind, channel, body))

    def say(self, channel: int, live: bool, *, finishes: bool = True) -> None:
        """Two seconds of sound, whose level tells the model which channel it is."""
        options = {"partials": live, "cmn": None, "owner": str(channel)}
        sound = np.full(2 * SAMPLE_RATE, channel / 100, np.float32)
        self.inbox.put(Message("O", channel, json.dumps(options).encode()))
        self.inbox.put(Message("A", channel, to_pcm16(sound)))
        if finishes:
            self.inbox.put(Message("F", channel))

    @property
    def done(self) -> list[int]:
        return [each.channel for each in self.answered if each.kind == "D"]


class Ears(Moonshine):
    """Needs three tokens for everything, and says before each of them which channel it hears."""

    def __init__(self, on_token: Callable[[int, int], None]) -> None:
        self.on_token = on_token
        self.heard: list[int] = []

    def hear(
        self,
        samples: Samples,
        width: int = 4,
        before: float = 0.3,
        goes_on: Callable[[], bool] = lambda: True,
    ) -> Heard:
        channel = round(float(samples.max()) * 100) if samples.max() < 0.5 else 0
        self.heard.append(channel)
        for token in range(3):
            self.on_token(channel, token)
            if not goes_on():
                raise Abandoned
        return UNCLEAR


@pytest.fixture
def link() -> Link:
    return Link()


def work(link: Link, on_token: Callable[[int, int], None]) -> Ears:
    """Has all be heard that the server has sent, or sends at a token."""
    ears = Ears(on_token)
    listening = Listener(link, ears)
    while listening._work():
        pass
    return ears


def nothing(channel: int, token: int) -> None:
    pass


@pytest.mark.parametrize("live", [LIVE, FILE])
def test_what_is_unclear_is_heard_four_times(link: Link, live: bool) -> None:
    link.say(1, live)
    assert work(link, nothing).heard == [1, 1, 0, 0]
    assert link.done == [1]


@pytest.mark.parametrize("live", [LIVE, FILE])
def test_what_is_cancelled_is_left_at_the_next_token(link: Link, live: bool) -> None:
    def cancel(channel: int, token: int) -> None:
        if (channel, token) == (1, 1):
            link.inbox.put(Message("C", 1))

    link.say(1, live)
    link.say(2, live)
    assert work(link, cancel).heard == [1, 2, 2, 0, 0]
    assert link.done == [2]


def test_more_attempts_end_when_somebody_else_has_finished(link: Link) -> None:
    counted: list[int] = []

    def another(channel: int, token: int) -> None:
        counted.append(channel)
        if len(counted) == 5:
            link.say(2, LIVE)

    link.say(1, LIVE)
    heard = work(link, another).heard
    assert heard == [1, 1, 2, 2, 0, 0], "the second attempt of 1 is left in its middle"
    assert link.done == [1, 2]


def test_somebody_who_speaks_is_heard_in_the_middle_of_a_file(link: Link) -> None:
    def speaking(channel: int, token: int) -> None:
        if (channel, token, link.done) == (1, 1, []):
            link.say(2, LIVE)

    link.say(1, FILE)
    work(link, speaking)
    assert link.done == [2, 1]


def test_words_so_far_are_left_when_the_whole_is_there(link: Link) -> None:
    def finish(channel: int, token: int) -> None:
        if token == 1 and not link.done:
            link.inbox.put(Message("F", 1))

    link.say(1, LIVE, finishes=False)
    assert work(link, finish).heard[:2] == [1, 1]
    assert [each.kind for each in link.answered] == ["P", "D"]


@pytest.mark.parametrize(
    ("seconds", "live", "attempts"),
    [(0.0, LIVE, 4), (0.12, LIVE, 2), (0.2, LIVE, 1), (0.2, FILE, 4)],
)
def test_a_reply_does_not_wait_for_more_attempts(
    link: Link, monkeypatch: pytest.MonkeyPatch, seconds: float, live: bool, attempts: int
) -> None:
    now = [0.0]

    def later(channel: int, token: int) -> None:
        now[0] += seconds / 3

    monkeypatch.setattr(listener, "time", SimpleNamespace(monotonic=lambda: now[0]))
    link.say(1, live)
    assert len(work(link, later).heard) == attempts
