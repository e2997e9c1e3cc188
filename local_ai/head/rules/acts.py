"""Requests to do what cannot be done here: patterns of plain words, by topic."""

from local_ai.head.rules.topics import Topic

_YOU = (
    r"(?:(?:can|could|will|would) (?:you|we|i)(?: please| just| also| maybe| possibly)?|please|"
    r"let us|"
    r"go(?: ahead)? and|try to|help me(?: to)?|just|do|are you able to|is it possible (?:for you "
    r")?to|"
    r"would you mind|(?:i was wondering|i wonder) if you (?:can|could|would)|you (?:can|could|"
    r"should|must)|"
    r"i (?:want|need|would like) you to|do you know how to|now|quickly|kindly|be so kind and|"
    r"do you think you (?:can|could))"
)
_WISH = r"(?:(?:i|we) (?:want|would like|would love|wish)(?: to| for you to)|may i|can i|could i)"
_NEED = (
    r"(?:(?:i|we) (?:want|would like|need|would love)(?: to(?: have| get| make)?)?|may i(?: have)?)"
)
_DO, _DO_OR_WISH = rf"^(?:{_YOU} )*", rf"^(?:(?:{_YOU}|{_WISH}) )*"
_DO_OR_NEED = rf"^(?:(?:{_YOU}|{_NEED}|{_WISH}) )*"
_SOMEBODY = (
    r"(?:(?:my|our|his|her|the|this|that|an?|some|to|another) \w+|him|her|them|me|us|mom|mum|"
    r"mommy|dad|daddy|"
    r"grandma|grandpa|somebody|someone|everybody|it|this|that)"
)
ACTS: list[tuple[Topic, str]] = [
    ("emergency", rf"{_DO_OR_NEED}(?:(?:call|phone|get|dial|ring|send)(?: me| us)?(?: an?| the| "
                  rf"for an?)? "
                  r"(?:ambulance|police|fire ?(?:brigade|department|fighters)|doctor now|"
                  r"emergency|911|112|"
                  r"999|nine one one|help)|(?:an )?ambulance)"),
    ("booking", rf"{_DO_OR_WISH}(?:call|get|order) (?:me|us) (?:an? )?(?:taxi|cab|uber|lyft|ride)"),
    ("booking", rf"{_DO_OR_NEED}(?:book(?:ing)?|reserv(?:e|ing)|rebook) (?!recommend|club|about|"
                rf"for my)"
                r"(?:me|us|an?|the|my|our|two|three|four|some|tickets?|flights?|tables?|it|that|"
                r"this|one)\b"),
    ("booking", rf"{_DO_OR_NEED}(?:(?:make|making|cancel|change|confirm|have|get) )?(?:an? |the |"
                rf"my |our )?"
                r"(?:reservation|booking)\b(?! system)"),
    ("booking", rf"{_DO_OR_NEED}(?:order(?:ing)?) (?:me |us )?(?:an?|the|my|some|two|three|more|"
                rf"food|dinner|"
                r"pizza|groceries|lunch|it|that|flowers)\b(?! of\b)"),
    ("booking", rf"{_DO}(?:buy(?:ing)?|purchase|pay|sell|rent|deliver) (?:me |us |for )?"
                r"(?:an?|the|my|some|two|it|that|tickets?|this)\b"),
    ("booking", rf"{_DO_OR_NEED}(?:make|schedule|arrange|get(?: me)?) (?:an? |the |my )?"
                r"(?:\w+ )?(?:appointment|meeting)\b"),
    ("booking", r"^(?:i|we) need (?:an? )?(?:taxi|cab|uber|flight|hotel room)\b"),
    ("sending", rf"{_DO_OR_WISH}(?:send(?:ing)?|forward|resend) (?:out )?(?:{_SOMEBODY}|\w+ "
                rf"(?:an?|the|my) |"
                r"emails?|messages?|texts?|mails?|money|flowers|whats ?app)"),
    ("sending", rf"{_DO}(?:text|email|e mail|mail|message|whats ?app|fax|tweet) (?:{_SOMEBODY}|"
                rf"to|\w+ (?:that|"
                r"about|and|to|saying))\b"),
    ("sending", rf"{_DO_OR_WISH}(?:reply|respond|write) to (?:the |that |this |my |her |his "
                rf")?(?:\w+'s )?"
                r"(?:last )?(?:email|message|mail|text)"),
    ("sending", rf"{_DO_OR_WISH}(?:read|check|open|show)(?: me)? (?:my|the|our)(?: new| latest| "
                rf"last| unread)? "
                r"(?:emails?|mails?|messages?|inbox|texts?|voice ?mail)"),
    ("sending", r"^(?:do i have|have i got|are there|is there) (?:any |some )?(?:new |unread "
                r")?(?:emails?|mails?|"
                r"messages?|texts?|post)\b"),
    ("sending", rf"{_DO}(?:post|publish|share|upload) (?:this|that|it|an?|something|my).*\b(?:on|"
                rf"to) "
                r"(?:facebook|twitter|instagram|x|linked ?in|the internet|social media|my)\b"),
    ("calls", rf"{_DO_OR_WISH}(?:call(?:ing)?|phone|ring|dial|redial)(?: up)? (?!me (?!back|at|"
              rf"later|tomorrow|"
              r"in)|it (?!in)|this|that|an? (?:day|halt|spade|function|truce)|them (?!now|up|"
              r"please|back))"
              rf"(?:{_SOMEBODY}|\w+(?: (?:now|please|up|for me|again|back|on .*|at .*|tomorrow|"
              rf"\w+))?$)"),
    ("calls", rf"{_DO_OR_NEED}(?:make|place|start|take|answer|return) (?:an? |the |that |this "
              rf")?(?:phone |video |"
              r"telephone )?call\b"),
    ("calls", rf"{_DO}give {_SOMEBODY} a (?:call|ring)\b"),
    ("reminders", rf"{_DO_OR_WISH}(?:remind(?:ing)?|notify|alert|warn) (?:me|us)\b(?! (?:what|"
                  rf"who|how|why|which|"
                  r"again|of (?:what|my name|your|the (?:word|name|rule))|where))"),
    ("reminders", rf"{_DO_OR_NEED}(?:(?:set(?:ting)?(?: up)?|start|stop|cancel|create|add|make|"
                  rf"put|give me|"
                  r"snooze|delete|turn off|change|run) )?(?:an? |the |my |another |me an? |up "
                  r"an? )?"
                  r"(?:\w+ |\w+ minutes? |\w+ hours? )?(?:timer|alarm(?! clock (?:is|was))|"
                  r"reminder|countdown|"
                  r"stop ?watch)s?(?: (?:for|in|at|to|on|after|that|tomorrow|of|please|when|"
                  r"every)\b.*)?$"),
    ("reminders", rf"{_DO}wake (?:me|us)(?: up)?\b"),
    ("reminders", rf"{_DO_OR_WISH}(?:add|put|write|save|note|enter|mark)\b.*\b(?:(?:to|on|in|"
                  rf"into|down in) (?:my|"
                  r"our|the) (?:\w+ )?(?:list|calendar|diary|agenda|schedule|notes?))\b"),
    ("reminders", r"^(?:what is|is there anything|do i have (?:anything|something|any \w+|an? "
                  r"\w+)|when is|show me|"
                  r"read me|check|tell me).*\b(?:my|on my|in my) (?:calendar|schedule|agenda|"
                  r"diary|next "
                  r"(?:appointment|meeting)|appointments?|to ?do list|shopping list)\b"),
    ("reminders", r"^(?:what|which) (?:meetings|appointments|plans) do i have\b|^do i have "
                  r"(?:any |an? )?"
                  r"(?:meetings?|appointments?)\b"),
    ("web", rf"{_DO_OR_WISH}(?:search|browse|surf|check|look|go)(?:ing)?(?: \w+| something| it| "
            rf"that)?(?: \w+)? ?"
            r"(?:on |in |the |through |up |for |at |to )*(?:web|internet|online|google|wikipedia|"
            r"youtube)\b"),
    ("web", rf"{_DO_OR_WISH}(?:google|search for|do a (?:web |google )?search)\b"),
    ("web", rf"{_DO_OR_WISH}look (?:it|this|that|them|something|\w+ \w+|the \w+ \w+) up\b"),
    ("web", rf"{_DO_OR_WISH}look up (?!at\b|to\b|from\b)\w+"),
    ("web", rf"{_DO_OR_WISH}(?:open|visit|load|show me|go to) (?:the |an? |my )?(?:\w+ "
            rf")?(?:website|web ?page|"
            r"browser|homepage|www\b.*|youtube|facebook)\b"),
    ("web", r"^(?!i |we |my |our ).*\b(?:near me|nearby|near here|around here|close to me|in my "
            r"(?:area|neighbou?rhood|town|city))$"),
    ("web", r"^(?:what|where|which) is the (?:nearest|closest)\b"),
    ("music", rf"{_DO_OR_NEED}(?:play(?:ing)?|listen to|hear|put on|start|turn on|stream|watch|"
              rf"pause|stop|skip)"
              r"(?: me| us)? (?:(?:some|an?|the|my|any|this|that|more|another|next|good|nice|"
              r"\w+) ){0,3}"
              r"(?:music|songs?|jazz|rock|pop|blues|classical|radio|podcasts?|playlist|albums?|"
              r"tracks?|videos?|"
              r"movies?|films?|audio ?books?|spotify|beethoven|mozart|bach|netflix|tv)\b(?! "
              r"(?:theory|with me))"),
    ("music", rf"{_DO}play .+ (?:on|from) (?:spotify|youtube|my|the (?:radio|speakers?|tv))\b"),
    ("music", rf"{_DO}play (?:something|anything)(?: (?:nice|by .*|relaxing|else|good))?$|"
              rf"{_DO}play \w+(?: \w+)? by "
              r"\w+"),
    ("devices", rf"{_DO_OR_WISH}(?:turn|switch)(?:ing)? (?:on|off|up|down) (?:the|my|all|our|"
                rf"every|this|that|some)?"
                r"|" rf"{_DO_OR_WISH}(?:turn|switch) (?:the|my|all|our|this|that|it|them)(?: "
                     rf"(?!frown)\w+){{0,4}} "
                r"(?:on|off|up|down)\b"),
    ("devices", rf"{_DO}(?:dim|lock|unlock|arm|mute|unmute|restart|reboot|shut down|close|open|"
                rf"start|stop|launch|"
                r"raise|lower|charge|vacuum|install|delete|print) (?:the |my |all |this |that |"
                r"our )+(?:\w+ )?"
                r"(?:lights?|lamps?|doors?|gate|garage|windows?|curtains?|blinds?|thermostat|"
                r"heating|heater|tv|"
                r"television|volume|computer|laptop|phone|app|file|files|program|browser|car|"
                r"camera|"
                r"coffee machine|dishwasher|washing machine|oven|speakers?|document|wifi|"
                r"microphone)\b"),
    ("devices", rf"{_DO}(?:set|change|adjust|increase|decrease) (?:the |my )(?:\w+ "
                rf")?(?:thermostat|temperature|"
                r"heating|volume|brightness|lights?|air conditioning)\b"),
    ("devices", rf"{_DO}(?:take|make) (?:an? |the )?(?:picture|photo|screenshot|selfie|video)\b"),
    ("seeing", r"^(?:can|could|do) you (?:see|watch|recognize|recognise|look at|read) (?:me|us|"
               r"this|"
               r"that|my (?:screen|face|room|dog|cat|hand|hands|picture|photo|desk|paper|book|"
               r"letter|"
               r"handwriting)|the screen|what i am (?:showing|holding|wearing|doing)|how i "
               r"look)\b.*"),
    ("seeing", rf"{_DO}(?:look at|read|describe|scan) (?:my|this|that|the) (?:screen|picture|"
               rf"photo|face|"
               r"image|paper|document|room|letter)\b.*|^what (?:do you see|am i (?:wearing|"
               r"holding|doing))\b.*|"
               r"^how do i look\b.*"),
]  # fmt: skip
