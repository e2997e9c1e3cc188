"""Recordings in a bucket of S3, on a server that speaks its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import httpx
import pytest
from asgiref.sync import sync_to_async
from config import recordings
from config.secret import Secret
from fakes.recorded import talk
from fakes.stereo import LOUD, decoded, loudness
from moto.server import ThreadedMotoServer
from support.ports import free_port
from voice_sessions.recordings import keeping

KEY = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer("127.0.0.1", port=free_port(), verbose=False)
    running.start()
    yield f"http://127.0.0.1:{running._port}"
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    """An empty bucket, which holds the recordings of this test."""
    s3 = boto3.resource("s3", endpoint_url=server, region_name="eu-central-1", **KEY)
    made = s3.create_bucket(
        Bucket="sounds", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    settings.STORAGES = {
        **settings.STORAGES,
        "recordings": recordings.bucket(
            "sounds",
            endpoint=server,
            region="eu-central-1",
            key_id="key",
            secret=Secret("secret"),
        ),
    }
    yield made
    made.objects.all().delete()
    made.delete()


async def test_pieces_are_objects_of_a_bucket_until_they_are_deleted(
    alice: httpx.AsyncClient, bucket: Any
) -> None:
    session_id = await talk(seconds=12)
    keys = [each.key for each in bucket.objects.all()]
    assert len(keys) == 3 and all(key.startswith(f"{session_id}/") for key in keys)
    path = f"/transcripts/{session_id}/recording"
    whole = (await alice.get(path)).content
    assert loudness(decoded(whole)[0], 0.1, 5.9) > LOUD
    part = await alice.get(path, headers={"Range": "bytes=20000-29999"})
    assert part.content == whole[20_000:30_000]
    await alice.delete(f"/transcripts/{session_id}")
    await sync_to_async(keeping.sweep)()
    assert list(bucket.objects.all()) == []


async def test_a_server_that_is_away_is_told(alice: httpx.AsyncClient, settings: Any) -> None:
    session_id = await talk()
    nowhere = recordings.bucket(
        "sounds", endpoint=f"http://127.0.0.1:{free_port()}", key_id="k", secret=Secret("s")
    )
    settings.STORAGES = {**settings.STORAGES, "recordings": nowhere}
    answer = await alice.get(f"/transcripts/{session_id}/recording")
    assert (answer.status_code, answer.json()["code"]) == (503, "recording_unavailable")
