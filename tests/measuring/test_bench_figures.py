"""The bench's arithmetic: percentiles, what is split, thrown away or costly, and the bars."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import bars, report
from bench.asked import REPLY as PROMPT
from bench.asked import Asked, Stages, asked_for, stages
from bench.figures import page
from bench.lines import COUGH, HARD, KINDS, PAUSE_300, PAUSE_600, PLAIN, lines
from bench.measure import Cell, Turn, _Said, _turns
from bench.person import Heard
from bench.prices import Amounts, dollars
from bench.usage import Usage

OURS = ["shipped"]
NAMES = ("waits", "kinds")


def turn(wait: float | None = 1.0, *, kind: str = PLAIN, premature: bool = False) -> Turn:
    return Turn(kind, Heard(wait, premature), split=False, llm_requests=1)


def cell(system: str, *waits: float, people: int = 4) -> Cell:
    turns = [turn(wait) for wait in waits]
    return Cell(system, people, turns, [1.0], [Usage(0.1, 10.0)], [0.0])


def test_percentiles_are_values_that_occurred() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (report.percentile(values, 0.5), report.percentile(values, 0.95)) == (50, 95)
    assert report.percentile([7.0], 0.95) == 7


def test_a_fast_and_even_system_meets_the_bars() -> None:
    alone, four, eight = (cell("shipped", 0.9, 0.95, people=people) for people in (1, 4, 8))
    assert bars.misses([cell("defaults", 2.0), alone, four, eight], OURS) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda ours: ours.turns.__setitem__(slice(None), [turn(1.05)]), "p50 is 1.05 s"),
        (lambda ours: ours.turns.append(turn(1.2)), "p95/p50 is 1.33"),
        (lambda ours: ours.turns.append(turn(0.9, premature=True)), "before the line ended"),
        (lambda ours: ours.turns.append(replace(turn(0.9), split=True)), "was split"),
        (lambda ours: ours.turns.append(turn(None)), "got no reply"),
    ],
)
def test_each_part_of_the_bar_has_its_sentence(change: Any, sentence: str) -> None:
    ours = cell("shipped", 0.9)
    change(ours)
    missed = bars.misses([cell("defaults", 2.0), ours], OURS)
    assert len(missed) == 1 and sentence in missed[0]


def test_a_streaming_system_has_a_bar_of_its_own() -> None:
    streaming = replace(cell("shipped", 0.9), stt_mode="realtime")
    assert ["more than 0.85 s" in said for said in bars.misses([streaming], OURS)] == [True]


def test_nobody_is_quicker_and_eight_people_wait_hardly_longer_than_one() -> None:
    found = [cell("shipped", 0.9), cell("peer", 0.8)]
    assert any("peer is quicker" in said for said in bars.misses(found, OURS))
    streaming = replace(cell("peer", 0.8), stt_mode="realtime")
    assert bars.misses([found[0], streaming], OURS) == []
    found = [cell("shipped", 0.5, people=1), cell("shipped", 0.7, people=8)]
    assert ["1.40 times" in said for said in bars.misses(found, OURS)] == [True]


def test_hard_lines_count_in_the_table_of_kinds_alone() -> None:
    ours = cell("shipped", 0.9, 0.9)
    ours.turns.append(turn(5.0, kind=PAUSE_600, premature=True))
    assert bars.misses([ours], OURS) == []
    row = dict(zip(report.kind_headings(), report.kind_rows([ours])[0], strict=True))
    assert row[f"{PAUSE_600}: p50 ms; early, split"] == "5000; 1, 0 of 1"
    assert row[f"{COUGH}: p50 ms; early, split"] == "-"


@pytest.mark.processes
def test_a_line_that_became_two_turns_is_split() -> None:
    plain, pause = replace(lines(1)[0], kind=PLAIN), replace(lines(1)[0], kind=PAUSE_300)
    said = [_Said(plain, 10.0, Heard(1.0, False)), _Said(pause, 20.0, Heard(1.0, False))]
    prompts = [prompt(11, users=1), prompt(21, users=2), prompt(22, users=3)]
    whole, split = _turns(said, prompts)
    assert (whole.split, whole.llm_requests) == (False, 1)
    assert (split.split, split.llm_requests) == (True, 2)


@pytest.mark.processes
def test_twelve_lines_hold_every_kind_and_slow_speakers_take_longer() -> None:
    found = {line.kind: len(line.samples) for line in lines(12)}
    assert set(found) == set(KINDS) and set(HARD) < set(KINDS)
    assert found["slow speaker"] > found["fast speaker"]


def test_a_second_recognition_and_a_second_reply_are_thrown_away() -> None:
    asked = [recording(11.0, 2.0), prompt(11.3, users=1), recording(12.0, 3.0)]
    asked += [prompt(12.3, users=1), speech(12.8, "Yes. It is.")]
    found = asked_for(asked, lines=1, seconds=3.0, reply="Yes. It is.")
    assert (found.recognitions, found.replies) == (2, 2)
    assert found.amounts.heard_seconds == 5.0
    assert found.thrown_away.heard_seconds == 2.0
    assert found.thrown_away.written_letters == len("Yes. It is.")
    assert found.thrown_away.spoken_letters == 0


def test_a_minute_of_each_service_costs_its_list_price() -> None:
    assert dollars(Amounts(heard_seconds=60)) == pytest.approx(0.003)
    assert dollars(Amounts(read_letters=4e6, written_letters=4e6)) == pytest.approx(0.75)
    assert dollars(Amounts(spoken_letters=60 * 15)) == pytest.approx(0.015)


def test_the_stages_of_a_turn_add_up_to_its_wait() -> None:
    asked = [recording(10.3, 2.0), prompt(10.6, users=1), speech(11.0, "Yes.")]
    found = stages(asked, ended=10.0, sound=11.25)
    assert found is not None
    assert found.noticing == pytest.approx(0.3) and found.recognition == pytest.approx(0.25)
    assert found.language == pytest.approx(0.4) and found.to_ear == pytest.approx(0.1)
    assert stages(asked, ended=10.7, sound=11.25) is None, "it was asked before the line's end"


def test_the_page_gets_both_tables_and_a_picture_of_each_system() -> None:
    ours = cell("shipped", 0.9, people=1)
    ours.asked = Asked(recognitions=2, replies=1)
    ours.stages = [Stages(0.3, 0.25, 0.02, 0.4, 0.15, 0.1)]
    found = page.texts([ours], [], [0.6], ["No bar is missed."], "make bench")
    assert "| shipped (batch) | 1 | 1 | 900 |" in found["waits"]
    assert "0.60 s (median)" in found["waits"] and "No bar is missed." in found["waits"]
    assert "gpt-4o-mini-transcribe" in found["waits"] and "900; 0, 0 of 1" in found["kinds"]
    drawn = page.drawing([ours, cell("shipped", 0.9)])
    assert "shipped (batch)" in drawn and "1220 ms" in drawn


def test_every_row_has_a_value_for_every_heading() -> None:
    rows = report.rows([cell("defaults", 2.0), cell("shipped", 1.0)])
    assert {len(row) for row in rows} == {len(report.HEADINGS)}


def test_a_busy_machine_is_told() -> None:
    busy = cell("defaults", 2.0)
    assert report.noise([busy]) is None
    busy.elsewhere.append(1.4)
    assert "1.4 cores" in str(report.noise([busy]))


def prompt(at: float, *, users: int) -> dict[str, Any]:
    messages = [{"role": "user", "content": "Hello."}] * users
    return {"at": at, "path": PROMPT, "messages": messages}


def recording(at: float, seconds: float) -> dict[str, Any]:
    return {"at": at, "path": "/v1/audio/transcriptions", "audio_seconds": seconds}


def speech(at: float, text: str) -> dict[str, Any]:
    return {"at": at, "path": "/v1/audio/speech", "input": text}


def test_a_whole_run_writes_tables_and_picture_into_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = "".join(f"<!-- {name} -->\nold\n<!-- end of {name} -->\n" for name in NAMES)
    monkeypatch.setattr(page, "PAGE", tmp_path / "bench.md")
    monkeypatch.setattr(page, "PICTURE", tmp_path / "turn.svg")
    page.PAGE.write_text(document)
    ours = replace(cell("shipped", 0.9, people=1), stages=[Stages(0.3, 0.25, 0.02, 0.4, 0.15, 0.1)])
    page.write({"waits": "new waits", "kinds": "new kinds"}, [ours])
    written = page.PAGE.read_text()
    assert "new waits" in written and "new kinds" in written and "old" not in written
    assert page.PICTURE.read_text().startswith("<svg")
