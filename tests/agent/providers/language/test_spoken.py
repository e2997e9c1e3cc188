"""Reasoning, calls of tools as text and special tokens are taken out of a reply as it comes."""

from __future__ import annotations

import pytest
from agent_manager.providers.openai.chat.lead import Lead, Wait

CALL = '{"name": "secret", "arguments": {"place": {"near": "here"}}}'
HIDDEN = {
    "a pair of tags": "<think>secret plan</think>Hello there.",
    "a pair with lines": "<think>\nsecret\n\nplan\n</think>\n\nHello there.",
    "another name": "<thinking>\nsecret\n</thinking>\n\nHello there.",
    "a third name": "<reasoning>secret</reasoning> Hello there.",
    "a name with attributes": '<thought lang="en">secret</thought>Hello there.',
    "a name space": "<seed:think>secret</seed:think>Hello there.",
    "in capitals": "[THINK]secret[/THINK]Hello there.",
    "in triangles": "◁think▷secret◁/think▷Hello there.",
    "in bars": "<|begin_of_thought|>secret<|end_of_thought|>Hello there.",
    "in other bars": "<|START_THINKING|>secret<|END_THINKING|>Hello there.",
    "a channel of gemma": "<|channel>thought\nsecret<channel|>Hello there.",
    "channels of harmony": "<|channel|>analysis<|message|>secret<|end|><|start|>assistant"
    "<|channel|>final<|message|>Hello there.<|return|>",
    "channels without tokens": "analysisThe secret user.assistantfinalHello there.",
    "a harmony call before": "<|channel|>commentary to=functions.secret <|constrain|>json"
    "<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>Hello there.",
    "another turn": "Hello there.<|im_end|>\n<|im_start|>user\nsecret",
    "the turn's own head": "<|im_start|>assistant\nHello there.<|im_end|>",
    "a head of llama": "<|start_header_id|>assistant<|end_header_id|>\n\nHello there.<|eot_id|>",
    "a head of gemma": "<start_of_turn>model\nHello there.<end_of_turn>",
    "an end of text": "<s>Hello there.</s>",
    "an end of deepseek": "Hello there.<｜end▁of▁sentence｜>",
    "a call in tags": f"Hello there.<tool_call>\n{CALL}\n</tool_call>",
    "a call before": f"<tool_call>{CALL}</tool_call>Hello there.",
    "a call in a block": f"Hello there.```json\n{CALL}\n```",
    "a call in a named block": "Hello there.```tool_code\nprint(secret())\n```",
    "several calls": f"Hello there.[TOOL_CALLS] [{CALL}, {CALL}]",
    "a call of mistral": 'Hello there.[TOOL_CALLS]secret{"a": 1}',
    "a bare call": f"Hello there.{CALL}",
    "a list of calls": f"Hello there.[{CALL}]",
    "a call that breaks off": 'Hello there.{"name": "secret", "arguments": {"x": ',
    "a call in Python": '[get_secret(city="x")]Hello there.',
    "a call of llama": '<function=secret>{"a": 1}</function>Hello there.',
    "a call of deepseek": "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>secret"
    "\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>Hello there.",
    "calls in XML": '<function_calls><invoke name="secret"><parameter name="a">1</parameter>'
    "</invoke></function_calls>Hello there.",
}
WORDS = [
    "Hello there.",
    "👍",
    "and so it is, analysis included",
    "A < b, and <b>bold</b>, and [this](https://a.b/c) is `code` [1].",
    'Use {"a": 1} and {x} here, or ["b"].',
    'Here:\n```json\n{"colour": "red", "name": "tea"}\n```\nAs you see.',
    '```python\ncalls = {"name": "a", "arguments": {}}\n```\nDone.',
    "It takes 1 < 2 <3 and > 4 [sic] {so}.",
    "I think </b> it is `fine`",
    "很好，谢谢。<",
]


def said(text: str, size: int, wait: Wait = "no") -> str:
    """What is said of a text that comes in pieces of one size."""
    lead = Lead(wait)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return "".join(map(lead.push, pieces)) + lead.end(was_cut=False)


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("text", HIDDEN.values(), ids=list(HIDDEN))
def test_what_is_no_speech_is_left_out(text: str, size: int) -> None:
    assert said(text, size).strip() == "Hello there."


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize("text", WORDS)
def test_words_stay_as_they_are(text: str, size: int) -> None:
    assert said(text, size) == text


def test_ordinary_words_do_not_wait() -> None:
    lead = Lead("no")
    assert [lead.push(text) for text in ("Hello", " there", ", you.")] == [
        "Hello",
        " there",
        ", you.",
    ]


@pytest.mark.parametrize("wait", ["warily", "until_closed"])
@pytest.mark.parametrize("size", [1, 5, 1000])
def test_reasoning_that_nothing_opened_is_left_out(wait: Wait, size: int) -> None:
    assert said("Okay, secret plan.\n</think>\n\nHello there.", size, wait) == "Hello there."


def test_a_reply_that_waits_in_vain_is_said() -> None:
    assert said("Hello there.", 3, "until_closed") == "Hello there."


def test_a_first_sentence_waits_until_a_voice_could_say_it() -> None:
    lead = Lead("a_sentence")
    pieces = [lead.push(text) for text in ("Hello", " there.", " It", " is", " late.")]
    assert pieces == ["", "", "Hello there. It", " is", " late."]
    assert Lead("a_sentence").push("well " * 30) == "well " * 30
    assert said("Okay, secret plan.\n</think>\n\nHello there.", 1, "a_sentence") == "Hello there."
    thought = "Okay, the user wants tea. I have a secret. So be it.</think>Hello there."
    assert said(thought, 1, "a_sentence") == "Hello there."


def test_an_unknown_model_costs_no_more_than_its_first_sentence() -> None:
    lead = Lead("warily")
    pieces = [lead.push(text) for text in ("Hello", " there.", " It", " is", " late.")]
    assert pieces == ["", "", "Hello there. It", " is", " late."]


@pytest.mark.parametrize(
    "thought", ["The user wants tea.", "I should be brief.", "We need to greet."]
)
def test_a_model_that_talks_to_itself_is_waited_for(thought: str) -> None:
    lead = Lead("warily")
    assert lead.push(f"{thought} Now ") == ""
    assert lead.push("a secret.</think>Hello there.") == "Hello there."


def test_what_was_left_out_is_told() -> None:
    thinking, calling = Lead("no"), Lead("no")
    thinking.push("<think>secret")
    calling.push(CALL)
    assert thinking.end(was_cut=True) == "" and thinking.thought and not thinking.called
    assert calling.end(was_cut=False) == "" and calling.called and not calling.thought
