"""People who talk with the agent all the time, and remember what they heard and were told."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.speech import line
from support.waiting import until_async

from faults.people.follower import Follower
from faults.people.media import Media
from faults.people.visitor import HERE, Visitor

LINES = (
    "Please tell me what you can do for me.",
    "What can you tell me about the weather today?",
    "I would like to book a table for tomorrow evening.",
)
REPLY_SECONDS = 12.0
GREETING_SECONDS = 40.0
SEAT_SECONDS = 10.0
"""Within which the seats of sessions that have ended are free again."""
BREATH = 1.0
THOUGHT = 2.0
"""At most so long does a person think before the next line."""
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Turn:
    """A line that was said, and when its reply was first heard (None: not within 12 s)."""

    said_at: float
    heard_at: float | None


class Person:
    """Somebody in a room of their own. `turns` are what they said so far, with the replies."""

    def __init__(self, origin: str, address: str = HERE, backend: str = "") -> None:
        number = next(_numbers)
        self.name = f"person-{number}"
        self.room = f"faults-{number}"
        self.visitor = Visitor(origin, address, backend)
        self.media = Media(self.grant)
        self.session_id = ""
        self.livekit_room = ""
        self.turns: list[Turn] = []
        self.followers: list[Follower] = []
        self.is_talking = False
        self._may_speak = asyncio.Event()
        self._may_speak.set()
        self._tasks: list[asyncio.Task[None]] = []

    async def arrive(self) -> None:
        """Opens the page, joins the room, starts a session, reads along, and hears the greeting."""
        await self.visitor.enter()
        await self.media.join()
        await self.start()
        await until_async(
            lambda: self.media.ear.voices,
            seconds=GREETING_SECONDS,
            what=f"{self.name} hears the greeting",
        )

    async def start(self) -> None:
        """Starts a session in the room, once there is a seat for it, and follows it."""
        body = {"room": self.room, "identity": self.name, "recorded": True}
        deadline = time.monotonic() + SEAT_SECONDS
        while True:
            answer = await self.visitor.request("POST", "/session", body)
            if answer.status_code != 503 or time.monotonic() > deadline:
                break
            await asyncio.sleep(BREATH)
        assert answer.status_code in (200, 201), f"POST /session: {answer.status_code}"
        self.session_id = answer.json()["session_id"]
        self.follow()

    def follow(self, follower: Follower | None = None) -> Follower:
        """One more socket that reads the session to its end."""
        follower = follower or Follower(self.visitor, self.session_id)
        self.followers.append(follower)
        self._tasks.append(asyncio.create_task(follower.run(), name=f"socket of {self.name}"))
        return follower

    def talk(self) -> None:
        """Begins to talk, and does not stop until `leave`."""
        self.is_talking = True
        self._tasks.append(asyncio.create_task(self._talk(), name=f"voice of {self.name}"))

    def hush(self) -> None:
        """Says nothing more: the session is over."""
        self.is_talking = False

    def listen(self) -> None:
        """Begins no further line until `speak`: whom an agent speaks to does not talk over it."""
        self._may_speak.clear()

    def speak(self) -> None:
        """Goes on to talk."""
        self._may_speak.set()

    async def take_over(self) -> Media:
        """Joins once more under the same name, as a second tab does; the media of the first."""
        first, self.media = self.media, Media(self.grant)
        await self.media.join()
        return first

    def answered_since(self, moment: float) -> Turn | None:
        """The first turn whose reply began after a moment, whenever it was said."""
        return next((t for t in self.turns if t.heard_at and t.heard_at > moment), None)

    def replied_since(self, moment: float) -> Turn | None:
        """The first turn that was said after a moment and got its reply."""
        return next((t for t in self.turns if t.said_at > moment and t.heard_at), None)

    async def stop(self) -> None:
        """Presses Stop; AssertionError when the backend does not take it."""
        if self.session_id:
            answer = await self.visitor.request("DELETE", f"/session/{self.session_id}")
            assert answer.status_code == 200, f"DELETE /session: {answer.status_code}"

    async def read_to_the_end(self, seconds: float) -> bool:
        """Whether every socket was closed by the server within that time."""
        reading = [task for task in self._tasks if task.get_name().startswith("socket")]
        if reading:
            await asyncio.wait(reading, timeout=seconds)
        return all(follower.is_over for follower in self.followers)

    async def grant(self) -> tuple[str, str]:
        """A fresh (server_url, token) for the room."""
        server_url, token, self.livekit_room = await self.visitor.grant(self.room, self.name)
        return server_url, token

    async def leave(self) -> None:
        """Lets go of everything; the session is not asked to end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.media.leave()
        await self.visitor.leave()

    def told_turns(self, since: float) -> str:
        """The turns from shortly before a moment on, in words: when said, when replied to."""
        return ", ".join(
            f"{turn.said_at - since:.1f} → "
            + (f"{turn.heard_at - since:.1f}" if turn.heard_at else "nothing")
            for turn in self.turns
            if turn.said_at > since - REPLY_SECONDS
        )

    def told(self, since: float) -> list[dict[str, Any]]:
        """The errors that the socket brought since a moment."""
        return self.followers[0].events("error", since) if self.followers else []

    async def _talk(self) -> None:
        for words in itertools.cycle(LINES):
            if not self.is_talking:
                return
            await self.media.ear.until_quiet(BREATH)
            await asyncio.sleep(random.uniform(0, THOUGHT))
            await self._may_speak.wait()
            said_at = await self.media.say(line(words))
            self.turns.append(Turn(said_at, await self._reply(said_at)))

    async def _reply(self, said_at: float) -> float | None:
        while time.monotonic() < said_at + REPLY_SECONDS:
            if voice := self.media.ear.onset(said_at):
                return voice.start
            await asyncio.sleep(0.02)
        return None


async def arrive(people: Sequence[Person]) -> None:
    """Returns when each of them was greeted and talks."""
    await asyncio.gather(*(person.arrive() for person in people))
    for person in people:
        person.talk()


async def part(people: Sequence[Person]) -> None:
    """Everybody lets go of what they hold."""
    await asyncio.gather(*(person.leave() for person in people), return_exceptions=True)
