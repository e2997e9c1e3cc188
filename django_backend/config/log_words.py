"""What a library's line, and any exception, may say in a log: code, places and numbers, no words.

Libraries put prompts, replies and what people said into their messages, and servers repeat
requests in the errors that end up in tracebacks.
"""

from __future__ import annotations

import errno
import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from types import CodeType, FrameType, TracebackType
from typing import Any

LEFT_OUT = "…"
SHORTEST_PIECE = 6
MOST_FRAMES = 12
MOST_EXCEPTIONS = 8
KNOWN_STARTS = (
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending",
    "Unhandled exception in event loop",
    "Exception in callback",
    "Unclosed client session",
    "Unclosed connector",
)
"""How asyncio's messages begin, which it puts together from pieces."""
_NAME = re.compile(r"[\w.:-]{1,40}")


def message_without_words(record: logging.LogRecord, args: Any = ()) -> str:
    """A library's message as its code has it; of `args`, which fill it, only the numbers."""
    text = str(record.msg)
    pieces = [piece for piece in _texts(_code_of(record)) if piece]
    if text in pieces:
        return _filled(text, args)
    starts = [piece for piece in (*pieces, *KNOWN_STARTS) if text.startswith(piece)]
    longest = max(starts, key=len, default="")
    if len(longest) >= SHORTEST_PIECE:
        return f"{longest.rstrip()} {LEFT_OUT}"
    return f"{record.module}.{record.funcName}:{record.lineno} {LEFT_OUT}"


def value_without_words(value: object) -> object:
    """A number or a name as it is, and a mark in place of everything else."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return value if isinstance(value, str) and _NAME.fullmatch(value) else LEFT_OUT


def exception_by_place(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The event with its exception as types and places: messages repeat what was sent."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def told(error: BaseException) -> str:
    """An exception and its causes, a line each: type, number, and where it came through."""
    return "\ncaused by ".join(_line(each) for each in _causes(error))


def _line(error: BaseException) -> str:
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    return f"{name}{_number(error)} at {' > '.join(_places(error.__traceback__)) or 'no place'}"


def _number(error: BaseException) -> str:
    """The system's, the database's or HTTP's own code of an error, where it has one."""
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return f"[{errno.errorcode[error.errno]}]"
    for name in ("sqlstate", "status_code", "reason"):
        code = getattr(error, name, None)
        if isinstance(code, str | int) and _NAME.fullmatch(str(code)):
            return f"[{code}]"
    return ""


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    waiting = [error]
    while waiting and len(found) < MOST_EXCEPTIONS:
        each = waiting.pop(0)
        if each in found:
            continue
        found.append(each)
        waiting.extend(each.exceptions if isinstance(each, BaseExceptionGroup) else ())
        cause = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        waiting.extend([cause] if cause else [])
    return found


def _places(trace: TracebackType | None) -> list[str]:
    """The last places of a traceback, the innermost last."""
    places: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        file = "/".join(code.co_filename.rsplit("/", 3)[1:])
        places.append(f"{file}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-MOST_FRAMES:]


def _code_of(record: logging.LogRecord) -> CodeType | None:
    """The code that logs this record; None when it was logged elsewhere and came here."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename == record.pathname and code.co_name == record.funcName:
            return code
        frame = frame.f_back
    return None


def _texts(code: CodeType | None) -> Iterator[str]:
    for value in code.co_consts if code else ():
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, str))


def _filled(text: str, args: Any) -> str:
    """A template with its numbers."""
    if not args:
        return text
    try:
        if isinstance(args, Mapping):
            return text % {key: _number_or_mark(value) for key, value in args.items()}
        return text % tuple(map(_number_or_mark, args))
    except (TypeError, ValueError, KeyError):
        return text


def _number_or_mark(value: object) -> object:
    return value if isinstance(value, bool | int | float) else LEFT_OUT
