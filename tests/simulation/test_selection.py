"""The best of many: Kim and Nelson's race by hand and by simulation, and a winner that has to win again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.measures import Measures
from optimiser.refusals import Refusal
from simulation.selection import Selection, select

MEASURE = "response_s.mean.red"


def runs(values: Sequence[float]) -> list[Measures]:
    return [Measures(0, 1, {}, {MEASURE: value}, {}) for value in values]


def raced(figures: Mapping[str, Sequence[float]], indifference: float = 1.0, wants_low: bool = True) -> Selection:
    played = {name: runs(values) for name, values in figures.items()}
    return select(played, MEASURE, wants_low=wants_low, indifference=indifference)


WAVE = [0.0, 1.0] * 5
"""Differences of ten such runs to equal ones have the sample variance 10/36 = 0.2778."""


def test_room_is_what_kim_and_nelson_say() -> None:
    """k = 2, n = 10, 95 %: c = (0.1^(-2/9) - 1) / 2 = 0.33405, h2 = 6.0129; h2 S2 / d2 = 1.67 < 10, so it is over at once."""
    found = raced({"a": [5.0] * 10, "b": [5.0 + step for step in WAVE]})
    assert (found.chosen, found.at_most_runs, found.runs_played) == ("a", 10, 10)


def test_a_smaller_indifference_takes_as_many_runs_as_the_formula_says() -> None:
    """d = 0.1: h2 S2 / d2 = 6.0129 x 0.27778 x 100 = 167.03, so after 168 runs at the latest."""
    assert raced({"a": [5.0] * 10, "b": [4.5 + step for step in WAVE]}, 0.1).at_most_runs == 168


def test_a_tie_is_not_decided_early() -> None:
    """Equal means after ten runs and room of 0.05 / 10 x 157: both are still in."""
    found = raced({"a": [5.0] * 10, "b": [4.5 + step for step in WAVE]}, 0.1)
    assert (found.chosen, found.still_in) == (None, ("a", "b"))


def test_who_is_beaten_leaves_and_needs_no_more_runs() -> None:
    """c is 50 s behind; the other two go on without it."""
    near = [4.5 + step for step in WAVE] * 2
    found = raced({"a": [5.0] * 20, "b": near, "c": [55.0] * 10}, 0.1)
    assert found.standings[-1].left_out_after == 10
    assert "c" not in found.still_in
    assert found.runs_played == 20


def test_more_is_better_turns_the_race_round() -> None:
    """The higher mean wins, and is told as it is."""
    found = raced({"a": [5.0] * 10, "b": [9.0] * 10}, wants_low=False)
    assert (found.chosen, found.standings[0].mean) == ("b", 9.0)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), more=st.integers(0, 30))
def test_more_runs_never_take_back_who_was_left_out(seed: int, more: int) -> None:
    """The race is a function of the runs in order: asked again with more of them it only goes on."""
    drawn = np.random.default_rng(seed).normal(size=(4, 50)) + np.array([[0.0], [0.3], [0.6], [2.0]])
    names = ["a", "b", "c", "d"]
    early = raced(dict(zip(names, drawn[:, :15].tolist(), strict=True)), 0.5)
    late = raced(dict(zip(names, drawn[:, : 15 + more].tolist(), strict=True)), 0.5)
    out = {standing.name: standing.left_out_after for standing in early.standings if standing.left_out_after}
    assert all({s.name: s.left_out_after for s in late.standings}[name] == after for name, after in out.items())
    assert early.chosen is None or late.chosen == early.chosen


def test_the_best_is_chosen_as_often_as_promised() -> None:
    """The least favourable case: nine candidates, the best just the indifference ahead; with a common part in every run."""
    chance, right, races = np.random.default_rng(3), 0, 120
    for _ in range(races):
        common = chance.normal(scale=5.0, size=600)
        drawn = common + chance.normal(size=(9, 600)) + np.array([0.0] + [0.5] * 8)[:, None]
        figures = {f"c{at}": drawn[at].tolist() for at in range(9)}
        found = raced(figures, 0.5)
        right += found.chosen == "c0"
        assert found.chosen is not None, "600 runs are more than such races take"
    assert right / races > 0.95 - 3 * (0.95 * 0.05 / races) ** 0.5


@pytest.mark.parametrize(
    ("flaw", "figures", "indifference"),
    [
        ("there are 1", {"a": [1.0] * 10}, 1.0),
        ("is no difference", {"a": [1.0] * 10, "b": [1.0] * 10}, 0.0),
        ("9 runs", {"a": [1.0] * 10, "b": [1.0] * 9}, 1.0),
        ("1 of 10 runs observed nothing", {"a": [1.0] * 10, "b": [1.0] * 9 + [float("nan")]}, 1.0),
    ],
)
def test_what_cannot_be_raced_is_refused(flaw: str, figures: dict[str, list[float]], indifference: float) -> None:
    """A race of one, for nothing, or without a start has no winner."""
    with pytest.raises(Refusal, match=flaw):
        raced(figures, indifference)
