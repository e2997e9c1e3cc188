"""The language model of this server from its file to its answers: which state it is in, and why."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from local_ai import machine
from local_ai.fetch import background, cache
from local_ai.fetch.failed import FetchFailed
from local_ai.head import words
from local_ai.head.gguf import NoModel, read_header
from local_ai.head.identity import Model, model_of
from local_ai.head.process import MODULE, Change, ModelProcess
from local_ai.head.slots import Slots
from local_ai.head.worker import Load
from local_ai.settings import AUTO, OFF, Settings

logger = logging.getLogger("local_ai")

State = Literal["off", "unfit", "absent", "fetching", "loading", "ready", "failed"]
_TENTHS = 10


@dataclass
class Status:
    """What is going on: `reason` is a code, "" where the state says everything.

    `fetched_bytes` of `total_bytes` are there while it is fetched.
    """

    state: State = "absent"
    reason: str = ""
    fetched_bytes: int = 0
    total_bytes: int = 0


class Head:
    """The language model: found or fetched, loaded in a process of its own, looked after.

    Until it is ready, and whenever it cannot be, a script answers instead.
    """

    def __init__(self, settings: Settings, module: str = MODULE) -> None:
        self._settings = settings
        self._module = module
        self._task: asyncio.Task[None] | None = None
        self._told_tenths = 0
        self.status = Status("off" if settings.llm == OFF else "loading")
        self.slots = Slots(settings.slots)
        self.context = settings.context
        self.process: ModelProcess | None = None
        self.id = _named_file(settings)
        self.model = Model(self.id, "")

    @property
    def is_ready(self) -> bool:
        """Whether the model answers now."""
        return self.status.state == "ready" and self.process is not None and self.process.is_up

    def start(self) -> None:
        """Begin to get the model ready; returns at once."""
        self._task = asyncio.create_task(self._bring_up())

    async def close(self) -> None:
        """Return when no process is left and nothing is fetched any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.process is not None:
            await self.process.close()

    def as_json(self) -> dict[str, Any]:
        """Returns what GET /v1/local tells of the head."""
        return {
            "state": self.status.state,
            "reason": self.status.reason,
            "model": self.id,
            "fetched_bytes": self.status.fetched_bytes,
            "total_bytes": self.status.total_bytes,
            "slots": len(self.slots.all),
            "free_slots": self.slots.free if self.is_ready else 0,
            "own_file": self._settings.llm not in (AUTO, OFF),
        }

    async def _bring_up(self) -> None:
        if self._settings.llm == OFF:
            self._become("off")
            return
        try:
            await self._load(await self._file())
        except _Not as stopped:
            self._become(stopped.state, stopped.reason)
        except Exception as error:
            logger.error("the language model cannot be used: %s", type(error).__name__)
            self._become("failed", "died")

    async def _file(self) -> Path:
        """The model's file, fetched where that is allowed; raises _Not."""
        if reason := await asyncio.to_thread(machine.unfit, self._settings):
            raise _Not("unfit", reason)
        if self._settings.llm != AUTO:
            return Path(self._settings.llm)
        file = await asyncio.to_thread(cache.whole, "head", self._settings.cache)
        if file is None and not self._settings.may_fetch:
            raise _Not("absent", "not_fetched")
        return file or await self._fetched()

    async def _fetched(self) -> Path:
        self.status.total_bytes = cache.size("head")
        self._become("fetching")
        try:
            await background.fetch("head", self._settings, self._progressed)
        except FetchFailed as failed:
            logger.warning("%s", failed.message)
            raise _Not("failed", failed.code) from None
        file = await asyncio.to_thread(cache.whole, "head", self._settings.cache)
        if file is None:
            raise _Not("failed", "wrong_hash")
        return file

    def _progressed(self, fetched: int, total: int) -> None:
        self.status.fetched_bytes, self.status.total_bytes = fetched, total
        tenths = _TENTHS * fetched // total if total else 0
        if tenths > self._told_tenths:
            self._told_tenths = tenths
            logger.info("%s", words.progress_line(fetched, total))

    async def _load(self, file: Path) -> None:
        try:
            header = await asyncio.to_thread(read_header, file)
        except NoModel as unusable:
            raise _Not("failed", str(unusable)) from None
        self.model = model_of(header, file.stem)
        self._become("loading")
        load = Load(str(file), len(self.slots.all), self.context, self._settings.threads)
        self.process = ModelProcess(load, self._changed, self._module)
        try:
            await self.process.start()
        except RuntimeError:
            raise _Not("failed", "died") from None

    def _changed(self, change: Change) -> None:
        match change:
            case "up":
                self._become("ready")
            case "down":
                logger.warning("The language model's process ended; another one is started.")
                self._become("loading")
            case "failed":
                self._become("failed", "died")
            case "unusable":
                self._become("failed", "not_a_model")

    def _become(self, state: State, reason: str = "") -> None:
        self.status.state, self.status.reason = state, reason
        is_bad = state in ("failed", "unfit")
        say = logger.warning if is_bad else logger.info
        say("%s", words.state_line(state, reason, self.id))


class _Not(Exception):
    """The model is not to be had: the state that follows, and the reason's code."""

    def __init__(self, state: State, reason: str) -> None:
        super().__init__(state, reason)
        self.state = state
        self.reason = reason


def _named_file(settings: Settings) -> str:
    """The model's id: the name of its file without the ending."""
    if settings.llm not in (AUTO, OFF):
        return Path(settings.llm).stem
    return Path(cache.locked("head")[0].path).stem
