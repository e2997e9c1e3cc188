"""Faults 6 to 9: the media server, Redis twice, and PostgreSQL."""

from __future__ import annotations

import asyncio

import redis.asyncio as redis

from faults.acts.of_backends import agents_stay
from faults.registry import fault
from faults.scene import Scene

AWAY_SECONDS = 10.0
REPLY_AFTER_MEDIA_SECONDS = 20.0
"""Within which everybody has had another reply: they finish what they say, and are answered."""
DELAY_SECONDS = 2.0
"""By which a lost wake-up may delay an event."""
TOLERANCE = 0.5
"""For what a busy machine adds to that."""


@fault(6, "kill -9 and restart of the media server", in_ci=True, seconds=180, is_deaf=True)
async def media_server(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    scene.kill(scene.cluster.pid("livekit"))
    await scene.call(scene.cluster.wait_exit, "livekit", 10.0)
    await scene.restart("livekit")
    scene.back()
    away = scene.back_at - scene.struck_at
    scene.notes.append(f"the media server was away for {away:.1f} s")
    await scene.everybody_goes_on()
    late = max(scene.waits, default=0.0) - away
    said = f"somebody had a reply {late:.1f} s after it was back"
    scene.expect_in_time(late, REPLY_AFTER_MEDIA_SECONDS, said)


@fault(7, "Redis away for 10 s", in_ci=True)
async def redis_away(scene: Scene) -> None:
    await _away(scene, "redis")
    events_come_soon(scene, scene.struck_at)


@fault(8, "FLUSHALL in Redis", in_ci=True)
async def redis_flushed(scene: Scene) -> None:
    await scene.until_replying(scene.people[0])
    client = redis.from_url(scene.cluster.env["CHANNEL_LAYERS"])
    scene.mark_fault()
    await client.flushall()
    await client.aclose()
    await scene.everybody_goes_on()
    events_come_soon(scene, scene.struck_at)
    agents_stay(scene)


@fault(9, "PostgreSQL stopped for 10 s", in_ci=True, is_recorded=True)
async def postgres_away(scene: Scene) -> None:
    await _away(scene, "postgres")
    events_come_soon(scene, scene.back_at)


async def _away(scene: Scene, name: str) -> None:
    await scene.until_replying(scene.people[0])
    scene.mark_fault()
    stop = scene.cluster.kill if name == "redis" else scene.cluster.terminate
    await scene.call(stop, name)
    await scene.call(scene.cluster.wait_exit, name, AWAY_SECONDS)
    await asyncio.sleep(
        max(0.0, scene.struck_at + AWAY_SECONDS - asyncio.get_running_loop().time())
    )
    await scene.restart(name)
    scene.back()
    await scene.everybody_goes_on()
    agents_stay(scene)


def events_come_soon(scene: Scene, readable_at: float) -> None:
    """No event took longer than a lost wake-up may delay it, once it could be read."""
    followers = [person.followers[0] for person in scene.people]
    delays = [d for one in followers for d in one.delays(scene.struck_at, readable_at)]
    slowest = max(delays, default=0.0)
    scene.notes.append(f"the slowest event came {slowest:.1f} s after it could be read")
    scene.expect_in_time(slowest, DELAY_SECONDS + TOLERANCE, f"an event took {slowest:.1f} s")
