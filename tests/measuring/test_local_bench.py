"""The bench of the keyless voice: its verdicts, word errors, noise, bars and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import speech

from bench.local import bars, tables, words
from bench.local.asked import DECLINED, EVERYDAY
from bench.local.fresh import fetching_seconds
from bench.local.guest import MODEL, SCRIPT
from bench.local.processes import Load
from bench.local.questions import Asked
from bench.local.spoken import CLEAN, RATE, Spoken, recordings, with_noise
from bench.local.verdicts import GOOD, Question, spoken, verdict
from bench.local.wire import Cell, Turn
from bench.local.words import FALLBACK, NEW, Ears

WEATHER = Question("What is the weather in Rome?", (("weather", "forecast"),), declined=True)
PASTA = Question("How do I cook pasta?", (("boil",), ("water", "pot")), least_words=3)


@pytest.mark.parametrize(
    ("question", "reply", "found"),
    [
        (PASTA, "Put it into boiling water.", GOOD),
        (PASTA, "Boil water.", "only 2 words"),
        (PASTA, "Fry it in oil instead.", "without boil"),
        (PASTA, "You said: how do I parboil pasta in water.", "without boil"),
        (PASTA, " ", "no reply"),
        (WEATHER, "I cannot look up the weather in Rome: I run offline.", GOOD),
        (WEATHER, "I can\u2019t tell the weather. Look out of the window.", GOOD),
        (WEATHER, "I cannot do that.", "without weather or forecast"),
        (WEATHER, "The weather is sunny.", "does not say that it is not possible"),
        (WEATHER, "I cannot tell the weather, but it has 20 degrees.", "has a figure: 20"),
        (WEATHER, "I cannot tell the weather, perhaps twenty degrees.", "has a figure: twenty"),
        (WEATHER, "I cannot tell the weather here, but Milan is sunny.", "a place or name: Milan"),
        (WEATHER, "I cannot see the weather now. I will check it later.", "promises: I will check"),
        (WEATHER, "Of course! I have no weather yet.", "promises: Of course"),
    ],
)
def test_a_reply_gets_the_verdict_that_it_deserves(
    question: Question, reply: str, found: str
) -> None:
    assert verdict(question, reply).endswith(found)


def test_a_figure_of_the_question_may_come_back() -> None:
    table = Question("Book a table for two people.", (("book",),), declined=True)
    assert verdict(table, "I cannot book a table for two.") == GOOD
    assert verdict(table, "I cannot book a table for two at eight.") == "has a figure: eight"


def test_there_are_ten_questions_of_each_kind() -> None:
    assert len({q.ask for q in EVERYDAY}) == len({q.ask for q in DECLINED}) == 10
    assert not any(q.declined for q in EVERYDAY) and all(q.declined for q in DECLINED)


def test_a_reply_that_nobody_can_hear_is_told() -> None:
    said = "It takes 12 minutes to boil."
    assert spoken(said, "it takes twelve minutes to boil", 900.0) == GOOD
    assert spoken(said, "it takes twelve minutes to boil", 20.0) == "no sound"
    assert spoken(said, "", 900.0) == "100 % of the words not heard"


def test_word_errors_are_counted_over_all_lines() -> None:
    short = ears(NEW, CLEAN, said=["Yes."], heard=["no"])
    long = ears(NEW, CLEAN, said=["One, two three!"], heard=["one two three"])
    assert words.wrong([short, long]) == 25.0
    assert words.words([short, long]) == 4


def test_noise_is_as_much_weaker_than_the_voice_as_it_says() -> None:
    voice = speech.tone(1.0, level=6000.0)[::3]
    quiet = np.concatenate([np.zeros(RATE, np.int16), voice])
    line = Spoken("rms", "hm", quiet)
    noise = with_noise(line, 10.0, seed=1).sound - quiet
    assert 20 * np.log10(speech.rms(voice) / speech.rms(noise)) == pytest.approx(10.0, abs=0.1)
    assert with_noise(line, None, seed=1) is line


def test_recordings_of_people_need_their_words(tmp_path: Path) -> None:
    speech.write_wav(tmp_path / "told.wav", speech.tone(0.5))
    speech.write_wav(tmp_path / "untold.wav", speech.tone(0.5))
    (tmp_path / "told.txt").write_text("Hm.")
    (line,) = recordings(tmp_path)
    assert (line.words, len(line.sound)) == ("Hm.", RATE // 2)


@pytest.mark.parametrize(
    ("new", "fallback", "sentence"),
    [
        ((3, 40), (5, 90), ""),
        ((5, 40), (6, 90), "more than 4.0 %"),
        ((3, 40), (2, 90), "more than the fallback's 2.0 %"),
        ((3, 46), (5, 90), "0.51 of the fallback's"),
    ],
)
def test_each_bar_of_the_ears_has_its_sentence(
    new: tuple[int, int], fallback: tuple[int, int], sentence: str
) -> None:
    found = [
        wrong_ears(engine, condition, percent)
        for engine, percents in ((NEW, new), (FALLBACK, fallback))
        for condition, percent in zip((CLEAN, bars.NOISY), percents, strict=True)
    ]
    people = wrong_ears(NEW, CLEAN, 100)
    people.speaker = bars.PEOPLE
    missed = bars.of_words([*found, people])
    assert len(missed) == bool(sentence) and sentence in "".join(missed)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ((MODEL, 1, [1.5, 1.6, 2.4]), ""),
        ((MODEL, 1, [1.5, 1.7, 2.4]), "p50 is 1.70 s"),
        ((MODEL, 1, [1.5, 1.6, 2.6]), "p90 is 2.60 s"),
        ((SCRIPT, 1, [0.8, 0.95]), ""),
        ((SCRIPT, 1, [0.95]), "p50 is 0.95 s"),
        ((SCRIPT, 4, [3.0]), ""),
        ((SCRIPT, 4, [None]), "1 lines got no reply"),
    ],
)
def test_each_bar_of_the_wire_has_its_sentence(
    cell: tuple[str, int, list[float | None]], sentence: str
) -> None:
    head, people, waits = cell
    missed = bars.of_waits([Cell(head, people, [Turn(head, w, False, "Hm.") for w in waits])])
    assert len(missed) == bool(sentence) and sentence in "".join(missed)


def test_waits_are_told_apart_by_what_answered() -> None:
    turns = [
        Turn(MODEL, 1.0, False, ""),
        Turn(SCRIPT, 0.5, False, ""),
        Turn(SCRIPT, None, False, ""),
    ]
    cell = Cell(MODEL, 2, turns, [0.4, 0.6], [Load("ears", 0.25, 180.4)], 0.1)
    _, _, model, script = tables.of_waits([cell]).splitlines()
    assert model == "| model | 2 | model | 1 | 1.00 | 1.00 | 1.00 | 0.40 | 0 | 0 | 0.10 |"
    assert script == "| model | 2 | script | 2 | 0.50 | 0.50 | 0.50 | 0.40 | 1 | 0 | 0.10 |"
    assert "| ears | 0.25, 180 |" in tables.of_loads([cell])


def test_a_reply_cannot_break_its_table() -> None:
    asked = Asked("Why?", False, "why", "a|b\n<c>", "", None, GOOD, GOOD)
    assert tables.of_questions([asked]).splitlines()[2:] == [
        r"| Why? | why | a\|b &lt;c> | - | good | good |"
    ]


def test_of_a_fresh_start_only_the_fetching_of_the_ears_is_taken_off() -> None:
    output = (
        "  Ears of the offline voice (usually 56 MB, 2-30 s)\n"
        "  ... Ears of the offline voice: 15 s so far\n"
        "  Ears of the offline voice: done in 17 s\n"
        "  Trial of the neural ears and voice: done in 2 s\n"
        "Ready after 60 s: open http://127.0.0.1:5173 - it runs on the offline voice, 5 s\n"
    )
    assert fetching_seconds(output) == 17.0
    assert fetching_seconds("Everything was set up already.") == 0.0


def test_a_table_takes_the_place_between_its_markers() -> None:
    page = "a\n<!-- waits -->\nold\n<!-- end of waits -->\nb\n<!-- words -->\n<!-- end of words -->"
    placed = tables.placed(page, "waits", r"| \1 |")
    assert placed == page.replace("old", r"| \1 |")
    with pytest.raises(ValueError, match="loads"):
        tables.placed(page, "loads", "")


def ears(engine: str, condition: str, said: list[str], heard: list[str]) -> Ears:
    return Ears(engine, "rms", condition, said, heard, 1.0, 10.0)


def wrong_ears(engine: str, condition: str, percent: int) -> Ears:
    heard = " ".join(["no"] * percent + ["yes"] * (100 - percent))
    return ears(engine, condition, [" ".join(["yes"] * 100)], [heard])
