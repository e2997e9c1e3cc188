"""docs/third-party.md lists what the page behind the local voice's notice lists."""

from __future__ import annotations

from support.processes import ROOT

from flask_frontend.languages.catalogue import SOURCE, text
from flask_frontend.licences import NOTICES, WORKS

PAGE = (ROOT / "docs/third-party.md").read_text(encoding="utf-8")


def test_each_work_has_a_row_with_its_licence_and_whose_it_is() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| [")]
    assert len(rows) == len(WORKS)
    for work, row in zip(WORKS, rows, strict=True):
        what = text(SOURCE, f"local-voice.works.{work.what}")
        for said in (f"[{work.name}]({work.home})", what, work.licence, work.copyright):
            assert said in row


def test_the_notice_is_there_word_for_word() -> None:
    assert NOTICES["hibari"].startswith("hibari\nCopyright 2026 Maureese Williams\n")
    assert "distilled from Kokoro-82M (voice af_heart)" in NOTICES["hibari"]
