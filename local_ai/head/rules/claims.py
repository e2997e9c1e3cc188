"""Sentences that claim or promise to do what cannot be done here: patterns of words, by topic.

A pattern has one step a word: words separated by `|`, or `_` for any word, or `!` and the words
that it must not be. A step with `?` may be left out, one with `*` may be there often, and `$` is
the end of the sentence.
"""

from local_ai.head.rules.topics import Topic

_ADVERBS = "now|just|gladly|also|quickly|happily|certainly|definitely|already|immediately|then"
_TRYING = "going|try|go? ahead? to|and?"
_WILL = (
    f"i will|am|have {_ADVERBS}* {_TRYING}",
    "let me just|quickly*",
    "i am|would be? happy|glad to",
)
"""How a sentence begins that says what the one who speaks is going to do."""
_MAY = (
    f"i shall|can {_ADVERBS}* {_TRYING}",
    "would you like me to",
    "what|when|which|who|where|how _? _? _? would you like me to",
    "do you want me to",
    "should|shall i",
    "what|when|which|who|where|how _? _? _? should|shall|can i",
)
"""How one begins that offers to do something; who has a tool for it may offer it."""
_DID = (f"i have {_ADVERBS}*", f"i {_ADVERBS}*")
_DOING = (f"i am {_ADVERBS}*",)
_ONE = "a|an|your|the|that|another"
_WHOM = "you|your|her|him|them|it|that|this|a|an|the|some"
_PEOPLE = (
    "mother|mom|mum|father|dad|parents|sister|brother|wife|husband|partner|son|daughter|kids|"
    "children|family|friend|friends|boss|colleague|neighbor|neighbour|doctor|dentist|grandmother|"
    "grandfather|grandma|grandpa|aunt|uncle|cousin|landlord|teacher|office|bank|school"
)
_PLACES = "police|restaurant|hotel|ambulance|number|taxi|hospital|pharmacy|doctor|dentist|bank"
_RINGING = "reminder|alarm|timer|countdown|stopwatch|notification"
_LISTS = "list|calendar|schedule|notes|diary|agenda"
_ARRANGED = "reservation|booking|appointment|order"
_BOOKED = f"{_ARRANGED}|meeting|table|flight|ticket|tickets|taxi|room"
_HOME = (
    "window|windows|door|doors|garage|gate|light|lights|lamp|lamps|curtains|blinds|thermostat|"
    "heating|tv|television|volume|oven|dishwasher|car|app|browser|temperature|brightness"
)
_SOUND = "music|song|songs|jazz|playlist|radio|album|video|movie|podcast"
_LIVE = (
    "weather|forecast|news|price|prices|traffic|calendar|email|emails|messages|internet|web|score|"
    "scores|availability|website|headlines"
)
_DRINKS = "coffee|tea|water|beer|wine|juice|sandwich|towel|blanket|snack"
_PETS = "dog|dogs|cat|cats|puppy|kitten|horse|fish|rabbit"
_HOUSEWORK = "dishes|laundry|car|kitchen|plants|flowers|lawn|garden|house|bathroom|floor|bike|trash"
_AFTER_CALL = "now|back|for|right|at|today|tomorrow|later|up|$"

_TO_DO: list[tuple[Topic, str]] = [
    ("sending", f"send|forward {_WHOM}"),
    ("sending", f"text|email|message {_WHOM}"),
    ("sending", "send|text|email|message $"),
    ("sending", f"tell|ask|inform|notify|invite|contact|reach your {_PEOPLE}"),
    ("sending", "let your|him|her|them _? know"),
    ("calls", "call|phone|dial $"),
    ("calls", f"call|phone|dial|ring your|{_PEOPLE}|911|emergency"),
    ("calls", f"call|phone|dial|ring her|him|them {_AFTER_CALL}"),
    ("calls", f"call|phone|dial|ring you? the|a|an? {_PLACES}|cab|uber"),
    ("calls", "make|place a|the|that phone? call"),
    ("calls", "connect|put you with|to|through"),
    ("reminders", "remind|notify|alert|wake you|him|her|them|us"),
    ("reminders", f"set|create|start|schedule|add|make {_ONE} _? _? {_RINGING}"),
    ("reminders", f"add|put|save|note|write _ _? _? _? to|on|in|into your|the _? {_LISTS}"),
    ("reminders", "make a note"),
    ("reminders", "let you know when|once|as"),
    ("booking", "book|reserve|order|buy $"),
    ("booking", "book|reserve|buy|purchase you|a|an|your|the|two|some|that|it|one"),
    ("booking", "order you|a|an|your|two|some|that|it|one"),
    ("booking", f"make|place a|an|the|your|that|you _? _? {_ARRANGED}"),
    ("booking", f"schedule|arrange|get a|an|the|your|that|you _? _? {_BOOKED}"),
    ("devices", "turn|switch on|off|up|down"),
    ("devices", "turn|switch the|your|it|them|that _? _? _? on|off|up|down"),
    ("devices", "open|close|shut|lock|unlock|dim|raise|lower|adjust|set|start the|your|that|all "
                f"_? _? {_HOME}"),
    ("devices", "take a|the|your photo|picture|screenshot|selfie"),
    ("music", f"play|start|put|stream you? on? _? _? _? {_SOUND}"),
    ("web", "look that|it|this|them up"),
    ("web", "look up"),
    ("web", "search for|the|online|on"),
    ("web", "google|browse"),
    ("web", f"check|get|look on|at|for? you? the|your|today's|current|latest* _? _? {_LIVE}"),
    ("web", "find|get you? a|an|the|some _? _? _? near|nearby|nearest|closest|online"),
    ("errands", f"bring|fetch|get|make|cook|pour|hand|pass you _? _? _? {_DRINKS}"),
    ("errands", f"feed|walk|wash|groom|take your|the _? {_PETS}"),
    ("errands", f"wash|clean|do|water|mow|iron|fix|repair your|the _? {_HOUSEWORK}"),
    ("errands", "take out the trash|garbage|rubbish"),
    ("errands", f"pick up your|the|some|him|her|them|{_PEOPLE}"),
    ("errands", "pick you|him|her|them up"),
    ("errands", f"pick your {_PEOPLE} up"),
    ("errands", "drive you|your|him|her|them"),
    ("errands", "take care of it|that|this|everything"),
    ("errands", "get right on it|that"),
    ("errands", "go to the store|supermarket|shop|pharmacy|bakery"),
]  # fmt: skip
_DONE: list[tuple[Topic, str]] = [
    ("sending", f"sent|texted|emailed|messaged|forwarded {_WHOM}"),
    ("sending", f"informed|notified|invited|told|asked your {_PEOPLE}"),
    ("calls", f"called|phoned|dialed your|{_PEOPLE}|the"),
    ("reminders", f"set|created|started|scheduled|added a|an|the|your|that _? _? _? {_RINGING}"),
    ("reminders", f"added|put|saved|noted _ _? _? _? to|on|in your|the _? {_LISTS}"),
    ("booking", "booked|reserved|ordered|bought|purchased you|a|an|your|the|two|some|that|it"),
    ("booking", f"made|placed|scheduled|arranged|confirmed a|an|the|your _? _? {_BOOKED}"),
    ("devices", "turned|switched on|off|up|down"),
    ("devices", "turned|switched the|your|it|them _? _? _? on|off|up|down"),
    ("devices", f"opened|closed|shut|locked|unlocked|dimmed the|your|all _? _? {_HOME}"),
    ("errands", "taken care of it|that|this|everything"),
]
_IN_PROGRESS: list[tuple[Topic, str]] = [
    ("sending", f"sending|texting|emailing|messaging {_WHOM}"),
    ("calls", f"calling|phoning|dialing your|her|him|them|the|{_PEOPLE}"),
    ("reminders", f"setting|creating|adding a|an|the|your _? _? {_RINGING}"),
    ("booking", "booking|reserving|ordering|buying you|a|an|your|the|two|some|that|it"),
    ("devices", "turning|switching on|off|up|down|the|your"),
    ("devices", f"opening|closing|locking|unlocking|dimming the|your|all _? _? {_HOME}"),
    ("music", f"playing you? _? _? {_SOUND}"),
    ("web", "searching|browsing|googling for|the|online"),
]
_ABOUT: list[tuple[Topic, str]] = [
    ("reminders", _RINGING),
    ("sending", "email|message|text|mail"),
    ("booking", _BOOKED),
    ("devices", _HOME),
    ("music", _SOUND),
]
_MADE = (
    "sent|set|booked|reserved|placed|scheduled|confirmed|turned|switched|opened|closed|locked|"
    "unlocked|added|ordered"
)
_NO_VERB = "!is|are|was|can|may|might|will|would|could|should|helps|means|has|makes|takes"
_WHOLE: list[tuple[Topic, str]] = [
    ("errands", "done $"),
    ("errands", "all done|set $"),
    ("errands", "it|that is all? done $"),
    ("errands", "consider it|that done"),
    ("errands", "you are all set"),
    ("reminders", f"you will receive|get|hear a|an|the|your _? {_RINGING}"),
    (
        "sending",
        "you|they|he|she will receive|get a|an|the|your _? email|message|text|confirmation",
    ),
    ("booking", f"your|the _? {_ARRANGED} has|is been? {_ADVERBS}* made|delivered|shipped"),
    ("weather", "the weather _? _? today|tomorrow|tonight|outside|now is|will|looks"),
    ("weather", "the weather is|will|looks _? _? _? _? today|tomorrow|tonight|outside"),
    ("weather", "the|today's|tomorrow's forecast is|says|calls|for|shows"),
    ("weather", "today|tomorrow it? is|will be? _? _? sunny|cloudy|rainy|windy|snowy|warm|cold"),
]
_ANY_THREE = " ".join([f"{_NO_VERB}?"] * 3)
OFFERS: list[tuple[Topic, str]] = [
    (topic, f"{lead} {act}") for lead in _MAY for topic, act in _TO_DO
]
CLAIMS: list[tuple[Topic, str]] = [
    *((topic, f"{lead} {act}") for lead in _WILL for topic, act in _TO_DO),
    *OFFERS,
    *((topic, f"{lead} {act}") for lead in _DID for topic, act in _DONE),
    *((topic, f"{lead} {act}") for lead in _DOING for topic, act in _IN_PROGRESS),
    *((topic, f"{act} {_ANY_THREE} now|immediately|$") for topic, act in _IN_PROGRESS),
    *((topic, f"a|an|the|your _? {name} has|have|will been|be {_ADVERBS}* {_MADE}")
      for topic, name in _ABOUT),
    *((topic, f"your _? {name} is|are {_ADVERBS}* {_MADE}") for topic, name in _ABOUT),
    *_WHOLE,
]  # fmt: skip
"""What no reply may say here, by what it is about; words of assent may stand before it."""
