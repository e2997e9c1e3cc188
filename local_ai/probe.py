"""Tries a neural engine and ends: `python -m local_ai.probe ears FOLDER` or `... probe voice`.

A process of its own, because a library that was built for other processors kills its process. The
exit status says what happened.
"""

import importlib.util
import sys
from pathlib import Path

from local_ai.choice import DOES_NOT_START, NO_WHEEL


def main() -> int:
    """Returns the exit status after one moment of silence was heard, or one word spoken."""
    part, *arguments = sys.argv[1:]
    needed = ("onnxruntime",) if part == "ears" else ("onnxruntime", "hibari")
    if any(importlib.util.find_spec(name) is None for name in needed):
        return NO_WHEEL
    try:
        _hear(Path(arguments[0])) if part == "ears" else _speak()
    except Exception:
        return DOES_NOT_START
    return 0


def _hear(folder: Path) -> None:
    import numpy as np

    from local_ai.ears.moonshine import Moonshine

    Moonshine(folder, 1).hear(np.zeros(16_000, np.float32), 1)


def _speak() -> None:
    from local_ai.voice.neural import HibariVoice

    HibariVoice().say("Ready.", "", 1.0)


if __name__ == "__main__":
    sys.exit(main())
