"""Numbers and days as people say them, in English and in German."""

import re
import unicodedata
from datetime import date, timedelta

_SMALL = (
    ("zero oh null", 0), ("one eins ein eine einen einem einer", 1), ("two zwei zwo couple", 2),
    ("three drei", 3), ("four vier", 4), ("five funf fuenf", 5), ("six sechs", 6),
    ("seven sieben", 7), ("eight acht", 8), ("nine neun", 9), ("ten zehn", 10),
    ("eleven elf", 11), ("twelve zwolf zwoelf noon midday mittag mittags", 12),
    ("thirteen dreizehn", 13), ("fourteen vierzehn", 14), ("fifteen funfzehn fuenfzehn", 15),
    ("sixteen sechzehn", 16), ("seventeen siebzehn", 17), ("eighteen achtzehn", 18),
    ("nineteen neunzehn", 19), ("twenty zwanzig", 20), ("thirty dreissig half halb", 30),
    ("forty vierzig", 40), ("fifty funfzig fuenfzig", 50), ("sixty sechzig", 60),
    ("seventy siebzig", 70), ("eighty achtzig", 80), ("ninety neunzig", 90),
    ("first", 1), ("second", 2), ("third", 3), ("hundred hundert", 100),
    ("alone myself allein", 1),
)  # fmt: skip
_VALUES = {word: value for words, value in _SMALL for word in words.split()}
DAYS_IN_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAYS_IN_GERMAN = (
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag",
)  # fmt: skip
_WEEKDAY = {
    name: at for names in (DAYS_IN_ENGLISH, DAYS_IN_GERMAN) for at, name in enumerate(names)
} | {"sonnabend": 5}
_SHIFTS = {"today": 0, "tonight": 0, "heute": 0, "tomorrow": 1, "uebermorgen": 2, "ubermorgen": 2}
_MONTHS_SAID = (
    "january januar", "february februar", "march marz maerz", "april", "may mai", "june juni",
    "july juli", "august", "september", "october oktober", "november", "december dezember",
)  # fmt: skip
MONTHS = {word: at + 1 for at, words in enumerate(_MONTHS_SAID) for word in words.split()}
"""The number of each month, by its names in English and German."""
_DAY_AFTER = re.compile(r"\bday after tomorrow\b")
_MORGEN = re.compile(r"(?<!guten )\bmorgen\b")
"""German for tomorrow, but not in "guten Morgen"."""
_TODAY = re.compile(r"\bthis (?:morning|afternoon|evening)\b")
_SOME_DAY = re.compile(
    r"\bin (?:an? |\w+ )(?:days?|weeks?|tage?n?|wochen?)\b|\b\d{1,2}(?:st|nd|rd|th)\b|"
    r"\b(?:on|am|the|den|vom) \d{1,2}[./]"
)
"""How a day is named that is left to whoever counts better than these rules."""
_TENS = 20
_MOST_FIGURES = 9


def bare(text: str) -> str:
    """Returns the words in lower case without accents and punctuation."""
    open_text = unicodedata.normalize("NFKD", text.lower().replace("\u00df", "ss"))
    kept = "".join(each for each in open_text if not unicodedata.combining(each))
    return " ".join(re.sub(r"[^\w]+", " ", kept).split())


def numbers(text: str) -> set[int]:
    """Returns the numbers that stand in a text, in figures or in words ("twenty four" is 24)."""
    found: set[int] = set()
    before = 0
    for word in bare(text).split():
        value = number(word)
        if value is not None:
            found.add(value)
            if before >= _TENS and before % 10 == 0 and 0 < value < 10:
                found.add(before + value)
        before = value or 0
    return found


def number(word: str) -> int | None:
    """Returns the number that a word is, in figures or in letters."""
    if word.isdecimal():
        return int(word) if len(word) <= _MOST_FIGURES else None
    return _VALUES[word] if word in _VALUES else _compound(word)


def figures(text: str) -> str:
    """Returns the figures of a text in a row, also those that are said as words."""
    values = ((each, _VALUES.get(each)) for each in bare(text).split())
    return "".join(
        re.sub(r"\D", "", word) or (str(value) if value is not None else "")
        for word, value in values
    )


def days(text: str, today: date) -> list[date]:
    """Returns the days that a text names by a word or a date; of a weekday the next one."""
    plain = bare(text)
    if _DAY_AFTER.search(plain):
        return [today + timedelta(days=2)]
    found = [today + timedelta(days=_SHIFTS[word]) for word in plain.split() if word in _SHIFTS]
    if _TODAY.search(plain):
        found.append(today)
    if _MORGEN.search(plain):
        found.append(today + timedelta(days=1))
    found += [_next(_WEEKDAY[word], today) for word in plain.split() if word in _WEEKDAY]
    return found + _dates(plain, today)


def names_day(text: str, today: date) -> bool:
    """Whether a text names a day, also where `days` cannot tell which."""
    return bool(_SOME_DAY.search(text.lower()) or days(text, today))


def day_told(text: str, here: date) -> date:
    """Returns the day that a caller's instructions give as today's, or that of this machine.

    It can be another one: an agent has a time zone of its own. `here` is the machine's.
    """
    near = [here, here - timedelta(days=1), here + timedelta(days=1)]
    told = {each for day in near for each in _dates(bare(text), day) if each in near}
    return told.pop() if len(told) == 1 else here


def _next(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _dates(plain: str, today: date) -> list[date]:
    """Dates such as "3 december", "december 3rd 2026" and 2026-12-03."""
    found = []
    for year, month, day in re.findall(r"\b(\d{4}) (\d\d) (\d\d)\b", plain):
        found += _date(int(year), int(month), int(day))
    names = "|".join(MONTHS)
    pattern = (
        rf"\b(?:(\d\d?)(?:st|nd|rd|th)?(?: of)? ({names})|"
        rf"({names})(?: the)? (\d\d?)(?:st|nd|rd|th)?)\b(?: (\d{{4}})\b)?"
    )
    for day, month, other, later, year in re.findall(pattern, plain):
        at, number = int(day or later), MONTHS[month or other]
        this_year = _date(int(year or today.year), number, at)
        is_over = not year and bool(this_year) and this_year[0] < today
        found += _date(today.year + 1, number, at) if is_over else this_year
    return found


def _date(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _compound(word: str) -> int | None:
    """The value of a German number such as "vierundzwanzig"."""
    ones, und, tens = word.partition("und")
    if und and ones in _VALUES and tens in _VALUES:
        return _VALUES[ones] + _VALUES[tens]
    return None
