"""Resources and their assignments: what one of them goes through leaves the others alone."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.situation import AssignmentStatus, ResourceStatus
from tests.builders import a_centre, a_desk, an_incident, at, gone, sent, spot

A1, E1 = ResourceId("A1"), ResourceId("E1")
N1, N2 = NeedId("i/1"), NeedId("j/1")


def two_illnesses(**changes: Any) -> Desk:
    """Ambulance A1 and engine E1; incidents i (10 s away) and j (20 s), each needing transport."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "E1": ("engine", 0)}, **changes))
    an_incident(desk, "i", spot(10), at(0), nature="illness", severe="yes")
    an_incident(desk, "j", spot(20), at(0), nature="illness", severe="yes")
    return desk


def doubled() -> Desk:
    """The same, where an ambulance carries two."""
    return two_illnesses(kinds={"ambulance": {"skills": ["transport"], "capacity": 2}, "engine": {"skills": ["fire"]}})


def statuses(desk: Desk) -> dict[str, str]:
    """How far A1 has got with each of its needs."""
    return {each.need: each.status for each in desk.situation.resources[A1].serving}


def test_a_second_assignment_leaves_the_first_alone() -> None:
    """A call that resets a crew's status on its first incident hides that they are with somebody."""
    desk = doubled()
    gone(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceArrived(at(2), A1, N1))
    sent(desk, "A1", "j/1", at(3))
    assert statuses(desk) == {"i/1": AssignmentStatus.ON_SCENE, "j/1": AssignmentStatus.ASSIGNED}


def test_a_step_of_one_assignment_is_no_step_of_the_other() -> None:
    """One status change must not bleed to all assignments of a unit."""
    desk = doubled()
    sent(desk, "A1", "i/1", at(1))
    sent(desk, "A1", "j/1", at(2))
    desk.observe(f.ResourceDeparted(at(3), A1, N2))
    assert statuses(desk) == {"i/1": AssignmentStatus.ASSIGNED, "j/1": AssignmentStatus.EN_ROUTE}


def test_a_release_from_one_need_keeps_the_other() -> None:
    """Clearing from one incident does not end another."""
    desk = doubled()
    sent(desk, "A1", "i/1", at(1))
    sent(desk, "A1", "j/1", at(2))
    desk.observe(f.ResourceReleased(at(3), A1, N1, "clear"))
    assert statuses(desk) == {"j/1": AssignmentStatus.ASSIGNED}
    assert desk.situation.needs[N2].filled_by == (A1,)


def test_a_resource_is_committed_when_its_capacity_is_used_up() -> None:
    """Until then it may be sent again, whatever it is doing."""
    desk = doubled()
    sent(desk, "A1", "i/1", at(1))
    assert desk.situation.resources[A1].status is ResourceStatus.AVAILABLE
    sent(desk, "A1", "j/1", at(2))
    assert desk.situation.resources[A1].status is ResourceStatus.COMMITTED


def test_an_arrival_puts_the_resource_where_the_incident_is() -> None:
    """The next estimate starts there."""
    desk = two_illnesses()
    gone(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceArrived(at(11), A1, N1))
    assert desk.situation.resources[A1].place == spot(10)


def test_a_facility_and_a_release_say_where_the_resource_is() -> None:
    """A crew clears at the hospital, not at the scene."""
    desk = two_illnesses()
    gone(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceArrived(at(11), A1, N1))
    desk.observe(f.ResourceTransporting(at(12), A1, N1))
    desk.observe(f.ResourceAtFacility(at(13), A1, N1, spot(50)))
    assert desk.situation.resources[A1].place == spot(50)
    desk.observe(f.ResourceReleased(at(14), A1, N1, "clear", place=spot(60)))
    assert desk.situation.resources[A1].place == spot(60)


def test_a_position_that_is_left_open_asks_again_from_then_on() -> None:
    """The need keeps its age; the time it has stood unfilled begins anew."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceReleased(at(5), A1, N1, "broken down", leaves_open=True))
    need = desk.situation.needs[N1]
    assert (need.open, need.opened_at, need.unfilled_since, need.filled_by) == ((1,), at(0), at(5), ())


def test_a_position_that_is_done_stays_done() -> None:
    """A crew that has finished is not replaced by another."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceReleased(at(5), A1, N1, "clear"))
    assert desk.situation.needs[N1].is_filled


def test_a_need_that_still_lacks_somebody_keeps_its_clock_when_it_loses_another() -> None:
    """Otherwise each diversion would postpone its escalation."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    an_incident(desk, "i", spot(10), at(0), nature="crash")
    sent(desk, "A1", "i/1", at(1), row=1)
    desk.observe(f.ResourceReleased(at(5), A1, N1, "diverted", leaves_open=True))
    need = desk.situation.needs[N1]
    assert (need.open, need.unfilled_since) == ((1, 1), at(0))


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (f.ResourceAssigned(at(9), ResourceId("Z9"), N2, 0, "sent"), "the centre has no resource Z9"),
        (f.ResourceAssigned(at(9), E1, NeedId("k/1"), 0, "sent"), "need k/1 is not open"),
        (f.ResourceAssigned(at(9), E1, N2, 0, "sent"), "E1 lacks skill transport"),
        (f.ResourceAssigned(at(9), E1, N2, 1, "sent"), "row 1 of need j/1 has no open position"),
        (f.ResourceAssigned(at(9), E1, N2, -1, "sent"), "row -1 of need j/1 has no open position"),
        (f.ResourceAssigned(at(9), E1, N1, 0, "sent"), "row 0 of need i/1 has no open position"),
        (f.ResourceAssigned(at(9), A1, N2, 0, "sent"), "A1 is committed to i/1"),
        (f.ResourceAssigned(at(9), A1, N1, 0, "sent"), "A1 is committed to i/1"),
        (f.ResourceArrived(at(9), E1, N1), "E1 is not assigned to need i/1"),
        (f.ResourceDeparted(at(9), A1, N2), "A1 is not assigned to need j/1"),
        (f.ResourceReleased(at(9), E1, N1, "clear"), "E1 is not assigned to need i/1"),
        (f.ResourceTransporting(at(9), A1, N1), "the assignment of A1 to i/1 is assigned"),
        (f.ResourceSignedOff(at(9), A1), "A1 is committed to i/1"),
        (f.ResourceSignedOn(at(9), E1, spot(0)), "E1 is available"),
        (f.ResourceStoodUp(at(9), E1), "E1 is available"),
        (f.ResourceStoodDown(at(9), A1), "A1 is committed to i/1"),
        (f.ResourceStoodDown(at(9), ResourceId("Z9")), "the centre has no resource Z9"),
        (f.ResourceMoved(at(9), ResourceId("Z9"), spot(0)), "the centre has no resource Z9"),
        (f.ResourceMoved(at(0), E1, spot(3)), "time goes back"),
        (f.IncidentClosed(at(9), IncidentId("i")), "incident i still holds A1"),
        (f.NeedWithdrawn(at(9), N1, "not wanted"), "need i/1 still holds A1"),
        (f.ContactAnswered(at(9), ContactId("c"), A1), "contact c was never received"),
    ],
)
def test_what_cannot_have_happened_is_refused_with_its_reason(fact: f.Fact, why: str) -> None:
    """A log that holds one impossible fact is no evidence of anything."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    before = desk.situation
    with pytest.raises(FactRefused, match=why) as refused:
        desk.observe(fact)
    assert desk.situation is before
    assert all(flaw.where.startswith("/") and flaw.accepted for flaw in refused.value.flaws)


def test_a_resource_with_room_for_two_is_not_sent_twice_to_one_need() -> None:
    """One body, one role at one place."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}, kinds={"ambulance": {"skills": ["transport"], "capacity": 2}}))
    an_incident(desk, "i", spot(10), at(0), nature="illness", severe="yes")
    desk.observe(f.NeedOpened(at(1), NeedId("i/2"), (f.NeedRow("transport", 2),), False, "two hurt", IncidentId("i")))
    sent(desk, "A1", "i/2", at(2))
    with pytest.raises(FactRefused, match="A1 already serves need i/2"):
        sent(desk, "A1", "i/2", at(3))


def test_nobody_signs_off_while_serving_even_with_room_left() -> None:
    """A unit with capacity left is available, but somebody still counts on it."""
    desk = doubled()
    sent(desk, "A1", "i/1", at(1))
    with pytest.raises(FactRefused, match="A1 still serves i/1"):
        desk.observe(f.ResourceSignedOff(at(2), A1))


def test_nobody_is_assigned_to_a_need_of_a_closed_incident() -> None:
    """A closed incident is not reopened by the back door."""
    desk = two_illnesses()
    desk.observe(f.IncidentClosed(at(1), IncidentId("i")))
    with pytest.raises(FactRefused, match="belongs to incident i, which is closed"):
        sent(desk, "A1", "i/1", at(2))


@pytest.mark.parametrize(("steps", "diverted"), [(0, 1), (1, 1), (2, 0)], ids=["assigned", "en route", "on scene"])
def test_only_a_crew_that_reached_nobody_counts_as_taken_away(steps: int, diverted: int) -> None:
    """A crew relieved on scene has served the caller; the rule about diversions is about those who waited in vain."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    for step in (f.ResourceDeparted(at(2), A1, N1), f.ResourceArrived(at(3), A1, N1))[:steps]:
        desk.observe(step)
    desk.observe(f.ResourceReleased(at(5), A1, N1, "relieved", leaves_open=True))
    assert desk.situation.incidents[IncidentId("i")].diverted == diverted


def signed_off(**changes: Any) -> Desk:
    """The two illnesses, with A1 off duty since 1 s."""
    desk = two_illnesses(**changes)
    desk.observe(f.ResourceSignedOff(at(1), A1))
    return desk


def test_the_end_of_a_shift_is_known_from_signing_on_to_signing_off() -> None:
    """Whoever stays on without saying for how long must not be bound by yesterday's shift."""
    desk = signed_off()
    desk.observe(f.ResourceSignedOn(at(2), A1, spot(0), until=at(100)))
    assert desk.situation.resources[A1].until == at(100)
    desk.observe(f.ResourceSignedOff(at(3), A1))
    assert desk.situation.resources[A1].until is None


def test_a_shift_does_not_end_before_it_begins() -> None:
    """A date mistyped would take a resource out of every proposal without a word."""
    desk = signed_off()
    with pytest.raises(FactRefused, match="the shift of A1 would end before it begins"):
        desk.observe(f.ResourceSignedOn(at(2), A1, spot(0), until=at(2)))


def test_a_break_ends_when_somebody_is_sent() -> None:
    """A crew that was called away from its meal is on the road, not at the table."""
    desk = two_illnesses()
    desk.observe(f.ResourceStoodDown(at(1), A1, "meal"))
    assert desk.situation.resources[A1].is_resting
    sent(desk, "A1", "i/1", at(2))
    desk.observe(f.ResourceReleased(at(3), A1, N1, "clear"))
    assert not desk.situation.resources[A1].is_resting


def test_a_break_ends_with_the_duty() -> None:
    """The next shift does not begin at the table."""
    desk = two_illnesses()
    desk.observe(f.ResourceStoodDown(at(1), A1))
    desk.observe(f.ResourceSignedOff(at(2), A1))
    desk.observe(f.ResourceSignedOn(at(3), A1, spot(0)))
    assert desk.situation.resources[A1].status is ResourceStatus.AVAILABLE


def test_a_resource_on_a_break_that_moves_is_still_on_it() -> None:
    """A vehicle's position reports must not end a meal."""
    desk = two_illnesses()
    desk.observe(f.ResourceStoodDown(at(1), A1))
    desk.observe(f.ResourceMoved(at(2), A1, spot(3)))
    assert desk.situation.resources[A1].status is ResourceStatus.RESTING


def test_nobody_begins_a_break_while_serving_even_with_room_left() -> None:
    """Somebody still counts on it."""
    desk = doubled()
    sent(desk, "A1", "i/1", at(1))
    with pytest.raises(FactRefused, match="A1 still serves i/1"):
        desk.observe(f.ResourceStoodDown(at(2), A1))


def test_assignments_are_counted_from_signing_on() -> None:
    """Load is shared within a shift; what somebody did last week is no reason to spare them today."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    desk.observe(f.ResourceReleased(at(2), A1, N1, "clear"))
    sent(desk, "A1", "j/1", at(3))
    desk.observe(f.ResourceArrived(at(4), A1, N2))
    assert desk.situation.resources[A1].tasks == 2
    desk.observe(f.ResourceReleased(at(5), A1, N2, "clear"))
    desk.observe(f.ResourceSignedOff(at(6), A1))
    desk.observe(f.ResourceSignedOn(at(7), A1, spot(0)))
    assert desk.situation.resources[A1].tasks == 0


@pytest.mark.parametrize(("level", "may_go"), [(1, True), (3, True), (4, False)])
def test_nobody_is_sent_below_the_level_asked_for(level: int, may_go: bool) -> None:
    """A person may contradict every price, but no hard rule."""
    desk = two_illnesses(kinds={"ambulance": {"skills": {"transport": 3}}, "engine": {"skills": ["fire"]}})
    row = f.NeedRow("transport", level=level)
    desk.observe(f.NeedOpened(at(1), NeedId("i/2"), (row,), False, "asked for", IncidentId("i")))
    if may_go:
        sent(desk, "A1", "i/2", at(2))
        assert desk.situation.needs[NeedId("i/2")].is_filled
        return
    with pytest.raises(FactRefused, match="A1 has skill transport at level 3, below the 4 asked for") as refused:
        sent(desk, "A1", "i/2", at(2))
    assert refused.value.flaws[0].accepted == "a resource with transport at level 4 or above"


def test_a_vehicle_on_its_way_takes_work_for_afterwards() -> None:
    """Room left is room for a need that waits for this very vehicle."""
    desk = doubled()
    gone(desk, "A1", "i/1", at(1))
    sent(desk, "A1", "j/1", at(2))
    assert statuses(desk) == {"i/1": AssignmentStatus.EN_ROUTE, "j/1": AssignmentStatus.ASSIGNED}


def test_work_for_afterwards_begins_where_the_first_ended() -> None:
    """The second trip starts at the first scene, with the table it always had."""
    desk = doubled()
    gone(desk, "A1", "i/1", at(1))
    sent(desk, "A1", "j/1", at(2))
    desk.observe(f.ResourceArrived(at(11), A1, N1), f.ResourceReleased(at(12), A1, N1, "clear"))
    desk.observe(f.ResourceDeparted(at(13), A1, N2), f.ResourceArrived(at(23), A1, N2))
    assert statuses(desk) == {"j/1": AssignmentStatus.ON_SCENE}
    assert desk.situation.resources[A1].place == spot(20)


def test_a_forced_assignment_goes_over_a_missing_skill_and_says_so() -> None:
    """A person may know what the records do not; the log keeps that it was forced."""
    desk = two_illnesses()
    desk.observe(f.ResourceAssigned(at(1), E1, N1, 0, "its crew holds the certificate", forced=True))
    assert desk.situation.resources[E1].serving[0].forced


def test_a_forced_assignment_without_a_reason_is_refused() -> None:
    """A rule that breaks without a reason is no rule."""
    with pytest.raises(FactRefused, match="a forced assignment needs its reason"):
        two_illnesses().observe(f.ResourceAssigned(at(1), E1, N1, 0, " ", forced=True))


def test_force_does_not_make_room() -> None:
    """A person may overrule what a resource is able to do, and not how many there are of it."""
    desk = two_illnesses()
    sent(desk, "A1", "i/1", at(1))
    with pytest.raises(FactRefused, match="A1 is committed to i/1"):
        desk.observe(f.ResourceAssigned(at(2), A1, N2, 0, "needed there", forced=True))


def test_a_pin_is_remembered_with_the_assignment() -> None:
    """Whoever decides about diversions has to see it."""
    desk = two_illnesses()
    desk.observe(f.ResourceAssigned(at(1), A1, N1, 0, "chosen", pinned=True))
    assert desk.situation.resources[A1].serving[0].pinned
