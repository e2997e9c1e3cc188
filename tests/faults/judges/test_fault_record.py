"""The suite sees what it is there to see: events lost, twice, out of order or made up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from faults.judges.record import Findings, compare
from faults.people.follower import Connection
from faults.repeating import late_ones_again
from faults.report import last_line, line, percentile
from faults.run import Outcome
from faults.scene import Scene


class Reader:
    """A follower that got what a test says, connection after connection."""

    session_id = "s"

    def __init__(self, *connections: tuple[int, list[int]], recovered: bool = True) -> None:
        self.connections = [
            Connection(after, [event(seq, received=1.0) for seq in seqs], recovered)
            for after, seqs in connections
        ]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [message for one in self.connections for message in one.durable]


def event(seq: int, **fields: Any) -> dict[str, Any]:
    return {"event": "speech_started", "seq": seq, **fields}


STORED = [event(seq) for seq in range(1, 6)]


def found(*connections: tuple[int, list[int]]) -> tuple[int, int, int]:
    findings = compare(STORED, [Reader(*connections)])
    return len(findings.lost), len(findings.duplicated), len(findings.disordered)


def test_every_event_once_and_in_order_is_no_finding() -> None:
    assert found((0, [1, 2, 3, 4, 5])) == (0, 0, 0)
    assert found((0, [1, 2]), (2, []), (2, [3, 4, 5])) == (0, 0, 0)


def test_an_event_that_did_not_come_is_lost() -> None:
    assert found((0, [1, 2, 3, 4])) == (1, 0, 0)
    assert found((0, [1, 2, 4, 5])) == (1, 0, 1)


def test_an_event_that_came_again_is_duplicated() -> None:
    assert found((0, [1, 2, 3]), (2, [3, 4, 5])) == (0, 1, 0)
    assert found((0, [1, 2, 2, 3, 4, 5])) == (0, 1, 1)


def test_an_event_before_its_turn_is_out_of_order() -> None:
    assert found((0, [1, 3, 2, 4, 5])) == (0, 0, 3)


def test_an_event_that_a_socket_saw_and_the_store_has_not_is_lost() -> None:
    assert len(compare(STORED[:4], [Reader((0, [1, 2, 3, 4, 5]))]).lost) == 1
    changed = [*STORED[:4], event(5, role="user")]
    assert len(compare(changed, [Reader((0, [1, 2, 3, 4, 5]))]).lost) == 1


def test_a_number_that_the_store_skips_is_lost() -> None:
    gap = [STORED[0], *STORED[2:]]
    assert "the store has no #2" in compare(gap, []).lost


def test_findings_of_sessions_add_up() -> None:
    both = Findings(3, ["a"], [], ["b"]) + Findings(4, [], ["c"], [])
    assert both == Findings(7, ["a"], ["c"], ["b"])


def test_the_99th_percentile_is_a_sample() -> None:
    samples = [number / 10 for number in range(1, 101)]
    assert percentile(samples, 0.99) == 9.9
    assert percentile([3.0], 0.99) == 3.0


def test_a_missed_expectation_fails_the_fault() -> None:
    good, bad = Outcome(1, "one"), Outcome(2, "two", misses=["too late"])
    assert last_line([good, bad]) == "1 faults passed, 1 failed"
    assert "missed: too late" in line(bad) and "FAILED" in line(bad)


def test_what_is_late_by_a_fifth_is_noted_and_what_is_later_is_missed() -> None:
    scene = Scene(cast(Any, SimpleNamespace(env={"DATABASE_URL": ""}, url="")))
    scene.expect_in_time(2.0, 2.0, "in time")
    scene.expect_in_time(2.4, 2.0, "a little late")
    assert (scene.misses, scene.notes) == ([], ["late: a little late, and 2 s are allowed"])
    scene.expect_in_time(2.41, 2.0, "too late")
    assert scene.misses == scene.late == ["too late"]


def test_only_a_fault_that_failed_on_time_alone_is_done_again() -> None:
    assert Outcome(1, "one", misses=["late"], late=["late"]).was_only_late
    assert not Outcome(1, "one", misses=["late", "lost"], late=["late"]).was_only_late
    assert not Outcome(1, "one").was_only_late


async def test_late_faults_are_done_once_more() -> None:
    late = {"misses": ["late"], "late": ["late"]}
    outcomes = {
        1: Outcome(1, "", **late),
        2: Outcome(2, "", misses=["lost"]),
        3: Outcome(3, ""),
        4: Outcome(4, "", **late),
    }
    coming = {1: [Outcome(1, "", misses=["lost"])], 4: [Outcome(4, "")]}

    async def do(number: int) -> Outcome:
        return coming[number].pop(0)

    await late_ones_again(outcomes, do, lambda: False)
    assert outcomes[1].was_only_late
    await late_ones_again(outcomes, do, lambda: True)
    assert [outcomes[number].has_passed for number in (1, 2, 3, 4)] == [False, False, True, True]
    assert last_line(list(outcomes.values())).startswith("At a second try: 1, 4.")
