"""What a conversation tells of the tools that were called in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from local_ai.head.asked.messages import call_as_text
from local_ai.head.asked.results import FAILED
from local_ai.head.asked.tools import ToolCall
from local_ai.head.history import Spoken


@dataclass(frozen=True)
class Used:
    """One call that was answered. `is_new` says that the person has said nothing since."""

    tool: str
    call: str
    is_done: bool
    is_new: bool


def used_in(messages: Sequence[Spoken]) -> list[Used]:
    """Returns the calls that were answered, the oldest first."""
    found: list[Used] = []
    waiting: list[Spoken] = []
    last = max((at for at, each in enumerate(messages) if each.role == "user"), default=-1)
    for at, each in enumerate(messages):
        if each.role == "calls":
            waiting.append(each)
        elif each.role == "tool" and waiting:
            same = next((call for call in waiting if call.tool == each.tool), waiting[0])
            waiting.remove(same)
            is_done = not each.text.startswith(f"{each.tool} {FAILED}")
            found.append(Used(same.tool, same.text, is_done, at > last))
    return found


def as_text(call: ToolCall) -> str:
    """Returns a call as the conversation has it."""
    return call_as_text(call.name, call.arguments)
