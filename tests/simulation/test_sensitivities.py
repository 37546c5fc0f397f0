"""Every scenario can be varied in every way, and what comes of it is a sound world."""

from __future__ import annotations

import pytest

from simulation.default_experiment import default_suite
from simulation.periods import Played, played
from simulation.replications import contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.sensitivities import EVERY, Sensitivities, Varied, lost_units, varied
from simulation.terms import Criterion
from simulation.variations import without

BASELINE = "procedures/baseline.yaml"
SCENARIOS = ("san_francisco", "police", "auckland", "bank", "service_desk", "priority_call_centre")
PRIMARY = Criterion(measure="answer_s.mean.all", want="reduce", margin_abs=0)


def suite_of(name: str) -> tuple[Scenario, list[Played]]:
    """A scenario and its default workloads."""
    scenario = Scenario.read(scenario_folder(name))
    procedure = scenario.procedure(BASELINE)
    return scenario, [played(each, period, scenario, procedure) for each, period in default_suite().items()]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_workload_varied_in_every_way_is_a_sound_world_for_the_baseline(name: str) -> None:
    """A variation that the reader would refuse as a file must not be played either."""
    scenario, suite = suite_of(name)
    procedure = scenario.procedure(BASELINE)
    for world in suite:
        for variation in (None, *EVERY):
            workload = (world if variation is None else varied(world, variation)).scenario.workload
            assert list(workload.flaws()) == [], (world.name, variation)
            assert list(workload.flaws_beside(scenario.centre, procedure)) == [], (world.name, variation)


@pytest.mark.parametrize("variation", EVERY)
def test_a_variation_of_a_city_changes_something(variation: Varied) -> None:
    """One that changes nothing would keep every sign."""
    scenario, (week, *_) = suite_of("san_francisco")
    lost = lost_units(scenario.centre, week.scenario.workload, variation)
    assert bool(lost) == (variation == "unit loss")
    assert (varied(week, variation).scenario.workload == week.scenario.workload) == (variation == "unit loss")
    assert len(without(scenario.centre, lost).resources) == len(scenario.centre.resources) - len(lost)


def test_worse_triage_leaves_what_is_true_as_it_is() -> None:
    """The same incidents with the same luck, of which some callers say something else."""
    _, (week, *_) = suite_of("san_francisco")
    before, after = (contacts_of(each.scenario, each.span, 1) for each in (week, varied(week, "worse triage")))
    assert [(each.at, each.nature, each.place) for each in before] == [
        (each.at, each.nature, each.place) for each in after
    ]
    wrong = [
        sum(any(each.answer(about) != truth for about, truth in each.truth.items()) for each in calls)
        for calls in (before, after)
    ]
    assert wrong[0] + 0.05 * len(after) < wrong[1] < wrong[0] + 0.3 * len(after)


def test_a_load_cannot_be_varied_where_the_same_contacts_come() -> None:
    """Told before anything runs, with the workloads on which it can."""
    suite = default_suite()
    on_replay = Sensitivities(workload="one week replayed")
    ((where, _, accepted),) = list(on_replay.flaws(suite, PRIMARY))
    assert where == ("workload",)
    assert "normal week" in accepted
    only = {"one week replayed": suite["one week replayed"]}
    assert [where for where, _, _ in Sensitivities().flaws(only, PRIMARY)] == [()]
    assert list(Sensitivities().flaws(suite, PRIMARY)) == []
    assert [where for where, _, _ in Sensitivities(of=("more load", "more load")).flaws(suite, PRIMARY)] == [("of", 1)]
