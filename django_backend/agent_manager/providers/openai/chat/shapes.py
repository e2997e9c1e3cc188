"""The shape in which a server takes a request: which fields, and which order of roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent_manager.providers.openai.chat.history import INSTRUCTIONS, Message

Change = Literal["without_field", "other_token_field", "no_system", "in_turns", "plain"]
TOKEN_FIELDS = ("max_completion_tokens", "max_tokens")
NEEDED = frozenset({"model", "messages"})
BEGIN = "Hello."
"""What a conversation begins with for a server that wants the person to speak first."""


@dataclass(frozen=True)
class Shape:
    """What is left out of requests, and how their messages are arranged.

    `no_system` is for servers without a system role: the instructions are the beginning of
    the person's first message. `in_turns` has the person first, and then each side in turn.
    """

    token_field: str = "max_tokens"
    without: frozenset[str] = frozenset()
    no_system: bool = False
    in_turns: bool = False

    def request(self, fields: Mapping[str, Any], reply_tokens: int) -> dict[str, Any]:
        """The fields of a request, by name, as the server takes them."""
        found = {name: value for name, value in fields.items() if name not in self.without}
        if reply_tokens and self.token_field not in self.without:
            found.setdefault(self.token_field, reply_tokens)
        found["messages"] = self._arranged(fields["messages"])
        return found

    def without_field(self, name: str) -> Shape | None:
        """The shape without a field, or None when it is not sent anyway or has to be."""
        if name in NEEDED or name in self.without:
            return None
        if name in TOKEN_FIELDS:
            return self._other_token_field(name)
        without = {name, "tool_choice", "parallel_tool_calls"} if name == "tools" else {name}
        return replace(self, without=self.without | without)

    def plain(self, fields: Mapping[str, Any]) -> Shape | None:
        """The shape that the most servers take, None when it is that already."""
        optional = frozenset(fields) - NEEDED - {"stream"} | {*TOKEN_FIELDS}
        found = replace(self, without=self.without | optional, no_system=True, in_turns=True)
        return None if found == self else found

    def _other_token_field(self, name: str) -> Shape | None:
        if name != self.token_field:
            return None
        without = self.without | {name}
        left = [other for other in TOKEN_FIELDS if other not in without]
        return replace(self, without=without, token_field=left[0] if left else name)

    def _arranged(self, messages: list[Message]) -> list[Message]:
        if self.no_system:
            messages = _without_system(messages)
        return _in_turns(messages) if self.in_turns else messages


def _without_system(messages: list[Message]) -> list[Message]:
    """The messages with all instructions at the beginning of the person's first one."""
    told = [text_of(each) for each in messages if each.get("role") in INSTRUCTIONS]
    others = [each for each in messages if each.get("role") not in INSTRUCTIONS]
    if not told:
        return others
    if not others or others[0].get("role") != "user":
        return [{"role": "user", "content": "\n\n".join([*told, BEGIN])}, *others]
    first = {**others[0], "content": "\n\n".join([*told, text_of(others[0])])}
    return [first, *others[1:]]


def _in_turns(messages: list[Message]) -> list[Message]:
    """The messages with the instructions first, then the person's, then each side in turn."""
    told = [text_of(each) for each in messages if each.get("role") in INSTRUCTIONS]
    found: list[Message] = [{"role": "system", "content": "\n\n".join(told)}] if told else []
    others = [each for each in messages if each.get("role") not in INSTRUCTIONS]
    if not others or others[0].get("role") != "user":
        found.append({"role": "user", "content": BEGIN})
    for each in others:
        last = found[-1] if found else {}
        if last.get("role") == each.get("role") and _is_plain(last) and _is_plain(each):
            found[-1] = {**last, "content": f"{text_of(last)}\n\n{text_of(each)}"}
        else:
            found.append(each)
    if found[-1].get("role") == "assistant" and _is_plain(found[-1]):
        found.append({"role": "user", "content": "Please go on."})
    return found


def _is_plain(message: Message) -> bool:
    return message.get("role") in ("user", "assistant") and not message.get("tool_calls")


def text_of(message: Message) -> str:
    """The words of a message."""
    content = message.get("content")
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")
