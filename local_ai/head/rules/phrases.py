"""A turn of a person as plain sentences: lower case, no contractions, usual mishearings mended."""

import re
from dataclasses import dataclass

_MENDED = [
    ("[\u2019`]", "'"),
    (r"\b(what|who|where|how|that|it|there|here|when)'?s\b(?! own)", r"\1 is"),
    (r"\bwhats\b|\bwats\b", "what is"),
    (r"\bi'd\b", "i would"),
    (r"\b(i|you|we|they|he|she|it)'ll\b", r"\1 will"),
    (r"\bi'?m\b", "i am"),
    (r"\byou'?re\b", "you are"),
    (r"\b(?:cannot|can't|cant)\b", "can not"),
    (r"\bwon'?t\b", "will not"),
    (r"\b(do|does|did|is|are|was|could|would|should)n't\b", r"\1 not"),
    (r"\blet'?s\b", "let us"),
    (r"\be[ -]mail", "email"),
    (r"\bthyme\b|\btyme\b", "time"),
    (r"\bwhat (?:dime|times) is it\b", "what time is it"),
    (r"\b(?:wether|wheather|weathr|wheter)\b", "weather"),
    (r"\b(the|how is|is) whether\b(?! or)", r"\1 weather"),
    (r"\bwhether (today|tomorrow|forecast|report|like|outside)\b", r"weather \1"),
    (r"\bforcast\b|\bfour cast\b", "forecast"),
    (r"\b(send|write|read|check) (a|an|my|the|her|him) male\b", r"\1 \2 mail"),
    (r"\b(can|could|to|would) (you|i)? ?(?:dew|due)\b", r"\1 \2 do"),
    (r"\b(set|need|want) (a|an|the|another) (?:remainder|reminding)\b", r"\1 \2 reminder"),
    (r"\ba larm\b", "alarm"),
    (r"\bbit coins?\b", "bitcoin"),
    (r"\b(?:reed|red) me the (news|headlines)\b", r"read me the \1"),
    (r"\bthe (?:noose|newes)\b", "the news"),
    (r"\bu\b", "you"),
    (r"\bwho (?:maid|mate) you\b", "who made you"),
    (r"\bware (are|do) you\b", r"where \1 you"),
]
_FILLERS = (
    r"(?:hey|hi|hello|ok|okay|um+|uh+m?|erm?|hmm+|well|so|oh|ah|please|excuse me|sorry|alright|"
    r"all right|right|now|echo|thanks|thank you|good (?:morning|evening|afternoon|day)|yes|yeah|"
    r"no|listen|and|but|or|then|also|by the way|there|actually|just|maybe|my friend|assistant|"
    r"computer|one more thing|quick question)"
)
_LEADING = re.compile(rf"^(?:{_FILLERS} )+")
_TRAILING = re.compile(
    r"(?: (?:please|thanks|thank you|then|for me|for us|if you can|if possible|okay|ok|you know))+$"
)
_END = re.compile(r"(?<=[.!?;])\s+|\n+")
_NEXT = re.compile(
    r"(?:,\s*|,?\s+)(?:and|then|also|but|plus)(?: also| then| please)?\s+(?=(?:what|whats|how|"
    r"who|where|"
    r"when|which|can you|could you|will you|would you|tell me|please|is it|will it|is there|do you|"
    r"play|send|book|remind|call|set|explain|give me)\b)|,\s+(?=(?:what|how|who|where|can you|"
    r"could you|will it|is it)\b)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^(?:what|how|who|where|when|why|which|whose|can|could|will|would|is|are|do|does|did|should|"
    r"may|tell|give|explain|say|name|list|describe|help|teach|translate|write|count|spell|make|"
    r"let us|sing|recommend|suggest|i (?:want|would like|need) (?:you )?to)\b"
)


@dataclass(frozen=True)
class Sentence:
    """One sentence as it was said, and as `plain` words without what is said before and after."""

    said: str
    plain: str

    @property
    def is_request(self) -> bool:
        """Whether it asks for something."""
        return self.said.rstrip().endswith("?") or bool(_REQUEST.match(self.plain))


def sentences(turn: str) -> list[Sentence]:
    """Returns what a person said, sentence by sentence and request by request."""
    parts = (part for end in _END.split(turn) for part in _NEXT.split(end))
    found = (Sentence(part.strip(), plain(part)) for part in parts)
    return [sentence for sentence in found if sentence.plain]


def plain(text: str) -> str:
    """Returns the words as the patterns of the rules are written."""
    words = words_of(text)
    words = _LEADING.sub("", f"{words} ").strip()
    return _TRAILING.sub("", words)


def words_of(text: str) -> str:
    """Returns the words in lower case, mended, without punctuation."""
    words = re.sub(r"[ \t]+", " ", text.lower())
    for pattern, mended in _MENDED:
        words = re.sub(pattern, mended, words)
    return " ".join(re.sub(r"[^\w' ]+", " ", words).split())
