"""A conversation as the model takes it: instructions first, each side in turn, whole turns only."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

INSTRUCTING = ("system", "developer")
ANSWERING = ("assistant", "calls")
TOOLS = ("calls", "tool")
"""Who calls tools, and who answers such calls."""
BEGIN = "Hello."
_ASCII_A_TOKEN = 3.6
_TOKENS_A_MESSAGE = 6
_KEPT_SHARE = 0.3


@dataclass(frozen=True)
class Spoken:
    """One message of the request: who said it, and its text.

    Beside OpenAI's roles there is `calls`, for the model's calls of tools. `tool` is the name of
    the tool that is called, or has answered.
    """

    role: str
    text: str
    tool: str = ""

    def as_message(self) -> dict[str, str]:
        """Returns the message as OpenAI's API has it: `role` and `content`."""
        return {"role": self.role, "content": self.text}


def callers_instructions(messages: Sequence[Spoken]) -> str:
    """Returns what the instructions before the first word say."""
    found = []
    for message in messages:
        if message.role not in INSTRUCTING:
            break
        found.append(message.text)
    return "\n\n".join(found)


def in_turns(messages: Sequence[Spoken]) -> list[Spoken]:
    """Returns what was said, beginning with the person, one message a side in turn.

    Templates of many models take nothing else. Instructions in the middle count as the person's.
    """
    said: list[Spoken] = []
    leading = True
    for message in messages:
        leading = leading and message.role in INSTRUCTING
        if leading or not message.text.strip():
            continue
        role = "assistant" if message.role in ANSWERING else "user"
        if said and said[-1].role == role:
            said[-1] = Spoken(role, f"{said[-1].text}\n\n{message.text}")
        else:
            said.append(Spoken(role, message.text))
    if not said or said[0].role == "assistant":
        said.insert(0, Spoken("user", BEGIN))
    return said


def tokens(messages: Sequence[Spoken]) -> int:
    """Returns about how many tokens messages are, rather too many than too few."""
    return sum(map(_tokens_of, messages))


@dataclass
class Window:
    """Which part of a conversation a model still sees: it moves seldom, and then by a lot.

    A model that keeps what it has read reads on where the beginning stays the same. So when the
    context is full, most of it is freed at once, and the beginning stays for many turns. A long
    conversation that it has not read yet is cut to as much: it reads 70 tokens a second.
    """

    first: str = ""

    def of(self, said: list[Spoken], budget: int) -> list[Spoken]:
        """Returns the newest turns that fit into the budget of tokens; the last always stays."""
        starts = [place for place, each in enumerate(said) if each.role == "user"]
        begun = next((place for place in starts if _mark(said[place]) == self.first), None)
        most = budget * _KEPT_SHARE if begun is None else budget
        begin = begun or 0
        if tokens(said[begin:]) > most:
            fits = [at for at in starts if tokens(said[at:]) <= budget * _KEPT_SHARE]
            begin = fits[0] if fits else starts[-1]
        self.first = _mark(said[begin])
        return said[begin:]


def _mark(message: Spoken) -> str:
    return hashlib.sha256(message.text.encode()).hexdigest()


def _tokens_of(message: Spoken) -> int:
    plain = len(message.text.encode("ascii", "ignore"))
    return _TOKENS_A_MESSAGE + int(plain / _ASCII_A_TOKEN) + len(message.text) - plain
