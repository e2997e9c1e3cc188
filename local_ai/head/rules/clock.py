"""Time, date and weekday: of this machine, and the time of cities that its zones are named for."""

import difflib
import re
import zoneinfo
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

_LEAD = (
    r"(?:(?:tell me|do you (?:know|have)|(?:can|could|would|will) you (?:please )?(?:tell|give) me|"
    r"what is|i (?:want|need|would like) to know|give me|say|have you got|i wonder|let me know|"
    r"any idea|what about|how about) )*"
)
_NOW = (
    r"(?: (?:now|right now|please|here|currently|at the moment|by your clock|today|exactly|again|"
    r"at this moment|my friend|where (?:i|we) (?:am|are)))*"
)
_PLACE = r"(?: (?:over )?(?:in|at) (?:the )?(?P<place>[a-z' ]{3,30}?))?"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_TIME = re.compile(
    rf"^{_LEAD}(?:what time (?:is it|it is|do we have|do you have|is this)|how late (?:is it|it "
    rf"is)|"
    r"what does the clock say|(?:the |your )?(?:current |exact |right |correct |local )?time"
    rf"(?: it is| is it)?){_NOW}{_PLACE}{_NOW}$"
)
_DATE = re.compile(
    rf"^{_LEAD}(?:(?:what|which) (?:day|date)(?: of the (?:week|month|year))? (?:is (?:it|today|"
    rf"this)|"
    r"it is|do we have|today is|are we)|(?:the |today's )?(?:current )?(?:date|day(?: of the "
    r"week)?)"
    r"(?: (?:of )?today| it is| is it)?|(?:what is )?today(?:'s date)?|"
    r"(?:what|which) (?:year|month|weekday|week day) (?:is (?:it|this|today)|it is|are we in|do "
    r"we have)|"
    rf"(?:what|which) (?:year|month) are we in|(?:is|are) (?:it|today|we) (?:already )?(?:{_DAYS})"
    rf"(?: today)?){_NOW}$"
)
_OTHER_DAY = re.compile(
    rf"^{_LEAD}(?:(?:what|which) (?:day|date|weekday)(?: of the week)? (?:is|was|will|would)(?: "
    rf"it)?"
    r"(?: be)? (?P<day>tomorrow|yesterday|the day after tomorrow)(?: be)?|"
    r"what (?:is|was) (?P<plain>tomorrow|yesterday)|what (?:day|date) (?:will )?tomorrow (?:is|"
    r"be)|(?P<own>tomorrow|yesterday)'s date|"
    r"(?:is|was|will) (?P<asked>tomorrow|yesterday)(?: be)? "
    rf"(?:{_DAYS}))$"
)
_AND_PLACE = re.compile(
    r"^(?:what about |how about )?(?:over )?in (?:the )?(?P<place>[a-z' ]{3,30})$"
)
_AND_DAY = re.compile(
    r"^(?:what about |how about )?(?P<day>tomorrow|yesterday|the day after tomorrow)$"
)
_SPELT_ALIKE = 0.88
_EXAMPLES: list[tuple[str, Callable[[datetime], str]]] = []
_SHIFTS = {"tomorrow": 1, "yesterday": -1, "the day after tomorrow": 2}


def answer(words: str, before: str, now: datetime) -> str:
    """Returns the time or date that plain words ask for, "" when they do not.

    `before` is what was answered last: "and in Tokyo?" asks for the time only after a time.
    """
    if asked := _TIME.match(words) or (_AND_PLACE.match(words) if _is_time(before) else None):
        return time_in(asked["place"], now) if asked["place"] else time_of(now)
    if _DATE.match(words):
        return date_of(now)
    if asked := _OTHER_DAY.match(words) or (_AND_DAY.match(words) if _is_date(before) else None):
        return _other_day(next((day for day in asked.groups() if day), "tomorrow"), now)
    for example, told in _EXAMPLES:
        if _alike(words, example):
            return told(now)
    return ""


def time_of(now: datetime) -> str:
    """Returns the time as a sentence."""
    return f"The time is {_clock(now)}."


def date_of(now: datetime) -> str:
    """Returns the weekday and the date as two sentences."""
    return f"Today is {now:%A}. The date is {now:%B} {now.day}, {now.year}."


def time_in(place: str, now: datetime) -> str:
    """Returns the time in a city that a time zone is named for, else the time here."""
    zone = _zones().get(place.strip().replace(" ", "_"))
    if zone is None:
        return f"I cannot look up the time in other places. Here it is {_clock(now)}."
    there = now.astimezone(zoneinfo.ZoneInfo(zone))
    return f"In {place.strip().title()}, the time is {_clock(there)}."


def _other_day(day: str, now: datetime) -> str:
    then = now + timedelta(days=_SHIFTS[day])
    verb = "was" if day == "yesterday" else "is"
    return f"{day.capitalize()} {verb} {then:%A}, {then:%B} {then.day}, {then.year}."


def _clock(now: datetime) -> str:
    return now.strftime("%I:%M %p").lstrip("0")


def _is_time(before: str) -> bool:
    return bool(re.search(r"\b(?:time is|it is) \d+:\d\d [AP]M\.$", before))


def _is_date(before: str) -> bool:
    return bool(re.search(r"(?:The date is|\bis \w+day,|was \w+day,) .*\d{4}\.$", before))


def _alike(words: str, example: str) -> bool:
    near = difflib.SequenceMatcher(None, words, example, autojunk=False).ratio()
    return near >= _SPELT_ALIKE and len(words.split()) == len(example.split())


@cache
def _zones() -> dict[str, str]:
    """The names of time zones by the city in lower case, such as `tokyo`."""
    return {name.rpartition("/")[2].lower(): name for name in zoneinfo.available_timezones()}


_EXAMPLES += [("what time is it", time_of), ("what time is it now", time_of)]
_EXAMPLES += [("what is the time", time_of), ("what is the date today", date_of)]
