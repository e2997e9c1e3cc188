"""More claims, of an agent that has tools: that it wrote something down, and all of it in German.

Patterns as in `claims`.
"""

from local_ai.head.rules.topics import Topic

_ADVERBS = "now|just|also|already|gladly|then|all"
_NOT = "!nicht|nichts|noch|kein|keine|keinen|keinem|nie|niemanden|wenn|sobald|falls*"
_WROTE = "noted|recorded|logged|forwarded|registered|saved"
_WRITE = "note|record|log|forward|register|save"
_CHANGED = "cancelled|canceled|changed|updated|moved|rescheduled|confirmed|processed|submitted"
_ARRANGED = "reservation|booking|appointment|order|table|request|cancellation"

_ENGLISH: list[tuple[Topic, str]] = [
    ("noting", f"i|we have? {_ADVERBS}* {_WROTE} that|this|it|your|the|down|you|all|everything"),
    ("noting", f"i|we have? {_ADVERBS}* written|wrote|taken|took|passed _? _? _? down|on|note"),
    ("noting", f"i|we will|shall {_ADVERBS}* {_WRITE} that|this|it|your|the|down|all"),
    ("noting", f"i|we will|shall {_ADVERBS}* write|take|pass|make _? _? _? _? down|on|note|along"),
    ("noting", "let me just? note|write|record|log|take"),
    ("noting", f"i am {_ADVERBS}* noting|writing|recording|taking _? _? that|this|it|your|down"),
    ("noting", f"your|the|it|that|this _? _? has|have|is|are|was been? {_ADVERBS}* {_WROTE}"),
    ("booking", f"i|we have? {_ADVERBS}* {_CHANGED} that|this|it|your|the|a|an"),
    ("booking", f"i|we will {_ADVERBS}* cancel|change|update|move|reschedule|confirm|submit "
                "that|this|it|your|the|a|an"),
    ("booking", f"i am {_ADVERBS}* cancelling|canceling|changing|updating|moving "
                "that|this|it|your|the|a|an"),
    ("booking", f"your|the|it _? _? {_ARRANGED}? has|have|is|was been? {_ADVERBS}* {_CHANGED}"),
    ("booking", f"your|the|it _? _? {_ARRANGED}? has|have|is|was been? {_ADVERBS}* "
                "booked|reserved|made|placed"),
    ("checking", "let me just? check|look|see|find|search"),
    ("checking", "i will just? check|look|find|search"),
    ("checking", "one|just a? moment while i"),
]  # fmt: skip
_GERMAN_ACTS: list[tuple[Topic, str, str, str]] = [
    (
        "noting",
        "notiert|aufgenommen|vermerkt|aufgeschrieben|festgehalten|weitergegeben|eingetragen|"
        "gespeichert|ausgerichtet|hinterlegt",
        "notieren|vermerken|aufschreiben|festhalten|weitergeben|eintragen|ausrichten|hinterlegen",
        "notiere|vermerke",
    ),
    (
        "booking",
        "gebucht|reserviert|vereinbart|bestellt|storniert|abgesagt|best\u00e4tigt|umgebucht|verschoben",
        "buchen|reservieren|vereinbaren|bestellen|stornieren|absagen|umbuchen|verschieben",
        "buche|reserviere|bestelle|storniere",
    ),
    (
        "sending",
        "gesendet|geschickt|weitergeleitet|informiert|benachrichtigt|\u00fcbermittelt",
        "senden|schicken|weiterleiten|informieren|benachrichtigen|\u00fcbermitteln",
        "sende|schicke|informiere|benachrichtige",
    ),
    ("calls", "angerufen", "anrufen|zur\u00fcckrufen|verbinden", "verbinde|rufe"),
    ("reminders", "erinnert", "erinnern|wecken", "erinnere|wecke"),
]
"""A topic, and its verbs: what was done, what will be done, and what is being done."""
_THINGS = "ihr|ihre|ihren|der|die|das|es|dein|deine|alles"
_IS = "ist|sind|wurde|wurden"


def _in_german(topic: Topic, done: str, to_do: str, doing: str) -> list[tuple[Topic, str]]:
    return [
        (topic, f"ich|wir|hiermit habe|haben|hab {_NOT} {done}"),
        (topic, f"habe|haben|hab ich|wir {_NOT} {done}"),
        (topic, f"ich|wir werde|werden {_NOT} {to_do}"),
        (topic, f"ich|wir {doing} {_NOT} $"),
        (topic, f"{_THINGS} !{_IS}|nicht|noch* {_IS} {_NOT} {done}"),
    ]


ACTED: list[tuple[Topic, str]] = [
    *_ENGLISH,
    *(each for act in _GERMAN_ACTS for each in _in_german(*act)),
]
