"""Faults 24 and 25: a media server that is used without an agent, and more than a microphone."""

from __future__ import annotations

import asyncio
import time

from livekit import api
from support.speech import line

from faults.judges.leftovers import livekit_api
from faults.judges.record import compare
from faults.people.follower import Follower
from faults.people.guests import Guest, Tracks
from faults.people.media import Media
from faults.people.person import GREETING_SECONDS, LINES, REPLY_SECONDS, Person
from faults.people.strangers import STRANGER
from faults.people.visitor import Visitor
from faults.registry import fault
from faults.scene import STOP_SECONDS, Scene

ROOMS = 50
AT_ONCE = 5
ALONE_SECONDS = 40.0
"""Within which a room without a session is closed, half a minute being what a start may take."""
OUT_SECONDS = 5.0
"""Within which those are out who have no business in a room."""
STOPPERS = 2
STOPS = 20
TRACKS = 12
PUBLISH_SECONDS = 30.0

Past = tuple[str, list[Follower]]
"""A session that is over, and the sockets that followed it."""


@fault(24, "rooms without a session", people=1, seconds=600, has_page=False)
async def free_rooms(scene: Scene) -> None:
    scene.mark_fault()
    await _conference(scene)
    await _after_stop(scene)
    await _second_name(scene)
    await asyncio.gather(*(_stops_and_starts(scene) for _ in range(STOPPERS)))
    scene.mark_fault()
    await scene.everybody_goes_on()


@fault(25, "more than a microphone", in_ci=True, has_page=False)
async def many_tracks(scene: Scene) -> None:
    person = Person(scene.cluster.url)
    await person.arrive()
    first = [one.sid for one in person.media.room.local_participant.track_publications.values()]
    scene.mark_fault()
    more = Tracks(person.media.room)
    try:
        await _publish_all(scene, more)
        await _only_these_stay(scene, person, first)
        await _is_answered(scene, person)
    finally:
        await more.close()
    scene.expect(not person.media.drops, "who published too much was put out")
    await scene.everybody_goes_on()
    await _ends(scene, person, [])


async def _publish_all(scene: Scene, tracks: Tracks) -> None:
    """A video and twelve more audio tracks, as far as they are let."""
    wanted = [tracks.add_video(), *(tracks.add_sound() for _ in range(TRACKS))]
    async with asyncio.timeout(PUBLISH_SECONDS):
        answers = await asyncio.gather(*wanted, return_exceptions=True)
    published = sum(answer is None for answer in answers)
    scene.notes.append(f"{published} of {len(answers)} more tracks were published")


async def _only_these_stay(scene: Scene, person: Person, wanted: list[str]) -> None:
    """All other tracks of the person come to be silenced or gone at the media server."""
    left: list[str] = []
    begun = time.monotonic()

    async def are_left() -> bool:
        left[:] = await _tracks(scene, person)
        return left == wanted

    await scene.until(OUT_SECONDS, are_left, "nothing but the first microphone is passed on")
    scene.notes.append(f"{len(left)} tracks were left after {time.monotonic() - begun:.1f} s")
    scene.expect(set(wanted) <= set(left), "the first microphone was taken away")


async def _tracks(scene: Scene, person: Person) -> list[str]:
    """The person's tracks that the media server passes on."""
    async with livekit_api(scene.cluster.env) as livekit:
        wanted = api.ListParticipantsRequest(room=person.media.room.name)
        listed = (await livekit.room.list_participants(wanted)).participants
    mine = [track for one in listed if one.identity == person.name for track in one.tracks]
    return [track.sid for track in mine if not track.muted]


async def _conference(scene: Scene) -> None:
    """One cookie in fifty rooms, without a session, for as long as they are let."""
    visitor = Visitor(scene.cluster.url, STRANGER)
    await visitor.enter()
    gate = asyncio.Semaphore(AT_ONCE)

    async def enter(number: int) -> Guest:
        async with gate:
            path = f"/token?room=faults-free-{number}&identity=somebody"
            answer = (await visitor.request("GET", path)).raise_for_status().json()
            guest = Guest()
            await guest.join(answer["server_url"], answer["token"])
            return guest

    guests = await asyncio.gather(*(enter(number) for number in range(ROOMS)))
    came = [guest for guest in guests if guest.came_at]
    await scene.until(
        ALONE_SECONDS + max((guest.came_at for guest in came), default=0.0) - time.monotonic(),
        lambda: not any(guest.is_in for guest in came),
        "nobody stays in a room without a session",
    )
    stays = [guest.gone_at - guest.came_at for guest in came if not guest.is_in]
    scene.notes.append(
        f"{len(came)} of {ROOMS} rooms were entered without a session, and {len(came) - len(stays)}"
        f" held; the longest stay that ended took {max(stays, default=0.0):.1f} s"
    )
    slow = [stay for stay in stays if stay > ALONE_SECONDS]
    scene.expect(not slow, f"{len(slow)} stays took more than {ALONE_SECONDS:g} s")
    await asyncio.gather(*(guest.leave() for guest in guests))
    await visitor.leave()


async def _after_stop(scene: Scene) -> None:
    """Somebody stays when their session is over, and comes again with the token of before."""
    person, guest = Person(scene.cluster.url), Guest()
    await person.visitor.enter()
    url, token = await person.grant()
    scene.expect(await guest.join(url, token), "a person may join before the session")
    await person.start()
    await person.stop()
    await _is_out(scene, guest, "who stays after Stop", time.monotonic())
    again, begun = Guest(), time.monotonic()
    await again.join(url, token)
    await _is_out(scene, again, "who comes again with the old token", begun)
    await asyncio.gather(guest.leave(), again.leave())
    await _ends(scene, person, [])


async def _second_name(scene: Scene) -> None:
    """A second name of the same visitor wants into a room in which a session is going on."""
    person, second = Person(scene.cluster.url), Guest()
    await person.arrive()
    body = {"room": person.room, "identity": "second"}
    start = await person.visitor.request("POST", "/session", body)
    code = start.json().get("code")
    scene.expect(code == "room_in_use", f"a start by a second name got {start.status_code} {code}")
    token = await person.visitor.request("GET", f"/token?room={person.room}&identity=second")
    scene.notes.append(f"the token of a second name was answered {token.status_code}")
    if token.is_success and await second.join(token.json()["server_url"], token.json()["token"]):
        await _is_out(scene, second, "the second name in a room", second.came_at)
    scene.expect(not person.media.drops, "the first name was put out when a second came")
    await _is_answered(scene, person)
    await second.leave()
    await _ends(scene, person, [])


async def _stops_and_starts(scene: Scene) -> None:
    """Stop and Start in one room twenty times, by turns one after the other and both at once."""
    person = Person(scene.cluster.url)
    await person.arrive()
    past: list[Past] = []
    slowest, drops = 0.0, 0
    for number in range(STOPS):
        await _joins_anew(person, is_quick=bool(number % 2))
        past.append((person.session_id, person.followers))
        person.followers = []
        begun = time.monotonic()
        await person.start()
        what = f"{person.name} is greeted after start {number + 1}"
        await scene.until(GREETING_SECONDS, lambda: person.media.ear.voices, what)
        slowest = max(slowest, time.monotonic() - begun)
        drops += len(person.media.drops)
    scene.notes.append(
        f"{person.name} was put out {drops} times in {STOPS} starts, and greeted "
        f"after {slowest:.1f} s at most"
    )
    scene.expect(not drops, f"{person.name} was put out {drops} times in {STOPS} starts")
    await _ends(scene, person, past)


async def _joins_anew(person: Person, *, is_quick: bool) -> None:
    """Stop, and a new stay in the room, which with `is_quick` begins while the old one ends.

    A token that was asked for before Stop was answered would be one for the session that is over.
    """
    await person.stop()
    old, person.media = person.media, Media(person.grant)
    leaving = asyncio.create_task(old.leave())
    if not is_quick:
        await leaving
    await person.media.join()
    await leaving


async def _is_answered(scene: Scene, person: Person) -> None:
    ear = person.media.ear
    await ear.until_quiet(1.0)
    said_at = await person.media.say(line(LINES[0]))
    await scene.until(REPLY_SECONDS, lambda: ear.onset(said_at), f"{person.name} is answered")


async def _is_out(scene: Scene, guest: Guest, who: str, since: float) -> None:
    """Within five seconds they are not in the room any more."""
    await scene.until(OUT_SECONDS, lambda: not guest.is_in, f"{who} is put out")
    seconds = guest.gone_at - since if guest.gone_at else OUT_SECONDS
    scene.notes.append(f"{who}: {'out' if guest.gone_at else 'still in'} after {seconds:.1f} s")


async def _ends(scene: Scene, person: Person, past: list[Past]) -> None:
    """The person goes; what the sockets of all their sessions brought, against the store."""
    await person.stop()
    is_over = await person.read_to_the_end(STOP_SECONDS)
    for session_id, followers in [*past, (person.session_id, person.followers)]:
        are_over = is_over and all(follower.is_over for follower in followers)
        scene.expect(are_over, f"the socket of {session_id} was not closed with 1000")
        scene.findings += compare(await scene.store.events(session_id), followers)
        scene.others.append(session_id)
    await person.leave()
