"""A certificate for names of this machine, made by openssl for a test."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:speech.example"


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate that has signed itself, and of its key."""

    path: str
    key: str


def certificate(folder: Path) -> Certificate:
    """Makes one for localhost, 127.0.0.1 and speech.example."""
    made = Certificate(str(folder / "certificate.pem"), str(folder / "key.pem"))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", NAMES]
    subprocess.run(
        [*command, "-keyout", made.key, "-out", made.path], check=True, capture_output=True
    )
    return made
