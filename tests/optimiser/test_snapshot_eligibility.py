"""Who may fill a row: travel, skills, levels, room, shifts and bars, as an answer tells them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.optimiser.snapshot_cases import answered, sent, town


def test_a_straight_line_is_the_great_circle_with_detour_speed_and_turnout() -> None:
    """One degree of latitude is 111.195 km: at 60 km/h with a detour of 1.5 that is 10,008 s, and 60 to turn out."""
    answer = answered(
        needs=[{"id": "x", "priority": 1, "rows": [{"skill": "s"}], "place": {"latitude": 50, "longitude": 8}}],
        resources=[{"id": "a", "skills": ["s"], "place": {"latitude": 51, "longitude": 8}}],
        travel={"kind": "straight_line", "speed_kmh": 60, "detour": 1.5, "turnout_s": 60},
    )
    assert answer.needs[0].rows[0].chosen[0].reach_s == pytest.approx(10_067.6, abs=0.5)


def test_whoever_is_beyond_the_reach_limit_is_not_sent() -> None:
    """A limit that the matrix slips past is none."""
    assert answered(reach_limit_s=9).needs[0].rows[0].not_chosen[0].why == "out of reach"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"skill": "s", "level": 3}, "level too low"),
        ({"skill": "s", "also": {"t": 1}}, "lacks the skill"),
        ({"skill": "s", "level": 2, "also": {"u": 1}}, None),
    ],
)
def test_a_row_may_ask_for_levels_and_for_several_skills_in_one(row: dict[str, Any], why: str | None) -> None:
    """A trainee is no instructor, and a driver without a licence no driver."""
    resources = {"a": {"skills": {"s": 2, "u": 1}}}
    (found,) = town([{"id": "x", "rows": [row]}], {"x": {"a": 10}}, resources=resources, skills=["s", "t", "u"]).needs
    assert [other.why for other in found.rows[0].not_chosen] == ([why] if why else [])


@pytest.mark.parametrize(("current_load", "filled"), [(0, 2), (1, 1), (2, 1), (3, 0)])
def test_room_is_what_the_load_so_far_leaves(current_load: int, filled: int) -> None:
    """Seats that are taken cannot be given twice; each of these needs takes two of four."""
    needs = [{"id": one, "rows": [{"skill": "s", "load": 2}]} for one in ("x", "y")]
    resources = {"a": {"capacity": 4, "current_load": current_load}}
    answer = town(needs, {"x": {"a": 10}, "y": {"a": 10}}, resources=resources)
    assert answer.classes[0].filled == filled


def test_a_barred_resource_does_not_go_and_its_rule_is_named() -> None:
    """The crew's own street, a conflict of interest, a licence for another county."""
    bars = [{"need": "x", "resource": "a", "rule": "own street"}]
    answer = town([{"id": "x"}], {"x": {"a": 10, "b": 99}}, barred=bars)
    assert sent(answer) == {"x": ["b"]}
    assert [(one.why, one.rule) for one in answer.needs[0].rows[0].not_chosen] == [("barred", "own street")]


@pytest.mark.parametrize(("ends_s", "price", "goes"), [(69, None, "b"), (70, None, "a"), (60, 1, "a"), (60, 9, "b")])
def test_nobody_works_on_after_a_shift_unless_that_is_priced(ends_s: int, price: float | None, goes: str) -> None:
    """Ten seconds of travel and sixty of work; the other is 80 seconds farther away."""
    answer = town(
        [{"id": "x", "work_s": 60}], {"x": {"a": 10, "b": 90}}, resources={"a": {"shift_ends_in_s": ends_s}},
        overtime_price=price,
    )  # fmt: skip
    assert sent(answer) == {"x": [goes]}


def test_work_that_is_reserved_already_comes_first() -> None:
    """A resource that is ready in a minute is a minute farther away."""
    answer = town([{"id": "x"}], {"x": {"a": 10, "b": 60}}, resources={"a": {"ready_in_s": 60}})
    assert sent(answer) == {"x": ["b"]}
