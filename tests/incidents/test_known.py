"""Look-ups that refuse: the refusal says what was asked for and what would have been accepted."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents import known
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused, Flaw
from tests.builders import a_centre, a_desk, an_incident, at, spot


def the_flaw(refused: pytest.ExceptionInfo[FactRefused]) -> Flaw:
    """The only flaw of a refusal."""
    (flaw,) = refused.value.flaws
    return flaw


def test_a_contact_that_is_over_is_told_from_one_that_never_was() -> None:
    """One is a late click, the other a wrong id; the person at the desk needs to know which."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))
    desk.observe(f.ContactAbandoned(at(5), ContactId("c")))
    with pytest.raises(FactRefused) as over:
        known.open_contact(desk.situation, ContactId("c"))
    with pytest.raises(FactRefused) as never:
        known.open_contact(desk.situation, ContactId("d"))
    assert the_flaw(over).what == "contact c has ended"
    assert the_flaw(never).what == "contact d was never received"


def test_a_closed_incident_is_told_from_one_that_never_was() -> None:
    """The same, for incidents and for the needs that went with them."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    an_incident(desk, "i", spot(0), at(0), nature="fire")
    desk.observe(f.IncidentClosed(at(1), IncidentId("i")))
    for look_up, what in (
        (lambda: known.open_incident(desk.situation, IncidentId("i")), "incident i is closed"),
        (lambda: known.open_incident(desk.situation, IncidentId("j")), "incident j was never opened"),
        (lambda: known.open_need(desk.situation, NeedId("i/1")), "need i/1 belongs to incident i, which is closed"),
        (lambda: known.open_need(desk.situation, NeedId("j/1")), "need j/1 is not open"),
        (lambda: known.centre_resource(desk.situation, ResourceId("E9")), "the centre has no resource E9"),
    ):
        with pytest.raises(FactRefused) as refused:
            look_up()
        assert the_flaw(refused).what == what


def test_copies_leave_the_original_alone() -> None:
    """A situation is a value: yesterday's must not change under whoever still holds it."""
    before = {"a": 1, "b": 2}
    assert known.with_entry(before, "a", 9) == {"a": 9, "b": 2}
    assert known.without_entry(before, "a") == {"b": 2}
    assert before == {"a": 1, "b": 2}


def test_a_changed_entry_keeps_its_place() -> None:
    """The order of resources decides in which order reasons are given."""
    assert list(known.with_entry({"a": 1, "b": 2}, "a", 9)) == ["a", "b"]
