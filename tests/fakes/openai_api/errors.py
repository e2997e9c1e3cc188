"""OpenAI's own errors: their bodies, codes and headers."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from .state import FaultName

_BODIES: dict[FaultName, dict[str, Any]] = {
    "refuse_401": {
        "message": "Incorrect API key provided. You can find your API key in your settings.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    },
    "limit_429": {
        "message": "Rate limit reached. Please try again in 1s.",
        "type": "requests",
        "param": None,
        "code": "rate_limit_exceeded",
    },
    "error_500": {
        "message": "The server had an error while processing your request. Sorry about that!",
        "type": "server_error",
        "param": None,
        "code": None,
    },
}
REFUSALS: tuple[FaultName, ...] = tuple(_BODIES)


def body(fault: FaultName) -> dict[str, Any]:
    """The `error` object of a refusal."""
    return dict(_BODIES[fault])


def refusal(fault: FaultName) -> JSONResponse:
    """The answer that the API gives: 401, 429 with Retry-After, or 500."""
    headers = {"x-request-id": "req_stand_in"}
    if fault == "limit_429":
        headers |= {"retry-after": "1", "x-ratelimit-remaining-requests": "0"}
    return JSONResponse({"error": body(fault)}, int(fault[-3:]), headers)


def invalid(message: str, param: str | None, code: str | None = None) -> JSONResponse:
    """The answer to a request that the API cannot use."""
    error = {
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }
    return JSONResponse({"error": error}, 400, {"x-request-id": "req_stand_in"})


def missing(param: str) -> JSONResponse:
    """The answer when a required parameter is not there."""
    text = f"Missing required parameter: '{param}'."
    return invalid(text, param, "missing_required_parameter")


def unknown_path(method: str, path: str) -> JSONResponse:
    """The answer of a path that does not exist."""
    error = {
        "message": f"Invalid URL ({method} {path})",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }
    return JSONResponse({"error": error}, 404)
