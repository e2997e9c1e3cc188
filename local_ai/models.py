"""GET /v1/models: what this server offers, and in which state each is.

Its endpoints take any model name as an alias.
"""

import time
from typing import Any

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse

from local_ai.errors import ApiError
from local_ai.failures import NONE

SPEECH_TO_TEXT, TEXT_TO_SPEECH = "local-ears", "local-voice"
SCRIPTED = "scripted"
"""The id of the script that answers where no language model does."""
_STARTED = int(time.time())
_READY, _MISSING = "ready", "missing"


async def list_models(request: Request) -> JSONResponse:
    """All models in OpenAI's shape, each with its `state` besides."""
    return JSONResponse({"object": "list", "data": _models(request.app.state)})


async def get_model(request: Request) -> JSONResponse:
    """One model in OpenAI's shape; 404 for another one's name."""
    name = request.path_params["model"]
    for model in _models(request.app.state):
        if model["id"] == name:
            return JSONResponse(model)
    message = f"The model '{name}' is not one of this server's own."
    raise ApiError(404, message, param="model", code="model_not_found")


async def refuse_embeddings(request: Request) -> JSONResponse:
    """404: the language model that is fetched was not made to give embeddings."""
    message = (
        "This server has no model that gives embeddings: its models hear, speak and answer. "
        "GET /v1/models lists them."
    )
    raise ApiError(404, message, param="model", code="model_not_found")


def _models(state: State) -> list[dict[str, Any]]:
    """The models as OpenAI's API has them: id, object, created, owned_by; and the state."""
    head = state.head.as_json()
    speech = {SPEECH_TO_TEXT: state.recognisers, TEXT_TO_SPEECH: state.speaker}
    states = dict.fromkeys((SPEECH_TO_TEXT, SCRIPTED, TEXT_TO_SPEECH), _READY)
    states |= {name: _MISSING for name, part in speech.items() if part.engine == NONE}
    if head["state"] != "off":
        states[head["model"]] = head["state"]
    common = {"object": "model", "created": _STARTED, "owned_by": "local_ai"}
    return [{"id": name, **common, "state": stage} for name, stage in states.items()]
