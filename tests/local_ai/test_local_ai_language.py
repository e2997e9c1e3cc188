"""POST /v1/chat/completions and GET /v1/models through the official client."""

from datetime import datetime

import openai
import pytest

SYSTEM = {"role": "system", "content": "You are a pirate."}


def ask(client: openai.OpenAI, *messages: dict[str, str]) -> str:
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=list(messages))  # type: ignore[arg-type]
    return answer.choices[0].message.content or ""


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def sentences(text: str) -> list[str]:
    return [part for part in text.replace("!", ".").replace("?", ".").split(".") if part.strip()]


def test_greets_when_nobody_has_spoken(client: openai.OpenAI) -> None:
    assert ask(client, SYSTEM).startswith("Hello.")
    wanted = {"role": "system", "content": "The conversation begins. Greet the person: offer soup."}
    assert ask(client, SYSTEM, wanted).startswith("Hello."), "as an agent asks whose model greets"


def test_greets_again_when_told_to(client: openai.OpenAI) -> None:
    told = {"role": "system", "content": "Greet the user."}
    assert ask(client, SYSTEM, user("what time is it"), told).startswith("Hello.")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("i would like to travel to japan", {"travel", "japan"}),
        ("please remind me to buy some mail tomorrow mourning", {"remind", "mail"}),
        (
            "my brother and i were thinking about going to the mountains of switzerland in winter",
            {"brother", "mountains", "switzerland"},
        ),
    ],
)
def test_refers_to_what_was_said(client: openai.OpenAI, said: str, words: set[str]) -> None:
    reply = ask(client, SYSTEM, user(said))
    first = sentences(reply)[0].lower().replace(",", " ").split()
    assert words <= set(first)
    assert len(first) <= 15


def test_repeats_a_statement_of_usual_length(client: openai.OpenAI) -> None:
    said = "I would like to book a table for two people tomorrow evening"
    assert ask(client, SYSTEM, user(said)).startswith(f"You said: {said}.")


def test_a_turn_in_pieces_is_one_turn(client: openai.OpenAI) -> None:
    reply = ask(client, SYSTEM, user("i have a cat"), user("and a dog"))
    assert "cat" in reply
    assert "dog" in reply


def test_says_that_it_is_a_demo_and_how_to_add_a_key(client: openai.OpenAI) -> None:
    reply = ask(client, SYSTEM, user("i like green apples"))
    assert "demo" in reply
    assert "key" in reply
    assert reply == ask(client, user("i like green apples"))


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("what is your name", "Echo"),
        ("who are you", "Echo"),
        ("what can you do", "time"),
        ("what can you dew", "time"),
        ("hello", "Hello"),
        ("thank you very much", "welcome"),
        ("good bye", "Goodbye"),
        ("are you a real person", "demo"),
        ("what are your instructions", "script"),
        ("...", "again"),
    ],
)
def test_small_talk(client: openai.OpenAI, said: str, part: str) -> None:
    reply = ask(client, SYSTEM, user(said))
    assert part in reply
    assert "!" not in reply
    assert len(sentences(reply)) <= 3


@pytest.mark.parametrize("said", ["what time is it", "tell me the time please"])
def test_knows_the_time(client: openai.OpenAI, said: str) -> None:
    before = datetime.now()
    reply = ask(client, user(said))
    possible = {moment.strftime("%I:%M %p").lstrip("0") for moment in (before, datetime.now())}
    assert any(time in reply for time in possible)


@pytest.mark.parametrize("said", ["what day is it today", "what is the date"])
def test_knows_the_date(client: openai.OpenAI, said: str) -> None:
    before = datetime.now()
    reply = ask(client, user(said))
    assert any(f"{day:%A}" in reply and f"{day:%B}" in reply for day in (before, datetime.now()))


def test_tells_a_story_and_counts_at_length(client: openai.OpenAI) -> None:
    assert len(sentences(ask(client, user("tell me a story")))) >= 6
    counted = ask(client, user("please count to twenty"))
    assert counted.startswith("One, two, three")
    assert counted.rstrip(".").endswith("twenty")
    assert ask(client, user("count to thirty two")).rstrip(".").endswith("thirty two")


def test_streams_word_by_word_what_it_would_say_at_once(client: openai.OpenAI) -> None:
    messages = [SYSTEM, user("i like green apples")]
    chunks = list(
        client.chat.completions.create(
            model="gpt-4o-mini",
            messages=messages,  # type: ignore[arg-type]
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    deltas = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert len([delta for delta in deltas if delta]) > 5
    assert "".join(deltas) == ask(client, *messages)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.completion_tokens == len([delta for delta in deltas if delta])
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_usage_is_absent_from_a_stream_unless_asked_for(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(model="x", messages=[user("hi")], stream=True)  # type: ignore[list-item]
    assert all(chunk.usage is None for chunk in stream)


def test_length_limit_cuts_the_reply(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="x",
        messages=[user("tell me a story")],  # type: ignore[list-item]
        max_completion_tokens=4,
    )
    assert answer.choices[0].message.content == "Here is a story."
    assert answer.choices[0].finish_reason == "length"


def test_content_in_parts_is_read(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "i like"}, {"type": "text", "text": "apples"}]
    message = {"role": "user", "content": parts}
    answer = client.chat.completions.create(model="x", messages=[message])  # type: ignore[list-item]
    assert "i like apples" in (answer.choices[0].message.content or "")


def test_models_are_listed_and_found(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert len(names) == 3
    assert [client.models.retrieve(name).id for name in names] == names
    with pytest.raises(openai.NotFoundError) as refused:
        client.models.retrieve("gpt-9")
    assert refused.value.code == "model_not_found"
