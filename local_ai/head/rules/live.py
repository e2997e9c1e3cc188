"""Questions about what is live or recent: patterns of plain words, by topic."""

from local_ai.head.rules.topics import SOON, Topic

_WHERE = rf"(?: (?:in|at|for|near|around) (?:the )?[\w' ]{{2,40}}| {SOON})*$"
_GET = (
    r"(?:tell me|give me|read me|read|show me|check|get me|let me know|do you know|have you got|"
    r"do you have|"
    r"can you (?:tell|give|read|show|check)(?: me)?|could you (?:tell|give|read|show|check)(?: "
    r"me)?|"
    r"i (?:want|would like|need) (?:to (?:know|hear))?|what (?:can|do) you (?:tell me|know) about|"
    r"what about|how about|what is|what are|how is|how does|how will|any|talk to me about|"
    r"will you (?:tell|give) me|what will|please|is there|are there|what does)"
)
LIVE: list[tuple[Topic, str]] = [
    ("weather", rf"^(?:{_GET} )+(?:(?:the|today's|tomorrow's|a|any|about|me|our|current|latest|"
                rf"local|me the) )*"
                rf"(?:weather|forecast)(?: (?:forecast|report|like|look|looks|looking|be|going "
                rf"to|be like|is|"
                rf"going to be|supposed to|do|doing|say|for|update|conditions?))*{_WHERE}"),
    ("weather", rf"^(?:the )?(?:weather|forecast)(?: forecast| report)?(?: for)?(?: {SOON})*$"),
    ("weather", r"^(?:(?:do you know|tell me|can you tell me) )?(?:if |whether )?(?:is|will|does|"
                r"did) (?:it )"
                r"(?:be |going to |get |still |currently |gonna )*(?:rain|snow|raining|snowing|"
                r"sunny|storm|"
                r"stormy|windy|cloudy|foggy|freezing|hail|warm|cold|hot|thunder|nice)(?:ing)?(?: "
                r"(?:outside|out|"
                rf"weather|enough))?{_WHERE}"),
    ("weather", r"^(?:do|will|should) (?:i|we) need (?:an? |my |our |the )?(?:umbrella|rain "
                r"?coat|jacket|coat|"
                rf"sunscreen|sun ?glasses)\b{_WHERE}"),
    ("weather", r"^how (?:hot|cold|warm|windy|humid) (?:is|will) it(?: be| get)?"
                rf"(?: (?:outside|out))?{_WHERE}"),
    ("weather", rf"^(?:{_GET} )*(?:the )?(?:current |outside )?temperature(?: (?:outside|out|"
                rf"{SOON}))+"
                rf"{_WHERE}"),
    ("weather", rf"^(?:{_GET} )*the temperature in (?:the )?(?!sun|oven|fridge|celsius|"
                rf"fahrenheit|kelvin|space|"
                r"degrees|a\b|my\b)\w+$"),
    ("news", rf"^(?:{_GET} )+(?:(?:in|on|the|some|any|today's|latest|new|about|recent|current|"
             rf"world|local|good|"
             rf"me|top|big|breaking|going on in|happening in|main|sports|political) )*(?:news|"
             rf"headlines?|current "
             rf"events)(?: (?:about|from|of|on|for|are|is) [\w ]+)?{_WHERE}"),
    ("news", rf"^(?:the |latest |today's |breaking )*(?:news|headlines)(?: {SOON})*$"),
    ("news", rf"^what (?:is )?(?:happened|happening|going on|has happened|is new)(?: (?:in|"
             rf"around|with) (?:the )?"
             rf"(?:world|\w+))? {SOON}$|^what (?:is|was) (?:happening|going on|new) in (?:the "
             rf")?(?:world|news|"
             r"politics|sports)\b.*|^what happened (?:in|around) the world\b.*"),
    ("sports", rf"^who (?:won|is winning|has won|lost|scored|is playing|"
               rf"plays)\b(?!.*\b\d{{4}}\b)(?:.*\b{SOON}|"
               r" the (?:game|match|race|super bowl|last \w+)$| the (?:last|latest) .*)"),
    ("sports", r"^(?:what|how) (?:is|was|were|are) the (?:final |current |latest )?(?:scores?|"
               r"results?)\b(?: (?:of|in|"
               r"from|for) .*)?(?<!test)$"),
    ("sports", r"^did (?:the )?(?!i\b|you\b|we\b|he\b|she\b|they\b|it\b)\w+(?: \w+)? (?:win|lose|"
               r"score|play)"
               rf"(?: (?:the |their |a )?(?:game|match|{SOON}))*$"),
    ("sports", rf"^how did (?:the )?\w+(?: \w+)? (?:do|play|finish)(?: in the (?:game|match))? "
               rf"{SOON}$"),
    ("sports", r"^(?:when|what time) (?:is|does|do|are) (?:the )?(?:next )?(?:\w+ ){0,2}(?:game|"
               r"match|race|play next|"
               r"kick ?off)\b.*"),
    ("sports", rf"^(?:{_GET} )+(?:the |latest |today's |any )*(?:football|soccer|basketball|"
               rf"baseball|sports?|tennis|"
               r"hockey|league|nba|nfl|bundesliga|premier league) (?:scores?|results?|standings|"
               r"table)\b.*"),
    ("prices", r"^(?:what|how)\b.*\b(?:price|value|exchange rate|share price|stock price|rate) "
               r"(?:of|for) .*|"
               r".*\b(?:stock|share|gas|oil|gold|bitcoin|house) prices?\b(?! work)(?: (?:of|for) "
               r".*)?$"),
    ("prices", r"^how much (?:is|are|does|do|would|will)\b.*\b(?:cost|worth|stock|shares?|"
               r"bitcoin|ethereum|ticket)\b.*"),
    ("prices", r"^(?:how|what) (?:is|are|does|do|did) (?:the )?(?:\w+ )?(?:stocks?|shares?|stock "
               r"market|market|"
               r"dow jones|nasdaq|dax|bitcoin|ethereum|euro|dollar|crypto)(?: price| rate| value)?"
               rf"(?: (?:doing|trading|at|do|going|worth|in (?:dollars|euros?)|close|standing|"
               rf"{SOON}))+.*$"),
    ("prices", rf"^(?:{_GET} )+(?:the )?(?:current |today's |latest )*(?:exchange rate|stock "
               rf"market|bitcoin price|"
               r"stock prices?)\b.*"),
    ("prices", r"^how many (?:euros?|dollars?|pounds?|yen|francs?) (?:is|are|do i get|for|in)\b.*"),
    ("live", r"^(?:when|what time) (?:is|does|will|are) (?:the |my )?(?:next |last )?(?:bus|"
             r"train|flight|plane|tram|"
             r"subway|metro|ferry)\b.*"),
    ("live", r"^(?:is|are|was) (?:my|the|our) (?:flight|train|bus|plane|package|parcel|order)\b.*"),
    ("live", r"^(?:how is|is there|what is)(?: a lot of| much| any)? ?(?:the )?traffic\b.*|"
             r"^where is my "
             r"(?:package|parcel|order|phone|car|bus)\b.*"),
    ("live", r"^(?:is|are) (?:the |any )?(?:\w+ ){0,2}(?:shop|store|supermarket|pharmacy|museum|"
             r"bank|library|"
             r"restaurant|post office|bakery|gym)s?(?: still)? (?:open|closed)\b.*|^(?:when|what "
             r"time) (?:does|do|is) "
             r"(?:the )?(?:\w+ ){0,3}(?:open|close)(?: today| tomorrow)?$"),
    ("live", r"^where am i(?: right)?(?: now)?$|^what is my (?:current )?(?:location|address|ip "
             r"address|phone "
             r"number|email address|battery)\b.*|^where do i live$"),
    ("live", r"^what is (?:on|playing)(?: on)? (?:tv|television|at the cinema|in the cinema|at "
             r"the movies|netflix)\b.*"),
    ("live", r"^who (?:is|are) (?:the )?(?:current|right now|at the moment)\b.*|^who is (?:the "
             r")?(?:president|prime "
             r"minister|chancellor|king|queen|pope|ceo|mayor)\b.*\b(?:now|currently|today|at the "
             r"moment)$"),
    ("live", r"^(?:what are|tell me|give me|what were) (?:the |tonight's |today's |winning "
             r")*(?:winning )?lottery "
             r"numbers\b.*"),
]  # fmt: skip
