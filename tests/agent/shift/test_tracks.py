"""One audio track of the session's person is heard: all else that is published is taken away."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from fakes.openai_api import OpenAIStandIn
from livekit import api, rtc
from support.backend import Backend, backend
from support.media_server import MediaServer
from support.person import Person, person
from support.speech import line
from support.stranger import MICROPHONE, Stranger, present, stranger
from support.waiting import until_async

from agent.conftest import KEY
from agent.listeners.test_turns import WORDS, greeted

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("short_voices")]

SOON = 5.0


@pytest.fixture(scope="module")
def served(media: MediaServer, openai_api: OpenAIStandIn) -> Iterator[Backend]:
    with backend(
        media,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=openai_api.base_url,
        GREETING="Hello. I am here.",
        SESSION_GRACE_SECONDS="20",
    ) as running:
        yield running


@pytest.fixture
async def ada(served: Backend, request: pytest.FixtureRequest) -> AsyncIterator[Person]:
    async with person(
        served, request.node.name[:60].replace("[", ".").replace("]", "")
    ) as somebody:
        yield somebody
        await somebody.stop()


@pytest.fixture
async def tools(served: Backend) -> AsyncIterator[Stranger]:
    async with stranger(served) as somebody:
        yield somebody


async def loud(media: MediaServer, room: str) -> list[api.TrackInfo]:
    """The tracks of people that are not muted."""
    found = (await present(media, room)).values()
    standard = api.ParticipantInfo.Kind.STANDARD
    return [t for each in found if each.kind == standard for t in each.tracks if not t.muted]


async def until_one_is_left(media: MediaServer, ada: Person, published: int) -> None:
    """Returns when all her tracks are there, and all but one are muted."""

    async def is_one() -> bool:
        here = (await present(media, ada.room_name))["ada"]
        return len(here.tracks) == published and len(await loud(media, ada.room_name)) == 1

    await until_async(is_one, seconds=SOON, what="one track is left")


async def is_answered(ada: Person) -> None:
    said = len(ada.finals("agent"))
    await ada.say(line(WORDS))
    await ada.until_final("agent", said + 1)
    await ada.until_quiet(0.5)


async def test_twelve_more_tracks_are_silenced_and_the_first_is_heard_on(
    media: MediaServer, ada: Person, tools: Stranger
) -> None:
    await greeted(ada)
    for _ in range(12):
        await tools.speak(ada._room)
    await until_one_is_left(media, ada, 13)
    await is_answered(ada)


async def test_who_turns_a_silenced_track_on_again_is_put_out(
    media: MediaServer, ada: Person, tools: Stranger
) -> None:
    await greeted(ada)
    second = await tools.speak(ada._room)
    await until_one_is_left(media, ada, 2)
    second.unmute()
    await until_async(lambda: not ada._room.isconnected(), seconds=SOON, what="she is out")


async def test_video_that_calls_itself_a_microphone_is_silenced_and_the_first_is_heard_on(
    media: MediaServer, ada: Person, tools: Stranger
) -> None:
    await greeted(ada)
    video = await tools.show(ada._room)
    await until_one_is_left(media, ada, 2)
    await is_answered(ada)
    video.unmute()
    await until_async(lambda: not ada._room.isconnected(), seconds=SOON, what="she is out")


async def test_a_later_agent_hears_the_person_and_silences_the_rest_too(
    media: MediaServer, served: Backend, ada: Person, tools: Stranger
) -> None:
    await greeted(ada)
    async with api.LiveKitAPI(media.http_url, media.api_key, media.api_secret) as client:
        gone = api.RoomParticipantIdentity(room=ada.room_name, identity=f"agent-{ada.session_id}-1")
        await client.room.remove_participant(gone)
    await until_async(
        lambda: ada.others() == [f"agent-{ada.session_id}-2"], seconds=30, what="the next agent"
    )
    await ada.until_quiet(1.0)
    await tools.speak(ada._room)
    await until_one_is_left(media, ada, 2)
    await is_answered(ada)


async def test_honest_people_are_heard_whatever_they_do(ada: Person, tools: Stranger) -> None:
    await greeted(ada)
    await ada.come_back()
    await is_answered(ada)
    [publication] = ada._room.local_participant.track_publications.values()
    track = publication.track
    assert isinstance(track, rtc.LocalAudioTrack)
    track.mute()
    track.unmute()
    await is_answered(ada)
    await ada._room.local_participant.unpublish_track(publication.sid)
    await ada._room.local_participant.publish_track(track, MICROPHONE)
    await is_answered(ada)


async def test_without_an_agent_the_supervisor_puts_out_who_publishes_more(
    served: Backend, media: MediaServer
) -> None:
    async with stranger(served) as eve:
        room = await eve.join(await eve.token("no-agent"))
        await eve.speak(room)
        await eve.speak(room)
        await until_async(lambda: not room.isconnected(), seconds=12, what="she is out")
