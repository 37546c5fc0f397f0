"""Workload documents: what is refused, and why."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from incidents.procedure import Procedure
from incidents.read import parse_document
from incidents.refusals import DocumentRefused
from simulation.distributions import Exponential
from simulation.workload import DistributionEntry, Workload
from tests.builders import a_centre, a_procedure
from tests.incidents.an_interview import interview_rules

NATURE: dict[str, Any] = {
    "id": "call",
    "share": 1.0,
    "queue": "emergency",
    "priority": "red",
    "handling_s": {"exponential": 60},
}


def a_workload(**changes: Any) -> Workload:
    """One nature, ten an hour, nothing else."""
    document = {"workload": "tiny", "arrivals": {"rate_per_h": 10}, "natures": [NATURE]}
    return Workload.model_validate({**document, **changes})


def test_a_plain_queue_needs_no_places_courses_or_tables() -> None:
    """M/M/c is a workload like any other, or the closed forms could not check the world."""
    workload = a_workload()
    assert (list(workload.flaws()), workload.distribution(workload.natures[0].handling_s)) == ([], Exponential(60))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"natures": [{**NATURE, "share": 0.9}]}, "sum to 0.900000"),
        ({"natures": [{**NATURE, "share": 0.5}, {**NATURE, "share": 0.5}]}, "there twice"),
        ({"natures": [{**NATURE, "handling_s": "talk"}]}, "unknown table 'talk'"),
        ({"natures": [{**NATURE, "conduct": "calm"}]}, "unknown conduct 'calm'"),
        ({"natures": [{**NATURE, "places": "town"}]}, "unknown mix 'town'"),
        ({"natures": [{**NATURE, "told": {"what": {"fire": 0.5}}}]}, "sum to 0.500000"),
        ({"places": {"town": {"centre": 0.4, "hill": 0.5}}}, "sum to 0.900000"),
        ({"conducts": {"calm": {"engine": {"scene_s": "long"}}}}, "unknown table 'long'"),
        ({"patience_s": "long"}, "unknown table 'long'"),
        ({"natures": [{**NATURE, "patience_s": "long"}]}, "unknown table 'long'"),
        ({"time_zone": "Mars/Olympus"}, "unknown time zone"),
    ],
)
def test_parts_that_do_not_fit_together_are_named(changes: dict[str, Any], word: str) -> None:
    """A planner mends what is named; a wrong share would otherwise be a wrong result."""
    found = [what for _, what, _ in a_workload(**changes).flaws()]
    assert [word in what for what in found] == [True]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"constant": 1, "exponential": 2},
        {"quantiles": [1]},
        {"quantiles": [2, 1]},
        {"exponential": 0},
        {"lognormal": {"mean": 60, "cv": -1}},
    ],
    ids=["nothing", "two at once", "one quantile", "falling quantiles", "no mean", "negative spread"],
)
def test_a_distribution_is_given_in_exactly_one_sound_way(entry: dict[str, Any]) -> None:
    """A distribution guessed at would be played without a word."""
    with pytest.raises(ValidationError):
        DistributionEntry.model_validate(entry)


def test_rates_are_one_number_or_a_whole_week() -> None:
    """Twenty-four rates could mean every day or only Monday."""
    with pytest.raises(ValidationError, match="one rate or 168, not 24"):
        a_workload(arrivals={"rate_per_h": [1.0] * 24})


def test_what_the_centre_or_the_procedure_does_not_know_is_named() -> None:
    """A contact in a queue nobody answers would wait until the end of the run."""
    workload = a_workload(
        natures=[{**NATURE, "queue": "chat", "priority": "mauve"}],
        places={"town": {"moon": 1.0}},
        conducts={"calm": {"balloon": {}}},
    )
    found = workload.flaws_beside(a_centre({"e1": ("engine", 0)}), a_procedure())
    assert [where[-1] for where, _, _ in found] == ["moon", "balloon", "queue", "priority"]


def test_a_flaw_in_a_file_is_found_by_line_and_column() -> None:
    """Whoever wrote the file looks for the place, not for the sentence."""
    nature = "  - {id: a, share: 0.5, queue: q, priority: p, handling_s: t}"
    text = f"workload: tiny\narrivals: {{rate_per_h: 10}}\nnatures:\n{nature}\n"
    with pytest.raises(DocumentRefused) as refusal:
        parse_document(text, "tiny.yaml", Workload, Workload.flaws)
    assert [flaw.where for flaw in refusal.value.flaws] == ["tiny.yaml:3:1", "tiny.yaml:4:60"]


@pytest.mark.parametrize(
    ("jump_out", "rules", "flawed"),
    [
        ("caller lost", interview_rules(), False),
        ("vanished", interview_rules(), True),
        ("vanished", a_procedure(), False),
    ],
    ids=["the rules have it", "they have others", "they have none"],
)
def test_a_jump_out_that_the_rules_call_otherwise_is_named(jump_out: str, rules: Procedure, flawed: bool) -> None:
    """A slip would leave every lost caller without a code; rules that know no jump-outs mean just that."""
    given = a_workload(natures=[{**NATURE, "priority": "red", "lost": {"share": 0.1, "jump_out": jump_out}}])
    found = [loc for loc, _, _ in given.flaws_beside(a_centre({"E1": ("engine", 0)}), rules) if "lost" in loc]
    assert found == ([("natures", 0, "lost", "jump_out")] if flawed else [])
