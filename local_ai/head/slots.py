"""Which session has which of the model's slots: one each, so that nobody loses what was read."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field

from local_ai.failures import Busy
from local_ai.head.history import Window
from local_ai.head.process import Job, ModelProcess

UNUSED_SECONDS = 600.0
_MOST_WAITING = 4
_MOST_SCRIPTED = 1000


@dataclass
class Slot:
    """One of the model's places for a conversation; `key` is its session's, "" when it is free."""

    number: int
    key: str = ""
    is_lent: bool = False
    used_at: float = 0.0
    window: Window = field(default_factory=Window)
    job: Job | None = None
    waiting: int = 0

    @property
    def is_at_work(self) -> bool:
        """Whether the model reads or writes for this slot, or a question waits for it."""
        return self.waiting > 0 or (self.job is not None and not self.job.stopped.is_set())

    async def ask(self, process: ModelProcess, request: dict[str, object]) -> Job:
        """Returns the job of a request, when what this slot did before has stopped.

        Raises ModelStopped, and Busy when too many wait already.
        """
        if self.waiting >= _MOST_WAITING:
            raise Busy
        self.waiting += 1
        try:
            while self.job is not None and not self.job.stopped.is_set():
                await self.job.stopped.wait()
        finally:
            self.waiting -= 1
        self.job = process.ask({**request, "id_slot": self.number})
        return self.job


class Slots:
    """The slots of the model, and the sessions that began without one and stay with the script."""

    def __init__(self, count: int) -> None:
        self.all = [Slot(number) for number in range(count)]
        self._scripted: OrderedDict[str, None] = OrderedDict()

    @property
    def free(self) -> int:
        """How many sessions would get a slot now."""
        return sum(_is_free(slot) for slot in self.all)

    def take(self, key: str) -> Slot | None:
        """Returns the session's slot from now on, None when all are used."""
        slot = self._of(key) or self._free_one()
        if slot is None:
            self.keep_scripted(key)
            return None
        self._scripted.pop(key, None)
        if slot.key != key:
            slot.key, slot.window = key, Window()
        slot.used_at = time.monotonic()
        return slot

    def keep_scripted(self, key: str) -> None:
        """Let the session stay with the script."""
        self._scripted[key] = None
        self._scripted.move_to_end(key)
        while len(self._scripted) > _MOST_SCRIPTED:
            self._scripted.popitem(last=False)

    def for_question(self, key: str) -> Slot | None:
        """Returns the slot that answers a question, None when the script does.

        A question without a key borrows a slot until it is given back.
        """
        if key in self._scripted:
            return None
        slot = self.take(key) if key else self._free_one()
        if slot is not None:
            slot.used_at = time.monotonic()
            slot.is_lent = slot.is_lent or not key
        return slot

    def give_back(self, slot: Slot | None) -> None:
        """Make a borrowed slot free again; nothing when the script has answered."""
        if slot is None:
            return
        slot.is_lent = False
        slot.used_at = time.monotonic()

    def release(self, key: str) -> Slot | None:
        """Returns the slot that the session had and that is free now, if it had one."""
        self._scripted.pop(key, None)
        slot = self._of(key)
        if slot is not None:
            slot.key = ""
        return slot

    def _of(self, key: str) -> Slot | None:
        return next((slot for slot in self.all if slot.key == key), None)

    def _free_one(self) -> Slot | None:
        """A free slot, rather one whose last job has stopped, or the one unused for longest."""
        free = [slot for slot in self.all if _is_free(slot)]
        return min(free, key=lambda slot: (bool(slot.key), slot.used_at), default=None)


def _is_free(slot: Slot) -> bool:
    if slot.is_lent:
        return False
    return not slot.key or time.monotonic() - slot.used_at > UNUSED_SECONDS
