"""Which engine hears and which speaks: the neural one, where a child process can run it."""

import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import sys

from local_ai.child import IMPORTABLE_FROM, ONE_THREAD
from local_ai.failures import NONE

NO_WHEEL, DOES_NOT_START = 3, 4
_ENDINGS = {0: "", NO_WHEEL: "no_wheel", DOES_NOT_START: "does_not_start"}
"""The reason code that each exit status of the probe stands for."""
_LONGEST_PROBE = 30.0
_ILLEGAL_INSTRUCTION = {-signal.SIGILL, 0xC000001D, 0xC000001D - 2**32}
"""How a program ends that its processor cannot run: on Unix, and on Windows."""
_WORDS = {
    "no_wheel": "no onnxruntime or hibari is installed for this computer",
    "no_weights": "the model's files are not in the cache",
    "does_not_start": "the better engine does not start here",
    "unsupported_cpu": "this processor lacks what the better engine needs",
}
_GET = {
    "ears": "`make run`, or `python -m local_ai.fetch ears`, fetches the ears where they can run; "
    "elsewhere `make run` installs pocketsphinx",
    "voice": "`make run` installs hibari, or espeak where hibari cannot run; flite does as well",
}
_VERBS = {"ears": "hear", "voice": "speak"}


async def why_not(part: str, *arguments: str) -> str:
    """Returns why the neural engine of a part (`ears`, `voice`) cannot run, or an empty string."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "local_ai.probe", part, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=IMPORTABLE_FROM,
        env={**os.environ, **ONE_THREAD},
    )
    try:
        async with asyncio.timeout(_LONGEST_PROBE):
            status = await process.wait()
    except TimeoutError:
        return "does_not_start"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if status in _ILLEGAL_INSTRUCTION:
        return "unsupported_cpu"
    return _ENDINGS.get(status, "does_not_start")


def has_plain_ears() -> bool:
    """Whether pocketsphinx is installed."""
    return importlib.util.find_spec("pocketsphinx") is not None


def what_is_missing(part: str, reason: str) -> str:
    """Returns sentences for a part without any engine: what that means, why, and what helps."""
    return (
        f"Nothing on this computer can {_VERBS[part]}, because {_WORDS[reason]} ({reason}) and no "
        f"plain engine is installed. {_GET[part]}. Then start this server again."
    )


def say_which(logger: logging.Logger, part: str, engine: str, reason: str) -> None:
    """Write one line: the engine of a part, and why it is not the better one."""
    if engine == NONE:
        logger.error("%s", what_is_missing(part, reason))
    elif reason:
        logger.warning("%s: %s, because %s (%s)", part, engine, _WORDS[reason], reason)
    else:
        logger.info("%s: %s", part, engine)
