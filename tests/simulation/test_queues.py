"""The world against closed forms: contact centres without travel are queues whose waits are known exactly.

Both scenarios run through the whole desk, every answer being an allocation; the formula must lie in the interval of the means of
independent replications. `benchmarks/queues.py` does the same at length.
"""

from __future__ import annotations

import pytest

from simulation.intervals import mean_interval
from simulation.queueing import cobham_waits_s, mean_wait_s
from simulation.replications import Span, replicate
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START

SEEDS = range(1, 11)
SPAN = Span(START, warm_up_s=3600, measured_s=6 * 3600)
LEVEL = 0.99


def mean_answers(name: str, *figures: str) -> list[list[float]]:
    """Each figure over the seeds, from the baseline of a scenario."""
    scenario = Scenario.read(scenario_folder(name))
    procedure = scenario.procedure("procedures/baseline.yaml")
    runs = [replicate(scenario, (procedure,), SPAN, seed).measures[0] for seed in SEEDS]
    return [[run.figure(figure) for run in runs] for figure in figures]


def test_six_agents_keep_callers_waiting_as_long_as_erlang_says() -> None:
    """M/M/6 at 4.8 erlangs (Erlang 1917): the call queue is one allocation after another, and must still be that queue."""
    (waits,) = mean_answers("call_centre", "answer_s.mean.all")
    interval = mean_interval(waits, level=LEVEL)
    assert interval.low <= mean_wait_s(4.8, 6, 120) <= interval.high
    assert interval.high - interval.low < mean_wait_s(4.8, 6, 120)


@pytest.mark.parametrize(("rank", "priority"), [(0, "urgent"), (1, "routine")])
def test_each_of_two_classes_waits_as_long_as_cobham_says(rank: int, priority: str) -> None:
    """M/M/6 with two classes, nobody interrupted (Cobham 1954): rank decides who is answered, in every queue of every run."""
    expected = cobham_waits_s([0.4 * 5.2, 0.6 * 5.2], 6, 120)[rank]
    (waits,) = mean_answers("priority_call_centre", f"answer_s.mean.{priority}")
    interval = mean_interval(waits, level=LEVEL)
    assert interval.low <= expected <= interval.high
    assert interval.high - interval.low < expected
