"""What is answered by rule, and what only looks like it."""

from datetime import datetime
from functools import partial

import pytest

from local_ai.head.gguf import Header
from local_ai.head.identity import facts, model_of
from local_ai.head.rules.declined import instructed_on
from local_ai.head.rules.rules import Answer, by_rule
from local_ai.head.rules.topics import DECLINED, Topic
from local_ai.head.tools.allowed import declined_with, declined_without
from local_ai.head.tools.covered import Covered

NOW = datetime(2026, 11, 25, 15, 5)
TODAY = "Today is Wednesday. The date is November 25, 2026."
MODEL = model_of(Header("Qwen2.5 Coder 1.5B Instruct GGUF", "", "qwen2"), "file")
FACTS = facts(MODEL, "You are a friendly voice assistant.")

SAID: dict[Topic, tuple[str, ...]] = {
    "weather": (
        "What is the weather like today?",
        "how's the weather",
        "whats the whether like",
        "what's the weather in Paris",
        "will it rain tomorrow",
        "Do I need an umbrella today?",
        "how cold is it outside",
        "what is the temperature outside",
        "give me the weather forecast for tomorrow",
        "What can you tell me about the weather today?",
        "Is it going to be sunny this weekend?",
    ),
    "news": (
        "What is in the news today?",
        "tell me the news",
        "any news today",
        "what are the latest headlines",
        "red me the news",
        "What's going on in the world?",
    ),
    "sports": (
        "Who won the football game last night?",
        "what is the score",
        "did Arsenal win yesterday",
        "how did the Lakers do last night",
        "when is the next game",
    ),
    "prices": (
        "How much is a share of Apple worth right now?",
        "what's the bitcoin price",
        "how is the stock market doing today",
        "what is the price of gold",
        "what's the exchange rate for the dollar",
    ),
    "booking": (
        "Please book a table for two people tomorrow evening.",
        "I would like to book a table for two people tomorrow evening",
        "can you reserve a room for me",
        "I want to order a pizza please",
        "book me a flight to London",
        "call me a taxi",
        "Can you make a reservation at an Italian restaurant?",
    ),
    "sending": (
        "Send a message to my sister, please.",
        "could you text my mom that I'm late",
        "send an e-mail to John",
        "do i have any new emails",
        "read my messages",
    ),
    "emergency": ("please call an ambulance", "call the police", "I need an ambulance"),
    "calls": ("Can you call my mother?", "call John", "phone my sister", "make a phone call"),
    "reminders": (
        "Remind me to buy milk tomorrow morning.",
        "please remind me to buy some mail tomorrow mourning",
        "set a timer for five minutes",
        "set an alarm for 7 am",
        "set a remainder for tomorrow",
        "wake me up at seven",
        "add milk to my shopping list",
        "what is on my calendar",
    ),
    "web": (
        "Search the web for a good restaurant nearby.",
        "google the height of everest",
        "look up the population of berlin",
        "find a restaurant near me",
        "Can you browse the web?",
    ),
    "seeing": ("Can you read my screen?", "can you see me", "what am I wearing"),
    "music": ("Play some music, please.", "play a song", "i want to listen to some jazz"),
    "devices": (
        "turn on the lights",
        "turn the lights off",
        "open the garage door",
        "take a photo",
    ),
    "live": (
        "when is the next train to Munich",
        "how is the traffic",
        "is the supermarket open now",
        "where am i",
        "who is the current president",
    ),
}
NOT_MEANT = """
what time do people usually eat dinner in Spain
I read the news
weather is a nice word
how do I book a table in a restaurant politely?
what is weather
I like cold weather
it is cold today
tell me a joke about the weather
how do you spell weather
can you explain how weather forecasts work
I have good news
do you have time to talk
what is the time complexity of quicksort
what time is best to plant tomatoes
what can you do about noise
who made you laugh
who made the first telephone
call me Max
you can call me Anna
what do you call a baby cow
let's play a game
I have to call my mother
that reminds me of my childhood
remind me what you said
I sent an email to my boss yesterday
should I send him a message
I read a book about the sea
can you recommend a book
I want to read a book
who won the world cup in 1998
who won the second world war
who invented google
how much is two plus two
what is the date of the french revolution
how hot is the sun
what is the temperature of the sun
where are my keys
what is a timer
can you see the point
can you read a story
how do stocks work
explain the stock market to me
I want to learn to play the piano
What should I order at an Italian restaurant?
how do i set an alarm on my phone
say hello to my sister
translate I want to book a table into Spanish
how do you say what time is it in Spanish
I live near here
my phone is broken
I want to buy a new phone, what should I look for?
i look up to my father
turn that frown upside down
can you tell me about the sun
""".strip().splitlines()


def answer(said: str, before: str = "") -> Answer | None:
    return by_rule(said, before, FACTS, NOW)


def text(said: str, before: str = "") -> str:
    found = answer(said, before)
    return found.text if found else ""


@pytest.mark.parametrize(
    ("topic", "said"), [(t, each) for t, all_ in SAID.items() for each in all_]
)
def test_what_is_not_possible_is_declined_openly(topic: Topic, said: str) -> None:
    found = answer(said)
    assert found is not None
    assert found.text == DECLINED[topic]
    assert found.declines
    assert "cannot" in found.text
    assert not any(letter.isdigit() for letter in found.text)


def test_what_the_callers_instructions_are_about_is_left_to_the_model() -> None:
    left = instructed_on("You take down bookings. The restaurant will call the guest back.")

    def declines(topic: Topic, _words: str) -> str:
        return "" if topic in left else DECLINED[topic]

    assert by_rule("I would like to book a table for four.", "", FACTS, NOW, declines) is None
    assert by_rule("Could you call the restaurant back?", "", FACTS, NOW, declines) is None
    weather = by_rule("What will the weather be like tomorrow?", "", FACTS, NOW, declines)
    assert weather is not None and weather.text == DECLINED["weather"]
    assert instructed_on("You are a friendly voice assistant. Be brief.") == set()


@pytest.mark.parametrize("said", ["What time do you close?", "Is the restaurant open tomorrow?"])
def test_opening_hours_that_the_instructions_tell_are_left_to_the_model(said: str) -> None:
    told = "You work for a restaurant. It is open until eleven, and closed on Mondays."
    assert by_rule(said, "", FACTS, NOW, partial(declined_without, told)) is None
    assert by_rule(said, "", FACTS, NOW, partial(declined_with, Covered([]), told)) is None
    unknown = by_rule(said, "", FACTS, NOW, partial(declined_without, "You are a friend."))
    assert unknown is not None and unknown.text == DECLINED["live"]


@pytest.mark.parametrize("said", NOT_MEANT)
def test_what_only_looks_like_it_is_left_to_the_model(said: str) -> None:
    assert answer(said) is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("What time is it?", "The time is 3:05 PM."),
        ("can you tell me what time it is please", "The time is 3:05 PM."),
        ("whats the thyme", "The time is 3:05 PM."),
        ("Hello. What's the time right now?", "The time is 3:05 PM."),
        ("what time is it in Atlantis", "I cannot look up the time in other places. Here it is "),
        ("What day is it today?", TODAY),
        ("what's today's date", TODAY),
        ("which day of the week is it", TODAY),
        ("is it monday today", TODAY),
        ("what year is it", TODAY),
        ("what day is tomorrow", "Tomorrow is Thursday, November 26, 2026."),
    ],
)
def test_time_and_date_are_the_machines(said: str, told: str) -> None:
    assert text(said).startswith(told)


def test_what_follows_is_understood() -> None:
    declined = text("What's the weather like?")
    for more in ("And tomorrow?", "what about in Paris", "just guess", "why not"):
        assert DECLINED["weather"] in text(more, declined), more
    assert answer("Okay. What is a rainbow?", declined) is None
    assert answer("and tomorrow", "The capital of Italy is Rome.") is None
    assert text("and tomorrow?", TODAY).startswith("Tomorrow is Thursday")


def test_the_rest_of_a_turn_is_for_the_model() -> None:
    both = answer("What time is it, and what is the capital of France?")
    assert both == Answer("The time is 3:05 PM.", False, "what is the capital of France?")
    assert text("I have to catch a train. What time is it?") == "The time is 3:05 PM."
    two = text("What time is it? And will it rain tomorrow?")
    assert two == f"The time is 3:05 PM. {DECLINED['weather']}"
    tale = "She asked me to call a taxi. Call my mother, she said. " * 8
    assert answer(f"{tale} What do you think of it?") is None


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("who are you", "Qwen2.5 Coder 1.5B"),
        ("What is your name?", "Qwen2.5 Coder 1.5B"),
        ("Are you ChatGPT?", "not a person"),
        ("who maid you", "Qwen, a team of Alibaba"),
        ("where do you run", "same computer"),
        ("Do my words leave this computer?", "to nobody"),
        ("are you recording me", "to nobody"),
        ("what can you do", "stories"),
        ("What can't you do?", "cannot"),
    ],
)
def test_it_says_truly_what_it_is(said: str, part: str) -> None:
    assert part in text(said)


def test_a_name_that_the_caller_gave_counts() -> None:
    mine = facts(MODEL, "You are Max, a cheerful teacher of French. Speak simply.")
    assert mine["name"].startswith("I am Max. Behind that name is Qwen2.5 Coder 1.5B")
    assert mine["who"].startswith("I am Max, a cheerful teacher of French. Behind that name is")
    assert "Max" not in facts(MODEL, "You are a teacher.")["who"]


def test_nobody_is_named_as_the_maker_of_a_file_that_does_not_say_it() -> None:
    other = model_of(Header("", "", "llama"), "my-model-q4_k_m")
    assert other.name == "my model"
    assert "does not say who made it" in facts(other, "")["maker"]
