"""What goes wrong between us and the media server."""

from __future__ import annotations

import aiohttp
from livekit import api

LIVEKIT_ERRORS = (api.ServerError, aiohttp.ClientError, TimeoutError, OSError)
