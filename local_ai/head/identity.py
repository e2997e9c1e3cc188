"""What the language model knows of itself: its instructions, and its answers about itself."""

import re
from dataclasses import dataclass

from local_ai.head.gguf import Header
from local_ai.head.rules.about import Facts
from local_ai.head.rules.german import is_german

_PERSONA = re.compile(
    r"\b(?:[Yy]ou are|[Yy]our name is|[Yy]ou're|[Aa]ct as)(?: called| named)? "
    r"(?P<name>[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)(?P<role>, (?:an?|the) [^.,;:\n]{3,60})?"
)
_PACKING = re.compile(r"\b(?:gguf|instruct|q\d\w*|f16|bf16)\b", re.IGNORECASE)
_HOW = (
    "You are talking with a person by voice. Answer in one to three short sentences of plain "
    "spoken "
    "{language}, as people talk: no lists, no markup, no code, no emoji. You can explain things, "
    "teach, "
    "translate, do small sums, give advice and tell stories and jokes. You have no live "
    "information: "
    "you do not know the time, the weather, the news or prices. You cannot book, send, call, "
    "remind, "
    "search or control anything; if you are asked to, say that you cannot. If you do not know "
    "something, say so."
)


@dataclass(frozen=True)
class Model:
    """A language model as it speaks of itself: its name, and who made it, "" when unknown."""

    name: str
    maker: str


def model_of(header: Header, file_name: str) -> Model:
    """Returns whose model a file holds, as its header tells it."""
    name = " ".join(_PACKING.sub(" ", header.name or file_name.replace("-", " ")).split())
    maker = header.maker
    if name.lower().startswith("qwen") and maker.lower() in ("", "qwen"):
        maker = "Qwen, a team of Alibaba"
    return Model(name, maker)


def instructions(model: Model, callers: str, spoken: bool = True) -> str:
    """Returns the system message: what the model is, how it talks, and what the caller wants.

    `spoken` is false for answers that a program reads.
    """
    made = f" made by {model.maker}" if model.maker else ""
    own = (
        f"You are {model.name}, a small language model{made}. You run offline, without the "
        "internet, on the same computer as this voice agent."
    )
    how = _HOW.format(language="German" if is_german([callers]) else "English")
    parts = [f"{own} {how}" if spoken else own, callers.strip()]
    return "\n\n".join(part for part in parts if part)


def facts(model: Model, callers: str) -> Facts:
    """Returns what is answered about the agent; a name that the caller gave it counts."""
    is_model = f"{model.name}, a small language model that runs on the computer of this voice agent"
    persona = _PERSONA.search(callers)
    who, named = f"I am {is_model}.", f"I am {is_model}."
    if persona:
        named = f"I am {persona['name']}. Behind that name is {is_model}."
        role = persona["role"] or ""
        who = f"I am {persona['name']}{role}. Behind that name is {is_model}."
    made = f"It was made by {model.maker}." if model.maker else "Its file does not say who made it."
    return {
        "who": who,
        "name": named,
        "human": f"I am not a person. {who}",
        "maker": f"What speaks here is a language model with the name {model.name}. {made}",
        "where": "I run on the same computer as this voice agent, without the internet.",
        "privacy": (
            "I run on the same computer as this voice agent, and I send what you say to nobody. "
            "Nothing of it leaves that computer through me."
        ),
        "can": (
            "I can talk with you: explain things, help you with words, ideas and small sums, and "
            "tell "
            "stories and jokes. I also know the time and the date. I am a small model without the "
            "internet, so I can be wrong, and I know nothing recent."
        ),
        "cannot": (
            "I cannot look anything up, so I know no weather, news or prices. I cannot book, send, "
            "call, remind, play or control anything. And I am a small model, so I can be wrong."
        ),
    }
