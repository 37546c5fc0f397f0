"""A desk works on one situation in place: values of it stay, and what was refused leaves no trace, not even in an order."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import Situation
from incidents.working import FACTS_TO_FOLD_AGAIN, Working
from tests.builders import a_centre, a_desk, an_incident, at, report, spot

THE, C = IncidentId("i"), ContactId("call-i")
FIELDS = ("contacts", "incidents", "needs", "resources", "messages", "notices", "modes", "aid")


def orders(situation: Situation) -> list[list[object]]:
    """The keys of every field in their order: the order decides in which reasons are given."""
    return [list(getattr(situation, name)) for name in FIELDS]


def test_a_value_stays_when_the_desk_goes_on() -> None:
    """Explanations, replays and readers in other threads hold yesterday's."""
    desk = a_desk(a_centre({"E1": ("engine", 0), "C1": ("clerk", 0)}))
    report(desk, "i", spot(9), at(0))
    before = desk.situation
    kept = after(before, f.NoteAdded(at(1), THE, "x"))
    an_incident(desk, "j", spot(9), at(2), nature="fire")
    desk.observe(f.ContactEnded(at(3), C)) if before.contacts[C].status == "answered" else None
    desk.observe(f.ResourceMoved(at(4), ResourceId("E1"), spot(50)))
    assert list(before.incidents) == ["i"]
    assert before.resources[ResourceId("E1")].place == spot(0)
    assert (list(kept.incidents[THE].notes.values()), before.incidents[THE].notes) == (["x"], {})
    assert desk.situation.resources[ResourceId("E1")].place == spot(50)


def test_a_value_is_the_same_until_something_happens() -> None:
    """Whoever compares by identity must not be told of news where there are none."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    assert desk.situation is desk.situation


def test_a_refused_batch_leaves_nothing_behind() -> None:
    """The first fact of the batch, all it entailed and the order of what it took out are as they were."""
    desk = a_desk(a_centre({"E1": ("engine", 0), "C1": ("clerk", 0), "C2": ("clerk", 0)}))
    for name in ("i", "j", "k"):
        report(desk, name, spot(9), at(0), nature="fire")
    before, order = desk.situation, orders(desk.situation)
    decided, due = desk.proposals, desk.review_at
    with pytest.raises(FactRefused, match="closed"):
        desk.observe(f.IncidentClosed(at(5), THE), f.IncidentClosed(at(5), THE))
    assert desk.situation is before
    assert orders(desk.situation) == order
    assert (desk.proposals, desk.review_at) == (decided, due)
    assert desk.decision.proposals == decided


def test_a_long_day_is_not_folded_again_from_its_morning() -> None:
    """What undoing costs is bounded by a limit with a name."""
    working = Working(a_desk(a_centre({"E1": ("engine", 0)})).situation)
    working.fold(f.IncidentOpened(at(0), THE))
    for second in range(FACTS_TO_FOLD_AGAIN + 1):
        working.fold(f.NoteAdded(at(second), THE, "still here"))
        if working.is_far_gone:
            working.keep()
    base = working.kept()
    began = working.version
    working.fold(f.NoteAdded(at(FACTS_TO_FOLD_AGAIN + 1), THE, "and gone"))
    working.undo(began, None)
    assert working.kept() == base
    assert base.sequence == 3 + FACTS_TO_FOLD_AGAIN + 1
    assert working.version > began
    assert working.folded_since <= FACTS_TO_FOLD_AGAIN


def test_what_a_value_shares_is_not_written_to() -> None:
    """The mappings of a value are handed out as they are, and copied when they are next written to."""
    working = Working(a_desk(a_centre({"E1": ("engine", 0)})).situation)
    first = working.kept()
    working.fold(f.IncidentOpened(at(1), THE))
    second = working.kept()
    working.fold(f.IncidentClosed(at(2), THE))
    assert list(first.incidents) == []
    assert list(second.incidents) == [THE]
    assert list(working.incidents) == []
    assert first.resources is second.resources
    assert (THE in first.closed, THE in second.closed, THE in working.closed) == (False, False, True)


def test_folding_in_place_is_folding() -> None:
    """One set of folds, two ways of keeping what they say."""
    desk = a_desk(a_centre({"E1": ("engine", 0), "A1": ("ambulance", 10), "C1": ("clerk", 0)}))
    opening = desk.situation
    log = [*report(desk, "i", spot(9), at(1), nature="crash")]
    log += desk.observe(f.ResourceAssigned(at(2), ResourceId("E1"), NeedId("i/1"), 0, "x"))
    log += desk.observe(f.ResourceReleased(at(3), ResourceId("E1"), NeedId("i/1"), "x", leaves_open=True))
    situation = opening
    for fact in log:
        situation = after(situation, fact)
    assert situation == desk.situation
    assert orders(situation) == orders(desk.situation)


def test_what_nobody_was_handed_is_undone_as_well() -> None:
    """Where no value was taken before the attempt, it is folded again, to the same orders."""
    desk, other = (a_desk(a_centre({"E1": ("engine", 0), "C1": ("clerk", 0), "C2": ("clerk", 0)})) for _ in range(2))
    for each in (desk, other):
        for name in ("i", "j", "k"):
            report(each, name, spot(9), at(0), nature="fire")
    with pytest.raises(FactRefused, match="closed"):
        desk.observe(f.IncidentClosed(at(5), THE), f.IncidentClosed(at(5), THE))
    assert desk.situation == other.situation
    assert orders(desk.situation) == orders(other.situation)
