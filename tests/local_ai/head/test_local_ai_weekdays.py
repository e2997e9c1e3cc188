"""What the local model says once more, and on which weekday a date is: both are checked."""

from datetime import date

import pytest

from local_ai.head.tools.echo import Echo
from local_ai.head.tools.weekdays import Weekdays

FRIDAY = date(2026, 11, 27)


def in_pieces(text: str, size: int) -> tuple[str, list[str]]:
    reading = Weekdays(FRIDAY)
    pieces = [reading.more(text[at : at + size]) for at in range(0, len(text), size)]
    return "".join(pieces) + reading.rest(), pieces


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (
            "Booked for Friday, 28 November 2026. Bye.",
            "Booked for Saturday, 28 November 2026. Bye.",
        ),
        ("On Monday the 1st of December at six.", "On Tuesday the 1st of December at six."),
        ("On Sunday, November 29th, at six.", "On Sunday, November 29th, at six."),
        ("It was Monday, 27 November 2025", "It was Thursday, 27 November 2025"),
        (
            "Am Freitag, den 28. November 2026 geht es.",
            "Am Samstag, den 28. November 2026 geht es.",
        ),
        ("Friday, 28 November", "Saturday, 28 November"),
        ("Not Monday. Friday and Sunday!", "Not Monday. Friday and Sunday!"),
        ("Monday, 31 February is none.", "Monday, 31 February is none."),
        ("We are closed on Mondays", "We are closed on Mondays"),
        ("Monday, 40 chairs. Friday of next week.", "Monday, 40 chairs. Friday of next week."),
        ("Sun or rain, some say. We", "Sun or rain, some say. We"),
    ],
)
def test_the_weekday_of_a_date_is_the_true_one(written: str, said: str, size: int) -> None:
    assert in_pieces(written, size)[0] == said


def test_words_come_as_soon_as_no_date_can_follow() -> None:
    words = ["We ", "are ", "open ", "on ", "Friday", " and ", "su", "re "]
    reading = Weekdays(FRIDAY)
    assert [reading.more(each) for each in words] == [
        "We ", "are ", "open ", "on ", "", "Friday and ", "", "sure ",
    ]  # fmt: skip


def heard(asked: str, *pieces: str) -> tuple[list[str], bool]:
    echo = Echo(asked)
    said = [echo.more(piece) for piece in pieces]
    return [*said, echo.rest()], echo.is_all


def test_the_persons_own_words_are_not_the_answer() -> None:
    asked = "I need an appointment, please."
    assert heard(asked, "I need", " an appointment", " please") == (["", "", "", ""], True)
    assert heard(asked, "I need", " your", " name.") == (["", "I need your", " name.", ""], False)
    assert heard(asked, "I need") == (["", "I need"], False)
    assert heard("Good day!", "Good day.") == (["Good day.", ""], False)
