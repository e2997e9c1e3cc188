"""Arguments of a call come from the conversation; what was made up is noticed."""

from datetime import date
from typing import Any

import pytest

from local_ai.head.asked.results import has_failed
from local_ai.head.history import Spoken
from local_ai.head.tools.grounds import Grounds
from local_ai.head.tools.numbers import day_told, days, numbers
from local_ai.head.tools.times import times

SAID = "A table for four tomorrow at half past seven. I am Ada Byron, 0151 234567."
GERMAN = (
    "Ich hei\u00dfe J\u00fcrgen Gro\u00df, es geht um eine \u00dcberweisung, "
    "n\u00e4chsten Dienstag um halb acht."
)
TEXT: Any = {"type": "string"}
THURSDAY = date(2026, 11, 26)
NOT_TIMES = (
    "Just by myself, please.",
    "Es geht um einen Tisch f\u00fcr vier.",
    "A table for about four people.",
    "Around six people.",
    "Um, two please.",
    "Wir sind vier am Samstag.",
    "A table for four in the evening.",
    "Make it four people.",
    "At first I thought of Sunday.",
)


def holds(said: str, value: Any, schema: Any = TEXT) -> bool:
    return grounds(Spoken("user", said)).hold(value, schema)


def grounds(*messages: Spoken) -> Grounds:
    return Grounds.of(messages, THURSDAY)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        (SAID, "2026-11-27"),
        (SAID, "19:30"),
        (SAID, 4),
        (SAID, "Ada Byron"),
        (SAID, "0151 234567"),
        (SAID, "+49 151 234567"),
        (SAID, "Ada Byron wants a table for four, her number is 0151 234567."),
        ("My number is oh one five one, two three four.", "0151234"),
        ("It is a 77 41", "A-7741"),
        ("Weather in new york please", "New York City"),
        ("twenty four chairs", 24),
        ("this evening", "2026-11-26"),
        ("in three days", "2026-11-29"),
        ("on the 5th", "2026-12-05"),
        ("am 5.12.", "2026-12-05"),
        (
            "I have a nut allergy and we need a high chair.",
            "The guest is allergic to nuts and needs a high chair.",
        ),
        (GERMAN, "J\u00fcrgen Gross"),
        (GERMAN, "19:30"),
        (GERMAN, "Juergen Gro\u00df m\u00f6chte etwas zu einer \u00dcberweisung wissen."),
    ],
)
def test_what_was_said_holds(said: str, value: Any) -> None:
    assert holds(said, value)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("A table, please.", "2026-11-27"),
        ("A table for tomorrow, please.", "19:30"),
        ("A table for tomorrow, please.", 2),
        (SAID, "Charles Babbage"),
        (SAID, "0171 999888"),
        (SAID, "Somebody called, the number is 0171 999888."),
        (SAID, "Ada Byron wants a table for four on Saturday, 0151 234567."),
        (SAID, "Somebody needs a wheelchair and has an allergy against nuts, tomorrow."),
        (SAID, ""),
        (SAID, "unknown"),
        ("What is the weather like?", "Rome"),
        ("Where is my parcel?", "A-1234"),
        (GERMAN, "Max Muster"),
    ],
)
def test_what_was_made_up_does_not(said: str, value: Any) -> None:
    assert not holds(said, value)


def test_what_is_the_models_to_choose_holds() -> None:
    own = {"type": "string", "description": "Your last words to the person."}
    assert holds("Bye.", "Thank you for calling.", own)
    assert holds("How warm is it?", "celsius", {"enum": ["celsius", "fahrenheit"]})
    assert holds("Yes.", True, {"type": "boolean"})


def test_a_time_that_was_offered_has_to_be_agreed_to() -> None:
    talk = [
        Spoken("user", "Half past seven."),
        Spoken("tool", '{"free": ["21:00"]}', "find"),
        Spoken("assistant", "The next one is 21:00."),
    ]
    assert grounds(*talk, Spoken("user", "Yes, please.")).hold("21:00", TEXT)
    assert not grounds(*talk, Spoken("user", "So is it booked?")).hold("21:00", TEXT)
    several = [
        Spoken("user", "At half past seven."),
        Spoken("tool", '{"free": ["18:00", "21:00"]}', "find"),
        Spoken("assistant", "There are 18:00 and 21:00."),
    ]
    for said, holds_at_six in (("Yes, book it.", False), ("The first one.", True), ("Six.", True)):
        assert grounds(*several, Spoken("user", said)).hold("18:00", TEXT) is holds_at_six


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["No, Sunday at nine in the evening for three, 0151 234567.", "Yes, book it."], "21:00"),
        (["At half past seven.", "At 6 pm, rather."], "18:00"),
        (["Um neun Uhr.", "Ja, bitte."], "21:00"),
        (["At half past seven.", "Then nine, please."], "19:30"),
        (["For six people at half past seven.", "Yes."], "19:30"),
        (["At nine.", "The first one, please."], "19:30"),
        (["At half past ten.", "Good."], "19:30"),
        (["Between six and nine.", "Good."], "19:30"),
        (["Tomorrow.", "Good."], "19:30"),
    ],
)
def test_of_the_times_that_are_free_the_one_is_meant_that_was_named(
    said: list[str], meant: str
) -> None:
    free = Spoken("tool", '{"free": ["18:00", "19:30", "21:00"]}', "find")
    offer = Spoken("assistant", "There are 18:00, 19:30 and 21:00.")
    talk = [Spoken("user", said[0]), free, offer, Spoken("user", said[1])]
    assert grounds(*talk).meant("19:30") == meant


def test_neither_a_number_of_people_nor_a_day_is_a_time() -> None:
    free = Spoken("tool", '{"free": ["18:00", "21:00"]}', "find")
    offer = Spoken("assistant", "There are 18:00 and 21:00.")
    for said in ("A table for six people.", "Next Saturday, please.", "On the first of December."):
        assert not grounds(free, offer, Spoken("user", said)).hold("18:00", TEXT)
    assert grounds(free, offer, Spoken("user", "At six for six people.")).hold("18:00", TEXT)
    assert grounds(free, offer, Spoken("user", "The later one.")).hold("21:00", TEXT)


def test_a_time_that_was_asked_about_or_is_left_stays() -> None:
    talk = [Spoken("user", "At half past seven."), Spoken("tool", "18:00, 19:30, 21:00", "find")]
    asked = [*talk, Spoken("assistant", "Would 21:00 suit you?"), Spoken("user", "Yes.")]
    assert grounds(*asked).meant("21:00") == "21:00"
    left = [*talk, Spoken("user", "Good."), Spoken("tool", "Only 21:00 is left", "book")]
    assert grounds(*left, Spoken("user", "Good.")).meant("21:00") == "21:00"


@pytest.mark.parametrize(
    ("said", "times_named"),
    [
        ("at half past seven", ["07:30", "19:30"]),
        ("um halb acht", ["07:30", "19:30"]),
        ("9.30 pm please", ["09:30", "21:30"]),
        ("seven thirty in the evening", ["07:30", "19:30"]),
        ("Viertel vor neun", ["08:45", "20:45"]),
        ("gegen 20 Uhr", ["08:00", "20:00"]),
        ("a table for four people, 0151 234567", []),
        ("Half of us come later.", []),
        ("um acht", ["08:00", "20:00"]),
        ("Um ein Uhr", ["01:00", "13:00"]),
        ("at noon", ["00:00", "12:00"]),
        ("Seven o'clock for two people", ["07:00", "19:00"]),
        ("At eight for six guests", ["08:00", "20:00"]),
        *((said, []) for said in NOT_TIMES),
    ],
)
def test_times_are_told_from_other_numbers(said: str, times_named: list[str]) -> None:
    assert sorted(times(said)) == times_named


def test_what_a_tool_answered_counts_but_not_what_the_agent_said() -> None:
    said = [Spoken("user", "The first one."), Spoken("tool", 'x has answered: {"id": "K-99"}', "x")]
    assert grounds(*said).hold("K-99", TEXT)
    assert not grounds(Spoken("assistant", "You are Mr Miller?")).hold("Miller", TEXT)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("tomorrow", "2026-11-27"),
        ("the day after tomorrow", "2026-11-28"),
        ("on Saturday", "2026-11-28"),
        ("on Thursday", "2026-12-03"),
        ("the 3rd of December", "2026-12-03"),
        ("January 2nd", "2027-01-02"),
        ("morgen Abend", "2026-11-27"),
        ("\u00fcbermorgen", "2026-11-28"),
        ("am Dienstag", "2026-12-01"),
    ],
)
def test_days_are_those_that_the_person_means(said: str, day: str) -> None:
    assert [each.isoformat() for each in days(said, THURSDAY)] == [day]
    assert grounds(Spoken("user", said)).meant("2020-01-01") == day


def test_a_day_that_may_be_one_of_two_stays() -> None:
    assert grounds(Spoken("user", "Friday or Saturday")).meant("2026-11-28") == "2026-11-28"
    assert grounds(Spoken("user", "On Friday \nNo, on Sunday")).meant("2026-11-27") == "2026-11-29"
    assert numbers("guten Morgen, zwei Personen") == {2}
    assert days("Guten Morgen", THURSDAY) == []


@pytest.mark.parametrize(
    ("instructions", "day"),
    [
        ("Today is Friday, 27 November 2026.", "2026-11-27"),
        ("Today is 2026-11-25.", "2026-11-25"),
        ("Heute ist Mittwoch, 25. November 2026.", "2026-11-25"),
        ("Today is the 25th of November.", "2026-11-25"),
        ("We are closed on 3 December and on Friday.", "2026-11-26"),
        ("It is 26 November 2026. We are closed on 27 November.", "2026-11-26"),
        ("You are a receptionist.", "2026-11-26"),
    ],
)
def test_today_is_the_day_that_the_instructions_tell(instructions: str, day: str) -> None:
    assert day_told(instructions, THURSDAY).isoformat() == day


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        ('{"booked": true, "number": "R-1"}', False),
        ('{"booked": false}', True),
        ('{"error": "no such order"}', True),
        ('{"rain": false, "degrees": 8}', False),
        ('{"error": null, "ok": true}', False),
        ("Noted.", False),
        ("The tool's server answered with an error (500).", True),
        ("The tool did not answer in time. Tell the person that this did not work.", True),
    ],
)
def test_an_answer_tells_whether_it_was_done(answer: str, failed: bool) -> None:
    assert has_failed(answer) is failed
