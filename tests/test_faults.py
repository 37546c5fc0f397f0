"""The solver of a live room fails in every way there is, and help is sent all the same. The long run is `benchmarks.faults`."""

from __future__ import annotations

import pytest

from benchmarks.faulty_room import Tally, run
from benchmarks.planted_faults import FAULTS

BUSY_S = 1.5
"""What a machine may need besides that runs a suite of tests."""


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    """What was seen while each fault was planted once."""
    return run(len(FAULTS), tmp_path_factory.mktemp("faults"), scheduling_s=BUSY_S)


def test_there_is_always_a_checked_plan_in_time_that_says_what_happened(tally: Tally) -> None:
    """A dispatcher who waits for a solver that will never answer sends nobody."""
    assert tally.failures == []


def test_every_fault_was_planted(tally: Tally) -> None:
    """A room in which nothing fails proves nothing."""
    assert set(tally.took_s) == set(FAULTS)


def test_the_log_tells_which_batches_no_replay_can_repeat(tally: Tally) -> None:
    """An auditor must be able to tell a cut plan from a forged one."""
    assert tally.cut_short > 0
    assert tally.differences == 0
