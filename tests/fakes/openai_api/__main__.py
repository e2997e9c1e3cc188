"""`python -m fakes.openai_api --port PORT`: the stand-in as a process of its own."""

from __future__ import annotations

import argparse

import uvicorn

from .server import server_config
from .state import State


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--no-realtime", action="store_true")
    options = parser.parse_args()
    uvicorn.Server(server_config(State(realtime=not options.no_realtime), options.port)).run()


main()
