"""What a centre can muster: skills, levels, numbers and stations, partners only where they may be called on."""

from __future__ import annotations

from incidents.holdings import Holdings
from tests.builders import a_centre

KINDS = {
    "engine": {"skills": {"fire": 3}, "capacity": 2},
    "tender": {"skills": ["fire"]},
    "lifeboat": {"skills": {"sea": 2, "fire": 5}, "partner": "coastguard"},
}
CENTRE = a_centre({"E1": ("engine", 0), "T1": ("tender", 0), "T2": ("tender", 0), "L1": ("lifeboat", 0)}, kinds=KINDS)


def test_bodies_are_counted_at_a_level_and_above() -> None:
    """A master can do a beginner's work, and with room for two fills one position of a row all the same."""
    holdings = Holdings(CENTRE)
    assert [holdings.bodies("fire", level) for level in (1, 2, 3, 4)] == [3, 1, 1, 0]


def test_bodies_are_counted_by_the_room_they_have() -> None:
    """Who has too little room for a position cannot fill it."""
    holdings = Holdings(CENTRE)
    assert [holdings.bodies("fire", 1, load) for load in (1, 2, 3)] == [3, 1, 0]
    assert (holdings.room("fire"), holdings.room("sea")) == (2, 0)


def test_a_partner_counts_only_when_it_may_be_called_on() -> None:
    """What nobody will propose is nothing that a plan can rely on."""
    alone, helped = Holdings(CENTRE), Holdings(CENTRE, ["coastguard"])
    assert (alone.skills, alone.withheld) == ({"fire": 3}, {"sea": "coastguard"})
    assert (helped.skills, helped.withheld) == ({"fire": 5, "sea": 2}, {})


def test_resources_are_counted_where_they_are_based() -> None:
    """A reserve keeps bodies at places, however much each can carry."""
    holdings = Holdings(CENTRE)
    assert [holdings.resources("fire", stations) for stations in ([], ["E1"], ["E1", "T1", "E1"], ["L1"])] == [
        3,
        1,
        2,
        0,
    ]
