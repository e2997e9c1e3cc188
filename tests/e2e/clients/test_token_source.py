"""A page of somebody else's with livekit-client alone: it knows nothing of us but one address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from support.processes import ROOT
from support.product import Product
from support.speech import line, write_wav
from support.waiting import until

from e2e.clients.elsewhere import elsewhere

pytestmark = pytest.mark.e2e
DIST = ROOT / "flask_frontend/node_modules/livekit-client/dist"
LIBRARY, MODULE = DIST / "livekit-client.umd.js", DIST / "livekit-client.esm.mjs"
DOCS = (ROOT / "docs/clients.md").read_text(encoding="utf-8")
IMPORTS = '<script type="importmap">{"imports": {"livekit-client": "/module.js"}}</script>'
QUESTION = "I would like to book a table for two people tomorrow evening."
GREETING = "Hello. I am your voice agent. How can I help?"
TYPED = "What are your opening hours?"
JOIN = """async ([address, agentName]) => {
  const { Room, RoomEvent, TokenSource } = LivekitClient;
  const source = TokenSource.endpoint(address);
  const { serverUrl, participantToken } = await source.fetch({ agentName });
  const room = new Room();
  const said = new Map();
  Object.assign(window, { room, said, states: [], heard: 0 });
  room.registerTextStreamHandler("lk.transcription", async (reader, { identity }) => {
    const segment = reader.info.attributes["lk.segment_id"];
    let text = "";
    for await (const piece of reader) {
      text += piece;
      said.set(segment, { by: identity === room.localParticipant.identity ? "me" : "agent", text });
    }
    said.get(segment).final = reader.info.attributes["lk.transcription_final"] === "true";
  });
  room.on(RoomEvent.ParticipantAttributesChanged, (changed) => {
    if (changed["lk.agent.state"]) states.push(changed["lk.agent.state"]);
  });
  room.on(RoomEvent.TrackSubscribed, (track) => {
    document.body.append(track.attach());
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      heard = Math.max(heard, ...samples);
    }, 20);
  });
  await room.connect(serverUrl, participantToken);
  await room.localParticipant.setMicrophoneEnabled(true);
  return room.name;
}"""
SAID = "() => [...said.values()].filter(({ final }) => final).map(({ by, text }) => [by, text])"


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A microphone that asks one thing after the greeting."""
    folder = tmp_path_factory.mktemp("speech")
    return write_wav(folder / "question.wav", line(8.0, QUESTION, 40.0))


@pytest.fixture
def page(product: Product, chromium: Callable[..., Browser], spoken: Path) -> Iterator[Page]:
    """A page with the library alone, at an origin from which the backend may be asked."""
    pages = {"/": "<body><script src=/library.js></script>", "/library.js": LIBRARY.read_text()}
    with elsewhere(product.spare_port, pages) as site:
        opened = chromium(microphone=spoken).new_page()
        opened.goto(site)
        yield opened


def until_said(page: Page, count: int) -> list[tuple[str, str]]:
    """The first settled words, in the order in which they began, when there are that many."""
    until(
        lambda: len(page.evaluate(SAID)) >= count,
        seconds=40,
        what=f"{count} settled lines",
        every=0.3,
    )
    return [(by, text) for by, text in page.evaluate(SAID)][:count]


def last_session(product: Product) -> dict[str, Any]:
    listed = product.backend.request("GET", "/sessions").body["sessions"]
    return dict(product.backend.request("GET", f"/transcripts/{listed[0]['session_id']}").body)


def test_livekits_client_talks_types_and_leaves(product: Product, page: Page) -> None:
    page.evaluate(JOIN, [f"{product.backend.url}/token", "default"])
    greeting, mine, answer = until_said(page, 3)
    assert greeting == ("agent", GREETING)
    assert mine[0] == "me" and "table" in mine[1]
    assert answer[0] == "agent" and "table" in answer[1]
    assert page.evaluate("() => heard") > 0.01, "the agent is heard"
    states = page.evaluate("() => states")
    assert states[states.index("speaking") + 1] == "listening"
    page.evaluate("(text) => room.localParticipant.sendText(text, { topic: 'lk.chat' })", TYPED)
    typed_answer = until_said(page, 4)[3]
    assert typed_answer[0] == "agent" and "opening hours" in typed_answer[1]
    page.evaluate("() => room.disconnect()")
    until(lambda: last_session(product)["state"] == "ended", seconds=20, what="the session's end")
    record = last_session(product)
    assert record["end_reason"] == "left"
    lines = [greeting[1], mine[1], answer[1], TYPED, typed_answer[1]]
    assert [entry["text"] for entry in record["entries"]] == lines


def test_an_agent_that_there_is_not_is_told_at_once(product: Product, page: Page) -> None:
    with pytest.raises(Exception, match="404"):
        page.evaluate(JOIN, [f"{product.backend.url}/token", "nobody"])


def test_the_page_of_the_docs_works_as_it_stands(
    product: Product, chromium: Callable[..., Browser], spoken: Path
) -> None:
    (code,) = re.findall(r"```js\n(.*?)```", DOCS, re.DOTALL)
    code = code.replace("http://127.0.0.1:8000", product.backend.url)
    html = f'{IMPORTS}<body><script type="module">{code}</script>'
    pages = {"/": html, "/module.js": MODULE.read_text(encoding="utf-8")}
    with elsewhere(product.spare_port, pages) as site:
        page, said = chromium(microphone=spoken).new_page(), list[str]()
        page.on("console", lambda line: said.append(line.text))
        page.goto(site)

        def until_told(words: str) -> None:
            """Waits until the page has written a line of the agent's with them."""

            def is_told() -> bool:
                page.wait_for_timeout(100)  # has the browser's messages read
                return any(each.startswith("agent-") and words in each for each in said)

            until(is_told, seconds=40, what=words)

        until_told(GREETING)
        page.get_by_role("button", name="Is there parking?").click()
        until_told("parking")
