"""Replications are pure functions of scenario, procedures and seed: nothing about where they run may show."""

from __future__ import annotations

import pytest

from incidents.procedure import Procedure
from simulation.paired import Pairs
from simulation.replications import Replication, Span, contacts_of, replicate, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START

SPAN = Span(START, warm_up_s=1800, measured_s=3 * 3600)
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def centre() -> tuple[Scenario, Procedure]:
    """The priority call centre and its rules."""
    scenario = Scenario.read(scenario_folder("priority_call_centre"))
    return scenario, scenario.procedure("procedures/baseline.yaml")


def figures(runs: list[Replication]) -> list[dict[str, float]]:
    """All figures of every run, NaN made comparable."""
    return [{name: value for name, value in run.measures[0].figures().items() if value == value} for run in runs]


def test_one_process_and_two_find_the_same(centre: tuple[Scenario, Procedure]) -> None:
    """Seeds come back in their order, to the last digit, however many workers there are."""
    scenario, rules = centre
    alone, together = (replications(scenario, (rules,), SPAN, SEEDS, workers=workers) for workers in (1, 2))
    assert [run.seed for run in together] == list(SEEDS)
    assert figures(alone) == figures(together)


def test_a_procedure_against_itself_differs_by_nothing(centre: tuple[Scenario, Procedure]) -> None:
    """Both play the same contacts with the same luck, so even the last digit agrees."""
    scenario, rules = centre
    runs = [replicate(scenario, (rules, rules), SPAN, seed) for seed in SEEDS]
    sides = ([run.measures[side] for run in runs] for side in (0, 1))
    found = Pairs.of("answer_s.mean.all", *sides).difference(0.95)
    assert found.mean_difference == 0
    assert found.interval is not None
    assert found.interval.half_width == 0


def test_warm_up_is_played_but_not_measured(centre: tuple[Scenario, Procedure]) -> None:
    """Contacts count from the end of the warm-up on."""
    scenario, rules = centre
    run = replicate(scenario, (rules,), SPAN, 1)
    drawn = contacts_of(scenario, SPAN, 1)
    assert run.contacts == sum(contact.at >= SPAN.since for contact in drawn) < len(drawn)
    assert run.measures[0].figure("contacts") == run.contacts


def test_progress_counts_up_to_the_last_seed(centre: tuple[Scenario, Procedure]) -> None:
    """Whoever waits is told how far it is."""
    scenario, rules = centre
    told: list[int] = []
    replications(scenario, (rules,), SPAN, SEEDS, workers=1, progress=told.append)
    assert told == [1, 2, 3]
