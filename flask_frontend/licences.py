"""Whose work the local voice is: what is fetched or used for it, and under which licence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MIT, APACHE = "MIT", "Apache-2.0"


@dataclass(frozen=True)
class Work:
    """Something that other people made: its licence, whose it is, its home.

    `what` is the key of what it is for.
    """

    name: str
    what: str
    licence: str
    copyright: str
    home: str


WORKS = (
    Work(
        "Moonshine tiny English",
        "moonshine",
        MIT,
        "Copyright 2025 Moonshine AI",
        "https://github.com/moonshine-ai/moonshine",
    ),
    Work(
        "hibari",
        "hibari",
        APACHE,
        "Copyright 2026 Maureese Williams",
        "https://github.com/MMWilliams/hibari",
    ),
    Work(
        "Kokoro-82M",
        "kokoro",
        APACHE,
        "by hexgrad",
        "https://huggingface.co/hexgrad/Kokoro-82M",
    ),
    Work(
        "Qwen2.5-Coder-1.5B-Instruct",
        "qwen",
        APACHE,
        "Copyright 2024 Alibaba Cloud",
        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    ),
    Work(
        "xllamacpp",
        "xllamacpp",
        MIT,
        "Copyright 2024 Shakeeb Alireza",
        "https://github.com/xorbitsai/xllamacpp",
    ),
    Work(
        "llama.cpp",
        "llamacpp",
        MIT,
        "Copyright The ggml authors",
        "https://github.com/ggml-org/llama.cpp",
    ),
    Work(
        "onnxruntime",
        "onnxruntime",
        MIT,
        "Copyright Microsoft Corporation",
        "https://github.com/microsoft/onnxruntime",
    ),
    Work(
        "PyAV",
        "pyav",
        "BSD-3-Clause",
        "Copyright Mike Boers and others",
        "https://github.com/PyAV-Org/PyAV",
    ),
    Work(
        "FFmpeg",
        "ffmpeg",
        "LGPL-3.0 or later as built there",
        "Copyright the FFmpeg developers",
        "https://ffmpeg.org",
    ),
    Work(
        "pocketsphinx",
        "pocketsphinx",
        "BSD-2-Clause",
        "Copyright 1999-2016 Carnegie Mellon University",
        "https://github.com/cmusphinx/pocketsphinx",
    ),
    Work(
        "flite",
        "flite",
        "BSD-like",
        "Copyright Carnegie Mellon University and others",
        "http://cmuflite.org",
    ),
    Work(
        "espeak-ng",
        "espeak",
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
