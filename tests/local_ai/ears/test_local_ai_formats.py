"""Files of every kind that OpenAI's API speaks and hears, through the official client."""

import io
import re
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import openai
import pytest

RATE = 24_000
SAID = "please remind me to buy some milk tomorrow morning"
SPOKEN = {
    "mp3": ("audio/mpeg", b"ID3"),
    "opus": ("audio/ogg", b"OggS"),
    "aac": ("audio/aac", b"\xff\xf1"),
    "flac": ("audio/flac", b"fLaC"),
    "wav": ("audio/wav", b"RIFF"),
}
Say = Callable[[str], bytes]


def heard(client: openai.OpenAI, file: bytes) -> str:
    """The words of a file whose name says nothing of what it is."""
    return client.audio.transcriptions.create(model="x", file=("file", file)).text.lower()


def converted(wav: bytes, container: str, codec: str) -> bytes:
    """The sound as another kind of file, in stereo at 48 kHz, with FFmpeg's own defaults."""
    file = io.BytesIO()
    with av.open(io.BytesIO(wav)) as source, av.open(file, "w", format=container) as target:
        stream: Any = target.add_stream(codec, rate=48_000, layout="stereo")
        for frame in (*source.decode(audio=0), None):
            target.mux(stream.encode(frame))
    return file.getvalue()


@pytest.mark.parametrize("kind", SPOKEN)
def test_speech_in_each_format_can_be_heard_again(client: openai.OpenAI, kind: Any) -> None:
    answer = client.audio.speech.create(model="x", voice="onyx", input=SAID, response_format=kind)
    content_type, magic = SPOKEN[kind]
    assert answer.response.headers["content-type"] == content_type
    assert answer.content.startswith(magic)
    assert {"remind", "milk", "morning"} <= set(re.findall("[a-z]+", heard(client, answer.content)))


def test_compressed_speech_is_as_long_as_plain(client: openai.OpenAI) -> None:
    fields: Any = {"model": "x", "voice": "alloy", "input": SAID}
    plain = client.audio.speech.create(**fields, response_format="pcm").content
    with av.open(io.BytesIO(client.audio.speech.create(**fields).content)) as file:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])
        assert file.streams.audio[0].rate == RATE
    assert len(samples) / RATE == pytest.approx(len(plain) / 2 / RATE, abs=0.3)


def test_events_of_speech_make_a_file_and_count(client: openai.OpenAI) -> None:
    answer = client.post(
        "/audio/speech",
        body={"model": "x", "voice": {"id": "alloy"}, "input": SAID, "stream_format": "sse"},
        cast_to=object,
        stream=True,
        stream_cls=openai.Stream[Any],
    )
    *deltas, done = list(answer)
    assert {each["type"] for each in deltas} == {"speech.audio.delta"}
    assert (done["type"], done["usage"]["input_tokens"]) == ("speech.audio.done", len(SAID.split()))
    assert 20 < done["usage"]["output_tokens"] < 50, "ten a second"


@pytest.mark.parametrize(
    ("container", "codec"), [("webm", "libopus"), ("ipod", "aac"), ("mp4", "aac"), ("mp3", "mp3")]
)
def test_files_of_browsers_and_phones_are_heard(
    client: openai.OpenAI, say: Say, container: str, codec: str
) -> None:
    assert "milk" in heard(client, converted(say(SAID), container, codec))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_english_is_translated_into_english(client: openai.OpenAI, say: Say) -> None:
    file = ("a.wav", say(SAID))
    asked: Any = client.audio.translations.create
    assert "milk" in asked(model="x", file=file).text
    told = asked(model="x", file=file, response_format="verbose_json")
    assert (told.language, len(told.segments)) == ("english", 1)
    with pytest.raises(openai.BadRequestError) as refused:
        asked(model="x", file=file, extra_body={"language": "de"})
    assert (refused.value.param, refused.value.code) == ("language", "unsupported_language")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_speech_without_any_english_is_not_translated(client: openai.OpenAI) -> None:
    """Voice-like sound in which the ears find no words stands for other languages."""
    seconds = np.arange(16_000 * 2) / 16_000
    rising = np.sin(2 * np.pi * np.cumsum(120 + 40 * np.sin(2 * np.pi * 3 * seconds)) / 16_000)
    hum = (rising**7 * 12_000 * (np.sin(2 * np.pi * 2 * seconds) > 0)).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format="wav") as target:
        stream: Any = target.add_stream("pcm_s16le", rate=16_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(hum[None], "s16", "mono")
        frame.sample_rate = 16_000
        target.mux([*stream.encode(frame), *stream.encode(None)])
    upload = ("a.wav", file.getvalue())
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.translations.create(model="x", file=upload)
    assert (refused.value.param, refused.value.code) == ("file", "unsupported_language")


def test_a_streamed_transcript_ends_with_its_usage(client: openai.OpenAI, say: Say) -> None:
    file = ("a.wav", say(SAID))
    done: Any = list(client.audio.transcriptions.create(model="x", file=file, stream=True))[-1]
    assert done.usage.output_tokens == len(done.text.split())
    assert 20 < done.usage.input_tokens < 50, "ten a second"
    assert done.usage.total_tokens == done.usage.input_tokens + done.usage.output_tokens


def test_segments_have_times_and_words_have_none(client: openai.OpenAI, say: Say) -> None:
    asked: Any = {"model": "x", "file": ("a.wav", say(SAID)), "response_format": "verbose_json"}
    told = client.audio.transcriptions.create(**asked, timestamp_granularities=["segment"])
    assert -2 < told.segments[0].avg_logprob < 0
    with pytest.raises(openai.BadRequestError) as refused:
        client.audio.transcriptions.create(**asked, timestamp_granularities=["word", "segment"])
    assert refused.value.param == "timestamp_granularities"
