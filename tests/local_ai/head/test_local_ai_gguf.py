"""What a model's file says of itself, and files that are none."""

import struct
from pathlib import Path

import pytest

from local_ai.head.gguf import NoModel, read_header

NAMES = {"general.architecture": "llama", "general.name": "My-Model", "general.organization": "Me"}
TEMPLATE = {"tokenizer.chat_template": "{{ messages }}"}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def file(tmp_path: Path, texts: dict[str, str], cut: int | None = None) -> Path:
    """A GGUF file with these texts between a number and a list of words."""
    entries = [text("general.file_type") + struct.pack("<II", 4, 15)]
    words = b"".join(map(text, ("a", "b")))
    entries += [text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + words]
    entries += [text("tokenizer.ggml.scores") + struct.pack("<IIQff", 9, 6, 2, 1, 2)]
    entries += [text(name) + struct.pack("<I", 8) + text(value) for name, value in texts.items()]
    path = tmp_path / "model.gguf"
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries))
    path.write_bytes((head + b"".join(entries))[:cut])
    return path


def test_a_model_says_its_name_and_its_maker(tmp_path: Path) -> None:
    header = read_header(file(tmp_path, {**NAMES, **TEMPLATE}))
    assert (header.name, header.maker, header.architecture) == ("My Model", "Me", "llama")


@pytest.mark.parametrize(
    ("texts", "cut", "reason"),
    [
        (NAMES, None, "no_chat_template"),
        (TEMPLATE, None, "not_a_model"),
        ({**NAMES, **TEMPLATE}, 60, "not_a_model"),
        ({**NAMES, **TEMPLATE}, 0, "not_a_model"),
    ],
)
def test_what_cannot_be_used_says_why(
    tmp_path: Path, texts: dict[str, str], cut: int | None, reason: str
) -> None:
    with pytest.raises(NoModel, match=rf"^{reason}$"):
        read_header(file(tmp_path, texts, cut))


def test_other_files_and_none(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no model." * 9)
    for path, reason in ((tmp_path / "text", "not_a_model"), (tmp_path, "no_such_file")):
        with pytest.raises(NoModel, match=rf"^{reason}$"):
            read_header(path)
    with pytest.raises(NoModel, match=r"^no_such_file$"):
        read_header(tmp_path / "gone.gguf")
