"""What cannot be done or known here, by topic, and how it is declined."""

from typing import Literal

Topic = Literal[
    "weather", "news", "sports", "prices", "booking", "sending", "emergency", "calls",
    "reminders", "seeing", "web", "music", "devices", "live", "errands", "noting",
    "checking",
]  # fmt: skip


OFFLINE = "I work without the internet"
DECLINED: dict[Topic, str] = {
    "weather": f"I cannot tell you the weather: {OFFLINE}, so I have no weather reports.",
    "news": f"I cannot tell you the news: {OFFLINE}, so I do not hear what happens in the world.",
    "sports": f"I cannot tell you sports results or when games are: {OFFLINE}.",
    "prices": f"I cannot tell you current prices or rates: {OFFLINE}.",
    "booking": "I cannot book, order or buy anything: I am not connected to any service.",
    "sending": "I cannot send or read messages: I am not connected to any mail or phone.",
    "emergency": "I cannot call anybody. If this is an emergency, please call for help yourself "
    "right away, or ask somebody near you to do it.",
    "calls": "I cannot call anybody: I am not connected to a phone.",
    "reminders": "I cannot set reminders, alarms or timers or keep a calendar: "
    "I can only talk with you now.",
    "seeing": "I cannot see anything: I can only hear you and talk.",
    "web": f"I cannot search the web or find places nearby: {OFFLINE}.",
    "music": "I cannot play music, radio or videos: I can only talk.",
    "devices": "I cannot control devices or programs: I can only talk.",
    "live": f"I cannot know that: {OFFLINE}, so I have nothing that is live or recent.",
    "errands": "I cannot do that: I can only talk, and have no hands to do anything with.",
    "checking": f"I cannot look that up: {OFFLINE}.",
    "noting": "I cannot write anything down or pass it on: I can only talk.",
}
AGAIN = "I am sorry."


SOON = (
    r"(?:today|tonight|tomorrow|now|right now|outside|this (?:week|weekend|morning|afternoon|"
    r"evening|"
    r"year|season)|next (?:week|weekend|days?)|yesterday|last (?:night|week|weekend)|currently|"
    r"at the moment|"
    r"later|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|here|there|again)"
)
