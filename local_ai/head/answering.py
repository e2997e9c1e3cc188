"""Who answers a question: a rule, the language model in the session's slot, or the script."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from local_ai.errors import ApiError
from local_ai.head import words
from local_ai.head.asked.question import Question
from local_ai.head.asked.tools import Tools
from local_ai.head.demo import Heard, reply
from local_ai.head.head import Head
from local_ai.head.history import INSTRUCTING, TOOLS, Spoken, callers_instructions, in_turns
from local_ai.head.honest import Honest, is_composing
from local_ai.head.identity import facts
from local_ai.head.reply import Bound, Fixed, Generated, Reply, generated
from local_ai.head.rules.rules import Answer, by_rule
from local_ai.head.slots import Slot
from local_ai.head.tools.acting import Acting, Step
from local_ai.head.tools.allowed import declined_with, declined_without
from local_ai.head.tools.covered import Covered
from local_ai.head.tools.protocol import as_written, grammar, told
from local_ai.models import SCRIPTED

_GREET = re.compile(r"\b(greet|welcome|introduce yourself|say hello)", re.IGNORECASE)


def reply_to(question: Question, head: Head, slot: Slot | None) -> Reply:
    """Returns the reply of the model when there is a slot, else the script's.

    Raises ApiError for what cannot be answered.
    """
    if slot is None:
        text = _until(_script(question, head), question.stop)
        return Fixed(SCRIPTED, text, question.longest, _words(question))
    if question.tools is not None:
        return _acting(question, question.tools, head, slot)
    said = in_turns(question.messages)
    answer = _by_rule(question, head)
    if answer is None:
        return _honest(question, generated(head, slot, question, said))
    if not answer.rest:
        text = _until(answer.text, question.stop)
        return Fixed(head.id, text, question.longest, _words(question))
    found = generated(head, slot, question, [*said[:-1], Spoken("user", answer.rest)])
    found.first = answer.text
    return _honest(question, found)


def _honest(question: Question, written: Generated) -> Reply:
    """The reply without claims, unless a program reads it or the person wants a text."""
    last = heard(question.messages).words or ""
    if question.format is not None or is_composing(last):
        return written
    return Honest(written)


def _acting(question: Question, tools: Tools, head: Head, slot: Slot) -> Reply:
    """What the model says or calls, unless a rule knows that no tool can do what is asked for."""
    said = in_turns(as_written(question.messages))
    answer = None if tools.is_needed else _by_rule(question, head)
    if answer is not None and not answer.rest:
        text = _until(answer.text, question.stop)
        return Fixed(head.id, text, question.longest, _words(question))
    if answer is not None:
        said[-1] = Spoken("user", answer.rest)

    def ask(step: Step) -> Generated:
        bound = Bound(grammar(tools, step.ways), told(tools))
        return generated(head, slot, question, _with_hint(said, step.hint), bound)

    first = answer.text if answer else ""
    return Acting(head.id, tools, question.messages, ask, first)


def _with_hint(said: list[Spoken], hint: str) -> list[Spoken]:
    """What was said, and last of it what the model is to do now."""
    if not hint:
        return said
    if said[-1].role == "user":
        return [*said[:-1], Spoken("user", f"{said[-1].text}\n\n({hint})")]
    return [*said, Spoken("user", f"({hint})")]


def heard(messages: Sequence[Spoken]) -> Heard:
    """Returns what a reply is made from; a turn that came in pieces is put together."""
    said = [message for message in messages if message.role not in (*INSTRUCTING, *TOOLS)]
    last = messages[-1]
    turn: list[str] = []
    before = ""
    for message in reversed(said):
        if message.role != "user":
            before = message.text
            break
        turn.insert(0, message.text)
    return Heard(
        words=" ".join(turn) if turn else None,
        turn=sum(message.role == "user" for message in said),
        asked_to_greet=last.role in INSTRUCTING and bool(said and _GREET.search(last.text)),
        speaks_first=not said,
        before=before,
    )


def _by_rule(question: Question, head: Head) -> Answer | None:
    """What a rule answers to the person's last words; programs that want JSON ask the model.

    Requests that the caller's instructions say what to do about are the model's, too.
    """
    if question.format is not None or question.messages[-1].role != "user":
        return None
    last = heard(question.messages)
    callers = callers_instructions(question.messages)
    known, now, said = facts(head.model, callers), datetime.now(), last.words or ""
    if question.tools is None:
        return by_rule(said, last.before, known, now, partial(declined_without, callers))
    covered = Covered(question.tools.functions)
    own = {kind: text for kind, text in known.items() if kind not in ("can", "cannot")}
    declines = partial(declined_with, covered, callers)
    return by_rule(said, last.before, own, None if covered.tells_time else now, declines)


def _script(question: Question, head: Head) -> str:
    """The script's words, as JSON where a program asks for it; raises ApiError."""
    if question.tools is not None and question.tools.is_needed:
        raise _scripted("tool_choice", "cannot call tools", head)
    if question.format is not None and question.format["type"] == "json_schema":
        raise _scripted("response_format", "cannot keep to a schema", head)
    text = reply(heard(question.messages))
    return text if question.format is None else json.dumps({"reply": text})


def _scripted(param: str, lacks: str, head: Head) -> ApiError:
    """400 for what needs the language model, with how to get it."""
    how = words.way_to_model("no_free_slot" if head.is_ready else head.status.state)
    message = f"A script answers now, which {lacks}. {how} GET /v1/local says more."
    return ApiError(400, message, param=param, code="unsupported_parameter")


def _until(text: str, stops: Sequence[str]) -> str:
    """The text before the first of the words at which it is to end."""
    ends = [at for stop in stops if (at := text.find(stop)) >= 0]
    return text[: min(ends)] if ends else text


def _words(question: Question) -> int:
    return sum(len(message.text.split()) for message in question.messages)
