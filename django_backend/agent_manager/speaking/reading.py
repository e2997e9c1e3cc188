"""How a person would read out a word with figures, signs or an address in it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

from agent_manager.speaking.words import Words

NUMBER = re.compile(r"[-−]?\d+(?:[.,  ]\d{3})*(?:[.,]\d+)?", re.ASCII)
ADDRESS = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"`|]+", re.IGNORECASE)
LONG_CODE = re.compile(r"(?=[A-Za-z]*\d)[A-Za-z0-9+/=_-]{24,}")
_OPENING, _CLOSING = "([{\"'“‘«„¿¡", ".,;:!?)]}\"'”’»…"
_MOST_OF_HOST = 80

_ISO_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_DOTTED_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_RANGE = re.compile(r"(\d{1,4})[-–—](\d{1,4})(%?)")
_AMOUNTS = re.compile(r"([$€£¥₹])(\d[\d.,]*)[-–—]\1?(\d[\d.,]*)")
_PERCENTS = re.compile(r"(\d[\d.,]*)%[-–—](\d[\d.,]*%)")
_HOURS = re.compile(r"(\d{1,2}:\d\d)[-–—](\d{1,2}:\d\d)")
_POWER = re.compile(r"([\w.]+)\^\{?(-?\w+)\}?")
_SCALE_WORDS = ("thousand", "million", "billion", "trillion", "Millionen", "Milliarden")
_SIZE = re.compile(r"(\d+)[x×](\d+)")
_SCALES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion"}
_FRACTIONS = {"1/2": "one half", "1/3": "one third", "1/4": "one quarter", "3/4": "three quarters"}
_EMAIL = re.compile(r"([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")


def host_of(address: str) -> str:
    """The host of an address without `www.`, as a person would say it; empty when it has none."""
    try:
        host = urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")[:_MOST_OF_HOST]


def read(word: str, words: Words) -> str:
    """What is said for one word with its marks."""
    bare = html.unescape(word) if "&" in word and ";" in word else word
    if bare in words.signs:
        return words.signs[bare]
    start = len(bare) - len(bare.lstrip(_OPENING))
    rest = bare[start:]
    core = rest.rstrip(_CLOSING) or rest
    ending = rest[len(core) :]
    if f"{core}." in words.signs and ending[:1] == ".":
        core, ending = f"{core}.", ending[1:]
    return bare[:start] + _core(core, words) + ending


def is_number(word: str, words: Words) -> bool:
    """Whether a unit after it would belong to it."""
    bare = word.lstrip(_OPENING)
    is_amount = bare in words.money or (bare[:1] in words.money and NUMBER.fullmatch(bare[1:]))
    return bool(words.units) and bool(NUMBER.fullmatch(bare) or _RANGE.fullmatch(bare) or is_amount)


def read_with_unit(number: str, unit: str, words: Words) -> str | None:
    """What is said for a number and the word after it; None where that is no unit."""
    core = unit.rstrip(_CLOSING)
    ending = unit[len(core) :]
    if number in words.money:
        amount = _money(number + core, words)
        return amount + ending if amount else None
    if core in _SCALE_WORDS and number[:1] in words.money:
        return f"{_plain(number[1:], words)} {core} {words.money[number[0]][1]}{ending}"
    if number.isdecimal() and (part := _fraction(core, words)):
        return f"{number} {words.signs['&']} {part}{ending}"
    if core in words.money and (amount := _money(number.lstrip(_OPENING) + core, words)):
        return amount + ending
    names = words.units.get(core)
    if names is None:
        return None
    return f"{read(number, words)} {_counted(number, names, words)}{ending}"


def _core(word: str, words: Words) -> str:
    if word in words.signs:
        return words.signs[word]
    if ADDRESS.match(word):
        return host_of(word) or word
    if LONG_CODE.fullmatch(word):
        return words.long_code
    for reader in _READERS if words.units else ():
        if (found := reader(word, words)) is not None:
            return found
    return re.sub(r"(?<=[^\W_])_+(?=[^\W_])", " ", word).strip("_") if "_" in word else word


def _date(word: str, words: Words) -> str | None:
    if found := _ISO_DATE.fullmatch(word):
        year, month, day, time = found.groups()
        date = _named(int(day), int(month), year, words)
        return f"{date}, {time}" if date and time else date
    if found := _DOTTED_DATE.fullmatch(word):
        return _named(int(found[1]), int(found[2]), found[3], words)
    if found := _SLASHED_DATE.fullmatch(word):
        first, second = int(found[1]), int(found[2])
        is_day_first = first > 12 or words.decimal == ","
        day, month = (first, second) if is_day_first else (second, first)
        return _named(day, month, found[3], words)
    return None


def _named(day: int, month: int, year: str, words: Words) -> str | None:
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    return words.date.format(day=day, month=words.months[month - 1], year=year)


def _money(word: str, words: Words) -> str | None:
    sign = word[:1] if word[:1] in words.money else word[-1:]
    names = words.money.get(sign)
    figure = word.strip(sign) if names else ""
    found = re.fullmatch(rf"({NUMBER.pattern})(k|m|b|bn)?", figure, re.IGNORECASE)
    if names is None or not found:
        return None
    amount = _plain(found[1], words)
    if found[2]:
        return f"{amount} {_SCALES[found[2].lower()]} {names[1]}"
    whole, _, cents = amount.partition(words.decimal)
    said = f"{whole} {names[whole != '1']}"
    if len(cents) == 2 and words.cents and int(cents):
        return f"{said} {words.cents[cents != '01'].format(cents=int(cents))}"
    return said if not cents or not int(cents) else f"{amount} {names[1]}"


def _measured(word: str, words: Words) -> str | None:
    """A number with its unit behind it: 20°C, 5kg, 60km/h, 15%."""
    found = NUMBER.match(word)
    unit = word[found.end() :] if found else ""
    names = words.units.get(unit)
    if found is None or names is None or (unit in ("s", "m") and found[0].endswith("0")):
        return None
    return f"{_plain(found[0], words)} {_counted(found[0], names, words)}"


def _range(word: str, words: Words) -> str | None:
    if found := _HOURS.fullmatch(word) or _PERCENTS.fullmatch(word):
        return f"{found[1]} {words.to} {_measured(found[2], words) or found[2]}"
    if (found := _AMOUNTS.fullmatch(word)) and (amount := _money(found[1] + found[3], words)):
        return f"{found[2]} {words.to} {amount}"
    found = _RANGE.fullmatch(word)
    if found is None or int(found[1]) >= int(found[2]) or re.match(r"0\d", found[2]):
        return None
    if re.match(r"0\d", found[1]):
        return None
    unit = f" {words.units['%'][1]}" if found[3] else ""
    return f"{found[1]} {words.to} {found[2]}{unit}"


def _size(word: str, words: Words) -> str | None:
    found = _SIZE.fullmatch(word)
    return f"{found[1]} {words.by} {found[2]}" if found else None


def _multiple(word: str, words: Words) -> str | None:
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)[x×]", word)
    return f"{found[1]} {words.times}" if found else None


def _hash(word: str, words: Words) -> str | None:
    found = re.fullmatch(r"#(\d+)", word)
    if found:
        return f"{words.number} {found[1]}"
    return word[1:] if re.fullmatch(r"#\w+", word) else None


def _signed(word: str, words: Words) -> str | None:
    """A sign before or between figures: ~5, ±2, 3+4=7, <10."""
    if not re.fullmatch(r"(?=.*\d)[\w.,%°]*(?:[~≈±≤≥<>+=×÷*→&][\w.,%°]+)+", word):
        return None
    parts = re.split(r"([~≈±≤≥<>+=×÷*→&])", word)
    return " ".join(words.signs.get(p) or _measured(p, words) or p for p in parts if p)


def _power(word: str, words: Words) -> str | None:
    found = _POWER.fullmatch(word)
    return f"{found[1]} {words.power} {found[2]}" if found else None


def _email(word: str, words: Words) -> str | None:
    found = _EMAIL.fullmatch(word)
    return f"{found[1]} {words.signs['@']} {found[2]}" if found else None


def _fraction(word: str, words: Words) -> str | None:
    return _FRACTIONS.get(word) if words.decimal == "." else None


def _number(word: str, words: Words) -> str | None:
    return _plain(word, words) if NUMBER.fullmatch(word) else None


def _alternatives(word: str, words: Words) -> str | None:
    found = re.fullmatch(r"([^\W\d_]{2,})/([^\W\d_]{2,})", word)
    return f"{found[1]} {words.signs['/']} {found[2]}" if found else None


def _plain(number: str, words: Words) -> str:
    """The number without marks between its thousands, which many voices read as stops."""
    number = number.replace("−", "-")
    mark = re.escape(words.thousands)
    pattern = rf"[-−]?\d{{1,3}}(?:[{mark}\s]\d{{3}})+(?:{re.escape(words.decimal)}\d+)?"
    if not re.fullmatch(pattern, number):
        return number
    return re.sub(rf"[{mark}\s]", "", number)


def _counted(number: str, names: tuple[str, str], words: Words) -> str:
    return names[_plain(number, words).strip("-−") != "1"]


_READERS: tuple[Callable[[str, Words], str | None], ...] = (
    _date,
    _money,
    _measured,
    _range,
    _size,
    _multiple,
    _hash,
    _fraction,
    _email,
    _number,
    _alternatives,
    _signed,
    _power,
)
