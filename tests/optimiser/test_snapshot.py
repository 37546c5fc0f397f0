"""The standalone snapshot: the documented examples, every shape of need, and a reason for every resource."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from optimiser.allocation import Limits
from optimiser.refusals import DocumentRefused
from optimiser.snapshot import Answer, allocate, as_table, read_snapshot
from optimiser.snapshot_format import Snapshot
from tests.optimiser.random_snapshots import random_snapshot
from tests.optimiser.snapshot_cases import answered, sent, snapshot_of, town
from tests.optimiser.snapshot_enumerator import best_of

MANUAL = Path(__file__).parents[2] / "docs" / "allocate.md"


def _example(kind: str, number: int = 0) -> str:
    found = re.findall(rf"```{kind}\n(.*?)\n```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    return str(found[number])


@pytest.mark.parametrize("number", [0, 1])
def test_the_documented_examples_give_the_documented_tables(number: int) -> None:
    """Documentation that does not run is a rumour."""
    assert as_table(allocate(read_snapshot(_example("json", number)))) == _example("text", number)


def test_the_documented_arrays_are_solved_as_documented() -> None:
    """The page's own assertions hold."""
    exec(_example("python", 1), {})


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
    answer = answered(
        resources=[{"id": "a", "skills": ["s"]}, second],
        travel={"kind": "matrix", "reach_s": {"x": {"a": 10} | reach}},
    )
    assert [other.why for other in answer.needs[0].rows[0].not_chosen] == [why]


def test_a_dearer_resource_says_by_how_much() -> None:
    """Two and a half seconds may be worth it for a crew that knows the house."""
    answer = answered(
        resources=[{"id": "a", "skills": ["s"]}, SECOND],
        travel={"kind": "matrix", "reach_s": {"x": {"a": 10, "b": 12.5}}},
    )
    assert [other.dearer_by for other in answer.needs[0].alternatives] == [2.5]


def test_a_skill_that_is_known_and_that_nobody_has_is_a_reason() -> None:
    """A centre without a boat must still get its other answers."""
    needs = [{"id": "x", "priority": 1, "rows": [{"skill": "boat"}]}]
    (need,) = answered(needs=needs, skills=["s", "boat"]).needs
    assert (need.state, need.rows[0].held_because) == ("held", "nobody has the skill")


def test_a_taken_resource_says_what_taking_it_would_cost_everybody() -> None:
    """Two seconds nearer here, and twenty farther there."""
    answer = town([{"id": "x"}, {"id": "y"}], {"x": {"a": 10, "b": 12}, "y": {"a": 10, "b": 30}})
    (other,) = answer.needs[0].rows[0].not_chosen
    assert (other.why, other.held_by, other.dearer_by) == ("taken", ("y",), -2)
    assert other.in_plan is not None
    assert (other.in_plan.dearer_by, other.in_plan.positions) == (18, {})


def test_a_held_need_says_which_change_would_fill_it() -> None:
    """One position less of the more urgent priority, and one more of the lesser."""
    answer = town([{"id": "x", "priority": 2}, {"id": "y", "priority": 3}], {"x": {"a": 10}, "y": {"a": 4}})
    filling = answer.needs[1].rows[0].filling
    assert filling is not None
    assert (filling.positions, filling.dearer_by) == ({2: -1, 3: 1}, -6)


def test_a_held_need_says_who_has_what_it_could_have_had() -> None:
    """Held without a name is held for ever."""
    needs = [{"id": name, "priority": at, "rows": [{"skill": "s"}]} for at, name in enumerate(("x", "y"), 1)]
    answer = answered(needs=needs, travel={"kind": "matrix", "reach_s": {"x": {"a": 10}, "y": {"a": 1}}})
    (row,) = answer.needs[1].rows
    assert (row.held_because, row.not_chosen[0].held_by) == ("taken", ("x",))


def test_a_partly_filled_need_says_so() -> None:
    """Best effort sends the first of two and keeps asking."""
    needs = [{"id": "x", "priority": 1, "whole": False, "rows": [{"skill": "s", "quantity": 2}]}]
    (need,) = answered(needs=needs).needs
    assert (need.state, need.rows[0].missing) == ("partly filled", 1)


def test_an_empty_snapshot_has_an_answer() -> None:
    """A quiet night is not an error."""
    answer = answered(needs=[], resources=[], travel={"kind": "matrix", "reach_s": {}})
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
    assert (answer.caps_not_set, "no cap on regret" in as_table(answer)) == ((1,), True)


TWO_ENGINES = [[{"skill": "s", "quantity": 2}], [{"skill": "s"}, {"skill": "t"}]]


@pytest.mark.parametrize(("tender_s", "goes"), [(30, ["a", "t"]), (50, ["a", "b"])])
def test_the_cheaper_of_two_teams_goes(tender_s: int, goes: list[str]) -> None:
    """Two engines, or one engine and one tender."""
    reach = {"x": {"a": 10, "b": 40, "t": tender_s}}
    answer = town([{"id": "x", "rows": [], "alternatives": TWO_ENGINES}], reach, resources={"t": {"skills": ["t"]}})
    assert sent(answer)["x"] == goes
    assert [row.alternative for row in answer.needs[0].rows] == [0, 1, 1]
    assert sum(row.missing for row in answer.needs[0].rows) == 0


@pytest.mark.parametrize(("shared", "state"), [(True, "filled"), (False, "held")])
def test_one_resource_fills_two_roles_only_where_they_are_shared(shared: bool, state: str) -> None:
    """A paramedic who drives is one person."""
    need = {"id": "x", "shared": shared, "rows": [{"skill": "s"}, {"skill": "t"}]}
    answer = town([need], {"x": {"a": 10}}, resources={"a": {"skills": ["s", "t"]}})
    assert answer.needs[0].state == state
    assert answer.price == (10 if shared else 0)


def test_a_pin_is_never_moved() -> None:
    """The person who made it is still in the room."""
    answer = town([{"id": "x"}], {"x": {"a": 10, "b": 99}}, pins=[{"need": "x", "resource": "b"}])
    assert sent(answer) == {"x": ["b"]}
    assert answer.needs[0].rows[0].chosen[0].pinned


def test_a_forced_pin_stands_and_the_answer_says_what_it_breaks() -> None:
    """Nobody may learn afterwards that a rule was broken."""
    answer = town(
        [{"id": "x"}], {"x": {"a": 10}}, resources={"b": {"skills": []}},
        pins=[{"need": "x", "resource": "b", "forced": True}],
    )  # fmt: skip
    assert sent(answer) == {"x": ["b"]}
    assert [(one.rule, one.about, one.detail) for one in answer.broken] == [("eligibility", "x/b", "b lacks the skill")]
    assert "broken by force" in as_table(answer)


def test_a_pin_that_breaks_a_rule_is_refused_even_when_nobody_has_read_the_document() -> None:
    """A snapshot may be made in Python as well."""
    made = json.loads(snapshot_of(pins=[{"need": "x", "resource": "a"}], reach_limit_s=1))
    snapshot = Snapshot.model_validate_json(json.dumps(made))
    with pytest.raises(DocumentRefused, match="/pins/0"):
        allocate(snapshot)


def test_a_snapshot_made_in_python_is_held_to_the_same_rules() -> None:
    """Types alone do not know that an id stands twice."""
    snapshot = Snapshot.model_validate_json(snapshot_of(resources=[{"id": "a", "skills": ["s"]}] * 2))
    with pytest.raises(DocumentRefused, match="/resources/1/id"):
        allocate(snapshot)


@pytest.mark.parametrize(("price_s", "state"), [(9, "waiting"), (11, "filled")])
def test_a_need_waits_where_that_is_cheaper(price_s: int, state: str) -> None:
    """Ten seconds of travel against the price of waiting."""
    answer = town([{"id": "x", "wait_price_s": price_s}], {"x": {"a": 10}})
    (need,) = answer.needs
    assert (need.state, answer.price) == (state, min(price_s, 10))
    assert need.going_would_cost == (10 if state == "waiting" else None)
    assert need.rows[0].held_because == ("waiting is cheaper" if state == "waiting" else None)


def test_a_need_that_cannot_go_does_not_wait_for_its_price() -> None:
    """Whoever reads "waiting is cheaper" would offer more, and to no avail."""
    answer = town([{"id": "x", "wait_price_s": 500}, {"id": "y"}], {"x": {"a": 10}, "y": {"a": 10}})
    assert (answer.needs[0].state, answer.needs[0].rows[0].held_because) == ("held", "taken")


@pytest.mark.parametrize(("caps", "goes"), [(None, "near"), ({"1": 49}, "near"), ({"1": 50}, "far"), ({}, "far")])
def test_the_most_urgent_lose_no_more_time_for_others_than_the_cap_allows(
    caps: dict[str, float] | None, goes: str
) -> None:
    """Only the near one can reach the lesser need; 0 seconds is the factory's cap."""
    changed = {} if caps is None else {"regret_caps_s": caps}
    reach = {"fire": {"near": 10, "far": 60}, "cat": {"near": 10}}
    answer = town([{"id": "fire", "priority": 1}, {"id": "cat"}], reach, **changed)
    assert sent(answer)["fire"] == [goes]


def test_the_next_best_is_told_although_the_cap_keeps_it_from_being_proposed() -> None:
    """When the nearest does not answer the radio, the next one is wanted."""
    (need,) = town([{"id": "x", "priority": 1}], {"x": {"a": 10, "b": 15, "c": 30, "d": 40}}).needs
    assert [(one.resource, one.why, one.dearer_by) for one in need.alternatives] == [
        ("b", "dearer", 5), ("c", "dearer", 20),
    ]  # fmt: skip


def test_what_is_cheaper_but_too_slow_says_that_the_cap_stands_against_it() -> None:
    """A partner's price does not slow a life-threatening call down; "dearer" would be a lie."""
    resources = {"dear": {"price_s": 500}}
    (need,) = town([{"id": "x", "priority": 1}], {"x": {"dear": 10, "cheap": 30}}, resources=resources).needs
    (other,) = need.rows[0].not_chosen
    assert (other.resource, other.why, other.dearer_by) == ("cheap", "slower than the cap allows", -480)


@pytest.mark.parametrize("seed", range(60))
def test_an_answer_keeps_every_rule_of_its_document(seed: int) -> None:
    """Recounted from the document and the answer alone."""
    document, snapshot = random_snapshot(seed)
    answer = allocate(snapshot)
    resources = {one["id"]: one for one in document["resources"]}
    pinned = {(pin["need"], pin["resource"]) for pin in document["pins"]}
    room: dict[str, int] = defaultdict(int)
    for need, told in zip(document["needs"], answer.needs, strict=True):
        teams = need.get("alternatives") or [need["rows"]]
        rows = [row for team in teams for row in team]
        load: dict[str, list[int]] = defaultdict(list)
        for row, found in zip(rows, told.rows, strict=True):
            for choice in found.chosen:
                load[choice.resource].append(row["load"])
                if (need["id"], choice.resource) not in pinned:
                    one = resources[choice.resource]
                    assert one["available"]
                    assert one["skills"].get(row["skill"], 0) >= row["level"]
                    assert {"need": need["id"], "resource": choice.resource} not in document["barred"]
        for one_id, loads in load.items():
            room[one_id] += max(loads) if need["shared"] else sum(loads)
        assert {one for one in load if (need["id"], one) in pinned} == {who for of, who in pinned if of == need["id"]}
    kept = {one.id: one.missing for one in answer.reserves}
    prices = {one["id"]: one["price_s"] for one in document.get("reserves", ())}
    assert answer.terms.get("reserve", 0) == sum(prices[one] * missing for one, missing in kept.items())
    over = {one for one, used in room.items() if used > resources[one]["capacity"] - resources[one]["current_load"]}
    assert over == {one.about for one in answer.broken if one.rule == "capacity"}


def test_an_answer_survives_the_wire() -> None:
    """What --json prints can be read back."""
    answer = answered()
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize("seed", range(120))
def test_no_plan_at_all_is_better_than_the_answer(seed: int) -> None:
    """Every plan of the document is tried, priced as the manual says."""
    document = random_snapshot(seed, is_small=True)[0]
    answer = allocate(read_snapshot(json.dumps(document)))
    filled = tuple(-one.filled for one in answer.classes)
    assert answer.proven
    assert (filled, round(10 * answer.price)) == best_of(document)


@pytest.mark.parametrize("seed", range(40))
def test_the_order_of_needs_and_resources_changes_nothing(seed: int) -> None:
    """The same snapshot exported twice must not send two different crews."""
    document, snapshot = random_snapshot(seed)
    turned = document | {"needs": document["needs"][::-1], "resources": document["resources"][::-1]}
    one, other = allocate(snapshot), allocate(read_snapshot(json.dumps(turned)))
    assert one.price == other.price
    assert {need: sorted(some) for need, some in sent(one).items()} == {
        need: sorted(some) for need, some in sent(other).items()
    }
