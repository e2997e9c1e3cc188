"""GET /v1/models: what this server offers. Its endpoints take any model name as an alias."""

import time

from starlette.requests import Request
from starlette.responses import JSONResponse

from local_ai.errors import ApiError

SPEECH_TO_TEXT = "pocketsphinx-en-us"
LANGUAGE = "scripted-demo"
TEXT_TO_SPEECH = "demo-voice"

_STARTED = int(time.time())
_MODELS = {
    name: {"id": name, "object": "model", "created": _STARTED, "owned_by": "local_ai"}
    for name in (SPEECH_TO_TEXT, LANGUAGE, TEXT_TO_SPEECH)
}


async def list_models(request: Request) -> JSONResponse:
    return JSONResponse({"object": "list", "data": list(_MODELS.values())})


async def get_model(request: Request) -> JSONResponse:
    name = request.path_params["model"]
    if name not in _MODELS:
        message = f"The model '{name}' is not one of this server's own."
        raise ApiError(404, message, param="model", code="model_not_found")
    return JSONResponse(_MODELS[name])
