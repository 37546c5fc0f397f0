"""How many call-takers: never one too many or too few, week by week, and right where the day is not settled."""

from __future__ import annotations

import doctest
import math
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from incidents.read import read_packs
from incidents.targets import Target, TargetPack
from optimiser.refusals import Refusal
from simulation.call_takers_needed import (
    ERLANG_A,
    ERLANG_C,
    GENERAL,
    AnswerTarget,
    CallTakerQuestion,
    Goals,
    achieved,
    answer_targets,
    call_takers,
    demand_of,
)
from simulation.queueing import erlang_a, servers_for
from simulation.scenario import Scenario
from simulation.scenario_files import packs_folder, scenario_folder

TARGET = AnswerTarget(share=0.9, within_s=15)


def question(**changes: Any) -> CallTakerQuestion:
    """40 calls an hour of 95 s, patience of 60 s, 90 % in 15 s."""
    given = {"calls_per_h": 40, "handling_s": 95, "patience_s": 60, "targets": (TARGET,)}
    return CallTakerQuestion.model_validate({**given, **changes})


def fewest(**changes: Any) -> int:
    """The answer for one rate."""
    asked = question(**changes)
    return call_takers(asked.demand(), asked, {}).hours[0].fewest.call_takers


@pytest.mark.parametrize(("calls", "expected"), [(60, 6), (300, 18), (1200, 58)])
def test_callers_who_wait_for_ever_are_erlang_c(calls: float, expected: int) -> None:
    """150 s a call: the numbers of an independent program, and of the search by Erlang C."""
    assert fewest(calls_per_h=calls, handling_s=150, patience_s=None) == expected
    assert servers_for(calls * 150 / 3600, 150, share=0.9, within_s=15) == expected


@given(
    st.floats(0.5, 4000),
    st.floats(20, 900),
    st.one_of(st.none(), st.floats(5, 900)),
    st.floats(0.3, 0.99),
    st.floats(0, 60),
)
@settings(max_examples=60, deadline=None)
def test_one_fewer_would_not_do(
    calls: float, handling_s: float, patience_s: float | None, share: float, within_s: float
) -> None:
    """The fewest meet the target and one fewer do not, whatever the search passed over on its way."""
    asked = question(
        calls_per_h=calls,
        handling_s=handling_s,
        patience_s=patience_s,
        targets=({"share": share, "within_s": within_s},),
    )
    (hour,) = call_takers(asked.demand(), asked, {}).hours
    assert hour.fewest.answered_within[0] >= share
    assert hour.one_fewer is not None
    assert hour.one_fewer.answered_within[0] < share
    assert hour.one_more.answered_within[0] >= hour.fewest.answered_within[0] - 1e-9


def test_every_figure_is_that_of_the_formula_it_names() -> None:
    """Three for 40 calls an hour with patience: Erlang A by births and deaths says the same."""
    asked = question()
    found = call_takers(asked.demand(), asked, {})
    three = found.hours[0].fewest
    expected = erlang_a(40 * 95 / 3600, 3, 95, 60)
    assert (found.formula, three.call_takers) == (ERLANG_A, 3)
    assert (three.waiting, three.abandoned) == pytest.approx((expected.waiting, expected.abandoned))
    assert three.occupancy == pytest.approx(40 * 95 / 3600 * (1 - expected.abandoned) / 3)


@pytest.mark.parametrize(
    ("limit", "figure"),
    [
        ({"most_abandoned": 0.01}, "abandoned"),
        ({"most_wait_s": 0.5}, "answered_wait_s"),
        ({"most_occupied": 0.25}, "occupancy"),
    ],
)
def test_each_limit_binds_where_it_is_narrow(limit: dict[str, float], figure: str) -> None:
    """The fewest keep it and one fewer break it; without it three would do."""
    asked = question(**limit)
    (hour,) = call_takers(asked.demand(), asked, {}).hours
    (most,) = limit.values()
    assert hour.one_fewer is not None
    assert getattr(hour.fewest, figure) <= most < getattr(hour.one_fewer, figure)
    assert hour.fewest.call_takers > 3


def test_a_pack_brings_its_targets_on_answering_and_no_others() -> None:
    """NENA asks for 90 % in 15 s and 95 % in 20; NFPA 1221 times dispatch as well, which no call-taker alone decides."""
    packs = read_packs(packs_folder())
    asked = question(patience_s=None, targets=(), packs=("nena-sta-020.1-2020",))
    found = call_takers(asked.demand(), asked, packs)
    assert found.targets == (TARGET, AnswerTarget(share=0.95, within_s=20))
    assert found.hours[0].fewest.call_takers == 4
    shares, mean_s = answer_targets(packs["nfpa-1221-2016"])
    assert (shares, mean_s) == ((AnswerTarget(share=0.95, within_s=15), AnswerTarget(share=0.99, within_s=40)), None)


def a_pack(**target: Any) -> TargetPack:
    """A pack of one target from received to answered."""
    clock = {"of": "contacts", "for": ("calls",), "start": ({"moment": "received"},), "stop": ({"moment": "answered"},)}
    made = Target.model_validate({**clock, **target})
    return TargetPack(pack="p", in_force=date(2026, 1, 1), source="x", grades={"calls": "all"}, targets={"t": made})


@pytest.mark.parametrize(
    ("target", "shares", "mean_s"),
    [
        ({"statistic": "p95", "limit_s": 20}, ((0.95, 20.0),), None),
        ({"statistic": "median", "limit_s": 5}, ((0.5, 5.0),), None),
        ({"statistic": "mean", "limit_s": 10}, (), 10.0),
    ],
)
def test_quantiles_and_means_of_a_pack_count_too(
    target: dict[str, Any], shares: tuple[tuple[float, float], ...], mean_s: float | None
) -> None:
    """A 95 % quantile of 20 s is 95 % within 20 s."""
    found, least = answer_targets(a_pack(**target))
    assert (tuple((each.share, each.within_s) for each in found), least) == (shares, mean_s)


def test_a_maximum_is_refused() -> None:
    """Nobody can promise that no caller ever waits longer."""
    with pytest.raises(Refusal, match="maximum"):
        answer_targets(a_pack(statistic="max", limit_s=60))


def test_a_pack_without_a_target_on_answering_is_refused() -> None:
    """It would be met by anybody."""
    with pytest.raises(Refusal, match="no target on answering"):
        answer_targets(read_packs(packs_folder())["nfpa-1710-2020"])


@pytest.mark.parametrize(
    ("word", "changes"),
    [
        ("calls below nothing", {"calls_per_h": -1}),
        ("no time", {"handling_s": 0}),
        ("no patience", {"patience_s": 0}),
        ("everybody", {"targets": ({"share": 1, "within_s": 15},)}),
        ("nothing asked", {"targets": ()}),
        ("half a week", {"calls_per_h": (1.0,) * 84}),
        ("not a number", {"calls_per_h": math.nan}),
        ("an unknown word", {"colour": "red"}),
    ],
)
def test_nonsense_is_refused_by_its_field(word: str, changes: dict[str, Any]) -> None:
    """A planner who mistypes must not get a number."""
    with pytest.raises(ValidationError):
        question(**changes)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"calls_per_h": 1e6, "handling_s": 3600}, "erlangs at once"),
        ({"packs": ("nobody's",)}, "no target pack"),
        ({"targets": (), "most_occupied": 1e-9}, "do not meet"),
    ],
)
def test_what_no_number_answers_is_refused(changes: dict[str, Any], told: str) -> None:
    """With the place in the request."""
    asked = question(**changes)
    with pytest.raises(Refusal, match=told) as refused:
        call_takers(asked.demand(), asked, {})
    assert refused.value.flaws[0].where.startswith("/")


def test_a_steady_week_is_one_hour_168_times() -> None:
    """The load of every hour is what it was, so the answer is."""
    asked = question(calls_per_h=(40.0,) * 168)
    found = call_takers(asked.demand(), asked, {})
    assert {hour.fewest.call_takers for hour in found.hours} == {3}
    assert found.hours_of_work == 3 * 168


def test_the_hour_after_a_peak_is_staffed_for_what_the_peak_left() -> None:
    """Long calls outlast their hour: by its highest load the quiet hour needs more than by its mean."""
    rates = tuple(60.0 if hour % 2 == 0 else 0.0 for hour in range(168))
    asked = question(calls_per_h=rates, handling_s=1800)
    safe, lean = (call_takers(asked.demand(), asked, {}, of=of) for of in ("highest", "mean"))
    assert safe.hours[1].fewest.call_takers > lean.hours[1].fewest.call_takers > 0
    assert safe.hours_of_work > lean.hours_of_work


def test_a_day_that_is_never_settled_is_answered_as_promised() -> None:
    """The chain of Mt/M/s(t)+M, hour by hour by its matrix exponential: every hour answers 80 % at once, within a point."""
    rates = [20 + 90 * math.sin(math.pi * hour / 24) ** 2 for hour in range(24)]
    asked = question(
        calls_per_h=tuple(rates * 7), handling_s=600, patience_s=300, targets=({"share": 0.8, "within_s": 0},)
    )
    staff = [hour.fewest.call_takers for hour in call_takers(asked.demand(), asked, {}).hours[:24]]
    states, steps = np.arange(61), 60
    chance = np.eye(len(states))[0]
    for day in range(3):
        for rate, count in zip(rates, staff, strict=True):
            up = np.full(60, rate / 60)
            down = np.minimum(states[1:], count) / 10 + np.maximum(states[1:] - count, 0) / 5
            flow = np.diag(up, 1) + np.diag(down, -1)
            step = scipy.linalg.expm(flow - np.diag(flow.sum(axis=1)))
            at_once = 0.0
            for _ in range(steps):
                chance = chance @ step
                at_once += float(chance[:count].sum()) / steps
            assert day == 0 or at_once >= 0.79


def test_a_workload_brings_its_calls_their_handling_and_everybodys_patience() -> None:
    """The call centre rings 144 times an hour for 120 s and waits for ever; the bank gives up, each in its own way."""
    plain = demand_of(Scenario.read(scenario_folder("call_centre")).workload)
    assert (plain.calls_per_h[0], plain.handling_s, plain.impatience, plain.formula) == (144, 120, None, ERLANG_C)
    bank = Scenario.read(scenario_folder("bank")).workload
    assert demand_of(bank).formula == GENERAL
    queues = sorted({nature.queue for nature in bank.natures})
    parts = [demand_of(bank, queue).calls_per_h[10] for queue in queues if _rings(bank, queue)]
    assert sum(parts) == pytest.approx(demand_of(bank).calls_per_h[10])


def _rings(workload: Any, queue: str) -> bool:
    return any(nature.share > 0 for nature in workload.natures if nature.queue == queue)


def test_a_queue_that_nobody_rings_is_refused() -> None:
    """The queues that there are are named."""
    with pytest.raises(Refusal, match="calls"):
        demand_of(Scenario.read(scenario_folder("call_centre")).workload, "nothing")


def test_a_busy_day_is_a_quantile_of_the_days() -> None:
    """Half of all days are quieter than the median day; without spread all days are alike."""
    arrivals = Scenario.read(scenario_folder("bank")).workload.arrivals.model_copy(update={"day_factor_cv": 0.2})
    assert arrivals.busy_day_factor(0.5) < 1 < arrivals.busy_day_factor(0.9)
    assert arrivals.model_copy(update={"day_factor_cv": 0.0}).busy_day_factor(0.9) == 1.0


def test_callers_who_wait_for_ever_may_be_too_many_for_the_rest() -> None:
    """Half never give up: one call-taker at three erlangs is never done with them."""
    bank = Scenario.read(scenario_folder("bank")).workload
    never = demand_of(bank.model_copy(update={"patience_s": None}))
    if never.impatience is not None and never.impatience.endless:
        assert achieved(3.0 / never.impatience.endless, 1, never, (TARGET,)).answered_within == (0.0,)
    goals = Goals(most_abandoned=0.05)
    assert call_takers(never, goals, {}).hours_of_work > 0


def test_the_example_in_python_on_the_page_runs() -> None:
    """What a reader pastes must say what the page says."""
    page = Path(__file__).parents[2] / "docs" / "planning.md"
    found = doctest.testfile(str(page), module_relative=False)
    assert (found.failed, found.attempted) == (0, 3)
