"""What was heard of a voice, as what is shown; and which voices are kept."""

from __future__ import annotations

import asyncio

from agent_manager.speaking.kept import MOST_BYTES, MOST_SENTENCES, KeptVoices, Key, Voiced
from agent_manager.speaking.passages import Passage, Progress, Timeline
from agent_manager.speaking.units import Unit

WORDS = [Unit("one", "one"), Unit(" ", " "), Unit("two", "two"), Unit(" ", " "), Unit("six", "six")]
CODE = [Unit("```\n", "The code is on the page. "), Unit("x = 1\n", ""), Unit("```\n", "")]


def heard(passage: Passage, moment: float) -> str:
    return "".join(passage.shown_at(moment))


def test_words_appear_when_they_are_heard() -> None:
    passage = Passage(list(WORDS), seconds=1.1)
    assert heard(passage, 0.0) == "one "
    assert heard(passage, 0.5) == "one two "
    assert heard(passage, 1.0) == "one two six"


def test_code_appears_with_the_words_about_it() -> None:
    passage = Passage([*CODE, Unit("Done.", "Done.")], seconds=3.0)
    assert heard(passage, 0.0) == "```\nx = 1\n```\n"
    assert heard(passage, 2.9) == "```\nx = 1\n```\nDone."


def test_a_length_that_is_not_known_yet_is_guessed() -> None:
    assert heard(Passage([*WORDS * 20]), 1.0).count("one") == 2


def test_an_interrupted_reply_ends_in_the_middle_of_a_passage() -> None:
    timeline = Timeline()
    timeline.add(Passage([*WORDS, Unit(" ", " ")], seconds=1.2), 0.0)
    timeline.add(Passage(list(WORDS), seconds=1.1), 1.2)
    assert timeline.shown_at(0.1) == "one "
    assert timeline.shown_at(1.75) == "one two six one two "


async def test_a_maker_waits_until_its_voice_was_heard() -> None:
    progress = Progress()
    progress.made = 30.0
    waiting = asyncio.create_task(progress.until_ahead_by(8.0))
    progress.heard_until(10.0)
    await asyncio.sleep(0)
    assert not waiting.done() and progress.ahead == 20.0
    progress.heard_until(22.0)
    await asyncio.wait_for(waiting, 1)


def test_kept_voices_have_a_bound_of_count_and_bytes() -> None:
    kept = KeptVoices()
    keys = [Key("http://x/v1", "tts-1", "alloy", f"Hello {n}") for n in range(MOST_SENTENCES + 5)]
    for key in keys:
        kept.keep(key, [Voiced((Unit("a", "a"),), b"ab")])
    assert kept.get(keys[0]) == () and kept.get(keys[-1])
    for key in keys[-3:]:
        kept.keep(key, [Voiced((), bytes(MOST_BYTES // 2))])
    assert kept.get(keys[-3]) == () and kept.get(keys[-1])


def test_a_voice_is_kept_for_its_server_model_and_voice_alone() -> None:
    kept = KeptVoices()
    key = Key("http://x/v1", "tts-1", "alloy", "Hello")
    kept.keep(key, [Voiced((), b"ab")])
    others = (
        ("http://y/v1", "tts-1", "alloy"),
        ("http://x/v1", "m", "alloy"),
        ("http://x/v1", "tts-1", "b"),
    )
    assert not any(kept.get(Key(*other, "Hello")) for other in others)
    assert kept.get(key)
