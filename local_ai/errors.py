"""Failures in OpenAI's shape: {"error": {"message", "type", "param", "code"}}."""

import logging
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from local_ai.choice import what_is_missing
from local_ai.failures import (
    Busy,
    EngineMissing,
    ModelStopped,
    RecognitionFailed,
    SpeakerBusy,
    SpeechFailed,
)

logger = logging.getLogger("local_ai")

_GONE = 499
"""What proxies write down for a client that hung up; nobody gets it."""


class ApiError(Exception):
    """A refusal that the client can read; `param` names the field that was wrong."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.helps_to_retry = status in (429, 503)
        self.body: dict[str, Any] = {
            "message": message,
            "type": kind,
            "param": param,
            "code": code,
        }

    def response(self) -> JSONResponse:
        headers = {"Retry-After": "1"} if self.helps_to_retry else None
        return JSONResponse({"error": self.body}, self.status, headers)


def missing(param: str) -> ApiError:
    """400 for a field that was not given."""
    message = f"Missing required parameter: '{param}'."
    return ApiError(400, message, param=param, code="missing_required_parameter")


def invalid(param: str, message: str, code: str = "invalid_value") -> ApiError:
    """400 for a field with a wrong value."""
    return ApiError(400, message, param=param, code=code)


def busy() -> ApiError:
    """429 for work that does not fit into the queue."""
    message = "Too many requests at once for this machine. Please try again in a moment."
    return ApiError(429, message, code="rate_limit_exceeded", kind="requests")


def worker_failed() -> ApiError:
    """503 for a speech worker that died; another one is already starting."""
    message = "The speech process ended unexpectedly and is being restarted. Please try again."
    return ApiError(503, message, kind="server_error")


def engine_missing(part: str, reason: str) -> ApiError:
    """503 for a part that has no engine; trying again does not help before the next start."""
    message = what_is_missing(part, reason)
    error = ApiError(503, message, code=f"{part}_missing", kind="server_error")
    error.helps_to_retry = False
    return error


def model_stopped() -> ApiError:
    """503 for a language model that died; it is loaded again, and a script answers until then."""
    message = "The language model ended unexpectedly and is being loaded again. Please try again."
    return ApiError(503, message, code="model_stopped", kind="server_error")


def as_api_error(error: Exception) -> ApiError:
    """What a client is told about any exception."""
    match error:
        case ApiError():
            return error
        case Busy() | SpeakerBusy():
            return busy()
        case EngineMissing(part=part, reason=reason):
            return engine_missing(part, reason)
        case RecognitionFailed() | SpeechFailed():
            return worker_failed()
        case ModelStopped():
            return model_stopped()
    logger.error("unexpected error: %s", type(error).__name__, exc_info=error)
    return ApiError(500, "The server had an error. Its log says more.", kind="server_error")


def _api_error(request: Request, error: Exception) -> Response:
    return as_api_error(error).response()


def _nobody(request: Request, error: Exception) -> Response:
    return Response(status_code=_GONE)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    where = f"{request.method} {request.url.path}"
    if error.status_code == HTTPStatus.NOT_FOUND:
        return ApiError(404, f"Invalid URL ({where})", code="unknown_url").response()
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        message = f"Not allowed to {request.method} on {request.url.path}."
        response = ApiError(405, message, code="method_not_supported").response()
        response.headers.update(error.headers or {})
        return response
    return ApiError(error.status_code, str(error.detail)).response()


HANDLERS = {
    HTTPException: _http_error,
    ClientDisconnect: _nobody,
    ApiError: _api_error,
    Busy: _api_error,
    EngineMissing: _api_error,
    SpeakerBusy: _api_error,
    RecognitionFailed: _api_error,
    SpeechFailed: _api_error,
    ModelStopped: _api_error,
    Exception: _api_error,
}
