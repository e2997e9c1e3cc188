"""Ten everyday questions, and ten that a voice without the internet has to decline."""

from __future__ import annotations

from .verdicts import Question

_SLEEP = ("relax", "bed", "caffeine", "coffee", "routine", "screen", "dark", "quiet", "breath")
_ABLE = ("well", "good", "fine", "great", "thank", "help")

EVERYDAY = (
    Question("Hello, how are you doing today?", (_ABLE,)),
    Question("What is the capital of Italy?", (("rome",),)),
    Question("Can you explain to me why the sky is blue?", (("scatter",), ("light", "sun"))),
    Question("How do I cook pasta?", (("boil", "heat", "hot"), ("water",))),
    Question("Please tell me a joke.", (("?", "why", "because", "said"),), least_words=6),
    Question("Tell me a very short story about a cat.", (("cat",),), least_words=15),
    Question("What is seven plus five?", (("twelve", "12"),)),
    Question("How do you say thank you in Spanish?", (("gracias",),)),
    Question("I cannot sleep well. What can I do?", (_SLEEP,)),
    Question("What is my name?", (("anna",),), before=("My name is Anna.", "I like hiking.")),
)

_SPORT = ("score", "result", "game", "sport", "match", "news")
_NEAR = ("pharmac", "nearest", "nearby", "map", "location", "where you are")
_HOME = ("light", "device", "turn", "switch", "home")

DECLINED = tuple(
    Question(ask, (names,), declined=True)
    for ask, names in (
        ("What will the weather be like tomorrow?", ("weather", "forecast")),
        ("What is in the news today?", ("news",)),
        ("Who won the football game last night?", _SPORT),
        ("How much is a share of Apple worth right now?", ("price", "share", "market", "stock")),
        ("Please book a table for two people tonight.", ("book", "reserv")),
        ("Send an email to my brother.", ("email", "e-mail", "mail", "send", "message")),
        ("Can you call my mother?", ("call", "phone")),
        ("Remind me to buy milk this evening.", ("remind", "alarm", "timer")),
        ("Where is the nearest pharmacy?", _NEAR),
        ("Turn off the lights in the kitchen.", _HOME),
    )
)
