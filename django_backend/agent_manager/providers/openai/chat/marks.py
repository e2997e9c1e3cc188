"""What models write beside words: tags of reasoning, calls of tools as text, special tokens."""

from __future__ import annotations

import re
from functools import lru_cache

_THOUGHT = (
    r"(?:think|thinking|thoughts?|reasoning|reason|reflection|analysis|scratchpad"
    r"|inner_monologue|deliberation)"
)
_TOOL = r"(?:tool_?calls?|function_?calls?|tool_use|tool_code|tool_response|invoke|function|tools)"
_BAR = r"[|｜]"
_ATTRIBUTES = r"(?:[\s=][^<>]{0,200})?"

_LANGUAGE = r"(?:json|xml|python)?"

MARK = re.compile(
    rf"""
      (?P<think><(?:\w+:)?{_THOUGHT}{_ATTRIBUTES}>
        | <{_BAR}(?:begin_of_|start_of_|start_)?{_THOUGHT}{_BAR}>
        | ◁think▷ | \[THINK\] | <\|channel> | <unused94>)
    | (?P<thought></\s*(?:\w+:)?{_THOUGHT}\s*>
        | <{_BAR}(?:/|end_of_|end_){_THOUGHT}{_BAR}>
        | ◁/think▷ | \[/THINK\] | <channel\|> | <unused95>)
    | (?P<call><(?:\w+:)?{_TOOL}{_ATTRIBUTES}> | <{_BAR}python_tag{_BAR}>
        | \[TOOL_CALLS\] | ✿FUNCTION✿
        | <{_BAR}(?![^<>\s]*end)[^<>|｜\s]*tool[^<>|｜\s]*{_BAR}?> )
    | (?P<called></\s*(?:\w+:)?{_TOOL}\s*>)
    | (?P<channel><{_BAR}(?:start|channel){_BAR}>)
    | (?P<header><{_BAR}start_(?:header_id|of_role){_BAR}>)
    | (?P<role><{_BAR}im_start{_BAR}> | <start_of_turn>)
    | (?P<over><{_BAR}(?:im_end|eot_id|eom_id|endoftext|end_of_text|end|return|call|user
        |end▁of▁sentence|END_RESPONSE|END_OF_TURN_TOKEN){_BAR}>
        | <end_of_turn> | <eos> | \[/?INST\]
        | (?<=\n)(?-i:Human|User|\#{{2,3}}[ ](?:Instruction|Human|User|Input)):)
    | (?P<token><{_BAR}[^<>|｜\s]{{1,40}}{_BAR}> | <\w{{1,20}}\|> | </?s> | <bos> | <pad> | <unk>
        | </?(?:final_)?answer> | </?response>)
    | (?P<fence>```tool[a-z_]{{0,8}}\s+ | ```{_LANGUAGE}\s*(?=[\[{{<]))
    | (?P<code>```(?![a-z_]{{0,12}}\s*\Z))
    | (?P<bare>(?:\[\s*)?\{{\s*(?="))
    | (?P<pythonic>(?<=\n)[ \t]*\[[a-z_][\w.]*\()
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""One mark; the group's name says which kind it is."""
PART_OF_MARK = re.compile(
    r"""(?: <(?:[/|｜]{0,2}(?:[A-Za-z_▁][\w:.▁|｜="'/\ -]{0,80})?)?
        | \[(?:/?[A-Z][A-Z_]{0,12})? | ◁/?\w{0,6} | ✿\w{0,9}
        | `{1,2} | ```[a-z_]{0,12}\s{0,8} | (?:\[\s*)?\{\s* | \[\s*
        | (?<=\n)(?:Hu?m?a?n?|Us?e?r?|\#{1,3}(?:[ ][A-Z]?[a-z]{0,10})?)
        | (?<=\n)[ \t]* | (?<=\n)[ \t]*\[[a-z_][\w.]{0,40} )\Z""",
    re.VERBOSE,
)
"""The end of a text from which on it may become a mark."""
THOUGHT_OVER = re.compile(
    rf"</\s*(?:\w+:)?{_THOUGHT}\s*>|<{_BAR}(?:/|end_of_|end_){_THOUGHT}{_BAR}>"
    r"|◁/think▷|\[/THINK\]|<channel\|>|<unused95>",
    re.IGNORECASE,
)
CHANNEL_OVER = re.compile(r"<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)")
HEADER_OVER = re.compile(r"<[|｜]end_(?:header_id|of_role)[|｜]>\s*")
MESSAGE = re.compile(r"<\|message\|>")
TURN_AGAIN = re.compile(r"(?=<[|｜](?:start|channel|im_start|start_header_id|start_of_role)[|｜]>)")
"""After a turn is over, where the agent's own may begin again."""
CALLS_OVER = re.compile(
    r"<[|｜]?[^<>|｜\s]*(?:tool[^<>|｜\s]*(?:end[^<>|｜\s]*)?)[|｜]>(?<!begin[|｜]>)(?<!sep[|｜]>)"
    r"|<\|eom_id\|>"
)
FENCE_OVER = re.compile(r"```")
CALL_IN_BLOCK = re.compile(rf"<(?:\w+:)?{_TOOL}\b", re.IGNORECASE)
CALL_IN_BLOCK_LENGTH = 20
PYTHONIC_OVER = re.compile(r"\)\s*\]")
NEVER = re.compile(r"(?!)")
LONGEST = 90
"""Characters of the longest mark that is looked for."""
OWN_ROLES = ("assistant", "model", "gpt", "bot")


@lru_cache(maxsize=64)
def call_over(mark: str) -> re.Pattern[str]:
    """What ends the call of a tool that this mark begins."""
    if tag := re.fullmatch(r"<((?:\w+:)?\w+).*>", mark, re.DOTALL):
        return re.compile(rf"</\s*{re.escape(tag[1])}\s*>", re.IGNORECASE)
    if mark.startswith("<"):
        return CALLS_OVER
    return NEVER
