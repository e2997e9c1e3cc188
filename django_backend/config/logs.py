"""What a log line looks like, and what never gets into one: keys, tokens, names, prompts, words."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, MutableMapping
from functools import cache
from typing import Any

import structlog

from .log_words import exception_by_place, message_without_words, value_without_words

OWN_LOGGERS = (
    "agent_manager",
    "agents",
    "api",
    "channels_app",
    "common",
    "config",
    "credentials",
    "media_server",
    "operators",
    "outgoing",
    "serving",
    "vault",
    "visitors",
    "voice_sessions",
    "wakeups",
)
TRUSTED_LOGGERS = (*OWN_LOGGERS, "uvicorn", "http_limits")
"""Whose messages say what happened and no words; uvicorn's carry its address."""
QUIET_LOGGERS = (
    "livekit",
    "httpx",
    "httpx2",
    "httpcore",
    "aiohttp",
    "openai",
    "websockets",
    "asyncio",
    "uvicorn.access",
    "uvicorn.websockets",
)
HARMLESS = (
    "no request_id provided for TTS",
    "The room connection was not established within",  # a job of ours joins by itself
)
WITHHELD = "[withheld]"
WORDS_OF_PEOPLE = frozenset(
    {
        "arguments",
        "body",
        "greeting",
        "identity",
        "instructions",
        "messages",
        "participant",
        "participant_identity",
        "payload",
        "prompt",
        "q",
        "room",
        "room_name",
        "system_prompt",
        "text",
        "title",
        "transcript",
        "user_transcript",
    }
)
FOREIGN_EXTRAS = {"attempt", "code", "reason", "retry_interval", "retryable", "status_code"}
_SECRETS = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*"
    r"|(?i:bearer)\s+[^\s\"',]+"
    r"|\bsk-[\w-]{6,}"
    r"|(?i:\b(?:access_token|token|api_key|apikey|secret|password)=)[^&\s\"']+"
)
_known_secrets: list[str] = []
LEAST_SECRET = 8
MOST_SECRETS = 200

EventDict = MutableMapping[str, Any]


def logging_config(*, level: str, json: bool, secrets: Iterable[str] = ()) -> dict[str, Any]:
    """Django's LOGGING: our own lines and those of every library in one format on stderr.

    Libraries are never more talkative than INFO, because their debug lines carry what people say
    (livekit-agents, openai) and what we store (Django's SQL).
    """
    _known_secrets[:] = _by_length(secrets)
    _configure_structlog()
    library_level = "INFO" if level == "DEBUG" else level
    quiet_level = "ERROR" if level == "ERROR" else "WARNING"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "pass_foreign_args": True,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    withhold,
                    renderer(json=json),
                ],
                "foreign_pre_chain": [
                    *_shared(),
                    _say_no_words,
                    exception_by_place,
                ],
            }
        },
        "filters": {
            "harmless": {"()": "config.logs.WithoutHarmless"},
            "quiet": {"()": "config.logs.QuietLibraries", "level": level},
        },
        "handlers": {
            "line": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["quiet"],
            }
        },
        "root": {"handlers": ["line"], "level": library_level},
        "loggers": {
            "django": {"handlers": [], "level": library_level, "propagate": True},
            "django.request": {"level": "CRITICAL"},
            "django.db.backends": {"level": library_level},
            "uvicorn": {"handlers": [], "level": library_level, "propagate": True},
            "axes": {"level": "ERROR"},
            "daphne": {"level": library_level},
            **{name: {"level": quiet_level} for name in QUIET_LOGGERS},
            "livekit.agents": {"level": quiet_level, "filters": ["harmless"]},
            **{name: {"level": level} for name in OWN_LOGGERS},
        },
    }


def hide(secret: str) -> None:
    """Has no later line of this process show a secret that became known only now."""
    if secret not in _known_secrets and len(_known_secrets) < MOST_SECRETS:
        _known_secrets[:] = _by_length([*_known_secrets, secret])


def _by_length(secrets: Iterable[str]) -> list[str]:
    """The secrets that are worth looking for, the longest first: one may begin another."""
    return sorted({value for value in secrets if len(value) >= LEAST_SECRET}, key=len)[::-1]


class WithoutHarmless(logging.Filter):
    """Drops warnings of livekit-agents that every sentence or session of ours causes."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(HARMLESS)


class QuietLibraries(logging.Filter):
    """Drops what libraries say below their level, also when one has set its own (OPENAI_LOG)."""

    def __init__(self, level: str) -> None:
        super().__init__()
        levels = logging.getLevelNamesMapping()
        self._least = max(levels[level], logging.INFO)
        self._least_of_quiet = max(levels[level], logging.WARNING)

    def filter(self, record: logging.LogRecord) -> bool:
        if _is_of(record.name, OWN_LOGGERS):
            return True
        quiet = _is_of(record.name, QUIET_LOGGERS)
        return record.levelno >= (self._least_of_quiet if quiet else self._least)


def renderer(*, json: bool) -> structlog.types.Processor:
    """One JSON object a line, or a readable line without colours."""
    if json:
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=False)


def withhold(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The line without words of people and without anything that looks like a secret."""
    for key, value in event.items():
        event[key] = WITHHELD if key in WORDS_OF_PEOPLE else _masked(value)
    return event


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        value = _SECRETS.sub(WITHHELD, value)
        return _known().sub(WITHHELD, value) if _known_secrets else value
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    return _masked(str(value))


def _is_of(name: str, loggers: Iterable[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in loggers)


def _say_no_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """A library's line with its message as its code has it, and extras that are names."""
    record: logging.LogRecord = event["_record"]
    args = event.pop("positional_args", ())
    if not _is_of(record.name, TRUSTED_LOGGERS):
        event["event"] = message_without_words(record, args)
    for name in FOREIGN_EXTRAS & set(record.__dict__):
        event[name] = value_without_words(record.__dict__[name])
    return event


def _known() -> re.Pattern[str]:
    return _pattern(tuple(_known_secrets))


@cache
def _pattern(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(secret) for secret in secrets))


def _shared() -> list[structlog.types.Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.PositionalArgumentsFormatter(),
            exception_by_place,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
