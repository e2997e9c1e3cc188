"""What is told of habits of servers that recognise speech."""

from __future__ import annotations

from collections.abc import Mapping

from .entries import NOTHING, SLOWLY, USUAL, Entry

SHAPES = (
    *("transcript", "text_with_more", "result_with_text", "results", "channels", "list", "string"),
    *("segments", "empty_text_and_segments", "chunks", "words", "text_plain", "event_stream"),
    *("subtitles", "half_a_character", "old_letters", "times_in_text"),
)
REFUSALS = (
    *("refuses_verbose_json", "refuses_response_format", "refuses_language", "refuses_model"),
    "crashes_at_language",
)
MORE_THAN_IS_SAID = ("endless_words", "combining_marks")
TOLD: Mapping[str, Entry] = {
    **dict.fromkeys((*SHAPES, *REFUSALS), USUAL),
    "slow": SLOWLY,
    "whisper_is_sure_of_silence": NOTHING,
    "web_page": "web_page",
    "web_page_as_json": "web_page",
    "no_body": "empty",
    **dict.fromkeys(
        ("json_without_words", "null", "cut_json", "bytes", "markup", *MORE_THAN_IS_SAID),
        "wrong_answer",
    ),
    "error_with_200": "limited",
    "error_as_words": "failed",
}
