"""What is told of habits of servers that think of replies."""

from __future__ import annotations

from collections.abc import Mapping

from .entries import USUAL, Entry

NO_SPEECH = ("the reply, without what is no speech", "the same")
UNTIL_IT_CIRCLES = ("the reply, until it goes in circles or is too long", "the same")
SHAPES = (
    *("whole_json", "trailing", "no_done", "emoji", "split_emoji", "roles_in_turn", "no_system"),
    *("no_system_in_turn", "no_stream_options", "no_max_tokens", "no_limits", "no_tools"),
    "no_temperature",
    *("no_stream", "plain_only", "out_of_tokens", "openai_window", "llama_window"),
    *("window_in_stream", "untold_window", "one_seat", "comments", "empty_choices"),
    "content_parts",
)
UNSPOKEN = (
    *("think", "thinking", "lone_close", "reasoning_beside", "harmony", "im_end"),
    *("tool_call_text", "tool_call_json", "tool_calls_mistral", "unoffered_tool_beside"),
    "run_on",
)
TOLD: Mapping[str, Entry] = {
    **dict.fromkeys(SHAPES, USUAL),
    **dict.fromkeys(UNSPOKEN, NO_SPEECH),
    **dict.fromkeys(("very", "i_see", "counting", "thinking_for_ever"), UNTIL_IT_CIRCLES),
    **dict.fromkeys(("empty", "no_body", "blanks"), "empty"),
    **dict.fromkeys(("only_reasoning", "only_think"), "only_thought"),
    **dict.fromkeys(("filtered", "filtered_midway"), "filtered"),
    **dict.fromkeys(("unoffered_tool", "only_tool_call_text"), "only_tool_call"),
    **dict.fromkeys(("plain_text", "other_json"), "wrong_answer"),
    **dict.fromkeys(("error_in_stream", "error_as_text"), "failed"),
    **dict.fromkeys(("error_midway", "dropped", "page_midway"), "broken_off"),
    **dict.fromkeys(("echoing_400", "echoes"), "rejected"),
    "html": "web_page",
    "redirect": "moved",
    "limited_in_stream": "limited",
    "loading": "loading",
    "no_credit": "unpaid",
}
