"""Questions about the agent itself: which one it is; the answers are the caller's facts."""

import re
from collections.abc import Mapping
from typing import Literal

Kind = Literal["who", "name", "human", "maker", "where", "privacy", "can", "cannot"]
Facts = Mapping[Kind, str]
"""What is answered to each kind of question."""

_END = (
    r"(?: (?:exactly|really|then|anyway|actually|right now|now|please|at all|today|again|"
    r"for me|for us|here|yourself|physically))*$"
)
_LEAD = r"^(?:(?:tell me|do you know|can you tell me|could you tell me|i want to know|i wonder) )*"
_MADE = (
    r"(?:made|created|built|trained|developed|programmed|designed|wrote|invented|owns|runs|"
    r"is behind|was behind|produced|released|coded)"
)
_MINE = (
    r"(?:my|our|this|these|the|what i) (?:words?|voice|data|conversation|speech|recordings?|audio|"
    r"say|said|information|questions?|talk)"
)
_ASSISTANTS = (
    r"(?:an? |the )?(?:real |actual |living )?(?:ai|a i|artificial intelligence|robot|human|person|"
    r"machine|computer|program|bot|chat ?bot|language model|chat ?gpt|g ?p ?t\b.*|open ?ai|siri|"
    r"alexa|"
    r"cortana|google|claude|gemini|llama|mistral|qwen|real|alive|man|woman|script|model)(?: "
    r"being| one)?"
)
_PATTERNS: list[tuple[Kind, str]] = [
    (
        "name",
        r"(?:what is your (?:full |real )?name|what are you called|what (?:should|do|can) i call "
        r"you|do you have a name|your name|what name do you (?:have|go by)|how are you called)",
    ),
    (
        "who",
        r"(?:(?:who|what)(?: exactly| really)? (?:are you|you are|is this)|who am i (?:talking|"
        r"speaking|chatting) (?:to|with)|introduce yourself|(?:something |a bit |a little |more )?"
        r"about yourself|what (?:kind|sort|type) of \w+(?: \w+)? are you|(?:which|what) (?:\w+ )?"
        r"(?:\w+ )?model (?:are you|is this|do you (?:use|run)|you are|am i talking to)|"
        r"what are you made of)",
    ),
    (
        "human",
        rf"(?:so )?(?:are you|you are|am i (?:talking|speaking) (?:to|with)) (?:just )?"
        rf"{_ASSISTANTS}(?: or .*)?",
    ),
    ("human", r".*\byour (?:system |secret |hidden )?(?:prompt|instructions)"),
    (
        "maker",
        rf"(?:who|what company|which company|what|whoever) (?:has |had )?{_MADE} you|"
        rf"(?:who|by whom) (?:were|was) you (?:made|created|built|trained|developed)(?: by)?|"
        r"(?:who|what) is your (?:maker|creator|developer|owner|manufacturer|inventor|company)|"
        r"where do you come from|(?:did|does) \w+(?: \w+)? (?:make|made|build|create|own|train) "
        r"you",
    ),
    (
        "where",
        r"where (?:are|do) you (?:running|located|hosted|run|live|work|sit|exist|stay|based)|"
        r"where are you|(?:which|what) (?:computer|machine|server) (?:are|do) you (?:run(?:ning)?)?"
        r"(?: ?on)?|are you (?:running )?(?:in the cloud|on (?:this|my|a|the|some) (?:\w+ "
        r")?(?:computer|"
        r"machine|server|laptop|cloud)|local|offline|online|(?:connected to|on) the internet|"
        r"running locally)|do you (?:run|work|live) (?:locally|offline|online|in the cloud|on "
        r"(?:this|my|"
        r"a|the) (?:computer|machine|server|laptop)|without (?:the |an )?internet)|do you "
        r"(?:need|have|"
        r"use) (?:the |an |any )?internet(?: access| connection)?",
    ),
    (
        "privacy",
        rf"(?:do|does|are|will|is|did|can|could) {_MINE}(?: .*)? (?:leave|leaving|go|stay|sent|"
        r"stored|recorded|shared|private|safe|secure|listened|uploaded|saved|kept|transmitted)\b.*|"
        rf"does (?:anything|something|what) (?:i say )?.*\bleaves?\b.*(?:computer|machine|house|"
        rf"room)|"
        rf"where (?:do|does|is|are|will) {_MINE}(?: .*)?|is (?:this|it|that)(?: conversation| "
        rf"chat)? "
        r"(?:private|confidential|recorded|safe|secure|being recorded|anonymous)|are you "
        r"(?:recording|"
        r"spying on|storing|saving|sharing|sending|keeping) (?:me|this|us|my|our|what|any|data).*|"
        r"(?:who|can (?:anyone|anybody|someone|somebody|people)) (?:else )?(?:can |could |is "
        r")?(?:else )?"
        r"(?:hear|hears|listen|listening|see|read|reads)(?: in| to)?(?: to)? (?:this|me|us|what|"
        r"my|our).*|"
        r"do you (?:send|share|upload|store|save|record|keep) (?:my|our|what|any(?: of)?|the) "
        r"(?:words?|voice|data|conversation|audio|recordings?|i say|my .*)(?: .*)?|"
        r"do you record (?:me|this|us)|is (?:anyone|anybody|someone|somebody) (?:else "
        r")?listening.*",
    ),
    (
        "cannot",
        r"what (?:can|could|do) (?:you not|not you) (?:do|know|answer|talk about)|what are you "
        r"(?:not able|unable) to do|what (?:are|is) your (?:limits?|limitations?|weakness(?:es)?)|"
        r"is there (?:anything|something) (?:that )?you can not do|what is not possible",
    ),
    (
        "can",
        r"what (?:all )?(?:can|could|do) you do|how (?:can|could|will|do) you help(?: me| us)?|"
        r"what (?:are|is) you (?:able to do|capable of|good at)|what are you (?:able to do|"
        r"capable of|good "
        r"at|for)|what (?:can|could|should|may) i (?:ask|say|talk about)(?: you| to you)?(?: "
        r"about| "
        r"with you)?|what can we (?:do|talk about)|what (?:things |else )?(?:can|could) you "
        r"(?:help|do)"
        r"(?: me)?(?: with)?|what are your (?:abilities|skills|capabilities|features)|"
        r"what do you know",
    ),
]
_COMPILED: list[tuple[Kind, re.Pattern[str]]] = [
    (kind, re.compile(rf"{_LEAD}(?:{pattern}){_END}")) for kind, pattern in _PATTERNS
]


def asked(words: str) -> Kind | None:
    """Returns what plain words ask about the agent, None when they ask something else."""
    return next((kind for kind, pattern in _COMPILED if pattern.match(words)), None)
