"""The centre as data: its references, and what can be read off it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.builders import a_centre, spot


def flaws_of(**changes: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """What is wrong with the street's centre after some changes, as (where, what)."""
    return [(where, what) for where, what, _ in a_centre({"E1": ("engine", 0)}, **changes).flaws()]


def test_a_sound_centre_has_no_flaws() -> None:
    """The baseline of every row below."""
    assert flaws_of() == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"time_zone": "Mars/Olympus"}, ("time_zone",)),
        ({"stations": {"E1": {"latitude": 0, "longitude": 0, "zone": "gone"}}}, ("stations", "E1", "zone")),
        ({"resources": {"E1": {"kind": "tank"}}}, ("resources", "E1", "kind")),
        ({"resources": {"E1": {"kind": "engine", "base": "E9"}}}, ("resources", "E1", "base")),
        ({"resources": {"E1": {"kind": "engine", "shift": "night"}}}, ("resources", "E1", "shift")),
    ],
)
def test_a_reference_to_nothing_is_a_flaw_at_its_place(changes: dict[str, Any], where: tuple[str, ...]) -> None:
    """A dangling name would otherwise fail in the middle of a simulation."""
    assert [place for place, _ in flaws_of(**changes)] == [where]


@pytest.mark.parametrize("name", ["", " E1", "E1 ", "a/b", "a\nb", "x" * 81])
def test_names_that_would_break_ids_or_lines_are_refused(name: str) -> None:
    """Ids are built with slashes and logs have lines."""
    with pytest.raises(ValidationError):
        a_centre({name: ("engine", 0)})


def test_the_centres_skills_are_those_somebody_holds() -> None:
    """A skill that only an unused kind has cannot be sent."""
    assert a_centre({"E1": ("engine", 0), "C1": ("clerk", 0)}).skills == {"fire", "answering"}


@pytest.mark.parametrize("skills", [["fire", "rescue"], {"fire": 1, "rescue": 1}])
def test_a_listed_skill_is_a_skill_at_level_one(skills: object) -> None:
    """Two ways of writing the same thing have to mean the same thing."""
    centre = a_centre({"E1": ("engine", 0)}, kinds={"engine": {"skills": skills}})
    assert centre.kinds["engine"].levels == {"fire": 1, "rescue": 1}
    assert centre.skills == {"fire", "rescue"}


@pytest.mark.parametrize("skills", [[], {}, "fire", {"fire": 0}, {"fire": 6}, {"fire": None}, None])
def test_skills_that_say_nothing_are_refused(skills: object) -> None:
    """A kind that can do nothing is never sent, and nobody would know why."""
    with pytest.raises(ValidationError):
        a_centre({"E1": ("engine", 0)}, kinds={"engine": {"skills": skills}})


def test_a_resource_works_from_its_station_or_from_nowhere() -> None:
    """A call-taker has no place; a crew's place is where the station stands."""
    centre = a_centre({"E1": ("engine", 30), "C1": ("clerk", 0)})
    assert centre.base_of("E1") == spot(30)
    assert centre.base_of("C1") is None


def test_places_carry_their_zones() -> None:
    """Travel times between zones are remembered by them."""
    centre = a_centre(
        {"E1": ("engine", 0)},
        zones={"west": {"latitude": 0, "longitude": 0}},
        stations={"E1": {"latitude": 0, "longitude": 0, "zone": "west"}},
    )
    assert (centre.station("E1").zone, centre.zone("west").zone) == ("west", "west")
