"""Six methods side by side: a row for each, whether it was run or not, and none that claims more than it can show."""

from __future__ import annotations

import pytest

from incidents.second_mind import Sort, Tally
from simulation.methods import NOT_RUN, Checked, Judged, MethodRow, Tried, Worked, methods

TALLY = Tally(1_000, 40, 38, 50, 45, {(Sort.DISPATCH, "plan medical"): 4, (Sort.ASSESSMENT, "code ill"): 1})


def row(tried: Tried, method: str) -> MethodRow:
    return next(each for each in methods(tried) if each.method == method)


def test_a_method_that_was_not_run_is_not_left_out() -> None:
    """A reader must not take silence for a pass."""
    rows = methods(Tried())
    assert [each.done for each in rows] == [NOT_RUN] * 6
    assert all(each.passed is None and each.shows and each.hides and not each.was_run for each in rows)


@pytest.mark.parametrize(
    ("tried", "method", "found", "passed"),
    [
        (Tried(checked=Checked(0, 2)), "static check", "0 flaws, 2 warnings", True),
        (Tried(checked=Checked(1)), "static check", "1 flaw", False),
        (Tried(worked=Worked(7, 7)), "worked examples", "7 came out as they should", True),
        (Tried(worked=Worked(6, 7)), "worked examples", "6 came out as they should", False),
        (Tried(worked=Worked(0, 0)), "worked examples", "0 came out as they should", None),
        (Tried(simulated=Judged("pass", 5, 40)), "simulation", "pass", True),
        (Tried(simulated=Judged("undecided", 5, 40)), "simulation", "undecided", None),
        (Tried(stressed=Judged("fail", 6, 10)), "stress", "fail", False),
    ],
)
def test_what_was_found_is_said_and_judged(tried: Tried, method: str, found: str, passed: bool | None) -> None:
    """Flaws and failed examples fail; what is undecided, or showed nothing, decides nothing."""
    assert (row(tried, method).found, row(tried, method).passed) == (found, passed)


def test_decisions_that_differ_are_told_and_fail_nobody() -> None:
    """A candidate that agreed everywhere would change nothing."""
    for method, tried in (("replay of a log", Tried(replayed=TALLY)), ("shadow", Tried(shadowed=TALLY))):
        found = row(tried, method)
        assert found.found == "90.0 % decided alike; most often plan medical (4), code ill (1)"
        assert "1,000 facts, 50 decisions" in found.done
        assert found.passed is None


def test_a_log_in_which_nothing_was_decided_says_so() -> None:
    """No share is made of nothing."""
    assert row(Tried(replayed=Tally(3, 0, 0, 0, 0, {})), "replay of a log").found == "no decision was there to compare"
