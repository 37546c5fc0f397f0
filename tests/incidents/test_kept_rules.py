"""Costs, targets and kept rules as figures, and the reason where one cannot be told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from incidents.centre import Centre
from incidents.facts import ResourceSignedOn
from incidents.performance import measure
from incidents.quantities import ResourceId
from incidents.yardsticks import limits_of, unmeasurable
from tests.builders import START, a_centre, a_desk, a_procedure, at, report, spot

UNITS = {"E1": ("engine", 10.0), "C1": ("clerk", 0.0)}
TARGETS = {"own": {"answer": {"of": "contacts", "start": "received", "stop": "answered", "limit_s": 15, "share": 0.9}}}


def with_costs() -> Centre:
    """An engine costs 100 an hour and 2 a kilometre, a contact 5."""
    costs = {"currency": "EUR", "hour": {"engine": 100}, "km": {"engine": 2}, "contact": 5}
    return a_centre(UNITS, costs=costs)


def test_an_hour_on_duty_and_a_contact_cost_what_the_centre_says() -> None:
    """One engine for an hour, one contact, no kilometre."""
    centre = with_costs()
    desk = a_desk(centre)
    facts = report(desk, "i", spot(5), at(10), nature="fire")
    on = [ResourceSignedOn(START, ResourceId(name), centre.base_of(name)) for name in centre.resources]
    found = measure([*on, *facts], since=START, until=at(3600), centre=centre)
    figures = [found.figure(name) for name in ("cost.duty", "cost.calls", "cost.distance", "cost")]
    assert figures == [100, 5, 0, 105]


def test_a_cost_of_a_kind_that_is_not_there_is_a_flaw() -> None:
    """A misspelt kind would cost nothing."""
    centre = a_centre(UNITS, costs={"currency": "EUR", "hour": {"engin": 100}})
    assert any(loc == ("costs", "hour", "engin") for loc, _, _ in centre.flaws())
    with pytest.raises(ValidationError, match="leave `costs` out"):
        a_centre(UNITS, costs={"currency": "EUR"})


def test_without_costs_a_figure_of_them_cannot_be_asked() -> None:
    """Before anything runs, and with the reason."""
    flaw = unmeasurable("cost", a_procedure(), a_centre(UNITS))
    assert flaw is not None
    assert flaw.what == "the centre declares no costs"
    assert unmeasurable("cost", a_procedure(), with_costs()) is None


def test_a_check_that_was_kept_counts_as_kept() -> None:
    """Assessed before assigned, as the desk does."""
    rules = a_procedure(dispatch={"automatic": ["red"]})
    desk = a_desk(a_centre(UNITS), rules)
    facts = report(desk, "i", spot(5), at(10), nature="fire")
    found = measure(facts, since=START, until=at(3600), procedure=rules)
    assert found.figure("conformance.checks.share") == 1
    flaw = found.lack("conformance.targets.share")
    assert flaw is not None
    assert "no target" in flaw.what


def test_a_figure_within_target_needs_a_target_on_that_clock() -> None:
    """Within what?"""
    flaw = unmeasurable("response_s.within_target.red", a_procedure(), a_centre(UNITS))
    assert flaw is not None
    assert "no target" in flaw.what
    assert limits_of(a_procedure()) == {}
