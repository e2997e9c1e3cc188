"""Requests to reach somebody or to do housework: patterns of plain words, by topic.

They also know what the ears make of a request that they half understood ("quote my mother" for
"call my mother"), as long as nobody would say that in conversation.
"""

from local_ai.head.rules.topics import SOON, Topic

_ASKED = (
    r"(?:could he|(?:can|could|will|would) you(?: please| just| also| maybe| quickly)?|please|"
    r"just|go and|would you mind|i (?:want|need|would like) you to|are you able to)"
)
_PERSON = (
    r"(?:(?:my|our|his|her|their) (?:\w+ )?(?:mothers?|moms?|mums?|mama|fathers?|dads?|papa|"
    r"parents?|sisters?|brothers?|wife|husband|partner|girlfriend|boyfriend|fiancee?|sons?|"
    r"daughters?|kids?|children|child|family|aunt|uncle|cousins?|nephew|niece|grand\w+|friends?|"
    r"boss|doss|goss|colleagues?|neighbou?rs?|doctor|dentist|lawyer|teacher|landlord|bank|office|school)|"
    r"the (?:doctor|dentist|police|bank|office|school|landlord|plumber|restaurant|hotel)|"
    r"him|them|mom|mum|mommy|dad|daddy|grandma|grandpa)"
)
_LATER = (
    rf"(?: (?:back|again|up|right away|immediately|on the phone|{SOON}|"
    r"(?:in|on|at|from|of) (?:the|my|our) \w+|(?:while|when|before|after|until) .*))*"
)
_DO, _DO_ASKED = rf"^(?:{_ASKED} )*", rf"^(?:{_ASKED} )+"
_LIKE_CALL = (
    r"(?:quote|caught|coal|cole|cold|coll?|cull|core|court|crawl|called|calls|gall|goal|form)"
)
_LIKE_TEXT = r"(?:tax|tex|texts|texted|testing|male|mailed|massage)"
_NO_ORDER = (
    r"(?:about|above|across|after|against|along|and|are|around|at|before|behind|below|beneath|"
    r"beside|between|beyond|but|by|define|describe|draw|except|explain|for|from|hate|how|imagine|in|"
    r"inside|into|is|like|love|mean|means|near|not|of|off|on|or|outside|over|past|remember|see|sing|"
    r"than|that|through|to|towards?|under|until|upon|was|were|what|when|where|which|who|why|with|"
    r"without)"
)
_AT_HOME = (
    r"(?:windows?|doors?|garage(?: door)?|gate|lights?|lamps?|thermostat|heating|heater|curtains|"
    r"blinds|shutters|air conditioning)"
)
"""What is at home and is mostly spoken of to have something done to it, by whatever word."""
ERRANDS: list[tuple[Topic, str]] = [
    ("calls", rf"{_DO}{_LIKE_CALL} (?:up )?{_PERSON}{_LATER}$"),
    ("calls", rf"{_DO}(?:contact|reach|get (?:hold|a hold) of|get in touch with|get through to|"
              rf"connect me (?:to|with)|put me through to|video call|face ?time|skype) {_PERSON}"
              rf"{_LATER}$"),
    ("calls", rf"{_DO}(?:get (?:hold|a hold) of|get in touch with|get through to|connect me with|"
              rf"put me through to) (?:my|our) \w+(?: \w+)?{_LATER}$"),
    ("sending", rf"{_DO}{_LIKE_TEXT} {_PERSON}{_LATER}(?: (?:that|about|to say) .*)?$"),
    ("sending", rf"{_DO}(?:sent|sand|sends|center|sound) (?:an?|my|the|this|that) "
                r"(?:\w+ )?(?:email|message|text|letter|mail)\b.* to \w+"),
    ("sending", rf"{_DO}tell {_PERSON} (?:that|to|i|we|it|the|dinner|not)\b(?! (?:poem|story))"),
    ("sending", rf"{_DO}ask(?:ed)? {_PERSON} (?:to|if|whether|what|when|where|how|for|about)\b"),
    ("sending", rf"{_DO}let {_PERSON} know\b"),
    ("sending", rf"{_DO}(?:inform|notify|alert|warn|invite) {_PERSON}\b"),
    ("sending", rf"{_DO}(?:inform|notify) (?:this|that|our|my) \w+{_LATER}$"),
    ("reminders", r"^(?:we|he|she|it|be|re|three|the|me|ye) remind me (?:to|about|in|at|that|of "
                  rf"my|{SOON})\b"),
    ("booking", rf"{_DO}(?:look|cook|hook|brook|buck|booked|books) (?:me |us )?an? (?:\w+ )?"
                r"(?:table|flight|hotel|room|taxi|cab|ticket|seat) (?:for|to|at|in|from|near)\b"),
    ("booking", rf"{_DO}(?:by|bye|buy) (?:(?:me|us) (?:an?|some|two|three)|(?:two|three|four|some) "
                r"(?:\w+ )?(?:tickets|seats))\b"),
    ("booking", rf"{_DO}(?:cancel|move|change|confirm|reschedule|postpone) (?:my|the|our) "
                rf"(?:\w+ )?(?:appointment|meeting|flight|order|reservation|booking){_LATER}$"),
    ("booking", rf"{_DO}(?:transfer|wire|pay) (?!attention)[\w ]{{1,30}} to {_PERSON}{_LATER}$"),
    ("devices", rf"{_DO}make (?:it|the \w+(?: \w+)?) (?:warmer|cooler|colder|hotter|brighter|"
                rf"darker|louder|quieter){_LATER}(?: in (?:the|my) \w+ \w+)?$"),
    ("errands", rf"{_DO}go shopping{_LATER}$"),
    ("errands", rf"{_DO}(?:pick up|fetch|collect|drive|take|bring|visit) {_PERSON}"
                rf"(?: up)?(?: (?:to|from|home|at|in) ?.*|{_LATER})$"),
    ("booking", rf"^(?:we |he |she )?(?:reserve|book) (?:an?|the) table for \w+(?: people)?"
                rf"{_LATER}$"),
    ("errands", rf"{_DO}drive (?:me|us) (?:home|to (?:the|my|our|an?) \w+(?: \w+)?){_LATER}$"),
    ("errands", rf"{_DO}go (?:shopping|to (?:the|an?) \w+(?: \w+)?) (?:and|to) (?:buy|get|fetch|"
                r"bring|pick up|collect)\b"),
    ("errands", rf"{_DO_ASKED}(?:drive|take|carry|walk) (?:me|us) (?:to|home|there|back)\b"
                r"(?! (?:the )?(?:beginning|start|past|nineteen|time))"),
    ("errands", rf"{_DO}(?:walk|feed|feave|wash|groom|take) (?:my|our|the) (?:\w+ )?(?:dogs?|cats?|"
                rf"puppy|kitten|horses?|fish|rabbits?|hamster)(?: (?:out|for a walk|to .*))?"
                rf"{_LATER}$"),
    ("errands", rf"{_DO}(?:bring|fetch|hand|pass|serve|get) (?:me|us) (?:an?|the|my|some) "
                r"(?:\w+ )?(?:(?:cup|glass|bottle|piece) of )?(?:coffee|tea|water|beer|wine|juice|"
                r"salt|sugar|milk|towel|blanket|food|breakfast|lunch|dinner|sandwich|cake|keys?|"
                rf"shoes|newspaper){_LATER}$"),
    ("errands", rf"{_DO}(?:make|cook) (?:me|us) (?:an? |some )?(?:\w+ )?(?:(?:cup|glass) of )?"
                rf"(?:coffee|tea|sandwich|breakfast|lunch|dinner|soup|pancakes){_LATER}$"),
    ("errands", rf"{_DO}(?:wash|watch|clean|do|iron|fold|water|mow|tidy(?: up)?|repair|fix|paint|"
                r"take out|empty|sweep) (?:my|the|our) (?:\w+ )?(?:dishes|laundry|car|kitchen|"
                r"bathroom|bedroom|rooms?|house|flat|clothes|shirts?|plants|flowers|garden|lawn|"
                rf"trash|garbage|rubbish|floor|windows|bike|bicycle|sink|roof){_LATER}$"),
    ("devices", rf"{_DO}(?!{_NO_ORDER}\b)[a-z']+ (?:the|my|our) (?:\w+ )?{_AT_HOME}{_LATER}$"),
]  # fmt: skip
