"""Fields of text that agents are made of, and of one of a few words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from common.faults import Code
from common.strict import Coded, StrictText
from common.text import mend
from rest_framework import serializers


class Words(StrictText):
    """Text as it is to be stored: valid Unicode without signs that nobody sees."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(mend(data) if isinstance(data, str) else data)


class Choice(Coded, serializers.ChoiceField):
    """One of a few words; whoever writes another is told which there are."""

    def __init__(self, choices: Sequence[str], **kwargs: Any) -> None:
        wrong = f"Use {', '.join(choices[:-1])} or {choices[-1]}."
        super().__init__(choices, error_messages={"invalid_choice": wrong}, **kwargs)
        self.codes = {"invalid_choice": Code("other_choice", choices=list(choices))}
