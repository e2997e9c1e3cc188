"""The official client's calls against the server, those that other files do not have."""

import io
import wave
from typing import Any

import openai
import pytest

MESSAGES: Any = [{"role": "user", "content": "i like green apples"}]


def test_models_say_their_state(client: openai.OpenAI) -> None:
    models = {model.id: model for model in client.models.list()}
    assert set(models) == {"local-ears", "local-voice", "scripted"}
    assert {getattr(model, "state", "") for model in models.values()} == {"ready"}
    assert client.models.retrieve("scripted").owned_by == "local_ai"


def test_a_completion_says_who_really_answered(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    streamed = list(client.chat.completions.create(model="x", messages=MESSAGES, stream=True))
    assert {whole.model, *(chunk.model for chunk in streamed)} == {"scripted"}


def test_the_helper_for_streams_works(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(model="x", messages=MESSAGES) as stream:
        kinds = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in kinds
    assert "apples" in (final.choices[0].message.content or "")


def test_json_of_the_script_is_json_and_a_schema_is_refused(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model="x", messages=MESSAGES, response_format={"type": "json_object"}
    )
    assert (answer.choices[0].message.content or "").startswith('{"reply": "')
    schema: Any = {
        "type": "json_schema",
        "json_schema": {"name": "x", "schema": {"type": "object"}},
    }
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(model="x", messages=MESSAGES, response_format=schema)
    assert refused.value.param == "response_format"


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_the_script_answers_in_words_whatever_tools_there_are(
    client: openai.OpenAI, choice: Any
) -> None:
    tools: Any = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    fields: Any = {"tools": tools} | ({"tool_choice": choice} if choice else {})
    message = client.chat.completions.create(model="x", messages=MESSAGES, **fields).choices[0]
    assert "apples" in (message.message.content or "")
    assert (message.finish_reason, message.message.tool_calls) == ("stop", None)


def test_the_script_says_how_to_get_calls_of_tools(client: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    with pytest.raises(openai.BadRequestError) as refused:
        client.chat.completions.create(
            model="x", messages=MESSAGES, tools=tools, tool_choice="required"
        )
    assert refused.value.param == "tool_choice"
    assert "LOCAL_LLM=auto" in refused.value.message


def test_a_reply_ends_before_a_stop_word(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="x", messages=MESSAGES, stop=[" apples", "demo"])
    assert answer.choices[0].message.content == "You said: i like green"


def test_nothing_gives_embeddings(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        client.embeddings.create(model="x", input="a")
    assert refused.value.code == "model_not_found"


def test_speech_comes_as_it_is_made(client: openai.OpenAI) -> None:
    whole = client.audio.speech.create(model="x", voice="alloy", input="Hello.").read()
    assert whole[:3] == b"ID3", "mp3 is what the client asks for by default"
    with client.audio.speech.with_streaming_response.create(
        model="x", voice="alloy", input="Hello there. How are you?", response_format="pcm"
    ) as response:
        sound = b"".join(response.iter_bytes())
    assert len(sound) > 24_000


def test_a_transcription_of_silence(client: openai.OpenAI) -> None:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(32_000))
    answer = client.audio.transcriptions.create(model="x", file=("a.wav", file.getvalue()))
    assert answer.text == ""


def test_the_realtime_client_connects(client: openai.OpenAI) -> None:
    query: Any = {"intent": "transcription"}
    with client.realtime.connect(model="x", extra_query=query) as connection:
        assert connection.recv().type == "session.created"


def test_what_is_there_is_told(client: openai.OpenAI) -> None:
    told = client.get("/local", cast_to=dict[str, Any])  # type: ignore[type-var]
    assert set(told) == {"ears", "voice", "head"}
    assert (told["head"]["state"], told["head"]["own_file"]) == ("off", False)
    begun = client.post(
        "/local/sessions", cast_to=dict[str, Any], body={"key": "k", "messages": MESSAGES}
    )
    assert begun == {"head": "script", "reason": "off"}
    client.delete("/local/sessions/k", cast_to=type(None))
