"""Machines without the neural engines: the plain ones do their work, or it is said what to get."""

import signal
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import httpx
import numpy as np
import openai
import pytest
from offline_server import NEURAL, PLAIN, Server, without
from support.groups import starts_programs
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local_ai.audio import to_pcm16, wav_header

SENTENCE = "please remind me to buy some milk tomorrow morning"
RATE = 16_000
Say = Callable[[str], bytes]


@pytest.fixture(scope="module")
@starts_programs
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as it is on a machine for which onnxruntime has no wheel."""
    if find_spec("pocketsphinx") is None:
        pytest.skip("the plain ears are not installed")
    server = without(tmp_path_factory.mktemp("plain"), *NEURAL)
    yield server
    server.stop()


@pytest.fixture(scope="module")
@starts_programs
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a machine that can neither hear nor speak."""
    server = without(tmp_path_factory.mktemp("bare"), *NEURAL, *PLAIN)
    yield server
    server.stop()


def heard(server: Server, sound: bytes) -> str:
    with openai.OpenAI(base_url=server.url, api_key="any", max_retries=0) as client:
        return client.audio.transcriptions.create(model="x", file=("a.wav", sound)).text


@pytest.mark.processes
def test_plain_engines_hear_and_speak(plain: Server, say: Say) -> None:
    told = httpx.get(f"{plain.url}/local").json()
    assert told["ears"] == {"engine": "pocketsphinx", "reason": "no_weights"}
    assert told["voice"]["engine"] in ("flite", "espeak")
    assert told["voice"]["reason"] == "no_wheel"
    assert plain.log.read_text().count("pocketsphinx") == 1
    assert "milk" in heard(plain, say(SENTENCE))
    spoken = {"model": "x", "voice": "alloy", "input": "Hello.", "response_format": "pcm"}
    sound = httpx.post(f"{plain.url}/audio/speech", json=spoken).content
    assert np.abs(np.frombuffer(sound, np.int16)).max() > 1000


@pytest.mark.processes
@pytest.mark.parametrize("hertz", [0, 50])
def test_plain_ears_hear_no_words_in_silence_and_hum(plain: Server, hertz: int) -> None:
    wave = 0.1 * np.sin(2 * np.pi * hertz * np.arange(RATE * 2) / RATE)
    pcm = to_pcm16(wave.astype(np.float32))
    assert heard(plain, wav_header(RATE) + pcm) == ""


@pytest.mark.processes
def test_a_plain_recogniser_that_dies_is_replaced(plain: Server, say: Say) -> None:
    victims = [each for each in plain.workers if "local_ai.ears.recogniser" in each.cmdline()]
    assert victims
    for victim in victims:
        victim.send_signal(signal.SIGKILL)
    assert "milk" in heard(plain, say(SENTENCE))
    assert not {each.pid for each in victims} & {each.pid for each in plain.workers}


@pytest.mark.processes
def test_a_server_without_engines_starts_and_says_what_is_missing(bare: Server) -> None:
    told = httpx.get(f"{bare.url}/local").json()
    assert told["ears"] == {"engine": "none", "reason": "no_weights"}
    assert told["voice"] == {"engine": "none", "reason": "no_wheel"}
    states = {each["id"]: each["state"] for each in httpx.get(f"{bare.url}/models").json()["data"]}
    assert states == {"local-ears": "missing", "local-voice": "missing", "scripted": "ready"}
    log = bare.log.read_text()
    assert "python -m local_ai.fetch ears" in log
    assert "Nothing on this computer can speak" in log
    assert "Traceback" not in log
    assert "starting it again" not in log


@pytest.mark.processes
def test_what_is_missing_is_a_503_with_code_and_sentence(bare: Server) -> None:
    silence = wav_header(RATE) + bytes(RATE)
    with openai.OpenAI(base_url=bare.url, api_key="any", max_retries=0) as client:
        with pytest.raises(openai.InternalServerError) as deaf:
            client.audio.transcriptions.create(model="x", file=("a.wav", silence))
        with pytest.raises(openai.InternalServerError) as mute:
            client.audio.speech.create(model="x", voice="alloy", input="Hello.")
        asked = [{"role": "user", "content": "Hello."}]
        reply = client.chat.completions.create(model="x", messages=asked)  # type: ignore[call-overload]
    assert (deaf.value.status_code, deaf.value.code) == (503, "ears_missing")
    assert "retry-after" not in deaf.value.response.headers
    assert "python -m local_ai.fetch ears" in deaf.value.message
    assert (mute.value.status_code, mute.value.code) == (503, "voice_missing")
    assert reply.choices[0].message.content
    address = f"{bare.url.replace('http', 'ws')}/realtime?intent=transcription"
    with pytest.raises(InvalidStatus) as refused:
        connect(address)
    assert refused.value.response.status_code == 503
    assert b"ears_missing" in refused.value.response.body
