"""What of a recogniser's text are words that somebody said, as people write them today."""

import re

_IN_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|[\u2669-\u266f]")
_LEAST_LOGPROB = -1.0
_OF_FILMS = re.compile(r"(?:thanks|thank you) for watching[.!]?|©.*", re.IGNORECASE)
_OLD_SPELLINGS = re.compile(
    r"\b(to(?=-(?:morrow|day|night)|.morrow)|(?:any|some|every)(?=.thing))[- ]"
    r"(morrow|day|night|thing)\b",
    re.IGNORECASE,
)


def believable(text: str, logprob: float) -> str:
    """The text, or nothing where it is what Moonshine writes for silence and noise.

    That is notes, a lone "You" without a full stop, and the ends of films that it learnt from. One
    or two words that it was not sure of are no words either; `logprob` is the mean of its tokens.
    """
    text = _IN_BRACKETS.sub("", text).strip()
    is_short = len(text.split()) <= 2
    is_unsure = is_short and logprob < _LEAST_LOGPROB
    is_invented = text == "You" or _OF_FILMS.fullmatch(text) is not None
    if is_invented or is_unsure or not any(character.isalnum() for character in text):
        return ""
    return text


def modern(text: str) -> str:
    """The text without the spellings of old books, which Moonshine learnt from."""
    return _OLD_SPELLINGS.sub(_joined, text)


def lower_case_but_i(words: str) -> str:
    """The words of a dictionary that is all lower case, with the one capital that it lacks."""
    return re.sub(r"\bi\b", "I", words)


def _joined(parts: re.Match[str]) -> str:
    return parts[1] + parts[2].lower()
