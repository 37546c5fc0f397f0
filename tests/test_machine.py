"""The run of many steps sees what it says that it sees: faults planted in the folding of facts end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase

from benchmarks.machine import ROWS, run, told
from incidents import facts as f
from incidents import remembering
from incidents.known import GONE, Changes, with_entry
from incidents.situation import Situation
from incidents.working import Working

Fold = Callable[[Situation, Any], Changes]
STEPS = 4_000
"""Within which every planted fault is met; a sound desk takes them all."""


def booked_twice(sound: Fold) -> Fold:
    """Whoever is sent has room for as many again."""

    def fold(s: Situation, fact: f.ResourceAssigned) -> Changes:
        resource = s.resources.get(fact.resource)
        if resource is None or not resource.serving:
            return sound(s, fact)
        here = s.kept() if isinstance(s, Working) else s
        roomy = replace(resource, capacity=resource.capacity + 10)
        return sound(replace(here, resources=with_entry(here.resources, resource.id, roomy)), fact)

    return fold


def assignment_lost(sound: Fold) -> Fold:
    """Whoever arrives is forgotten by the need."""

    def fold(s: Situation, fact: f.ResourceArrived) -> Changes:
        changes = sound(s, fact)
        need = s.needs[fact.need]
        left = tuple(each for each in need.filled_by if each != fact.resource)
        return (*changes, ("needs", need.id, replace(need, filled_by=left)))

    return fold


def clock_reset(sound: Fold) -> Fold:
    """Whoever loses its crew waits from then on."""

    def fold(s: Situation, fact: f.ResourceReleased) -> Changes:
        changes = sound(s, fact)
        need = changed(changes, "needs", fact.need, s.needs[fact.need])
        if need is GONE or not fact.leaves_open:
            return changes
        return (*changes, ("needs", need.id, replace(need, opened_at=fact.at)))

    return fold


def report_reset(sound: Fold) -> Fold:
    """An incident whose crew was diverted is as good as reported then."""

    def fold(s: Situation, fact: f.ResourceReleased) -> Changes:
        changes = sound(s, fact)
        need = s.needs[fact.need]
        if need.incident is None or not fact.leaves_open:
            return changes
        later = replace(changed(changes, "incidents", need.incident, s.incidents[need.incident]), reported_at=fact.at)
        return (*changes, ("incidents", later.id, later))

    return fold


def stop_ignored(sound: Fold) -> Fold:
    """A need that was to end where it stands goes on asking."""
    return lambda s, fact: ()


def changed(changes: Changes, field: str, key: str, before: Any) -> Any:
    """What stands in an entry after some changes."""
    return next((value for in_field, of, value in reversed(changes) if (in_field, of) == (field, key)), before)


def plant(monkeypatch: pytest.MonkeyPatch, kind: type[f.Fact], fault: Callable[[Fold], Fold]) -> None:
    """Fold facts of a kind with a fault from now on."""
    folds: Any = remembering.FOLDS
    monkeypatch.setitem(folds, kind, fault(folds[kind]))


def test_a_sound_desk_takes_every_step_and_says_what_it_did() -> None:
    """A run that ends early, or that counts nothing, would show nothing."""
    tally = run(1_000, phases=(Phase.generate,))
    assert tally.steps >= 1_000
    assert tally.taken["ResourceAssigned"] > 0 < tally.refused["ResourceAssigned"]
    lines = list(told(tally))
    assert len([line for line in lines if "-->" in line]) == len(ROWS)


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (f.ResourceAssigned, booked_twice),
        (f.ResourceArrived, assignment_lost),
        (f.ResourceReleased, clock_reset),
        (f.ResourceReleased, report_reset),
        (f.NeedReduced, stop_ignored),
    ],
    ids=lambda each: each.__name__,
)
def test_a_planted_breach_ends_the_run(
    kind: type[f.Fact], fault: Callable[[Fold], Fold], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it could not see, a hundred thousand steps would say nothing about."""
    plant(monkeypatch, kind, fault)
    with pytest.raises(AssertionError):
        run(STEPS, phases=(Phase.generate,))
