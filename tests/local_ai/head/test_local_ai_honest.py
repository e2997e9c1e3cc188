"""Replies that claim to have done what cannot be done here, and replies that do not."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fake_model import FakeChild, says
from heads import served

from local_ai.head.honest import Reading, is_composing
from local_ai.head.rules.topics import DECLINED, Topic

pytestmark = pytest.mark.usefixtures("able")

CLAIMS: dict[Topic, tuple[str, ...]] = {
    "sending": (
        "Sure, I'll send an email to your brother.",
        "I have sent the message.",
        "I can text her for you.",
        "Okay! Sending the email now.",
        "Your email has been sent.",
        "I will let your wife know.",
        "What should I send?",
        "Would you like me to send it now?",
        "I just texted your sister.",
        "I'll tell your boss that you are sick.",
    ),
    "calls": (
        "Of course! I'll call your mother right away.",
        "Calling your mother now.",
        "I'm calling your mother.",
        "I will call her now.",
        "Sure thing, I have called your mom.",
        "Who should I call?",
        "I can call a taxi.",
        "Let me connect you with the office.",
    ),
    "reminders": (
        "Sure, I will remind you to buy milk this evening.",
        "I've set a reminder for you.",
        "Your alarm is set for seven.",
        "Got it. A reminder has been set.",
        "I have added milk to your shopping list.",
        "What time should I remind you?",
        "I'll go ahead and set a timer.",
        "I'm going to wake you at seven.",
    ),
    "booking": (
        "I have booked a table for two.",
        "I'd be happy to book a table for you.",
        "Your reservation has been made.",
        "Let me just make a reservation for you.",
        "Which restaurant would you like me to book?",
        "I will order you a pizza.",
        "The order has been delivered to the airport.",
    ),
    "devices": (
        "I'll turn off the lights.",
        "Turning off the kitchen lights.",
        "I have opened the window.",
        "Okay, opening the window.",
        "The kitchen lights have been turned off.",
        "I will close the kitchen window.",
        "Sure. I can dim the lights.",
    ),
    "music": ("I'll play some music for you.", "Now playing your favourite song."),
    "web": (
        "Let me check the weather for you.",
        "I'll look that up.",
        "I will search for a pharmacy.",
        "Let me find the nearest pharmacy.",
    ),
    "weather": (
        "The weather tomorrow will be sunny.",
        "The weather is nice and warm today.",
        "Tomorrow it will be partly cloudy.",
    ),
    "errands": (
        "Done.",
        "Sure, all done!",
        "Consider it done.",
        "I'll feed your cat.",
        "I will bring you a cup of coffee.",
        "I'll pick up your kids from school.",
        "I will take care of it.",
    ),
}
TALK = (
    "The capital of Italy is Rome.",
    "Sure! Here is a joke.",
    "Sure, I'd love to help. What do you like to eat?",
    "I'm good, thank you! How about yourself?",
    "I can help you with that. First, boil some water.",
    "I will tell you about elephants.",
    "I'll explain it step by step.",
    "Let me think. The answer is twelve.",
    "Let me explain how a volcano works.",
    "I can call you Anna, if you like.",
    "I cannot call anybody.",
    "I am sorry, I can't send messages.",
    "I will not remind you, because I cannot.",
    "You can call your mother and ask her.",
    "You should send her a card.",
    "Call your mother and tell her.",
    "Calling your mother is a good idea.",
    "Sending a card is a nice way to say thank you.",
    "Opening the window helps when it is warm.",
    "The window is a symbol of hope.",
    "The first email was sent in 1971.",
    "The door has a lock.",
    "The table is in the kitchen.",
    "Your name is Anna.",
    "Your room can be brighter with a lamp.",
    "I have never been to Rome.",
    "I have no information about that.",
    "I have a few ideas for dinner.",
    "Yes, that is done with a needle.",
    "What kind of music do you like?",
    "What can I do for you?",
    "How can I help you today?",
    "When should you plant tomatoes? In spring.",
    "Would you like me to tell you more?",
    "Do you want me to explain that?",
    "I am happy to hear that.",
    "The weather in London is often rainy.",
    "Tomorrow is Thursday.",
    "All cats sleep a lot.",
    "Now you know it.",
    "Then add the pasta and cook it.",
    "Of course, Paris is the capital of France.",
    "I will remember that your name is Anna.",
    "I can see why you are sad.",
)


def read(reply: str) -> tuple[str, Topic | None]:
    """What is let through of a reply that comes in pieces of three letters."""
    reading = Reading()
    given = ""
    for at in range(0, len(reply), 3):
        given += reading.more(reply[at : at + 3])
        if reading.topic:
            return given, reading.topic
    return given + reading.rest(), reading.topic


@pytest.mark.parametrize(("topic", "said"), [(t, s) for t, said in CLAIMS.items() for s in said])
def test_a_claim_is_not_said(topic: Topic, said: str) -> None:
    assert read(said) == ("", topic)


@pytest.mark.parametrize("said", TALK)
def test_ordinary_talk_is_said_as_it_is(said: str) -> None:
    assert read(said) == (said, None)


def test_what_comes_before_a_claim_is_said_and_later_promises_are_a_tale() -> None:
    assert read("That is nice. I will call her now.") == ("That is nice. ", "calls")
    tale = "One. Two. Three. Four. Then: I will call her now."
    assert read(tale) == (tale, None)


def test_most_words_are_said_as_soon_as_the_next_begins() -> None:
    reading = Reading()
    assert [reading.more(piece) for piece in ("Rome", " is", " big")] == ["", "Rome is", " big"]
    held, pieces = Reading(), ("I", " will", " explain", " it")
    assert [held.more(piece) for piece in pieces] == ["", "", "", "I will explain it"]
    other = Reading()
    assert other.more("\u8c22" * 30) == "\u8c22" * 30, "scripts without spaces are not held"


@pytest.mark.parametrize(
    ("said", "composing"),
    [
        ("Write an email to my boss.", True),
        ("Tell me a story about a cat.", True),
        ("How do I say that I will call you in Spanish?", True),
        ("Let's role play a phone call.", True),
        ("Elkin the window.", False),
        ("Can you quote my mother?", False),
    ],
)
def test_a_text_for_somebody_else_may_promise(said: str, composing: bool) -> None:
    assert is_composing(said) == composing


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with served() as (http, _):
        yield http


async def ask(http: httpx.AsyncClient, text: str) -> dict[str, str]:
    body = {"model": "x", "messages": [{"role": "user", "content": text}]}
    choice: dict[str, dict[str, str]] = (await http.post("/chat/completions", json=body)).json()[
        "choices"
    ][0]
    return choice["message"]


async def test_a_model_that_claims_is_declined_openly_and_stopped(http: httpx.AsyncClient) -> None:
    FakeChild.script = says("Sure", ",", " I", "'ll", " send", " it", " now", ".", " Bye", ".")
    assert (await ask(http, "Sunder letter."))["content"] == DECLINED["sending"]
    letter = "Sure, I'll send it now. Bye."
    assert (await ask(http, "Write a letter."))["content"] == letter
    FakeChild.script = says("Rome", ".", " I", " have", " sent", " it", ".")
    said = (await ask(http, "What is the capital of Italy?"))["content"]
    assert said == f"Rome. {DECLINED['sending']}"
