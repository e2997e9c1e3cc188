"""The sentences for what may go wrong with a service: each names who can do something about it."""

from __future__ import annotations

from collections.abc import Mapping

from config.services import Kind

from agent_manager.providers.errors import Reason

NAMES: Mapping[Kind, str] = {
    "stt": "Speech recognition",
    "llm": "The language service",
    "tts": "The voice service",
}
OPERATOR = "Whoever runs this server has to check"
READ: Mapping[Reason, str] = {
    "unreachable": "cannot be reached. Please try again in a moment.",
    "private": f"is at a private address that is not allowed. {OPERATOR} it.",
    "certificate": f"has a certificate that is not accepted. {OPERATOR} it.",
    "moved": f"sends requests on to another host. {OPERATOR} its address in the settings.",
    "unsendable": f"has a key or an address that no request can carry. {OPERATOR} the settings.",
    "slow": "does not answer in time. Please say that again in a moment.",
    "loading": "is still loading its model. Please say that again in a moment.",
    "stopped": "stopped and is being started again. Please say that again in a moment.",
    "refused": f"refused the key. {OPERATOR} it.",
    "limited": "is over its limit for now. Please wait a moment, then try again.",
    "unpaid": f"has no credit left. {OPERATOR} its account.",
    "failed": "failed. Please try again in a moment.",
    "rejected": f"did not accept the request. {OPERATOR} its settings.",
    "too_long": f"was sent more than its model can read. {OPERATOR} the size of its context.",
    "broken_off": "broke off in the middle of its answer. Please say that again.",
    "web_page": f"answered with a web page. {OPERATOR} its address in the settings.",
    "wrong_answer": f"gave an answer that cannot be used. {OPERATOR} what it is.",
    "empty": "answered with nothing. Please say that again, perhaps in other words.",
    "filtered": "stopped the answer because of its content filter. Please ask in another way.",
    "only_thought": f"only thought and said nothing. {OPERATOR} its model and settings.",
    "only_tool_call": f"called a tool that nobody offered it. {OPERATOR} its model.",
    "not_installed": f"needs a plugin that is not installed. {OPERATOR} its provider.",
}
"""What a person reads after the service's name."""
READ_OF: Mapping[tuple[Kind, Reason], str] = {
    ("stt", "slow"): "does not answer in time. Please say that again in a moment.",
    ("stt", "too_long"): "takes no speech of this length. Please say it in shorter pieces.",
    ("stt", "filtered"): "kept its words back because of its content filter. Please say it anew.",
    ("tts", "slow"): "does not answer in time. The words are on the page.",
    ("tts", "too_long"): f"takes no text of this length. {OPERATOR} its limits.",
    ("tts", "empty"): "answered without any sound. The words are on the page.",
    ("tts", "filtered"): "did not speak the words because of its content filter.",
    ("tts", "broken_off"): "broke off in the middle of its voice. Please say that again.",
    ("tts", "only_thought"): f"gave no sound. {OPERATOR} its model.",
    ("tts", "only_tool_call"): f"gave no sound. {OPERATOR} its model.",
    ("stt", "only_thought"): f"gave no words. {OPERATOR} its model.",
    ("stt", "only_tool_call"): f"gave no words. {OPERATOR} its model.",
}
"""The same where a service has a sentence of its own."""
READ_WHOLE: Mapping[tuple[Kind, Reason], str] = {
    ("llm", "stopped"): (
        "The language model on this computer stopped and is being started again. "
        "Please say that again in a moment."
    ),
}
"""Whole sentences, where the service's name would blame another party."""
SPOKEN: Mapping[Kind, str] = {
    "stt": "I am sorry, I cannot understand speech at the moment. Please try again shortly.",
    "llm": "I am sorry, I cannot think of an answer at the moment. Please try again shortly.",
}
"""What the agent says aloud; without a voice it says nothing."""
SPOKEN_OF: Mapping[tuple[Kind, Reason], str] = {
    ("stt", "too_long"): "I am sorry, that was too long for me. Please say it in shorter pieces.",
    ("llm", "loading"): "I am sorry, my model is still being loaded. Please try again shortly.",
    ("llm", "stopped"): (
        "I am sorry, my language model stopped and is being started again. Please ask me again."
    ),
    ("llm", "broken_off"): "I am sorry, my answer was cut off. Please ask me again.",
    ("llm", "empty"): "I am sorry, I got no answer to that. Please say it in other words.",
    ("llm", "filtered"): "I am sorry, a content filter stopped my answer. Please ask differently.",
    ("llm", "only_thought"): "I am sorry, I thought about it and found no words. Please ask again.",
    ("llm", "only_tool_call"): "I am sorry, I cannot do that here. Please ask me something else.",
}


def read(service: Kind, reason: Reason) -> str:
    """The sentence on the page."""
    if whole := READ_WHOLE.get((service, reason)):
        return whole
    return f"{NAMES[service]} {READ_OF.get((service, reason)) or READ[reason]}"


def told(service: Kind, reason: Reason) -> str:
    """What failed, without what a person in a conversation may do about it: for operators."""
    sentence, _, _rest = read(service, reason).partition(". ")
    return sentence.rstrip(".") + "."


def told_of_server(reason: Reason) -> str:
    """The same of a server that may be any of the services."""
    sentence, _, _rest = f"The server {READ[reason]}".partition(". ")
    return sentence.rstrip(".") + "."


def spoken(service: Kind, reason: Reason) -> str | None:
    """The sentence that is said aloud, None where nothing can be."""
    return SPOKEN_OF.get((service, reason)) or SPOKEN.get(service)
