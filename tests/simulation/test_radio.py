"""Status messages that come late, not at all, twice or wrong: the desk refuses what cannot be, and nobody is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from tests.builders import START, a_centre, spot
from tests.simulation.street_calls import ILL, a_world, contacts, workload

TRIP = (f.ResourceDeparted, f.ResourceArrived, f.ResourceReleased, f.IncidentClosed)


def heard(radio: dict[str, Any], *, transports: bool = False) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """What the desk hears of one crew that rolls at 125, is there at 165 and clear at 265; and what it could not know."""
    given = workload([ILL], {"transported_share": 1.0} if transports else {}, radio=radio)
    world = a_world(given, contacts(given, (100, "ill", spot(40))))
    log = world.run()
    return [
        (type(fact).__name__, (fact.at - START) // 1000)
        for fact in log
        if isinstance(fact, TRIP) and getattr(fact, "resource", "A1") == "A1"
    ], dict(world.tally)


def test_a_perfect_radio_says_what_is_true() -> None:
    """All shares 0: the log is that of a world without one."""
    assert heard({})[0] == [
        ("ResourceDeparted", 125), ("ResourceArrived", 165), ("ResourceReleased", 265), ("IncidentClosed", 265)
    ]  # fmt: skip


def test_late_messages_come_late() -> None:
    """Each 7 s later; the incident is closed when the desk has heard of its end."""
    assert heard({"delay_s": {"constant": 7}})[0] == [
        ("ResourceDeparted", 132), ("ResourceArrived", 172), ("ResourceReleased", 272), ("IncidentClosed", 272)
    ]  # fmt: skip


def test_whose_clear_was_lost_is_asked_in_the_end() -> None:
    """All is lost; 300 s after it was clear the crew is asked, once."""
    found, tally = heard({"lost_share": 1.0, "poll_s": {"constant": 300}})
    assert found == [("ResourceReleased", 565), ("IncidentClosed", 565)]
    assert (tally["messages lost"], tally["polls"]) == (3, 1)


def test_what_is_said_twice_is_refused_the_second_time() -> None:
    """Each repetition comes 15 s later and is an alarm: the desk has that status already."""
    found, tally = heard({"repeated_share": 1.0})
    assert found == heard({})[0]
    assert (tally["messages repeated"], tally["alarms"]) == (3, 3)


def test_what_cannot_follow_is_an_alarm() -> None:
    """All statuses wrong: whatever was said, the crew is asked in the end, and the incident closes."""
    found, tally = heard({"wrong_share": 1.0}, transports=True)
    assert tally["messages wrong"] == 5
    assert tally["alarms"] >= 1
    assert found[-1][0] == "IncidentClosed"


def test_a_unit_that_the_desk_takes_for_free_does_its_new_work_after_the_old() -> None:
    """A wrong `clear` while under way: the next order waits until the crew is really free."""
    given = workload([ILL], radio={"wrong_share": 1.0})
    early = None
    for call in contacts(given, *((100.0, "ill", spot(40)) for _ in range(200))):
        numbers = call.faults("ambulance", 0, 0)
        assert numbers is not None
        # In place of `departed` this crew is heard as `clear`.
        if int(numbers[4] * 4) == 3:
            early = call
            break
    assert early is not None
    (later,) = contacts(given, (150, "ill", spot(90)))
    object.__setattr__(later, "id", "c999999")
    world = a_world(given, [early, later])
    log = world.run()
    sent = [fact.at for fact in log if isinstance(fact, f.ResourceAssigned) and fact.resource == "A1"]
    released = [fact.at for fact in log if isinstance(fact, f.ResourceReleased) and fact.resource == "A1"]
    assert released[0] == START + 125_000
    assert sent[1] == START + 165_000
    # It was clear of the first at 265 in truth, and turned out for the second only then.
    assert any("ResourceReleased" in name for name in world.tally if name.startswith("alarms"))
    assert released[-1] >= START + (265 + 10 + 50 + 100) * 1000


def test_lost_positions_leave_the_desk_with_the_last_one_known() -> None:
    """Every position on the way home gets lost: the unit stays, for the desk, where it became free."""
    given = workload([ILL], radio={"positions_lost_share": 1.0})
    world = a_world(given, contacts(given, (100, "ill", spot(40))))
    log = world.run()
    assert not any(isinstance(fact, f.ResourceMoved) for fact in log)
    assert world.desk.situation.resources["A1"].place == spot(40)  # type: ignore[index]
    assert world.tally["positions lost"] == 1


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_messages_get_lost_in_the_share_that_was_said(share: float) -> None:
    """Of 300 messages, within four standard errors."""
    given = workload([ILL], radio={"lost_share": share, "poll_s": {"constant": 1}})
    calls = contacts(given, *((200.0 * number, "ill", spot(1)) for number in range(100)))
    world = a_world(given, calls, until_s=25_000)
    world.run()
    assert world.tally["messages lost"] / world.tally["messages"] == pytest.approx(share, abs=4 * (0.25 / 300) ** 0.5)


def test_a_crew_already_with_somebody_is_not_diverted() -> None:
    """`arrived` was lost: told to turn round for something else, the crew stays, and the other waits for it."""
    from tests.builders import a_procedure
    from tests.simulation.street_calls import UNWELL

    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 0}})
    given = workload(
        [ILL, UNWELL], {"scene_s": {"constant": 400}}, radio={"lost_share": 1.0, "poll_s": {"constant": 30}}
    )
    calls = contacts(given, (100, "unwell", spot(40)), (200, "ill", spot(90)))
    world = a_world(given, calls, centre=a_centre({"A1": ("ambulance", 0.0), "C1": ("clerk", 0.0)}), rules=rules)
    world.run()
    assert world.tally["not diverted from a scene"] == 1
