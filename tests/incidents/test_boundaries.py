"""The thresholds of a procedure: what lies just below, at and above each of them."""

from __future__ import annotations

from incidents.boundaries import boundaries
from incidents.quantities import ms
from tests.builders import a_procedure
from tests.incidents.every_rung import EVERY_RUNG

SURGE = {"shortfall": 2, "priorities": ["green"], "mode": {"leaves_at": 0, "dwell_s": 100}}


def test_the_boundary_of_a_count_lies_one_to_either_side() -> None:
    """What a shortfall of 2 means, and what ending at 0 means."""
    found = boundaries(a_procedure(escalation={"surge": SURGE}))
    assert [(each.key, [(int(case.value), case.acts) for case in each.cases]) for each in found[:2]] == [
        ("shortfall", [(1, False), (2, True), (3, True)]),
        ("mode.leaves_at", [(0, True), (0, True), (1, False)]),
    ]
    assert [int(case.value * 1000) for case in found[2].cases] == [ms(100) - 1, ms(100), ms(100) + 1]


def test_every_threshold_of_every_rung_has_its_boundary() -> None:
    """One that is left out is one that nobody tests."""
    named = [(each.rung, each.key) for each in boundaries(a_procedure(escalation=EVERY_RUNG))]
    assert named == [
        ("late", "unfilled_for_s"),
        ("chief", "unfilled_for_s"), ("chief", "ack_s"),
        ("next", "ack_s"),
        ("lost", "unarrived_for_s"),
        ("rings", "waiting_answer_s"), ("rings", "ack_s"),
        ("crowd", "incidents_within.count"),
        ("surge", "ack_s"), ("surge", "shortfall"), ("surge", "mode.leaves_at"), ("surge", "mode.dwell_s"),
        ("in surge", "unfilled_for_s"),
        ("at night", "unfilled_for_s"),
    ]  # fmt: skip
