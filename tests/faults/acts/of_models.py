"""Faults 14 and 15: speech and language services that hang, fail, stall or talk nonsense."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from fakes.openai_api import OpenAIStandIn
from fakes.openai_api.state import FaultName, Kind

from faults.acts.of_backends import agents_stay
from faults.registry import fault
from faults.scene import Scene

TROUBLE_SECONDS = 7.0
"""Long enough for a turn of everybody, short enough that no session is given up (15 s)."""
MEET_SECONDS = 30.0
STALL_SECONDS = 60.0
COMPLETIONS = "/v1/chat/completions"

SPEECH: tuple[tuple[Kind, FaultName], ...] = (
    ("stt", "hang"),
    ("stt", "error_500"),
    ("tts", "hang"),
    ("tts", "error_500"),
    ("tts", "drop_mid_stream"),
    ("tts", "garbage"),
)


@fault(14, "speech service hangs, 500s, resets, sends garbage", seconds=400, is_deaf=True)
async def speech_service(scene: Scene) -> None:
    for kind, name in SPEECH:
        await _trouble(scene, kind, name)
    agents_stay(scene)


@fault(15, "language service 429, stalls mid-stream", seconds=240, is_deaf=True)
async def language_service(scene: Scene) -> None:
    await _trouble(scene, "llm", "limit_429")
    models = _models(scene)
    usual = models.delays
    models.delays = replace(usual, llm_word=STALL_SECONDS)
    before = len(models.requests(COMPLETIONS))
    try:
        await _during(scene, lambda: len(models.requests(COMPLETIONS)) > before, "a reply stalls")
    finally:
        models.delays = usual
    await _recovers(scene, "llm stalled")
    agents_stay(scene)


async def _trouble(scene: Scene, kind: Kind, name: FaultName) -> None:
    models = _models(scene)
    before = models.suffered(kind)
    models.set_fault(kind, name)
    try:
        await _during(scene, lambda: models.suffered(kind) > before, f"one meets {kind} {name}")
    finally:
        models.set_fault(kind, "none")
    await _recovers(scene, f"{kind} {name}")


async def _during(scene: Scene, was_met: Callable[[], bool], what: str) -> None:
    """From the first request that meets the trouble on, it lasts for TROUBLE_SECONDS."""
    await scene.until(MEET_SECONDS, was_met, what)
    scene.mark_fault()
    await asyncio.sleep(TROUBLE_SECONDS)
    scene.back()


async def _recovers(scene: Scene, what: str) -> None:
    """Everybody gets a reply again; the longest wait of them is noted."""
    await scene.everybody_goes_on()
    turns = [person.replied_since(scene.back_at) for person in scene.people]
    waits = [turn.heard_at - scene.back_at for turn in turns if turn and turn.heard_at]
    scene.notes.append(f"{what}: replies again after {max(waits, default=0):.1f} s at most")


def _models(scene: Scene) -> OpenAIStandIn:
    assert scene.models is not None
    return scene.models
