"""Noise is no turn: sounds that recognisers name, and phrases that they invent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agent_manager.providers.recognition.invented import is_invented
from agent_manager.providers.recognition.noise import words_in
from fakes.openai_api import Delays, OpenAIStandIn
from support.speech import Samples, line, silence

from agent.providers.recognition.hearing import hearing
from agent.providers.recognition.noises import KINDS, noise, over


@pytest.fixture(scope="module")
def api() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(Delays(stt=0.0)) as running:
        yield running


@pytest.mark.parametrize(
    "text",
    [
        "[BLANK_AUDIO]",
        "(footsteps)",
        "♪♪",
        "♪ ♪",
        ".",
        "...",
        "…",
        "*music*",
        "[Musik]",
        "[ Silence ]",
        "(upbeat music) (applause)",
        "<|nospeech|>",
        "<noise>",
        "【音楽】",
        "（拍手）",  # noqa: RUF001
        "[MUSIC] [BLANK_AUDIO] .",
        "- ",
        "?",
        "🎵",
        "",
    ],
)
def test_a_sound_that_is_named_has_no_words(text: str) -> None:
    assert words_in(text) == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello.", "Hello."),
        ("[BLANK_AUDIO] Hello there. [Musik]", "Hello there."),
        ("Call (555) 0100.", "Call (555) 0100."),
        ("(555) 0100", "(555) 0100"),
        ("It is (I think) blue.", "It is (I think) blue."),
        ("What the f*** is s***?", "What the f*** is s***?"),
        ("สวัสดี", "สวัสดี"),
        ("नमस्ते।", "नमस्ते।"),
        ("五", "五"),
        ("2", "2"),
    ],
)
def test_words_beside_sounds_stay(text: str, words: str) -> None:
    assert words_in(text) == words


@pytest.mark.parametrize("text", ["[BLA", "(foot", "<|no", "*mus", "[", "Hello [Mu"])
def test_words_so_far_show_no_sound_that_is_not_closed_yet(text: str) -> None:
    assert words_in(text, settled=False) in ("", "Hello")


INVENTED = [
    "Thank you.",
    "Thanks for watching!",
    "Untertitel von Stephanie Geiges",
    "Untertitel im Auftrag des ZDF für funk, 2017",
    "Sous-titres réalisés par la communauté d'Amara.org",
    "Subtítulos realizados por la comunidad de Amara.org",
    "ご視聴ありがとうございました",
    "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
    "시청해주셔서 감사합니다.",
    "Продолжение следует...",
    "Gracias.",
    "Obrigado.",
    "Merci.",
    "Vielen Dank.",
    "you",
    "Bye. Bye.",
    "Thank you. Thank you. Thank you.",
]


@pytest.mark.parametrize("text", INVENTED)
def test_a_phrase_that_is_often_invented_needs_a_voice(text: str) -> None:
    assert is_invented(text, voice=0.05)
    assert not is_invented(text, voice=1.5)


def test_other_words_need_little_voice() -> None:
    assert not is_invented("What is the weather like in Paris?", voice=0.1)
    assert is_invented("Is it?", voice=0.0)
    assert not is_invented("Stop!", voice=0.1)


@pytest.mark.processes
@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_invented_for_half_a_second_of_noise_is_dropped(
    api: OpenAIStandIn, kind: str, streaming: bool
) -> None:
    """A socket finds speech by energy, as the stand-in does: it answers to each noise."""
    api.clear()
    api.queue_transcripts("Thank you.")
    async with hearing(api, streaming=streaming) as heard:
        await heard.hear(silence(0.5), noise(kind))
        assert heard.interims == []
        api.clear()
        api.queue_transcripts("What is your name?")
        await heard.hear(line("What is your name?"))
        await heard.until(lambda: heard.finals, "words")
        assert heard.finals == ["What is your name?"]


SHORT = ["Thank you.", "Yes.", "Bye.", "Thanks for watching!", "Okay."]


def spoken(text: str) -> list[tuple[str, Samples]]:
    """The text as two voices say it, in silence and over noise."""
    pure = [(voice, line(text, voice=voice)) for voice in ("rms", "slt")]
    noisy = [(f"{v} {k}", over(s, k, 15)) for v, s in pure for k in ("white", "rumble")]
    return [*pure, *noisy]


@pytest.mark.processes
@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("text", SHORT)
async def test_the_same_words_are_heard_where_somebody_says_them(
    api: OpenAIStandIn, text: str, streaming: bool
) -> None:
    api.clear()
    said = spoken(text)
    async with hearing(api, streaming=streaming) as heard:
        for number, (name, samples) in enumerate(said, 1):
            api.transcript = text
            await heard.hear(silence(0.5), samples, seconds_after=1.5)
            await heard.until(lambda n=number: len(heard.finals) >= n, f"{text} by {name}")
    assert heard.finals == [text] * len(said)


@pytest.mark.processes
async def test_a_sound_that_is_named_is_dropped_in_the_stream(api: OpenAIStandIn) -> None:
    api.clear()
    api.transcript = "[BLANK_AUDIO]"
    async with hearing(api) as heard:
        await heard.hear(line("Well, whatever this is."))
        await heard.until(lambda: heard.recognition.outcome.wordless_voice, "an answer")
        api.transcript = "Hello."
        await heard.hear(line("Hello."))
        await heard.until(lambda: heard.finals, "words")
        assert heard.finals == ["Hello."]
        assert heard.recognition.outcome.wordless_voice == 0
