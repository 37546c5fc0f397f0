"""Needs of every shape: several ways to fill one, roles that one resource shares, and positions that take more room than one."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.situation import ResourceStatus
from tests.builders import a_centre, a_desk, at, sent, spot

E1 = ResourceId("E1")
ENGINES = f.NeedRow("fire", 2)
TENDER = f.NeedRow("water", alternative=1)
ENGINE = f.NeedRow("fire", alternative=1)
CREWS = dict.fromkeys(("E1", "E2", "E3"), ("engine", 0.0)) | {"T1": ("tender", 0.0)}
CREW_KINDS = {"engine": {"skills": ["fire"]}, "tender": {"skills": ["water"]}}
NEED = NeedId("n")


def a_need(units: dict[str, tuple[str, float]], kinds: dict[str, Any], *rows: f.NeedRow, shared: bool = False) -> Desk:
    """Everybody on duty at the beginning of the street, and the need n of an incident there, open since second 1."""
    desk = a_desk(a_centre(units, kinds={"clerk": {"skills": ["answering"]}, **kinds}))
    incident = IncidentId("i")
    desk.observe(f.IncidentOpened(at(0), incident, None, spot(0)))
    desk.observe(f.IncidentAssessed(at(0), incident, "fire-1", "red", "seen"))
    desk.observe(f.NeedOpened(at(1), NEED, rows, True, "by hand", incident, shared=shared))
    return desk


def two_engines_or_a_tender_and_one() -> Desk:
    """Three engines and a tender, for two engines (row 0), or else a tender (row 1) and an engine (row 2)."""
    return a_need(CREWS, CREW_KINDS, ENGINES, TENDER, ENGINE)


def test_a_need_asks_for_every_way_to_fill_it_until_somebody_is_sent() -> None:
    """Which way is the best depends on who is free, and that changes."""
    assert two_engines_or_a_tender_and_one().situation.needs[NEED].asking == (2, 1, 1)


def test_the_first_to_be_sent_settles_which_way_is_used() -> None:
    """Three engines and half a tender team would be neither of the two plans."""
    desk = two_engines_or_a_tender_and_one()
    sent(desk, "E1", "n", at(2), row=2)
    assert desk.situation.needs[NEED].asking == (0, 1, 0)


def test_a_need_is_filled_when_one_way_is() -> None:
    """The other rows stay empty, and nothing is owed."""
    desk = two_engines_or_a_tender_and_one()
    sent(desk, "T1", "n", at(2), row=1)
    sent(desk, "E1", "n", at(3), row=2)
    need = desk.situation.needs[NEED]
    assert (need.open, need.asking, need.is_filled) == ((2, 0, 0), (0, 0, 0), True)


def test_nobody_is_sent_for_a_way_that_is_not_used() -> None:
    """And whoever tries learns what is still wanted."""
    desk = two_engines_or_a_tender_and_one()
    sent(desk, "E1", "n", at(2))
    with pytest.raises(FactRefused, match="row 1 of need n has no open position") as refused:
        sent(desk, "T1", "n", at(3), row=1)
    assert refused.value.flaws[0].accepted == "row 0 (fire)"


def test_the_choice_is_free_again_once_everybody_has_been_taken_away() -> None:
    """A tender that broke down does not bind the plan to tenders."""
    desk = two_engines_or_a_tender_and_one()
    sent(desk, "T1", "n", at(2), row=1)
    desk.observe(f.ResourceReleased(at(3), ResourceId("T1"), NEED, "broken down", leaves_open=True))
    assert desk.situation.needs[NEED].asking == (2, 1, 1)


def test_work_that_is_done_keeps_the_choice() -> None:
    """An engine that did its part is half of two engines, and no reason for a whole team of the other kind."""
    desk = two_engines_or_a_tender_and_one()
    sent(desk, "E1", "n", at(2))
    desk.observe(f.ResourceReleased(at(3), E1, NEED, "clear"))
    need = desk.situation.needs[NEED]
    assert (need.asking, need.unfilled_since) == ((1, 0, 0), at(1))


def a_crew_of_many_trades(*, shared: bool = True) -> Desk:
    """Medic M1 drives as well, ambulance A1 only drives; the need wants someone advanced (row 0) and two drivers (row 1)."""
    units = {"M1": ("medic", 0.0), "A1": ("ambulance", 0.0)}
    kinds = {"medic": {"skills": ["transport", "advanced"]}, "ambulance": {"skills": ["transport"]}}
    return a_need(units, kinds, f.NeedRow("advanced"), f.NeedRow("transport", 2), shared=shared)


def test_one_resource_fills_several_rows_of_a_shared_need() -> None:
    """A paramedic who drives is one person and two roles."""
    desk = a_crew_of_many_trades()
    desk.observe(f.ResourceAssigned(at(2), ResourceId("M1"), NEED, 0, "sent", also=(1,)))
    need = desk.situation.needs[NEED]
    assert (need.open, need.filled_by) == ((0, 1), ("M1",))
    assert desk.situation.resources[ResourceId("M1")].serving[0].rows == (0, 1)


def test_whoever_filled_several_rows_leaves_all_of_them_open() -> None:
    """Losing the paramedic who drives is losing a driver too."""
    desk = a_crew_of_many_trades()
    desk.observe(f.ResourceAssigned(at(2), ResourceId("M1"), NEED, 0, "sent", also=(1,)))
    desk.observe(f.ResourceReleased(at(3), ResourceId("M1"), NEED, "broken down", leaves_open=True))
    assert desk.situation.needs[NEED].open == (1, 2)


@pytest.mark.parametrize(
    ("resource", "row", "also", "shared", "why"),
    [
        ("M1", 0, (1,), False, "need n has no shared roles"),
        ("M1", 0, (0,), True, "a row is named twice"),
        ("M1", 0, (1, 1), True, "a row is named twice"),
        ("M1", 0, (2,), True, "row 2 of need n has no open position"),
        ("M1", 0, (-1,), True, "row -1 of need n has no open position"),
        ("A1", 1, (0,), True, "A1 lacks skill advanced"),
    ],
    ids=["not shared", "its own row", "twice", "no such row", "below the rows", "without the skill"],
)
def test_further_rows_are_refused_where_they_make_no_sense(
    resource: str, row: int, also: tuple[int, ...], shared: bool, why: str
) -> None:
    """Each further row is a position like any other."""
    desk = a_crew_of_many_trades(shared=shared)
    with pytest.raises(FactRefused, match=why):
        desk.observe(f.ResourceAssigned(at(2), ResourceId(resource), NEED, row, "sent", also=also))


def test_one_resource_does_not_fill_rows_of_two_ways() -> None:
    """That would be neither of the two plans."""
    rows = f.NeedRow("transport"), f.NeedRow("advanced", alternative=1)
    desk = a_need({"M1": ("medic", 0.0)}, {"medic": {"skills": ["transport", "advanced"]}}, *rows, shared=True)
    with pytest.raises(FactRefused, match="the rows belong to different ways to fill the need"):
        desk.observe(f.ResourceAssigned(at(2), ResourceId("M1"), NEED, 0, "sent", also=(1,)))


def an_agent_for(*loads: int, shared: bool = False) -> Desk:
    """An agent who has room for 4, and a need with one position for each load."""
    rows = tuple(f.NeedRow("answering", load=load) for load in loads)
    return a_need({"G1": ("agent", 0.0)}, {"agent": {"skills": ["answering"], "capacity": 4}}, *rows, shared=shared)


@pytest.mark.parametrize(
    ("load", "room", "status"), [(3, 1, ResourceStatus.AVAILABLE), (4, 0, ResourceStatus.COMMITTED)]
)
def test_a_position_takes_the_room_that_its_row_says(load: int, room: int, status: ResourceStatus) -> None:
    """A voice call leaves room for a chat, and a conference for nothing."""
    desk = an_agent_for(load)
    sent(desk, "G1", "n", at(2))
    agent = desk.situation.resources[ResourceId("G1")]
    assert (agent.room, agent.status) == (room, status)


def test_nobody_is_given_more_than_there_is_room_for() -> None:
    """Three seats taken of four leave no room for two."""
    desk = an_agent_for(3)
    sent(desk, "G1", "n", at(2))
    desk.observe(f.NeedOpened(at(3), NeedId("m"), (f.NeedRow("answering", load=2),), True, "by hand", IncidentId("i")))
    with pytest.raises(FactRefused, match="G1 has room for 1 more, and row 0 of need m takes 2"):
        sent(desk, "G1", "m", at(4))


def test_several_roles_take_the_room_of_the_greatest() -> None:
    """One body in two roles sits on one seat."""
    desk = an_agent_for(1, 3, shared=True)
    desk.observe(f.ResourceAssigned(at(2), ResourceId("G1"), NEED, 0, "sent", also=(1,)))
    assert desk.situation.resources[ResourceId("G1")].serving[0].load == 3


def test_room_comes_back_with_the_release() -> None:
    """And all of it."""
    desk = an_agent_for(3)
    sent(desk, "G1", "n", at(2))
    desk.observe(f.ResourceReleased(at(3), ResourceId("G1"), NEED, "done"))
    assert desk.situation.resources[ResourceId("G1")].room == 4
