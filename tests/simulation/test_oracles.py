"""Ten of the worlds of `benchmarks.oracles`, one for each kind of formula, played short; the whole grid is the benchmark.

Seeds are fixed, so what passes once passes for ever; what changes the world so far that a formula no longer holds is found.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.oracle_cases import Case, cases
from benchmarks.oracles import Figure, figures_of
from simulation.queueing import erlang_b, mean_wait_s

CONTACTS, REPLICATIONS = 60, 6
TEN = (
    "M/M/5 at 0.5",
    "M/G/3/3 at 1.1",
    "M/M/4+M at 1.3, 60 s",
    "M/M/3+D at 1.2",
    "M/M/3 at 0.55, 2 classes",
    "M/G/1 at 0.4, cv 0.5",
    "6 places at 0.9, calls of 1, 3",
    "opening at 50, 5, 30 an hour, 300 s",
    "3 units, 4 zones at 0.45",
    "1 agents with 3 chats each, at 0.6",
)


def the_case(name: str) -> Case:
    """A case of the grid."""
    return next(case for case in cases() if case.name == name)


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """All figures of the ten."""
    return [figure for name in TEN for figure in figures_of(the_case(name), CONTACTS, REPLICATIONS).figures]


def test_no_figure_of_the_world_is_far_from_its_formula(figures: list[Figure]) -> None:
    """None outside four standard errors, in worlds that play the whole desk."""
    assert [(figure.case, figure.name) for figure in figures if figure.is_far] == []


def test_about_one_figure_in_twenty_is_outside_its_interval(figures: list[Figure]) -> None:
    """Of some forty, five outside would be as rare as one in fifty."""
    assert sum(not figure.is_inside for figure in figures) <= 5


def test_the_grid_names_every_case_once_and_has_a_hundred_and_forty() -> None:
    """A name finds its case in another process."""
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names) >= 140


def test_a_formula_that_is_wrong_is_found_out() -> None:
    """A grid that passes whatever it is told would be no check: Erlang B of two servers too many."""
    case = the_case("M/G/3/3 at 1.1")
    wrong = replace(case, expected={"abandoned.share": erlang_b(3.3, 5)})
    (figure,) = figures_of(wrong, 2 * CONTACTS, 2 * REPLICATIONS).figures
    assert figure.is_far


def test_the_expectations_are_those_of_the_formulas() -> None:
    """One by hand: five servers at half their load."""
    assert the_case("M/M/5 at 0.5").expected["answer_s.mean.all"] == pytest.approx(mean_wait_s(2.5, 5, 120))
