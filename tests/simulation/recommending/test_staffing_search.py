"""The least staff that meets a target: held against brute force, and against Erlang's formula."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.refusals import Refusal
from simulation.arms import Arm
from simulation.default_experiment import MONDAY
from simulation.experiment_runs import Hands
from simulation.periods import Normal, Played, played
from simulation.recommending import staffing_search
from simulation.recommending.aim import Aim
from simulation.recommending.staffing_search import Choice, by_formula, least_cost, least_staff, staffed
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.variations import with_load

IN_TIME = Aim("answer_s.within_20.all", 0.8)


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=4), st.tuples(*[st.integers(1, 9)] * 3))
def test_it_is_the_least_that_brute_force_finds(corners: list[Choice], hours: tuple[int, ...]) -> None:
    """Over every monotone rule: a choice is enough where it reaches one of some corners."""

    def is_enough(choice: Choice) -> bool:
        return any(all(a >= b for a, b in zip(choice, corner, strict=True)) for corner in corners)

    def cost(choice: Choice) -> int:
        return sum(a * b for a, b in zip(choice, hours, strict=True))

    found = least_cost(is_enough, hours, 4)
    assert is_enough(found)
    assert cost(found) == min(cost(each) for each in product(range(5), repeat=3) if is_enough(each))


def test_a_target_that_the_most_do_not_meet_is_refused() -> None:
    """Nothing is pretended."""
    with pytest.raises(Refusal, match="do not meet"):
        least_cost(lambda choice: False, [8.0], 5)


def test_a_search_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit has a name."""
    monkeypatch.setattr(staffing_search, "MOST_TRIALS", 3)
    with pytest.raises(Refusal, match="after 3 choices"):
        least_cost(lambda choice: sum(choice) >= 20, [1.0, 1.0, 1.0], 10)


@pytest.fixture(scope="module")
def lines() -> tuple[Arm, Played]:
    """A quarter of the call centre's calls, 1.2 erlangs, on one day."""
    whole = Scenario.read(scenario_folder("call_centre"))
    scenario = replace(whole, workload=with_load(whole.workload, 0.25))
    procedure = scenario.procedure("procedures/baseline.yaml")
    week = played("a day", Normal(kind="normal", start=MONDAY, days=1, warm_up_h=1), scenario, procedure)
    return Arm("today", scenario.centre, procedure), week


def test_simulation_and_erlang_agree_on_one_block(lines: tuple[Arm, Played]) -> None:
    """Three reach 80 % in 20 s with room to spare (Erlang C: 89 %), and two do not (61 %)."""
    arm, week = lines
    found = least_staff(arm, week, "agent", 1, IN_TIME, range(1, 7), Hands(workers=1))
    assert found.staff == found.by_formula == (3,)
    assert found.hours_a_week == 3 * 168
    assert found.interval.low > 0.8


def test_a_formula_is_given_for_shares_of_all_answers_alone(lines: tuple[Arm, Played]) -> None:
    """Erlang knows nothing of a p90 to arrive."""
    arm, week = lines
    assert by_formula(arm, week, "agent", (0, 12), IN_TIME) == (3, 3)
    assert by_formula(arm, week, "agent", (0, 12), Aim("answer_s.p90.all", 20)) is None


def test_the_searched_staff_takes_the_place_of_todays(lines: tuple[Arm, Played]) -> None:
    """Two by day and one by night, and nobody else."""
    centre = staffed(lines[0].centre, "agent", (8, 20), (2, 1))
    told = {name: centre.shifts[str(entry.shift)].start for name, entry in centre.resources.items()}
    assert told == {"agent 08 1": "08:00", "agent 08 2": "08:00", "agent 20 1": "20:00"}
    assert not list(centre.flaws())


@pytest.mark.parametrize(("kind", "blocks", "why"), [("agnet", 1, "unknown kind"), ("agent", 5, "5 blocks")])
def test_an_unsound_search_is_refused(lines: tuple[Arm, Played], kind: str, blocks: int, why: str) -> None:
    """Before anything is played."""
    with pytest.raises(Refusal, match=why):
        least_staff(*lines, kind, blocks, IN_TIME, range(2), Hands(workers=1))
