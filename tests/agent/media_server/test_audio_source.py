"""Closing an audio source that still plays: LiveKit's library would hang in most tries."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from agent_manager.runtimes.embedded import EmbeddedRuntime
from livekit import rtc
from media_server import fixes
from media_server.fixes import audio_source
from support.backend import FOLDER

RATE, SECONDS, TRIES = 48_000, 10, 20
CLOSE_WHILE_PLAYING = f"""
import asyncio
from media_server import fixes
from media_server.fixes import audio_source
from livekit import rtc

async def main():
    audio_source.install()
    frame = rtc.AudioFrame(bytes(2 * {RATE} * {SECONDS}), {RATE}, 1, {RATE} * {SECONDS})
    for _ in range({TRIES}):
        source = rtc.AudioSource({RATE}, 1, queue_size_ms=60_000)
        for _ in range(6):
            await source.capture_frame(frame)
        await source.aclose()
        await source.aclose()

asyncio.run(main())
"""


@pytest.mark.processes
def test_a_source_that_plays_can_be_closed() -> None:
    command = [sys.executable, "-c", CLOSE_WHILE_PLAYING]
    assert subprocess.run(command, cwd=FOLDER, timeout=60, check=False).returncode == 0


async def test_a_source_is_closed_after_the_frame_whose_sender_was_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fixes.install()
    order = []
    capture_frame, close = audio_source._capture_frame, audio_source._close

    async def capture(source: rtc.AudioSource, frame: rtc.AudioFrame) -> None:
        await capture_frame(source, frame)
        order.append("queued")

    async def closed(source: rtc.AudioSource) -> None:
        await close(source)
        order.append("closed")

    monkeypatch.setattr(audio_source, "_capture_frame", capture)
    monkeypatch.setattr(audio_source, "_close", closed)
    source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
    frame = rtc.AudioFrame(bytes(2 * RATE // 5), RATE, 1, RATE // 5)
    await source.capture_frame(frame)
    sending = asyncio.create_task(source.capture_frame(frame))
    await asyncio.wait({sending}, timeout=0.01)
    sending.cancel()
    await source.aclose()
    assert order == ["queued", "queued", "closed"]


async def test_agents_close_theirs_like_this(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtc.AudioSource, "aclose", audio_source._close)
    runtime = EmbeddedRuntime()
    await runtime.open()
    await runtime.shutdown()
    assert audio_source.close_empty is rtc.AudioSource.aclose
