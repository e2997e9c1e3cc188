"""A reply is cut so that its first words are spoken soon, and no request is too long."""

from __future__ import annotations

import pytest
from agent_manager.speaking.pieces import Pieces
from agent_manager.speaking.reader import Reader
from agent_manager.speaking.units import said, shown

SERVICE_LIMIT = 4096
THAI = "วันนี้อากาศดีมากและเราจะไปเดินเล่นที่สวนสาธารณะด้วยกันหลังจากนั้นเราจะกินข้าว" * 8
CHINESE = "今天天气很好我们一起去公园散步然后再去吃饭晚上看电影" * 12
ARABIC = "اليوم الجو جميل جدا وسوف نذهب معا الى الحديقة ثم نأكل الطعام " * 12
WORDS = "and then we went on to the next one " * 100


def pieces_of(text: str, ahead: float = 0.0, language: str = "en") -> list[str]:
    """What is said by each piece of a text that is there at once."""
    pieces = Pieces()
    reader = Reader(language)
    pieces.feed([*reader.feed(text), *reader.end()])
    pieces.end()
    found = []
    while (piece := pieces.take(ahead)) is not None:
        found.append(piece)
    assert pieces.are_over
    assert "".join(shown(piece) for piece in found) == text
    return [said(piece) for piece in found]


def letters_until_first(text: str) -> int:
    """How much of a text has come, letter by letter, when its first piece can be spoken."""
    pieces, reader = Pieces(), Reader("en")
    for count, letter in enumerate(text, 1):
        pieces.feed(reader.feed(letter))
        if pieces.take(0.0) is not None:
            return count
    raise AssertionError("nothing is spoken before the end")


def test_the_first_sentence_is_spoken_at_once() -> None:
    assert letters_until_first("Certainly. You said something.") == len("Certainly. ")


@pytest.mark.parametrize(
    "text", [THAI, CHINESE, ARABIC, WORDS, "x" * 900, "`" + WORDS, "* " + WORDS]
)
def test_no_script_waits_for_a_mark_that_does_not_come(text: str) -> None:
    assert letters_until_first(text) <= 125


def test_a_long_sentence_begins_with_its_first_clause() -> None:
    text = "When the sun rises over the hills in the east, the birds begin to sing in the trees."
    assert letters_until_first(text) == text.index(",") + 2


@pytest.mark.parametrize("ahead", [0.0, 8.0, 100.0])
@pytest.mark.parametrize("text", [THAI, CHINESE, ARABIC, WORDS, "x" * 20_000, "漢" * 20_000])
def test_no_piece_is_over_the_limit_of_a_service(text: str, ahead: float) -> None:
    assert max(len(piece) for piece in pieces_of(text, ahead)) < SERVICE_LIMIT / 8


SLOW = "To get a stain out of a shirt you can try to wash it in cold water before anything else. "


@pytest.mark.parametrize(
    ("came", "waited", "first"),
    [
        ("It is a quiet place at the sea with a ", 0.3, "It is a quiet place at the sea "),
        ("It is a quiet place at the sea with a ", 0.0, None),
        ("It is a quiet place at the sea where ", 0.3, None),
        ("Certainly, one moment please. ", 0.3, "Certainly, one moment please. "),
        ("A volcano is an opening, that is ", 0.3, "A volcano is an opening, "),
        (
            "Elephants are large grey animals living near a ",
            0.3,
            "Elephants are large grey animals living ",
        ),
    ],
)
def test_a_slow_model_is_not_waited_for_to_the_end_of_its_sentence(
    came: str, waited: float, first: str | None
) -> None:
    pieces = Pieces()
    pieces.feed(Reader("en").feed(came))
    piece = pieces.take(0.0, waited)
    assert (said(piece) if piece else None) == first


def test_a_voice_that_runs_out_goes_on_with_what_there_is() -> None:
    pieces, reader = Pieces(), Reader("en")
    pieces.feed(reader.feed("Yes, gladly. "))
    assert pieces.take(0.0) is not None
    pieces.feed(reader.feed(SLOW[:47]))
    assert pieces.take(2.0, 5.0) is None
    assert pieces.take(0.3, 5.0) is not None


def test_short_sentences_are_joined_when_voice_is_ahead() -> None:
    text = "I see. " * 300
    assert len(pieces_of(text, ahead=8.0)) <= 25
    assert len(pieces_of("One thing. Another thing. A third thing is longer.")) == 2


@pytest.mark.parametrize(
    "text",
    ["Dr. Smith and Mrs. Jones are here. Good.", "J. R. Tolkien wrote it. Yes.", "1. Boil it. Ok."],
)
def test_no_sentence_ends_after_a_short_form(text: str) -> None:
    assert pieces_of(text)[0].count(".") >= 2 or pieces_of(text)[0] == "1. Boil it. "


def test_a_thai_letter_keeps_its_vowels() -> None:
    for piece in pieces_of(THAI):
        assert not "\u0e31" <= piece[0] <= "\u0e3a" and not "\u0e47" <= piece[0] <= "\u0e4e"


def test_marks_alone_are_a_piece_without_a_voice() -> None:
    assert "".join(pieces_of("👍")) == ""
    assert "".join(pieces_of("```\nx\n```")) == "The code is on the page. "


def test_nothing_is_taken_of_half_a_sentence() -> None:
    pieces = Pieces()
    pieces.feed(Reader("en").feed("Half a "))
    assert pieces.take(0.0) is None and not pieces.are_over
