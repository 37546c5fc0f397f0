"""The standalone snapshot: the documented example, and a reason for every resource."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from optimiser.allocation import Limits
from optimiser.snapshot import Answer, allocate, as_table, read_snapshot

MANUAL = Path(__file__).parents[2] / "docs" / "allocate.md"


def _example(kind: str) -> str:
    found = re.search(rf"```{kind}\n(.*?)\n```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def snapshot_of(**changed: Any) -> str:
    """One need, one resource, ten seconds apart; with other parts as given."""
    sound: dict[str, Any] = {
        "needs": [{"id": "x", "priority": 1, "rows": [{"skill": "s"}]}],
        "resources": [{"id": "a", "skills": ["s"]}],
        "travel": {"kind": "matrix", "reach_s": {"x": {"a": 10}}},
    }
    return json.dumps(sound | changed)


def _answered(**changed: Any) -> Answer:
    return allocate(read_snapshot(snapshot_of(**changed)))


def test_the_documented_example_gives_the_documented_table() -> None:
    """Documentation that does not run is a rumour."""
    assert as_table(allocate(read_snapshot(_example("json")))) == _example("text")


def test_the_documented_refusal_is_the_refusal() -> None:
    """The manual quotes a flaw; it must read so."""
    with pytest.raises(Exception, match=r"^/needs/2/priority: is 0") as refused:
        read_snapshot(_example("json").replace('"priority": 3', '"priority": 0'))
    assert str(refused.value) in MANUAL.read_text(encoding="utf-8")


def test_every_field_of_a_snapshot_is_documented() -> None:
    """A field that the manual leaves out does not exist for a stranger."""
    text = MANUAL.read_text(encoding="utf-8")
    words = set(re.findall(r"\w+", text))
    from optimiser.snapshot import snapshot_schema

    schema = snapshot_schema()
    fields = {name for part in (schema, *schema["$defs"].values()) for name in part.get("properties", {})}
    assert fields - words == set()


def test_every_resource_is_chosen_or_has_a_reason_in_every_row() -> None:
    """Silence is impossible."""
    snapshot = read_snapshot(_example("json"))
    everybody = sorted(resource.id for resource in snapshot.resources)
    for need in allocate(snapshot).needs:
        for row in need.rows:
            named = [one.resource for one in row.chosen] + [other.resource for other in row.not_chosen]
            assert sorted(named) == everybody


def test_the_order_of_the_file_changes_nothing() -> None:
    """The same snapshot exported twice must not send two different crews."""
    raw = json.loads(_example("json"))
    turned = raw | {"needs": raw["needs"][::-1], "resources": raw["resources"][::-1]}
    one, other = allocate(read_snapshot(json.dumps(raw))), allocate(read_snapshot(json.dumps(turned)))
    assert {need.id: [row.chosen for row in need.rows] for need in one.needs} == {
        need.id: [row.chosen for row in need.rows] for need in other.needs
    }


SECOND = {"id": "b", "skills": ["s"]}
REASONS: dict[str, tuple[dict[str, Any], dict[str, float], str]] = {
    "lacks the skill": ({"id": "b", "skills": ["t"]}, {"b": 5}, "lacks the skill"),
    "not available": (SECOND | {"available": False}, {"b": 5}, "not available"),
    "out of reach": (SECOND, {}, "out of reach"),
    "dearer": (SECOND, {"b": 12.5}, "dearer"),
}


@pytest.mark.parametrize(("second", "reach", "why"), REASONS.values(), ids=REASONS.keys())
def test_a_resource_not_chosen_says_why(second: dict[str, Any], reach: dict[str, float], why: str) -> None:
    """The first question on the radio is always: why not me?"""
    answer = _answered(
        resources=[{"id": "a", "skills": ["s"]}, second],
        travel={"kind": "matrix", "reach_s": {"x": {"a": 10} | reach}},
    )
    assert [other.why for other in answer.needs[0].rows[0].not_chosen] == [why]


def test_a_dearer_resource_says_by_how_much() -> None:
    """Two and a half seconds may be worth it for a crew that knows the house."""
    answer = _answered(
        resources=[{"id": "a", "skills": ["s"]}, SECOND],
        travel={"kind": "matrix", "reach_s": {"x": {"a": 10, "b": 12.5}}},
    )
    assert [other.dearer_by for other in answer.needs[0].alternatives] == [2.5]


def test_a_skill_nobody_has_is_a_reason_and_not_a_flaw() -> None:
    """A centre without a boat must still get its other answers."""
    (need,) = _answered(needs=[{"id": "x", "priority": 1, "rows": [{"skill": "boat"}]}]).needs
    assert (need.state, need.rows[0].held_because) == ("held", "nobody has the skill")


def test_a_held_need_says_who_has_what_it_could_have_had() -> None:
    """Held without a name is held for ever."""
    needs = [{"id": name, "priority": at, "rows": [{"skill": "s"}]} for at, name in enumerate(("x", "y"), 1)]
    answer = _answered(needs=needs, travel={"kind": "matrix", "reach_s": {"x": {"a": 10}, "y": {"a": 1}}})
    (row,) = answer.needs[1].rows
    assert (row.held_because, row.not_chosen[0].held_by) == ("taken", ("x",))


def test_the_longer_wait_goes_first_within_a_priority() -> None:
    """With one resource and equal travel, first come, first served."""
    needs = [{"id": n, "priority": 1, "waited_s": w, "rows": [{"skill": "s"}]} for n, w in (("x", 5), ("y", 6))]
    answer = _answered(needs=needs, travel={"kind": "matrix", "reach_s": {"x": {"a": 10}, "y": {"a": 10}}})
    assert [need.state for need in answer.needs] == ["held", "filled"]


def test_a_partly_filled_need_says_so() -> None:
    """Best effort sends the first of two and keeps asking."""
    needs = [{"id": "x", "priority": 1, "whole": False, "rows": [{"skill": "s", "quantity": 2}]}]
    (need,) = _answered(needs=needs).needs
    assert (need.state, need.rows[0].missing) == ("partly filled", 1)


def test_a_straight_line_is_the_great_circle_with_detour_speed_and_turnout() -> None:
    """One degree of latitude is 111.195 km: at 60 km/h with a detour of 1.5 that is 10,008 s, and 60 to turn out."""
    answer = _answered(
        needs=[{"id": "x", "priority": 1, "rows": [{"skill": "s"}], "place": {"latitude": 50, "longitude": 8}}],
        resources=[{"id": "a", "skills": ["s"], "place": {"latitude": 51, "longitude": 8}}],
        travel={"kind": "straight_line", "speed_kmh": 60, "detour": 1.5, "turnout_s": 60},
    )
    assert answer.needs[0].rows[0].chosen[0].reach_s == pytest.approx(10_067.6, abs=0.5)


def test_whoever_is_beyond_the_reach_limit_is_not_sent() -> None:
    """A limit that the matrix slips past is none."""
    assert _answered(reach_limit_s=9).needs[0].rows[0].not_chosen[0].why == "out of reach"


def test_an_empty_snapshot_has_an_answer() -> None:
    """A quiet night is not an error."""
    answer = _answered(needs=[], resources=[], travel={"kind": "matrix", "reach_s": {}})
    assert (answer.needs, answer.proven) == ((), True)


def test_a_limited_answer_says_so_in_the_table() -> None:
    """A dispatcher reading the table must see that it is not proven best."""
    pool = {"a": 1, "b": 2, "c": 3}
    answer = allocate(
        read_snapshot(
            snapshot_of(
                needs=[{"id": f"n{i}", "priority": 1, "rows": [{"skill": "s", "quantity": 2}]} for i in range(3)],
                resources=[{"id": one, "skills": ["s"]} for one in pool],
                travel={"kind": "matrix", "reach_s": {f"n{i}": pool for i in range(3)}},
            )
        ),
        Limits(nodes=1, programme_nodes=0),
    )
    assert (answer.stopped, as_table(answer).endswith("(limit: not proven best)")) == ("limit", True)


def test_an_answer_survives_the_wire() -> None:
    """What --json prints can be read back."""
    answer = _answered()
    assert Answer.model_validate_json(answer.model_dump_json()) == answer
