"""What the header of a GGUF file says: that it is one, its model's name, and a chat template.

The format is described in the specification "GGUF" of the ggml project, versions 2 and 3.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"GGUF"
_STRING, _ARRAY = 8, 9
_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_MOST_ENTRIES, _LONGEST_TEXT, _LONGEST_ARRAY = 10_000, 2**24, 2**24


class NoModel(Exception):
    """A file that cannot be used; its text is the reason's code."""


@dataclass(frozen=True)
class Header:
    """The model's own name and who made it, each empty when the file does not say it."""

    name: str
    maker: str
    architecture: str


def read_header(path: Path) -> Header:
    """Returns what the file says of its model.

    Raises NoModel: `no_such_file`, `not_a_model`, `no_chat_template`.
    """
    try:
        with path.open("rb") as file:
            values = _values(file)
    except (struct.error, ValueError, OverflowError):
        raise NoModel("not_a_model") from None
    except OSError:
        raise NoModel("no_such_file") from None
    if not values.get("general.architecture"):
        raise NoModel("not_a_model")
    if not any(name.startswith("tokenizer.chat_template") for name in values):
        raise NoModel("no_chat_template")
    return Header(
        name=_spoken(values.get("general.name") or values.get("general.basename") or ""),
        maker=values.get("general.organization", ""),
        architecture=values["general.architecture"],
    )


def _values(file: BinaryIO) -> Mapping[str, str]:
    """The entries of the header that are texts, by name."""
    if file.read(4) != _MAGIC:
        raise ValueError("no GGUF")
    version, _, entries = _numbers(file, "<IQQ")
    if version not in (2, 3) or entries > _MOST_ENTRIES:
        raise ValueError("no version that is known")
    found: dict[str, str] = {}
    for _ in range(entries):
        name = _text(file)
        (kind,) = _numbers(file, "<I")
        value = _value(file, kind)
        if isinstance(value, str):
            found[name] = value
    return found


def _value(file: BinaryIO, kind: int) -> str | None:
    """The next value when it is a text; the file stands behind it in any case."""
    if kind == _STRING:
        return _text(file)
    if kind == _ARRAY:
        inner, length = _numbers(file, "<IQ")
        if length > _LONGEST_ARRAY or inner == _ARRAY:
            raise ValueError("no array that is known")
        if inner == _STRING:
            for _ in range(length):
                _text(file)
        else:
            file.seek(length * struct.calcsize(_format(inner)), 1)
        return None
    file.seek(struct.calcsize(_format(kind)), 1)
    return None


def _format(kind: int) -> str:
    if kind not in _NUMBERS:
        raise ValueError("no kind that is known")
    return f"<{_NUMBERS[kind]}"


def _text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<Q")
    if length > _LONGEST_TEXT:
        raise ValueError("no text")
    return file.read(length).decode("utf-8", "replace")


def _numbers(file: BinaryIO, layout: str) -> tuple[int, ...]:
    """The next numbers of a layout as `struct` names them."""
    return struct.unpack(layout, file.read(struct.calcsize(layout)))


def _spoken(name: str) -> str:
    return " ".join(name.replace("-", " ").replace("_", " ").split())[:60]
