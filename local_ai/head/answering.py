"""Who answers a question: a rule, the language model in the session's slot, or the script."""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from local_ai.errors import ApiError
from local_ai.head.demo import Heard, reply
from local_ai.head.head import Head
from local_ai.head.history import INSTRUCTING, Spoken, callers_instructions, in_turns
from local_ai.head.identity import facts
from local_ai.head.question import Question
from local_ai.head.reply import Fixed, Reply, generated
from local_ai.head.rules.rules import Answer, by_rule
from local_ai.head.slots import Slot
from local_ai.models import SCRIPTED

_GREET = re.compile(r"\b(greet|welcome|introduce yourself|say hello)", re.IGNORECASE)


def reply_to(question: Question, head: Head, slot: Slot | None) -> Reply:
    """Returns the reply of the model when there is a slot, else the script's.

    Raises ApiError for what cannot be answered.
    """
    if slot is None:
        return Fixed(SCRIPTED, _script(question, head), question.longest, _words(question))
    said = in_turns(question.messages)
    answer = _by_rule(question, head)
    if answer is None:
        return generated(head, slot, question, said)
    if not answer.rest:
        return Fixed(head.id, answer.text, question.longest, _words(question))
    found = generated(head, slot, question, [*said[:-1], Spoken("user", answer.rest)])
    found.first = answer.text
    return found


def heard(messages: Sequence[Spoken]) -> Heard:
    """Returns what a reply is made from; a turn that came in pieces is put together."""
    said = [message for message in messages if message.role not in INSTRUCTING]
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
    """What a rule answers to the person's last words; programs that want JSON ask the model."""
    if question.format is not None or question.messages[-1].role != "user":
        return None
    last = heard(question.messages)
    callers = callers_instructions(question.messages)
    return by_rule(last.words or "", last.before, facts(head.model, callers), datetime.now())


def _script(question: Question, head: Head) -> str:
    """The script's words; as JSON where a program asks for it, which no schema can be kept for."""
    text = reply(heard(question.messages))
    if question.format is None:
        return text
    if question.format["type"] == "json_schema":
        why = "has no free slot" if head.is_ready else f"is {head.status.state}"
        message = (
            "A script answers now, and it cannot keep to a schema. "
            f"The language model that could {why}: GET /v1/local says more."
        )
        raise ApiError(400, message, param="response_format", code="unsupported_parameter")
    return json.dumps({"reply": text})


def _words(question: Question) -> int:
    return sum(len(message.text.split()) for message in question.messages)
