"""What is told of habits of servers that speak."""

from __future__ import annotations

from collections.abc import Mapping

from .entries import USUAL, Entry

SHAPES = (
    *("pcm_16000", "pcm_stereo", "l16_22050", "l16_little", "pcm_as_html", "wav_as_pcm"),
    *("wav_float", "mp3_as_pcm", "bare_mp3", "ogg_as_octets", "flac", "events"),
    *("events_without_blank", "aiff", "floats"),
)
REFUSALS = (
    *("refuses_pcm", "refuses_pcm_plainly", "takes_mp3_alone", "refuses_formats", "refuses_voice"),
    *("refuses_stream_format", "refuses_instructions", "refuses_speed"),
    "refuses_speed_plainly",
)
TOLD: Mapping[str, Entry] = {
    **dict.fromkeys((*SHAPES, *REFUSALS), USUAL),
    **dict.fromkeys(("html", "html_as_audio"), "web_page"),
    **dict.fromkeys(
        (
            "json",
            "json_as_audio",
            "text",
            "half_wav_head",
            "broken_mp3",
            "events_with_error",
            "picture",
        ),
        "wrong_answer",
    ),
    "events_broken": "wrong_answer",
    **dict.fromkeys(("empty", "silence"), "empty"),
    "endless": "wrong_answer",
    "refuses_all": "rejected",
}
