"""Faults 21 and 26: floods of requests while somebody hears a steady tone."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from fakes.openai_api import OpenAIStandIn
from support.media_server import media_server
from support.product import product
from support.speech import line
from support.waiting import until_async

from faults.installation import KEY
from faults.judges import tone
from faults.people.clients import COUNTER, Clients, Tally
from faults.people.person import LINES, Person
from faults.people.strangers import HONEST, STRANGER, idle_server, request, strangers
from faults.registry import fault
from faults.scene import Scene

TONE_SECONDS = 16.0
REPLY = "Listen."
MORE = 0.01
"""By how much the share of silence may exceed what the clients cause by themselves."""
QUIET_SECONDS = 1.0
HEAR_SECONDS = 30.0
LOOKS = 3
REST_SECONDS = 60.0
QUICK_SECONDS = 0.1
QUICK_ANSWERS = 10
MOST_ALONE = 0.2
"""What the clients alone may silence, or the machine is too slow to see anything by them."""
CLEAR = 0.1
"""So much more silence is no chance: it is not looked at again."""
READERS = 20


@dataclass(frozen=True)
class Flood:
    """So many clients at once that each send that request, again and again."""

    name: str
    count: int
    head: str


@fault(21, "floods while a tone is heard", people=0, seconds=900, has_page=False, has_limits=True)
async def floods(scene: Scene) -> None:
    origin = scene.cluster.url
    (folder,) = {path.parent for path in scene.cluster.folder.glob("**/certificates/**/*.key")}
    async with _listener(scene, Person(origin, HONEST)) as person:
        scene.others.append(person.session_id)
        await _each_flood(scene, person, Person(origin, STRANGER), origin, folder)


@fault(26, "the same floods at an embedded backend", people=0, seconds=900, has_page=False)
async def embedded_floods(scene: Scene) -> None:
    models = _models(scene)
    settings = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": models.base_url,
        **dict.fromkeys(("REQUESTS_AT_ONCE", "SLOW_CLIENTS_PER_ADDRESS"), ""),
    }
    with contextlib.ExitStack() as stack:
        media = await scene.call(stack.enter_context, media_server())
        one = await scene.call(stack.enter_context, product(media, **settings))
        backend = one.backend.url
        async with _listener(scene, Person(one.url, HONEST, backend)) as person:
            stranger = Person(one.url, STRANGER, backend)
            await _each_flood(scene, person, stranger, backend, None)


@contextlib.asynccontextmanager
async def _listener(scene: Scene, person: Person) -> AsyncIterator[Person]:
    """Somebody to whom the agent says nothing but a tone."""
    models = _models(scene)
    usual = models.reply
    try:
        await person.arrive()
        await person.media.ear.until_quiet(QUIET_SECONDS)
        models.reply, models.tone_seconds = REPLY, TONE_SECONDS
        scene.mark_fault()
        yield person
    finally:
        models.reply, models.tone_seconds = usual, 0.0
        await _goes(person)
    scene.has_gone_on = True


async def _each_flood(
    scene: Scene, person: Person, stranger: Person, target: str, certificate: Path | None
) -> None:
    """Each flood against the target, and the same clients against a server that does nothing."""
    await _begins(person)
    quiet = await _hears(person, TONE_SECONDS)
    scene.notes.append(f"with no clients {quiet.share:.1%} of the tone was silent")
    async with idle_server(certificate) as idle:
        for flood in await _floods(stranger, target):
            await _compare(scene, person, flood, target, idle)


async def _compare(scene: Scene, person: Person, flood: Flood, target: str, idle: str) -> None:
    """The target against the idle port; what is just over the line is looked at again."""
    alone, heard, tally = tone.Heard(0, 0), tone.Heard(0, 0), Tally()
    for _ in range(LOOKS):
        await _rests(target)
        alone += (await _flooded(person, flood, idle))[0]
        more, now = await _flooded(person, flood, target)
        heard += more
        tally.add(now)
        if not MORE < heard.share - alone.share < CLEAR:
            break
    told = (
        f"{flood.name}: {heard.share:.1%} of {heard.seconds:.0f} s of the tone were silent, "
        f"{alone.share:.1%} with the same clients at an idle port; answers {_counts(tally)}"
    )
    scene.notes.append(told)
    scene.expect(alone.share < MOST_ALONE, f"nothing can be told by it: {told}")
    scene.expect(heard.share <= alone.share + MORE, told)


async def _rests(target: str) -> None:
    """Returns when the target has done what the flood before has left it to do."""
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=HONEST)
    quick, end = 0, time.monotonic() + REST_SECONDS
    async with httpx.AsyncClient(transport=transport, timeout=REST_SECONDS) as client:
        while quick < QUICK_ANSWERS:
            answer = await client.get(f"{target}/health")
            quick = quick + 1 if answer.elapsed.total_seconds() < QUICK_SECONDS else 0
            assert time.monotonic() < end, f"{target} does not come to rest after a flood"
            await asyncio.sleep(QUICK_SECONDS)


async def _floods(stranger: Person, target: str) -> list[Flood]:
    """What a stranger with a cookie, a token and a session behind them can ask for."""
    await stranger.arrive()
    await stranger.stop()
    token = await stranger.visitor.token()
    session = f"/transcripts/{stranger.session_id}"
    await _goes(stranger)
    bearer = {"Authorization": f"Bearer {token}"}
    wanted = [("/schema", {}), ("/sessions", bearer), (session, bearer)]
    return [
        Flood("ten wrong passwords for one account", 10, await _password(target, "admin")),
        Flood("twenty for an account each time", 20, await _password(target, COUNTER.decode())),
        *(
            Flood(f"{READERS} readers of /{path.split('/')[1]}", READERS, head)
            for path, head in ((p, request(target, "GET", p, **h)) for p, h in wanted)
        ),
    ]


async def _password(target: str, account: str) -> str:
    """A wrong password for an account, with the cookie and the token of the page before it."""
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=STRANGER)
    async with httpx.AsyncClient(base_url=target, transport=transport) as client:
        page = (await client.get("/admin/login/")).raise_for_status()
        ((name, cookie),) = client.cookies.items()
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, "the sign-in page has no token"
    body = f"csrfmiddlewaretoken={found[1]}&username={account}&password=wrong-{COUNTER.decode()}"
    return request(
        target,
        "POST",
        "/admin/login/",
        body,
        Cookie=f"{name}={cookie}",
        Origin=target,
        Content_Type="application/x-www-form-urlencoded",
    )


async def _flooded(person: Person, flood: Flood, target: str) -> tuple[tone.Heard, Tally]:
    """What is heard of a tone that has begun when the flood comes."""
    await _begins(person)
    begun = time.monotonic()
    async with strangers(Clients([target], STRANGER, flood.count, flood.head)) as tally:
        heard = await _hears(person, TONE_SECONDS - (time.monotonic() - begun))
    return heard, tally


async def _begins(person: Person) -> None:
    """Returns when a tone answers a line of the person's."""
    ear = person.media.ear
    await ear.until_quiet(QUIET_SECONDS)
    said_at = await person.media.say(line(LINES[0]))
    await until_async(lambda: ear.onset(said_at), seconds=HEAR_SECONDS, what="a tone is heard")


async def _hears(person: Person, seconds: float) -> tone.Heard:
    """What the person hears of a tone that goes on for that long."""
    assert seconds > TONE_SECONDS / 2, "half of the tone was over before the flood came"
    ear = person.media.ear
    levels: list[float] = []
    ear.levels = levels
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < seconds * 2:
        if now > seconds and ear.quiet_seconds() > QUIET_SECONDS:
            break
        await asyncio.sleep(0.1)
    ear.levels = None
    return tone.heard(levels, seconds)


async def _goes(person: Person) -> None:
    with contextlib.suppress(AssertionError, httpx.HTTPError):
        await person.stop()
    await person.leave()


def _models(scene: Scene) -> OpenAIStandIn:
    assert scene.models, "there is no stand-in to speak a tone"
    return scene.models


def _counts(tally: Tally) -> str:
    told = ", ".join(f"{count} x {status}" for status, count in sorted(tally.statuses.items()))
    return f"{told or 'none'}; {tally.closed + tally.refused} connections broken or refused"
