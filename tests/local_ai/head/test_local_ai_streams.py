"""Streams that fail in the middle, and clients that hang up, by the official client."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import openai
import pytest
from fake_model import FakeChild, dies, says, waits
from heads import served, until

from local_ai import streams
from local_ai.ears import transcriptions
from local_ai.ears.recognition import Recognised, RecogniserPool, Utterance
from local_ai.failures import Busy, RecognitionFailed, SpeechFailed
from local_ai.head.head import Head
from local_ai.voice.synthesis import Manner, Speaker

pytestmark = pytest.mark.usefixtures("able")
ASKED: Any = [{"role": "user", "content": "Tell me a long tale."}]
FILE = ("a.wav", b"two stretches of speech")


class Served:
    """The official client of a server without a network, and what answers it."""

    def __init__(self, client: openai.AsyncOpenAI, head: Head, app: Any) -> None:
        self.client, self.head, self.app = client, head, app


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    two = [transcriptions.Stretch(at, at + 1, bytearray(32_000)) for at in (0.0, 2.0)]
    sound = transcriptions._Sound(4.0, two)
    monkeypatch.setattr(transcriptions, "_cut_file", lambda _: sound)
    async with served() as (http, head):
        client = openai.AsyncOpenAI(
            api_key="any", base_url=http.base_url, http_client=http, max_retries=0
        )
        yield Served(client, head, http._transport.app)  # type: ignore[attr-defined]


class Ears(RecogniserPool):
    """Hears an answer for one stretch after the other; an exception is raised, None never ends."""

    def __init__(self, *answers: str | Exception | None) -> None:
        super().__init__()
        self.answers = iter(answers)
        self.opened = self.cancelled = 0

    def open(self, *_: Any, **__: Any) -> Utterance:
        self.opened += 1
        answer = next(self.answers)
        if isinstance(answer, Busy):
            raise answer
        return _Utterance(self, answer)


class _Utterance(Utterance):
    def __init__(self, ears: Ears, answer: str | Exception | None) -> None:
        self.ears, self.answer = ears, answer

    def feed(self, pcm: bytes) -> None:
        pass

    async def finish(self) -> Recognised:
        try:
            if self.answer is None:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.ears.cancelled += 1
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        return Recognised(self.answer or "")


class Voice(Speaker):
    """Makes a tenth of a second of sound, and then fails."""

    async def say(self, text: str, manner: Manner) -> AsyncGenerator[bytes]:
        yield bytes(4800)
        raise SpeechFailed


async def test_a_chat_that_fails_in_the_middle_raises_the_error(server: Served) -> None:
    FakeChild.script = dies
    said = ""
    with pytest.raises(openai.APIError) as broken:
        async for chunk in await server.client.chat.completions.create(
            model="x", messages=ASKED, stream=True
        ):
            said += chunk.choices[0].delta.content or ""
    assert (said, broken.value.code) == ("Once upon", "model_stopped")


async def test_a_response_that_fails_in_the_middle_says_so_twice(server: Served) -> None:
    FakeChild.script = dies
    stream = await server.client.responses.create(model="x", input=ASKED, stream=True)
    events: list[Any] = [event async for event in stream]
    error, failed = events[-2:]
    assert (error.type, error.code, error.param) == ("error", "model_stopped", None)
    assert "ended unexpectedly" in error.message
    assert (failed.type, failed.response.status) == ("response.failed", "failed")
    assert (failed.response.error.code, failed.response.error.message) == (
        "server_error",
        error.message,
    )
    assert failed.response.output[0].content[0].text == "Once upon"
    assert [event.sequence_number for event in events] == list(range(len(events)))

    await until(lambda: server.head.is_ready)
    async with server.client.responses.stream(model="x", input=ASKED) as helper:
        kinds = [event.type async for event in helper]
    assert kinds[-2:] == ["error", "response.failed"]


async def test_a_transcription_that_fails_in_the_middle_raises_the_error(server: Served) -> None:
    server.app.state.recognisers = Ears("Hello.", RecognitionFailed())
    stream = await server.client.audio.transcriptions.create(model="x", file=FILE, stream=True)
    heard = []
    with pytest.raises(openai.APIError) as broken:
        async for event in stream:
            heard.append(event)
    assert [event.type for event in heard] == ["transcript.text.delta"]
    assert "restarted" in broken.value.message

    server.app.state.recognisers = Ears(Busy())
    with pytest.raises(openai.RateLimitError):
        await server.client.audio.transcriptions.create(model="x", file=FILE, stream=True)


async def test_speech_events_that_fail_in_the_middle_end_with_the_error(server: Served) -> None:
    server.app.state.speaker = Voice()
    async with server.client.audio.speech.with_streaming_response.create(
        model="x", voice="alloy", input="Hi.", response_format="pcm", stream_format="sse"
    ) as response:
        lines = [json.loads(line[6:]) async for line in response.iter_lines() if line]
    assert [line.get("type") for line in lines] == ["speech.audio.delta", None]
    assert set(lines[1]["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_client_that_hangs_up_stops_the_ears(server: Served, streamed: bool) -> None:
    server.app.state.recognisers = ears = Ears(None)
    create: Any = server.client.audio.transcriptions.create
    asking = asyncio.create_task(create(model="x", file=FILE, stream=streamed))
    await until(lambda: ears.opened == 1)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until(lambda: ears.cancelled == 1)


async def test_a_client_that_hangs_up_is_no_error(
    server: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the server tells it only by what it receives, as uvicorn does."""
    FakeChild.script = waits
    gone = asyncio.Event()
    sent: list[Any] = []
    body = json.dumps({"model": "x", "messages": ASKED}).encode()
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/v1/chat/completions", "headers": headers,
             "query_string": b"", "http_version": "1.1", "scheme": "http", "root_path": "",
             "raw_path": b"", "server": ("localhost", 1), "client": ("127.0.0.1", 1)}  # fmt: skip
    asking = asyncio.create_task(server.app(scope, receive, send))
    child = server.head.process._child if server.head.process else None
    assert isinstance(child, FakeChild)
    await until(lambda: len(child.asked) == 1)
    gone.set()
    await asyncio.wait_for(asking, 5)
    assert child.cancelled == [1]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    FakeChild.script = says("Rome", ".")


async def test_comments_keep_a_stream_alive_and_clients_take_them_for_nothing(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model reads for longer than clients wait for a byte."""
    monkeypatch.setattr(streams, "_SILENT_SECONDS", 0.01)

    def reads(child: FakeChild, channel: int, request: dict[str, Any]) -> None:
        asyncio.get_running_loop().call_later(0.05, says("Rome", "."), child, channel, request)

    FakeChild.script = reads
    asked = {"model": "x", "messages": ASKED, "stream": True}
    raw = (await server.client._client.post("/chat/completions", json=asked)).text
    first = raw.index(streams.STILL_THERE)
    assert raw.index("assistant") < first < raw.index("Rome") < raw.index("[DONE]")
    stream = await server.client.chat.completions.create(model="x", messages=ASKED, stream=True)
    assert [each.choices[0].delta.content async for each in stream if each.choices][1] == "Rome"
    response = await server.client.responses.create(model="x", input=ASKED, stream=True)
    assert [event.type async for event in response][-1] == "response.completed"
    FakeChild.script = says("Rome", ".")


async def test_nobody_makes_a_stream_that_nobody_takes() -> None:
    ended = asyncio.Event()

    async def pieces() -> AsyncGenerator[str]:
        try:
            yield "a"
            await asyncio.Event().wait()
        finally:
            ended.set()

    kept = streams.kept_alive(pieces())
    assert await anext(kept) == "a"
    waiting = asyncio.create_task(anext(kept))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await kept.aclose()
    assert ended.is_set()
