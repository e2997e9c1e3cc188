"""What is shown is the model's text, character by character; what is said is for the ear."""

from __future__ import annotations

import time

import pytest
from agent_manager.speaking.reader import Reader
from agent_manager.speaking.units import Unit, said, shown

ENGLISH = {
    "plain": ("Certainly. You said: hello.", "Certainly. You said: hello."),
    "code": ("See:\n\n```python\nprint('hi')\n```\nDone.", "See:\nThe code is on the page. Done."),
    "code without an end": ("```js\nlet a = 1\nmore", "The code is on the page. "),
    "code with tildes": ("~~~\nx\n~~~\nOk.", "The code is on the page. Ok."),
    "code in a line": ("Call `print()` now.", "Call print() now."),
    "table": ("| a | b |\n|---|---|\n| 1 | 2 |\n\nOk.", "The table is on the page. Ok."),
    "bare table": ("A | B\n--- | ---\n1 | 2\n\nOk.", "A , B\nThe table is on the page. Ok."),
    "address": ("See https://www.example.com/a/b?c=d&e=f.", "See example.com."),
    "address without scheme": ("See www.example.org/x_y for it", "See example.org for it"),
    "address in brackets": ("(https://example.com/a)", "(example.com)"),
    "address in angles": ("<https://example.com/a> ok", "example.com ok"),
    "link": ("[the docs](https://example.com/x_y(z)) help.", "the docs help."),
    "picture": ("![a cat](https://example.com/cat.png) ok", "a cat ok"),
    "footnote": ("It is so [1].", "It is so ."),
    "email": ("Write to ada@example.com.", "Write to ada at example.com."),
    "heading and list": ("# Tea\n- green\n- black\n\nEnd", "Tea.\ngreen.\nblack.\nEnd"),
    "numbered list": ("1. Boil water\n2. Pour", "1. Boil water.\n2. Pour"),
    "tasks": ("- [x] done\n- [ ] open", "done.\nopen"),
    "quote": ("> wise words\n\nyes", "wise words\nyes"),
    "rule": ("a\n\n---\n\nb", "a\nb"),
    "emphasis": ("**very** *nice* __indeed__ ~~not~~", "very nice indeed not"),
    "stray backtick": ("A stray ` here.", "A stray here."),
    "stray star": ("A stray * here.", "A stray here."),
    "stray bracket": ("A stray [ and ] here.", "A stray and here."),
    "stray angle": ("I <3 you", "I 3 you"),
    "ssml": ('<speak>Hi <break time="1s"/>you</speak>', "Hi you"),
    "ssml with words": ('<say-as interpret-as="date">May</say-as> <emphasis>3</emphasis>', "May 3"),
    "markup": ("a<br>b <b>c</b> <!-- no --> d", "a, b c d"),
    "entities": ("Tom &amp; Ada &lt;3", "Tom and Ada less than 3"),
    "comparison": ("3 < 5 and 7 > 2", "3 less than 5 and 7 greater than 2"),
    "emoji": ("👍", ""),
    "emoji beside words": ("Great 😀 job 🇩🇪!", "Great job !"),
    "names in code": ("the snake_case_name and __init__", "the snake case name and init"),
    "formula": ("So:\n$$\na^2\n$$\nok", "So:\nThe formula is on the page. ok"),
    "formula in a line": ("So $$a^2$$ holds", "So The formula is on the page. holds"),
    "hash": (
        "It is 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b ok",
        "It is a code that is on the page ok",
    ),
    "degrees": ("It is 20°C and -3 °F.", "It is 20 degrees Celsius and -3 degrees Fahrenheit."),
    "distance": ("5 km, 1 km, 60 km/h", "5 kilometres, 1 kilometre, 60 kilometres per hour"),
    "weight": ("5kg. 1.5 kg!", "5 kilograms. 1.5 kilograms!"),
    "thousands": ("1,234,567 people", "1234567 people"),
    "money": (
        "$5.50, $1, €20, $3M",
        "5 dollars and 50 cents, 1 dollar, 20 euros, 3 million dollars",
    ),
    "percent": ("15% of 3.5%", "15 percent of 3.5 percent"),
    "date": ("On 2024-05-17.", "On May 17, 2024."),
    "date and time": ("2024-05-17T14:30:00Z", "May 17, 2024, 14:30"),
    "american date": ("05/17/2024", "May 17, 2024"),
    "range": ("10-20 items, 5–10%", "10 to 20 items, 5 to 10 percent"),
    "number sign": ("#3 of #music", "number 3 of music"),
    "arithmetic": ("3 * 4 = 12, 3*4=12", "3 times 4 equals 12, 3 times 4 equals 12"),
    "about": ("~5 and ≈ 7", "about 5 and about 7"),
    "size": ("1920x1080 is 10x", "1920 by 1080 is 10 times"),
    "short forms": ("e.g. tea, i.e. and/or", "for example tea, that is and or"),
    "time stays": ("At 14:30 or 9:05 pm.", "At 14:30 or 9:05 pm."),
    "arrows": ("A → B", "A to B"),
    "range of units": ("5-10 kg at 20–25 °C.", "5 to 10 kilograms at 20 to 25 degrees Celsius."),
    "range of amounts": ("$5-10 or $5–$10", "5 to 10 dollars or 5 to 10 dollars"),
    "range of percents": ("5%-10% more", "5 to 10 percent more"),
    "range of hours": ("10:00-11:30 today", "10:00 to 11:30 today"),
    "telephone": ("+1 (555) 010-0199", "plus 1 (555) 010-0199"),
    "millions": ("$1.5 million, €2bn", "1.5 million dollars, 2 billion euros"),
    "sign before": ("€ 20 or $ 5.", "20 euros or 5 dollars."),
    "fraction": ("2 1/2 cups", "2 and one half cups"),
    "power": ("10^6 and 2**8", "10 to the power of 6 and 2 to the power of 8"),
    "tolerance": ("It is (±2%).", "It is (plus or minus 2 percent)."),
    "close comparison": ("if x<5 or y>7", "if x less than 5 or y greater than 7"),
    "minus": ("−3 degrees", "-3 degrees"),
    "path": (r"Open C:\Users\Bob\a.txt now.", "Open C: Users Bob a.txt now."),
    "path of slashes": ("See /usr/local/bin now.", "See /usr/local/bin now."),
    "note": ("So[^1].\n\n[^1]: See there.", "So.\nSee there."),
    "accents without end": ("Ze" + "\u0301" * 200 + "d", "Ze" + "\u0301" * 3 + "d"),
    "turned": ("\u202eevil\u202c \u2066x\u2069", "evil x"),
    "code between": ("a**bold**b", "aboldb"),
}
OTHERS = {
    "german": (
        "de",
        "Es sind 20 °C, 1.234.567 und 5,50 €.",
        "Es sind 20 Grad Celsius, 1234567 und 5 Euro 50.",
    ),
    "german range": ("de", "20–25 °C, 5-10 %", "20 bis 25 Grad Celsius, 5 bis 10 Prozent"),
    "german millions": ("de", "€1,5 Millionen", "1,5 Millionen Euro"),
    "german date": ("de", "Am 17.05.2024 um 9", "Am 17. Mai 2024 um 9"),
    "german code": ("de-AT", "```\nx\n```", "Der Code steht auf der Seite. "),
    "spanish": ("es", "Son 5 km y 2024-05-17.", "Son 5 km y 2024-05-17."),
    "thai": ("th", "สวัสดีครับ 5 กม.", "สวัสดีครับ 5 กม."),
    "chinese": ("zh", "你好，世界。**今天**", "你好，世界。今天"),
    "arabic": ("ar", "مرحبا، كيف **حالك**؟", "مرحبا، كيف حالك؟"),
    "hindi": ("hi", "नमस्ते। आप कैसे हैं?", "नमस्ते। आप कैसे हैं?"),
    "unknown": ("xx", "Mir 5 km", "Mir 5 km"),
    "none": ("", "5 km", "5 kilometres"),
}
CASES = [("en", *case) for case in ENGLISH.values()] + list(OTHERS.values())


def units(text: str, language: str, step: int) -> list[Unit]:
    """The units of a text that comes in parts of so many characters."""
    reader = Reader(language)
    found = [u for at in range(0, len(text), step) for u in reader.feed(text[at : at + step])]
    return [*found, *reader.end()]


@pytest.mark.parametrize("step", [1, 4, 1000])
@pytest.mark.parametrize(("language", "text", "spoken"), CASES)
def test_it_is_shown_as_written_and_said_as_heard(
    language: str, text: str, spoken: str, step: int
) -> None:
    found = units(text, language, step)
    assert shown(found) == text
    assert said(found) == spoken


@pytest.mark.parametrize("opener", ["`", "*", "**", "[", "<", "_", "~", "(", '"', "$", "<a ", "]("])
def test_no_mark_holds_back_what_follows_it(opener: str) -> None:
    reader = Reader("en")
    words = "the words go on and on without an end of it " * 8
    found = reader.feed(f"Well, {opener}{words}")
    assert len(said(found)) > len(words) - 180


def test_code_is_told_of_as_soon_as_it_begins_and_shown_as_it_comes() -> None:
    reader = Reader("en")
    assert said(reader.feed("Here:\n```python\n")) == "Here:\nThe code is on the page. "
    assert reader.feed("a = 1\nb") == [Unit("a = 1\n", "")]


@pytest.mark.parametrize("letter", ["x", "漢", "ก", "é", "🙂", "1"])
def test_a_word_of_any_length_comes_in_parts(letter: str) -> None:
    found = Reader("en").feed(letter * 5000)
    assert len(shown(found)) > 4900
    assert max(len(unit.said) for unit in found) <= 200


@pytest.mark.parametrize("mark", ["[", "]", "<", "x", "<a", "](", "![a]("])
def test_many_marks_at_once_hold_up_nobody(mark: str) -> None:
    text = mark * (16_000 // len(mark))
    begun = time.thread_time()
    found = Reader("en").feed(text)
    assert time.thread_time() - begun < 2.0, "one look at all of it for each took 2 to 20 seconds"
    assert text.startswith(shown(found))


def test_a_long_address_is_named_by_its_host_at_once() -> None:
    reader = Reader("en")
    found = reader.feed("At https://example.com/" + "a" * 400)
    assert said(found) == "At example.com"
    assert said([*reader.feed("bcd more words"), *reader.end()]) == " more words"
