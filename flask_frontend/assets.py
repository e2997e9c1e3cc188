"""Static files under addresses that change with their content, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

_KEEP = "public, max-age=31536000, immutable"
_ASK = "no-cache"


def version_assets(app: Flask) -> None:
    """`url_for('static', …)` adds `?v=` with a hash; only that very version is kept for good."""
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = _version(folder, values["filename"])

    @app.after_request
    def set_caching(response: Response) -> Response:
        if request.endpoint == "static":
            asked = request.args.get("v")
            current = asked and asked == _version(folder, (request.view_args or {})["filename"])
            keep = current and response.status_code < 400
            response.headers["Cache-Control"] = _KEEP if keep else _ASK
        return response


def _version(folder: Path, filename: str) -> str | None:
    try:
        changed = (folder / filename).stat().st_mtime_ns
    except (OSError, ValueError):
        return None
    return _digest(folder / filename, changed)


@lru_cache(maxsize=256)
def _digest(file: Path, changed: int) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    except OSError:
        return None
