"""Agents with tools tell the truth: what was not called is not said to be done, and the reverse."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fake_model import FakeChild, Script, says
from heads import served, until

from local_ai.head.head import Head
from local_ai.head.rules.topics import DECLINED
from local_ai.head.tools import language
from local_ai.head.tools.allowed import ANOTHER

pytestmark = pytest.mark.usefixtures("able")


def tool(name: str, description: str, /, **fields: str) -> dict[str, Any]:
    known = {field: {"type": kind} for field, kind in fields.items()}
    parameters = {"type": "object", "properties": known, "required": list(fields)}
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


BOOK = tool("book_table", "Books a table.", day="string", people="integer", name="string")
FIND = tool("find_tables", "Tells which times are free on a day.", day="string")
NOTE = tool("note", "Notes something down for the people who read this later.", text="string")
ORDER = tool("order_status", "Tells where an order is.", order_number="string")
CANCEL = tool("cancel_order", "Cancels an order.", order_number="string")
SMS = tool("send_sms", "Sends a text message.", text="string")
LIGHT = tool("set_light", "Turns a light on or off.", room="string")
WEATHER = tool("get_weather", "Gives the weather of a city.", city="string")
RESTAURANT = [FIND, BOOK, NOTE]
DETAILS = "A table on Saturday for four people, please. My name is Ada Byron."
BOOKING = '{"day": "2026-12-05", "people": 4, "name": "Ada Byron"}'
UNSURE = language.unsure(False)
SYSTEM = {"role": "system", "content": "You are Rosa. You book tables."}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def agent(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def used(name: str, arguments: str, answer: str) -> list[dict[str, Any]]:
    """A call and its answer, as a conversation has them."""
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": arguments}}
    called = {"role": "assistant", "content": None, "tool_calls": [call]}
    return [called, {"role": "tool", "tool_call_id": "c1", "content": answer}]


def in_turn(*lines: str) -> Script:
    """A model that writes these lines, one at each question, in pieces of a few letters."""
    left = list(lines)

    def script(child: FakeChild, channel: int, request: dict[str, Any]) -> None:
        line = left.pop(0)
        says(*(line[at : at + 4] for at in range(0, len(line), 4)))(child, channel, request)

    return script


class Served:
    """A client of the server, and what the model was asked."""

    def __init__(self, http: httpx.AsyncClient, head: Head) -> None:
        self.http = http
        self.head = head

    @property
    def asked(self) -> list[dict[str, Any]]:
        child = self.head.process._child if self.head.process else None
        assert isinstance(child, FakeChild)
        return child.asked

    async def reply(
        self, tools: Sequence[dict[str, Any]], *messages: dict[str, Any]
    ) -> tuple[str, list[tuple[str, dict[str, Any]]]]:
        """The words of the reply, and the calls."""
        body = {"model": "x", "messages": [SYSTEM, *messages], "tools": list(tools)}
        answer = await self.http.post("/chat/completions", json=body)
        message = answer.json()["choices"][0]["message"]
        calls = [each["function"] for each in message.get("tool_calls", ())]
        told = [(each["name"], json.loads(each["arguments"])) for each in calls]
        return message["content"] or "", told


@pytest.fixture
async def server() -> AsyncIterator[Served]:
    async with served() as (http, head):
        yield Served(http, head)


@pytest.mark.parametrize(
    "claim",
    [
        "Great! I have booked your table.",
        "Your table has been booked for Saturday.",
        "Sure, I will book that for you.",
        "I'm booking your table now.",
        "I see that the table is booked for 19:30 on Thursday.",
        "I can confirm that your reservation has been made.",
        "It looks like everything is booked.",
        "Your table for four people on Saturday is booked.",
    ],
)
async def test_who_claims_to_have_booked_has_to_book(server: Served, claim: str) -> None:
    FakeChild.script = in_turn(f"say: {claim}", f"book_table: {BOOKING}")
    words, calls = await server.reply(RESTAURANT, user(DETAILS), agent("Right?"), user("Yes."))
    assert "book" not in words and [name for name, _ in calls] == ["book_table"]
    assert 'start: "book_table: " a0' in server.asked[-1]["grammar"]


async def test_what_a_tool_has_done_may_be_told(server: Served) -> None:
    done = used("book_table", BOOKING, '{"booked": true, "number": "R-1"}')
    FakeChild.script = in_turn("say: Your table has been booked. The number is R-1.")
    words, calls = await server.reply(RESTAURANT, user(DETAILS), *done)
    assert (words, calls) == ("Your table has been booked. The number is R-1.", [])
    assert "book_table: " not in server.asked[-1]["grammar"], "it is not used twice in a turn"


@pytest.mark.parametrize(
    "answer",
    [
        '{"booked": false, "reason": "That time is taken."}',
        "The tool's server answered with an error (500). Tell the person that this did not work.",
    ],
)
async def test_what_a_tool_has_not_done_is_not_told_as_done(server: Served, answer: str) -> None:
    failed = used("book_table", BOOKING, answer)
    FakeChild.script = in_turn("say: Your table is booked for Saturday. See you then!")
    words, calls = await server.reply(RESTAURANT, user(DETAILS), *failed)
    assert (words, calls) == (language.not_done(False), [])
    assert "book_table did not do it" in server.asked[-1]["messages"][-1]["content"]


async def test_figures_and_days_that_no_tool_gave_are_not_told(server: Served) -> None:
    free = used("find_tables", '{"day": "2026-12-05"}', '{"free": ["18:00", "19:30"]}')
    good = "There is a table at 6 PM. Or do you prefer 7:30?"
    for second, told in ((f"say: {good}", good), ("say: At 22:15.", UNSURE)):
        FakeChild.script = in_turn("say: From 18:00 to 23:59 there are tables.", second)
        words, calls = await server.reply(RESTAURANT, user("What is free on Saturday?"), *free)
        assert (words, calls) == (told, [])
    FakeChild.script = in_turn("say: On Monday there is 18:00.", "say: On Saturday there is 18:00.")
    words, _ = await server.reply(RESTAURANT, user("What is free on Saturday?"), *free)
    assert words == "On Saturday there is 18:00."
    late = used("find_tables", '{"day": "2026-12-05"}', '{"free": ["19:30", "21:00"]}')
    for wrong in ("9:30 PM", "half past nine"):
        FakeChild.script = in_turn(f"say: It is free at {wrong}.", "say: At nine in the evening.")
        words, _ = await server.reply(RESTAURANT, user("On Saturday?"), *late)
        assert words == "At nine in the evening."
    FakeChild.script = in_turn("say: Am 5.12. ist um 21:00 etwas frei.")
    words, _ = await server.reply(RESTAURANT, user("Was ist am Samstag frei?"), *late)
    assert words == "Am 5.12. ist um 21:00 etwas frei."
    FakeChild.script = in_turn("say: A dozen is 12, and seven times 8 is 56.")
    words, _ = await server.reply(RESTAURANT, user("Tell me something about numbers."))
    assert words == "A dozen is 12, and seven times 8 is 56."


async def test_a_date_is_told_with_its_weekday(server: Served) -> None:
    done = used("book_table", BOOKING, '{"booked": true, "number": "R-1", "day": "2026-12-05"}')
    FakeChild.script = in_turn("say: It is booked for Friday, 5 December 2026, as R-1.")
    words, _ = await server.reply(RESTAURANT, user(DETAILS), *done)
    assert words == "It is booked for Saturday, 5 December 2026, as R-1."


async def test_the_persons_own_words_are_no_answer(server: Served) -> None:
    asked = "I want to see the doctor next week."
    for second, told in (("What is your name?", "What is your name?"), (asked, UNSURE)):
        FakeChild.script = in_turn(f"say: {asked}", f"say: {second}")
        words, calls = await server.reply(RESTAURANT, user(asked))
        assert (words, calls) == (told, [])
    assert "Do not say again" in server.asked[-1]["messages"][-1]["content"]
    FakeChild.script = in_turn("say: Is it booked?", "say: Not yet.")
    assert (await server.reply(RESTAURANT, user("So is it booked?")))[0] == "Not yet."


async def test_what_nobody_said_is_asked_for(server: Served) -> None:
    FakeChild.script = in_turn(f"book_table: {BOOKING}", "say: What is your name, please?")
    words, calls = await server.reply(RESTAURANT, user("A table on Saturday for four, please."))
    assert (words, calls) == ("What is your name, please?", [])
    hint = server.asked[-1]["messages"][-1]["content"]
    assert "has not told you name." in hint and "book_table" not in server.asked[-1]["grammar"]


@pytest.mark.parametrize("wrong", ["19:30", "18:00"])
async def test_of_offered_times_the_named_one_is_booked(server: Served, wrong: str) -> None:
    """Also where the model takes one that nobody has named."""
    free = used("find_tables", '{"day": "2026-12-05"}', '{"free": ["18:00", "19:30", "21:00"]}')
    asked = [user("On Saturday at nine in the evening, please."), *free]
    FakeChild.script = in_turn(f'book_table: {{"day": "2026-12-05", "time": "{wrong}"}}')
    offer = agent("The times that are free are 18:00, 19:30, and 21:00.")
    at = tool("book_table", "Books a table.", day="string", time="string")
    (called,) = (await server.reply([FIND, at], *asked, offer, user("Yes, book it.")))[1]
    assert called[1]["time"] == "21:00"


async def test_who_cannot_even_ask_says_what_is_missing(server: Served) -> None:
    FakeChild.script = in_turn(f"book_table: {BOOKING}", "say: I have booked your table.")
    words, calls = await server.reply(RESTAURANT, user("A table on Saturday for four, please."))
    assert (words, calls) == ("For that I need: name.", [])


async def test_the_same_is_not_done_twice(server: Served) -> None:
    done = used("cancel_order", '{"order_number": "A-7741"}', '{"cancelled": true}')
    FakeChild.script = in_turn('cancel_order: {"order_number": "A-7741"}', "say: Good bye!")
    talk = [user("Cancel A-7741."), *done, agent("It is cancelled."), user("Thank you.")]
    words, calls = await server.reply([ORDER, CANCEL], *talk)
    assert (words, calls) == ("Good bye!", [])


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        (RESTAURANT, "Book me a table for four on Saturday."),
        (RESTAURANT, "I would like to make a reservation."),
        ([ORDER, CANCEL], "Where is my order?"),
        ([ORDER, CANCEL], "Cancel my order, please."),
        ([WEATHER], "What will the weather be like tomorrow?"),
        ([SMS], "Text my brother that I am late."),
        ([LIGHT], "Turn off the lights."),
    ],
)  # fmt: skip
async def test_what_a_tool_can_do_reaches_the_model(
    server: Served, tools: list[dict[str, Any]], said: str
) -> None:
    FakeChild.script = in_turn("say: One question first.")
    assert await server.reply(tools, user(said)) == ("One question first.", [])


@pytest.mark.parametrize(
    ("tools", "said", "told"),
    [
        (RESTAURANT, "Can you call me a taxi?", ANOTHER),
        (RESTAURANT, "Book me a flight to Rome.", ANOTHER),
        (RESTAURANT, "Send an email to my brother.", DECLINED["sending"]),
        (RESTAURANT, "What is the weather like tomorrow?", DECLINED["weather"]),
        ([NOTE], "Turn off the lights in the kitchen.", DECLINED["devices"]),
        ([WEATHER], "Remind me to buy milk tomorrow.", DECLINED["reminders"]),
        ([WEATHER], "Can you call my mother?", DECLINED["calls"]),
    ],
)
async def test_what_no_tool_can_do_is_declined_at_once(
    server: Served, tools: list[dict[str, Any]], said: str, told: str
) -> None:
    assert await server.reply(tools, user(said)) == (told, [])
    assert server.asked == []


async def test_a_claim_of_what_no_tool_does_is_declined(server: Served) -> None:
    FakeChild.script = in_turn("say: Sure, I will send you an email.")
    words, _ = await server.reply([WEATHER], user("And the confirmation?"))
    assert words == DECLINED["sending"]


@pytest.mark.parametrize(
    "claim",
    [
        "Ich habe Ihren Wunsch aufgenommen.",
        "Gern, ich notiere das.",
        "Ihr Anliegen wurde notiert.",
        "Ich werde es der Praxis ausrichten.",
    ],
)
async def test_who_claims_in_german_to_have_noted_has_to_note(server: Served, claim: str) -> None:
    note = 'note: {"text": "Max Muster braucht einen Termin."}'
    FakeChild.script = in_turn(f"say: {claim}", note)
    talk = user("Ich bin Max Muster und brauche einen Termin. Bitte notieren Sie das.")
    assert await server.reply([NOTE], talk) == (
        "",
        [("note", {"text": "Max Muster braucht einen Termin."})],
    )


async def test_in_german_what_cannot_be_done_is_said_in_german(server: Served) -> None:
    FakeChild.script = in_turn("say: Ich habe Ihren Termin gebucht.")
    words, _ = await server.reply([NOTE], user("Haben Sie morgen um zehn einen Termin frei?"))
    assert words == "Buchen oder bestellen kann ich hier nichts."


@pytest.mark.parametrize(
    "words",
    [
        "Shall I book a table for you?",
        "I can book a table for four. Is that right?",
        "I have not booked anything yet. What is your name?",
        "I cannot see whether your table is booked.",
        "Ich habe noch nichts notiert. Wie ist Ihr Name?",
        "We are open from six to eleven in the evening.",
    ],
)
async def test_questions_offers_and_denials_are_no_claims(server: Served, words: str) -> None:
    FakeChild.script = in_turn(f"say: {words}")
    assert await server.reply(RESTAURANT, user("Hello there.")) == (words, [])


async def test_tools_are_read_ahead_as_questions_have_them(server: Served) -> None:
    FakeChild.script = in_turn("say: H", "say: Hello, nice to hear you.")
    messages = [SYSTEM, agent("Good day.")]
    body = {"key": "k", "messages": messages, "tools": RESTAURANT}
    await server.http.post("/local/sessions", json=body)
    await until(lambda: len(server.asked) == 1)
    asked = {"model": "x", "messages": [*messages, user("Hi.")], "prompt_cache_key": "k"}
    await server.http.post("/chat/completions", json={**asked, "tools": RESTAURANT})
    ahead, question = (each["messages"] for each in server.asked)
    assert question[: len(ahead)] == ahead
    assert "book_table" in ahead[0]["content"] and len(question) == len(ahead) + 1


async def test_who_is_told_in_german_what_it_is_answers_in_german(server: Served) -> None:
    FakeChild.script = in_turn("Guten Tag!", "Good day!")
    german = {"role": "system", "content": "Sie sind Frau Sommer und die Stimme der Praxis."}
    for system in (german, SYSTEM):
        body = {"model": "x", "messages": [system, user("Hallo!")]}
        await server.http.post("/chat/completions", json=body)
    told = [each["messages"][0]["content"] for each in server.asked]
    assert "spoken German" in told[0] and "spoken English" in told[1]
