"""What is said in place of things that cannot be read out, in the languages that we know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language's words. `units` are by sign, each for one and for many; `date` is a pattern of
    day, month (by name) and year."""

    code: str
    table: str
    formula: str
    long_code: str
    months: tuple[str, ...]
    date: str
    units: Mapping[str, tuple[str, str]]
    signs: Mapping[str, str]
    money: Mapping[str, tuple[str, str]]
    cents: tuple[str, str] | None
    to: str
    by: str
    times: str
    number: str
    power: str = ""
    decimal: str = "."
    thousands: str = ","


def _units(names: str) -> dict[str, tuple[str, str]]:
    """The units of a text of lines such as `km kilometre kilometres`; `_` stands for a blank."""
    rows = (line.split() for line in names.strip().splitlines())
    return {row[0]: (row[1].replace("_", " "), row[-1].replace("_", " ")) for row in rows}


ENGLISH = Words(
    code="The code is on the page.",
    table="The table is on the page.",
    formula="The formula is on the page.",
    long_code="a code that is on the page",
    months=tuple(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ]
    ),
    date="{month} {day}, {year}",
    units=_units("""
        mm millimetre millimetres
        cm centimetre centimetres
        m metre metres
        km kilometre kilometres
        km² square_kilometre square_kilometres
        m² square_metre square_metres
        m³ cubic_metre cubic_metres
        km/h kilometre_per_hour kilometres_per_hour
        m/s metre_per_second metres_per_second
        mph mile_per_hour miles_per_hour
        mi mile miles
        ft foot feet
        mg milligram milligrams
        g gram grams
        kg kilogram kilograms
        lb pound pounds
        lbs pound pounds
        oz ounce ounces
        ml millilitre millilitres
        mL millilitre millilitres
        l litre litres
        L litre litres
        ms millisecond milliseconds
        s second seconds
        min minute minutes
        h hour hours
        hr hour hours
        hrs hour hours
        Hz hertz hertz
        kHz kilohertz kilohertz
        MHz megahertz megahertz
        GHz gigahertz gigahertz
        W watt watts
        kW kilowatt kilowatts
        kWh kilowatt_hour kilowatt_hours
        V volt volts
        kB kilobyte kilobytes
        KB kilobyte kilobytes
        MB megabyte megabytes
        GB gigabyte gigabytes
        TB terabyte terabytes
        % percent percent
        ° degree degrees
        °C degree_Celsius degrees_Celsius
        °F degree_Fahrenheit degrees_Fahrenheit
    """),
    signs={
        "&": "and",
        "+": "plus",
        "=": "equals",
        "≈": "about",
        "~": "about",
        "±": "plus or minus",
        "≤": "at most",
        "≥": "at least",
        "<": "less than",
        ">": "greater than",
        "×": "times",
        "÷": "divided by",
        "*": "times",
        "→": "to",
        "->": "to",
        "=>": "to",
        "@": "at",
        "/": "or",
        "and/or": "and or",
        "e.g.": "for example",
        "i.e.": "that is",
    },
    money={
        "$": ("dollar", "dollars"),
        "€": ("euro", "euros"),
        "£": ("pound", "pounds"),
        "¥": ("yen", "yen"),
        "₹": ("rupee", "rupees"),
    },
    cents=("and {cents} cent", "and {cents} cents"),
    to="to",
    by="by",
    times="times",
    number="number",
    power="to the power of",
)
GERMAN = Words(
    code="Der Code steht auf der Seite.",
    table="Die Tabelle steht auf der Seite.",
    formula="Die Formel steht auf der Seite.",
    long_code="ein Code, der auf der Seite steht",
    months=tuple(
        [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ]
    ),
    date="{day}. {month} {year}",
    units=_units("""
        mm Millimeter
        cm Zentimeter
        m Meter
        km Kilometer
        km² Quadratkilometer
        m² Quadratmeter
        m³ Kubikmeter
        km/h Kilometer_pro_Stunde
        m/s Meter_pro_Sekunde
        mg Milligramm
        g Gramm
        kg Kilogramm
        ml Milliliter
        l Liter
        L Liter
        ms Millisekunde Millisekunden
        s Sekunde Sekunden
        min Minute Minuten
        h Stunde Stunden
        kW Kilowatt
        kWh Kilowattstunde Kilowattstunden
        MB Megabyte
        GB Gigabyte
        % Prozent
        ° Grad
        °C Grad_Celsius
    """),
    signs={
        "&": "und",
        "+": "plus",
        "=": "gleich",
        "≈": "etwa",
        "~": "etwa",
        "±": "plus minus",
        "≤": "höchstens",
        "≥": "mindestens",
        "<": "kleiner als",
        ">": "größer als",
        "×": "mal",
        "*": "mal",
        "÷": "geteilt durch",
        "→": "zu",
        "->": "zu",
        "=>": "zu",
        "@": "at",
        "/": "oder",
        "z.B.": "zum Beispiel",
        "d.h.": "das heißt",
        "bzw.": "beziehungsweise",
    },
    money={
        "$": ("Dollar", "Dollar"),
        "€": ("Euro", "Euro"),
        "£": ("Pfund", "Pfund"),
        "¥": ("Yen", "Yen"),
    },
    cents=("{cents}", "{cents}"),
    to="bis",
    by="mal",
    times="mal",
    number="Nummer",
    power="hoch",
    decimal=",",
    thousands=".",
)


def _others(code: str, table: str, formula: str, long_code: str) -> Words:
    """A language in which only what is on the page is said; its voice reads signs by itself."""
    return Words(
        code=code,
        table=table,
        formula=formula,
        long_code=long_code,
        months=(),
        date="",
        units={},
        signs={},
        money={},
        cents=None,
        to="",
        by="",
        times="",
        number="",
    )


WORDS: Mapping[str, Words] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": _others(
        "Le code est sur la page.",
        "Le tableau est sur la page.",
        "La formule est sur la page.",
        "un code qui est sur la page",
    ),
    "es": _others(
        "El código está en la página.",
        "La tabla está en la página.",
        "La fórmula está en la página.",
        "un código que está en la página",
    ),
    "it": _others(
        "Il codice è sulla pagina.",
        "La tabella è sulla pagina.",
        "La formula è sulla pagina.",
        "un codice che è sulla pagina",
    ),
    "pt": _others(
        "O código está na página.",
        "A tabela está na página.",
        "A fórmula está na página.",
        "um código que está na página",
    ),
    "nl": _others(
        "De code staat op de pagina.",
        "De tabel staat op de pagina.",
        "De formule staat op de pagina.",
        "een code die op de pagina staat",
    ),
    "zh": _others("代码在页面上。", "表格在页面上。", "公式在页面上。", "页面上的一段代码"),
    "ja": _others(
        "コードはページにあります。",
        "表はページにあります。",
        "数式はページにあります。",
        "ページにあるコード",
    ),
    "ar": _others(
        "الرمز على الصفحة.", "الجدول على الصفحة.", "الصيغة على الصفحة.", "رمز على الصفحة"
    ),
    "th": _others("โค้ดอยู่บนหน้านี้ ", "ตารางอยู่บนหน้านี้ ", "สูตรอยู่บนหน้านี้ ", "รหัสบนหน้านี้"),
}
"""By ISO 639-1 code."""
_UNKNOWN = _others(ENGLISH.code, ENGLISH.table, ENGLISH.formula, ENGLISH.long_code)


def words_of(language: str) -> Words:
    """The words of a language code such as `de` or `de-AT`; English ones without a code.

    Of a language that is not known only the sentences about the page are in English.
    """
    return WORDS.get(language[:2].lower(), _UNKNOWN) if language else ENGLISH
