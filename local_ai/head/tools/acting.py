"""A reply that may use tools, and is true: what was not called is not said to be done.

The model writes words or a call. Words that claim or promise what a tool does have the tool called
in their place; a call whose arguments nobody has said is not made, and the person is asked for
them.
"""

import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import date

from local_ai.head.asked.tools import OWN, ToolCall, Tools
from local_ai.head.history import Spoken, callers_instructions
from local_ai.head.honest import LEAD_INS
from local_ai.head.honest import Reading as Honest
from local_ai.head.repetition import ends_a_sentence, repeats
from local_ai.head.reply import SPOKEN_TOKENS, Generated, Outcome
from local_ai.head.rules.declined import topic_of
from local_ai.head.rules.german import is_german
from local_ai.head.rules.phrases import plain
from local_ai.head.rules.topics import Topic
from local_ai.head.tools import language
from local_ai.head.tools.allowed import forbidden
from local_ai.head.tools.covered import Covered, shares_words
from local_ai.head.tools.echo import Echo
from local_ai.head.tools.figures import Figures
from local_ai.head.tools.grounds import Grounds
from local_ai.head.tools.numbers import day_told
from local_ai.head.tools.protocol import Reading
from local_ai.head.tools.spelled import SpelledCall
from local_ai.head.tools.turn import as_text, used_in
from local_ai.head.tools.weekdays import Weekdays

_MOST_STEPS = 4
_ONLY_FIGURES = "Tell it in one short sentence, with no other days and figures than the answer has."
_FROM_INSTRUCTIONS = (
    "Answer what the person has said in one or two short sentences, from what your instructions "
    "say, in the language of the conversation."
)
_NO_ECHO = "Do not say again what the person has said: answer it, in the same language."


@dataclass(frozen=True)
class Step:
    """What the model is asked for: which `ways` it may answer in, and a `hint`.

    A way is the name of a tool, or `say`. `otherwise` is said in place of another claim.
    """

    ways: tuple[str, ...]
    hint: str = ""
    otherwise: str = ""


@dataclass
class Acting:
    """The reply to a conversation (`messages`) with tools; `ask` has the model write a step.

    `first` is what a rule has answered before it.
    """

    model: str
    tools: Tools
    messages: Sequence[Spoken]
    ask: Callable[[Step], Generated]
    first: str = ""
    outcome: Outcome = field(default_factory=Outcome)

    async def pieces(self) -> AsyncGenerator[str | ToolCall]:
        """The words as they come, or at the end the call; nothing of a call that was cut short.

        Raises what a written reply raises.
        """
        turn = Turn(self.tools, self.messages)
        step = turn.first_step()
        said = f"{self.first} " if self.first else ""
        if said:
            yield said
        for _ in range(_MOST_STEPS):
            writing = _Writing(self.ask(step), turn)
            async with aclosing(writing.words()) as words:
                async for piece in words:
                    gap = " " if said and not (said[-1].isspace() or piece[0].isspace()) else ""
                    gap = gap if writing.is_beginning else ""
                    said += gap + piece
                    yield gap + piece
            self._count(writing.written.outcome)
            then = turn.after(step, writing)
            if isinstance(then, Step):
                step = then
                continue
            if isinstance(then, ToolCall):
                self.outcome.finish = "tool_calls"
                yield then
            elif then:
                yield f" {then}" if said and not said[-1].isspace() else then
            return

    def _count(self, outcome: Outcome) -> None:
        self.outcome.finish = outcome.finish
        self.outcome.prompt_tokens = outcome.prompt_tokens
        self.outcome.reply_tokens += outcome.reply_tokens


class _Writing:
    """One step on its way: its words while they claim nothing, then the `topic` or the `call`."""

    def __init__(self, written: Generated, turn: "Turn") -> None:
        self.written = written
        self.topic: Topic | None = None
        self.call: ToolCall | None = None
        self.is_beginning = True
        self.spelled, self._honest = turn.spelled(), turn.honest()
        self.figures, self.said = turn.figures(), turn.said()

    async def words(self) -> AsyncGenerator[str]:
        reading, said = Reading(), ""
        async with aclosing(self.written.pieces()) as pieces:
            async for piece in pieces:
                assert isinstance(piece, str)
                fresh = self.spelled.more(reading.more(piece))
                known = self.figures.more(self._honest.more(fresh))
                if words := self.said.more(known):
                    yield words
                    said += words
                    self.is_beginning = False
                if self._has_to_stop or self._is_enough(said):
                    break
        fresh = self._honest.more(self.spelled.rest()) + self._honest.rest()
        known = self.figures.more(fresh) + self.figures.rest()
        if words := self.said.rest(known):
            yield words
        self.topic, self.call = self._honest.topic, reading.call()

    @property
    def _has_to_stop(self) -> bool:
        return bool(self.spelled.tool or self._honest.topic or self.figures.is_false)

    def _is_enough(self, said: str) -> bool:
        is_long = self.written.outcome.reply_tokens >= SPOKEN_TOKENS
        return bool(said) and ((is_long and ends_a_sentence(said)) or repeats(said))


class _Said:
    """What of the words is said: not the person's own again, and dates with their weekday."""

    def __init__(self, asked: str, today: date) -> None:
        self._echo, self._weekdays = Echo(asked), Weekdays(today)

    @property
    def is_echo(self) -> bool:
        """Whether there were no words but the person's own."""
        return self._echo.is_all

    def more(self, words: str) -> str:
        """Returns the words that may be said now, with more of the reply."""
        return self._weekdays.more(self._echo.more(words))

    def rest(self, words: str) -> str:
        """Returns the words that may be said with the last ones of the reply."""
        left = self._echo.more(words) + self._echo.rest()
        return self._weekdays.more(left) + self._weekdays.rest()


class Turn:
    """What is to become of the model's answers in one turn, by what was said and done before."""

    def __init__(self, tools: Tools, messages: Sequence[Spoken]) -> None:
        self._tools = tools
        self._messages = messages
        self._schemas = {each["name"]: each["parameters"] for each in tools.functions}
        self._covered = Covered(tools.functions)
        self._used = used_in(messages)
        self._callers = callers_instructions(messages)
        self._grounds = Grounds.of(messages, day_told(self._callers, date.today()))
        said = [each.text for each in messages if each.role in ("user", "assistant")]
        self._german = is_german(said)
        self._asked = next((each.text for each in messages[::-1] if each.role == "user"), "")

    def first_step(self) -> Step:
        """Returns what the model is asked for first: no tool is used twice in one turn."""
        if self._tools.is_needed:
            return Step(tuple(self._schemas))
        used = {each.tool for each in self._used if each.is_new}
        return Step((OWN, *(name for name in self._schemas if name not in used)))

    def spelled(self) -> SpelledCall:
        """Returns a reader that stops at a call among the words."""
        return SpelledCall(self._schemas)

    def honest(self) -> Honest:
        """Returns a reader that stops at what may not be claimed here."""
        return Honest(forbidden(self._covered, self._done(), self._callers), LEAD_INS)

    def figures(self) -> Figures:
        """Returns a reader that stops, after a tool has answered, at what nobody told."""
        is_bound = any(each.is_new for each in self._used)
        return Figures(self._messages, self._grounds.today, is_bound=is_bound)

    def said(self) -> _Said:
        """Returns a reader that drops what the person has said, and counts the weekdays."""
        return _Said(self._asked, self._grounds.today)

    def after(self, step: Step, writing: "_Writing") -> Step | ToolCall | str:
        """Returns what follows an answer: another step, the call to make, or words, "" for none."""
        if tool := writing.spelled.tool:
            is_open = tool in step.ways
            return Step((tool,)) if is_open else step.otherwise or language.unsure(self._german)
        if writing.figures.is_false:
            unsure = language.unsure(self._german)
            return unsure if step.hint else Step((OWN,), _ONLY_FIGURES, step.otherwise or unsure)
        if writing.topic is not None:
            return self._instead_of_claim(step, writing.topic)
        if writing.call is not None:
            return writing.call if self._tools.is_needed else self._checked(writing.call)
        if writing.said.is_echo:
            return language.unsure(self._german) if step.hint else Step(step.ways, _NO_ECHO)
        return ""

    def _done(self) -> frozenset[Topic]:
        """On what something was done: in this turn, or before where nothing new is asked for.

        After anything was done in this turn, it may be said that all is done.
        """
        asked = topic_of(plain(self._asked))
        found: set[Topic] = {
            topic
            for topic, names in self._covered.by.items()
            for each in self._used
            if each.is_done and each.tool in names and (each.is_new or asked != topic)
        }
        if any(each.is_new and each.is_done for each in self._used):
            found |= {"errands", "checking"}
        return frozenset(found)

    def _instead_of_claim(self, step: Step, topic: Topic) -> Step | str:
        if step.otherwise:
            return step.otherwise
        names = self._covered.tools_for(topic, self._asked)
        if not names:
            return self._declined(topic)
        if any(each.is_new and not each.is_done and each.tool in names for each in self._used):
            return language.not_done(self._german)
        return Step(names)

    def _declined(self, topic: Topic) -> str:
        """A vague "done" is not yet done; what no tool does is declined."""
        if topic == "errands" and topic_of(plain(self._asked)) != "errands":
            return language.not_yet(self._german)
        return language.declined(topic, self._german)

    def _checked(self, call: ToolCall) -> Step | ToolCall:
        """The call as it is made, or what is asked for in its place."""
        given, missing = self._from_conversation(call)
        if missing:
            listed = ", ".join(map(self._described(call.name), missing))
            hint = (
                f"You cannot use {call.name} yet: the person has not told you {listed}. Ask for it "
                "in one short sentence, in the language of the conversation."
            )
            if not given and call.name in self._covered.finding and self._is_told():
                hint = _FROM_INSTRUCTIONS
            return Step((OWN,), hint, language.needed(missing, self._german))
        made = replace(call, arguments=json.dumps(given, ensure_ascii=False))
        before = [each for each in self._used if each.call == as_text(made)]
        is_looked_up = call.name in self._covered.finding
        if any(each.is_new or (each.is_done and not is_looked_up) for each in before):
            hint = f"{call.name} was used for this before. Tell the person what it has answered."
            is_done = before[-1].is_done
            otherwise = language.done if is_done else language.not_done
            return Step((OWN,), hint, otherwise(self._german))
        return made

    def _is_told(self) -> bool:
        """Whether the instructions speak of what the person has asked."""
        return shares_words(self._asked, self._callers)

    def _from_conversation(self, call: ToolCall) -> tuple[dict[str, object], list[str]]:
        """The arguments that somebody has said, and the names of those that are missing."""
        schema = self._schemas.get(call.name, {})
        known, needed = schema.get("properties", {}), schema.get("required", ())
        kept: dict[str, object] = {}
        missing = []
        for name, value in json.loads(call.arguments).items():
            wanted = self._grounds.meant(value) if isinstance(value, str) else value
            if self._grounds.hold(wanted, known.get(name)):
                kept[name] = wanted
            elif name in needed:
                missing.append(name)
        return kept, missing

    def _described(self, tool: str) -> Callable[[str], str]:
        known = self._schemas.get(tool, {}).get("properties", {})

        def described(name: str) -> str:
            schema = known.get(name)
            more = schema.get("description") if isinstance(schema, dict) else ""
            words = name.replace("_", " ")
            return f"{words} ({more})" if more else words

        return described
