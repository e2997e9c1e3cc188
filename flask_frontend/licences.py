"""Whose work the local voice is: what is fetched or used for it, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIT, APACHE = "MIT", "Apache-2.0"


@dataclass(frozen=True)
class Work:
    """Something that other people made: what it is for, its licence, whose it is, its home."""

    name: str
    what: str
    licence: str
    copyright: str
    home: str


WORKS = (
    Work(
        "Moonshine tiny English",
        "hears",
        MIT,
        "Copyright 2025 Moonshine AI",
        "https://github.com/moonshine-ai/moonshine",
    ),
    Work(
        "hibari",
        "speaks",
        APACHE,
        "Copyright 2026 Maureese Williams",
        "https://github.com/MMWilliams/hibari",
    ),
    Work(
        "Kokoro-82M",
        "is the voice that hibari was distilled from",
        APACHE,
        "by hexgrad",
        "https://huggingface.co/hexgrad/Kokoro-82M",
    ),
    Work(
        "Qwen2.5-Coder-1.5B-Instruct",
        "makes replies",
        APACHE,
        "Copyright 2024 Alibaba Cloud",
        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    ),
    Work(
        "xllamacpp",
        "runs the language model",
        MIT,
        "Copyright 2024 Shakeeb Alireza",
        "https://github.com/xorbitsai/xllamacpp",
    ),
    Work(
        "llama.cpp",
        "is inside xllamacpp",
        MIT,
        "Copyright The ggml authors",
        "https://github.com/ggml-org/llama.cpp",
    ),
    Work(
        "onnxruntime",
        "runs ears and voice",
        MIT,
        "Copyright Microsoft Corporation",
        "https://github.com/microsoft/onnxruntime",
    ),
    Work(
        "pocketsphinx",
        "hears where Moonshine cannot run",
        "BSD-2-Clause",
        "Copyright 1999-2016 Carnegie Mellon University",
        "https://github.com/cmusphinx/pocketsphinx",
    ),
    Work(
        "flite",
        "speaks where hibari cannot run",
        "BSD-like",
        "Copyright Carnegie Mellon University and others",
        "http://cmuflite.org",
    ),
    Work(
        "espeak-ng",
        "speaks where neither can run",
        "GPL-3.0",
        "Copyright the espeak-ng developers",
        "https://github.com/espeak-ng/espeak-ng",
    ),
)

NOTICES = {
    "hibari": Path(__file__)
    .with_name("static")
    .joinpath("licences/hibari-NOTICE.txt")
    .read_text(encoding="utf-8")
}
"""What licences want to be passed on word for word, by whose it is."""
