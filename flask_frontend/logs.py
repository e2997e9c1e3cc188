"""Structured logs: one line a request, JSON for machines or readable for people."""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid

import structlog
from flask import Flask, Response, g, request
from structlog.typing import EventDict, Processor

from flask_frontend.settings import LogFormat
from http_limits.failures import by_place

REQUEST_ID_HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET = ("asyncio", "httpx", "httpcore", "uvicorn")

log = structlog.get_logger("flask_frontend")


def configure(log_format: LogFormat) -> None:
    """All log lines of the process go to standard output in that format, libraries' included."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_tail(log_format)],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _tail(log_format: LogFormat) -> list[Processor]:
    if log_format == "json":
        return [without_words, structlog.processors.JSONRenderer()]
    return [without_words, structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]


def without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The line with its exception by type and place."""
    found = event.pop("exc_info", None)
    found = sys.exc_info() if found is True else found
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = by_place(error)
    return event


def request_id() -> str:
    """The id of this request: the caller's when well formed, else a fresh one."""
    if "request_id" not in g:
        offered = request.headers.get(REQUEST_ID_HEADER, "")
        g.request_id = offered if _WELL_FORMED.fullmatch(offered) else uuid.uuid4().hex
    return g.request_id


def log_requests(app: Flask) -> None:
    """Each request gets an id, which comes back in its header, and one line in the log."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id())

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[REQUEST_ID_HEADER] = request_id()
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round((time.perf_counter() - g.began) * 1000, 1),
        )
        return response
