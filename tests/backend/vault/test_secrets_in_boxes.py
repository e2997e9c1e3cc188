"""A secret shows itself to whoever asks for it by name, and to nothing else."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass

import pytest
from vault.secrets import Secret

CANARY = "canary-0123456789"


@dataclass(frozen=True)
class Holder:
    key: Secret


def test_it_shows_itself_nowhere() -> None:
    secret = Secret(CANARY)
    holder = Holder(secret)
    line = logging.LogRecord("x", 20, "x", 1, "%s %r", (secret, holder), None).getMessage()
    shown = [repr(secret), str(secret), f"{secret:>40}", repr(holder), line]
    shown += [json.dumps({"key": secret}, default=str), str(asdict(holder)), repr([secret])]
    assert not any(CANARY in text for text in shown)
    with pytest.raises(TypeError):
        json.dumps({"key": secret})
    with pytest.raises(TypeError):
        pickle.dumps(holder)
    assert secret.reveal() == CANARY
    assert copy.deepcopy(holder).key.reveal() == CANARY


def test_it_compares_as_its_value() -> None:
    assert Secret(CANARY) == Secret(CANARY) and Secret(CANARY) != Secret("other")
    assert Secret(CANARY) != CANARY
    assert len({Secret(CANARY), Secret(CANARY)}) == 1
    assert bool(Secret("x")) and not Secret("")
