"""The board, proposals, reasons, and a person's own choice, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.api.rooms import Dispatcher, HandClock, kinds, served
from tests.builders import a_procedure


def need_of(desk: Dispatcher, incident: str) -> str:
    """The path of an incident's first need."""
    need: str = desk.get(f"/v1/incidents/{incident}")["needs"][0]["id"]
    return f"/v1/needs/{need}"


def test_a_need_is_proposed_for_with_its_price(desk: Dispatcher) -> None:
    """A proposal without reasons is an order."""
    desk.report(0, nature="illness", severe="yes")
    (made,) = desk.get("/v1/proposals")["proposals"]
    assert (made["resource"], made["reach_s"], made["price"]) == ("A1", pytest.approx(20), {"response": 80.0})


def test_a_proposal_names_the_next_best(desk: Dispatcher) -> None:
    """The dispatcher knows things the desk does not, and needs to know what the second choice costs."""
    desk.report(0, nature="illness", severe="yes")
    (other,) = desk.get("/v1/proposals")["proposals"][0]["alternatives"]
    assert (other["resource"], other["dearer_by_s"]) == ("A2", pytest.approx(160))


def test_accepting_records_whose_decision_it_was(desk: Dispatcher) -> None:
    """The first question after an incident is who decided."""
    desk.report(0, nature="fire")
    (made,) = desk.get("/v1/proposals")["proposals"]
    said = desk.post(f"/v1/proposals/{made['id']}/accept", Muster_Actor="Ada")
    assert kinds(said) == ["ResourceAssigned"]
    assert said["facts"][0]["because"].startswith("accepted by Ada: plan fire")


def test_a_proposal_seen_earlier_stands_while_it_is_made(desk: Dispatcher) -> None:
    """Every fact moves the sequence; a note elsewhere must not cost a dispatcher the click."""
    incident = desk.report(0, nature="fire")
    (seen,) = desk.get("/v1/proposals")["proposals"]
    desk.post(f"/v1/incidents/{incident}/notes", {"text": "smoke"})
    assert kinds(desk.post(f"/v1/proposals/{seen['id']}/accept")) == ["ResourceAssigned"]


def test_a_stale_proposal_is_answered_with_today_s(desk: Dispatcher) -> None:
    """Acting on what was true a minute ago sends the wrong crew."""
    incident = desk.report(0, nature="illness", severe="yes")
    (seen,) = desk.get("/v1/proposals")["proposals"]
    desk.post("/v1/resources/A1/sign-off")
    problem = desk.refused(f"/v1/proposals/{seen['id']}/accept")
    assert problem["type"].endswith("stale-proposal")
    assert (problem["proposal"]["resource"], problem["proposal"]["need"]) == ("A2", f"{incident}/1")


def test_a_proposal_accepted_twice_is_stale(desk: Dispatcher) -> None:
    """Two dispatchers, one crew."""
    desk.report(0, nature="fire")
    (made,) = desk.get("/v1/proposals")["proposals"]
    desk.post(f"/v1/proposals/{made['id']}/accept")
    assert "proposal" not in desk.refused(f"/v1/proposals/{made['id']}/accept")


@pytest.mark.parametrize("name", ["nonsense", "1:2:3:4", "x:I-1/1:0:E1", "::::", "9:"])
def test_a_proposal_that_never_was_is_refused(desk: Dispatcher, name: str) -> None:
    """Whatever a client makes up, nobody is sent."""
    desk.report(0, nature="fire")
    desk.refused(f"/v1/proposals/{name}/accept")


def test_one_s_own_choice_needs_a_reason(desk: Dispatcher) -> None:
    """An override nobody can explain later helps nobody to improve the rules."""
    incident = desk.report(0, nature="illness", severe="yes")
    desk.refused(f"{need_of(desk, incident)}/assign", {"resource": "A2"}, 422)
    said = desk.post(f"{need_of(desk, incident)}/assign", {"resource": "A2", "reason": "A1 is refuelling"})
    assert said["facts"][0]["because"] == "chosen by dispatcher: A1 is refuelling"


def test_one_s_own_choice_fills_the_row_the_resource_is_for(desk: Dispatcher) -> None:
    """Who sends an ambulance to a crash means the ambulance's row, not the first one."""
    incident = desk.report(0, nature="crash")
    said = desk.post(f"{need_of(desk, incident)}/assign", {"resource": "A2", "reason": "nearer than it looks"})
    assert said["facts"][0]["row"] == 1


HARD_RULES = {
    "lacks the skill": "E1",
    "is off duty": "A2",
    "is committed": "A1",
    "is no resource of the centre": "Z9",
}


def test_one_s_own_choice_fills_a_row_that_it_is_good_enough_for(tmp_path: Path, clock: HandClock) -> None:
    """The first row asks for a master; the engine is none, and a dispatcher who names no row means the other."""
    fire = {"send": [{"skill": "fire", "level": 2}, {"skill": "fire"}]}
    plans = {name: plan.model_dump() for name, plan in a_procedure().plans.items()}
    with served(tmp_path, clock, a_procedure(plans={**plans, "fire": fire})) as desk:
        need = need_of(desk, desk.report(0, nature="fire"))
        desk.refused(f"{need}/assign", {"resource": "E1", "row": 0, "reason": "nearest"})
        said = desk.post(f"{need}/assign", {"resource": "E1", "reason": "nearest"})
    assert said["facts"][0]["row"] == 1


@pytest.mark.parametrize("resource", HARD_RULES.values(), ids=HARD_RULES.keys())
def test_what_nobody_may_do_is_refused_with_any_reason(desk: Dispatcher, resource: str) -> None:
    """A reason makes a choice accountable; it does not make it possible."""
    busy = desk.report(0, nature="illness", severe="yes")
    desk.accept(busy)
    desk.post("/v1/resources/A2/sign-off")
    incident = desk.report(0, nature="illness", severe="yes")
    assert desk.refused(f"{need_of(desk, incident)}/assign", {"resource": resource, "reason": "because"})["flaws"]


def serving(desk: Dispatcher, resource: str) -> Any:
    """The only assignment of a resource, as the board shows it."""
    (assignment,) = next(each for each in desk.get("/v1/board")["resources"] if each["id"] == resource)["serving"]
    return assignment


@pytest.mark.parametrize("mark", ["pinned", "forced"])
def test_a_choice_that_is_marked_is_shown_as_such(desk: Dispatcher, mark: str) -> None:
    """The next shift has to see what a person decided over the rules."""
    incident = desk.report(0, nature="illness", severe="yes")
    desk.post(f"{need_of(desk, incident)}/assign", {"resource": "A1", "reason": "near"})
    other = desk.report(0, nature="illness", severe="yes")
    desk.post(f"{need_of(desk, other)}/assign", {"resource": "A2", "reason": "near", mark: True})
    assert (serving(desk, "A1")[mark], serving(desk, "A2")[mark]) == (False, True)


def test_a_forced_choice_goes_over_a_missing_skill(desk: Dispatcher) -> None:
    """The rules know the records; a person may know the crew."""
    incident = desk.report(0, nature="illness", severe="yes")
    desk.post(f"{need_of(desk, incident)}/assign", {"resource": "E1", "reason": "has a stretcher", "forced": True})
    assert serving(desk, "E1")["row"] == 0


def test_a_choice_may_fill_several_shared_rows(tmp_path: Path, clock: HandClock) -> None:
    """One body, two roles, one assignment."""
    plans = {
        "fire": {"send": [{"skill": "fire"}, {"skill": "transport"}], "shared": True},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}]},
    }
    with served(tmp_path, clock, a_procedure(plans=plans)) as desk:
        incident = desk.report(0, nature="fire")
        choice = {"resource": "E1", "row": 0, "also": [1], "reason": "carries a stretcher", "forced": True}
        desk.post(f"{need_of(desk, incident)}/assign", choice)
        (need,) = desk.get(f"/v1/incidents/{incident}")["needs"]
        assert (need["shared"], [row["open"] for row in need["rows"]]) == (True, [0, 0])


def test_a_choice_settles_which_way_a_need_is_filled(tmp_path: Path, clock: HandClock) -> None:
    """A row of another way would look as if somebody were still missing."""
    plans = {
        "fire": {"send": [{"skill": "fire"}], "instead": [[{"skill": "transport", "quantity": 2}]], "whole": True},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}]},
    }
    with served(tmp_path, clock, a_procedure(plans=plans)) as desk:
        incident = desk.report(0, nature="fire")
        desk.post(f"{need_of(desk, incident)}/assign", {"resource": "A1", "reason": "the engine is being washed"})
        (need,) = desk.get(f"/v1/incidents/{incident}")["needs"]
        assert [(row["alternative"], row["open"]) for row in need["rows"]] == [(0, 0), (1, 1)]


def test_a_row_that_is_filled_takes_nobody(desk: Dispatcher) -> None:
    """Two clicks on the same row must not send two crews."""
    incident = desk.report(0, nature="illness", severe="yes")
    desk.post(f"{need_of(desk, incident)}/assign", {"resource": "A1", "reason": "near"})
    desk.refused(f"{need_of(desk, incident)}/assign", {"resource": "A2", "row": 0, "reason": "also near"})


def test_every_resource_has_a_reason(desk: Dispatcher) -> None:
    """ "Why not mine?" is asked by every crew."""
    incident = desk.report(0, nature="illness", severe="yes")
    told = desk.get(f"{need_of(desk, incident)}/reasons")
    assert [(each["resource"], each["verdict"]) for each in told["chosen"] + told["others"]] == [
        ("A1", "chosen"), ("A2", "passed over"), ("C1", "excluded"), ("E1", "excluded"),
    ]  # fmt: skip


def test_reasons_have_the_price_in_the_whole_plan(desk: Dispatcher) -> None:
    """A2 is forty seconds farther at weight 4, and nobody else has to move."""
    incident = desk.report(0, nature="illness", severe="yes")
    (other,) = desk.get(f"{need_of(desk, incident)}/reasons")["alternatives"]
    assert (other["resource"], other["plan_dearer_by_s"], other["leaves_open"]) == ("A2", pytest.approx(160), [])


def test_an_open_need_says_what_would_have_to_give(desk: Dispatcher) -> None:
    """Two fires and one engine: the second could have it, and the first would be left open."""
    first, second = desk.report(0, nature="fire"), desk.report(100, nature="fire")
    (row,) = desk.get(f"{need_of(desk, second)}/reasons")["open_positions"]
    assert row["why"] == "everybody who may go is needed elsewhere"
    assert row["way_out"]["leaves_open"] == [f"{first}/1"]
    assert row["way_out"]["moves"][0] == {"need": f"{second}/1", "leaves": None, "takes": "E1"}


def test_an_open_need_that_nobody_may_fill_names_the_rule(desk: Dispatcher) -> None:
    """Somebody to ring, rather than nobody to send."""
    desk.post("/v1/resources/E1/sign-off")
    incident = desk.report(0, nature="fire")
    (row,) = desk.get(f"{need_of(desk, incident)}/reasons")["open_positions"]
    assert [(each["rule"], each["resource"]) for each in row["obstacles"]] == [("duty", "E1")]


def test_one_s_own_choice_is_appraised_in_the_terms_of_the_proposal(desk: Dispatcher) -> None:
    """Before overriding: what does it cost, and whom."""
    incident = desk.report(0, nature="illness", severe="yes")
    told = desk.get(f"{need_of(desk, incident)}/appraisal?resource=A2")
    assert (told["judgement"], told["proposed"][0]["resource"], told["broken"]) == ("dearer", "A1", None)
    assert told["dearer_by"] == {"response": pytest.approx(160)}
    assert told["in_plan"]["dearer_by_s"] == pytest.approx(160)


def test_an_appraisal_changes_nothing(desk: Dispatcher) -> None:
    """Asking is free."""
    incident = desk.report(0, nature="illness", severe="yes")
    before = desk.everything()
    desk.get(f"{need_of(desk, incident)}/appraisal?resource=A2")
    assert desk.everything() == before


@pytest.mark.parametrize(
    ("resource", "why"), [("E1", "lacks transport"), ("A2", "off duty"), ("A1", "committed to {busy}/1 (assigned)")]
)
def test_an_appraisal_names_the_rule_that_is_against_a_choice(desk: Dispatcher, resource: str, why: str) -> None:
    """What would be refused has no price."""
    busy = desk.report(0, nature="illness", severe="yes")
    desk.accept(busy)
    desk.post("/v1/resources/A2/sign-off")
    incident = desk.report(0, nature="illness", severe="yes")
    told = desk.get(f"{need_of(desk, incident)}/appraisal?resource={resource}")
    assert (told["judgement"], told["broken"]) == ("breaks a rule", why.format(busy=busy))
    assert (told["choice"], told["in_plan"]) == (None, None)


def test_a_filled_need_is_appraised_as_asking_for_nobody(desk: Dispatcher) -> None:
    """The click came a second late."""
    incident = desk.report(0, nature="fire")
    desk.accept(incident)
    told = desk.get(f"{need_of(desk, incident)}/appraisal?resource=E1")
    assert (told["judgement"], told["broken"]) == ("breaks a rule", "this need asks for nobody more")


def test_an_appraisal_of_nothing_is_not_found(desk: Dispatcher) -> None:
    """A name misread over the radio must not come back as a judgement."""
    path = need_of(desk, desk.report(0, nature="fire"))
    for asked in (
        "/v1/needs/I-999/1/appraisal?resource=E1",
        f"{path}/appraisal?resource=Z9",
        f"{path}/appraisal?resource=E1&row=7",
    ):
        desk.get(asked, 404)


def test_an_appraisal_without_a_resource_is_malformed(desk: Dispatcher) -> None:
    """There is nothing to appraise."""
    desk.get(f"{need_of(desk, desk.report(0, nature='fire'))}/appraisal", 422)


def test_staffing_says_of_whom_one_more_would_help(desk: Dispatcher) -> None:
    """Two fires and one engine: one more engine fills the second."""
    desk.report(0, nature="fire")
    desk.report(100, nature="fire")
    (price,) = desk.get("/v1/staffing")["resources"]
    assert (price["resource"], price["fills_rank"]) == ("E1", 1)


def test_staffing_is_silent_while_nobody_asks(desk: Dispatcher) -> None:
    """A quiet night is no advice."""
    assert desk.get("/v1/staffing")["resources"] == []


def test_a_filled_need_names_who_serves_it(desk: Dispatcher) -> None:
    """After the choice the question is who came."""
    incident = desk.report(0, nature="fire")
    desk.accept(incident)
    told = desk.get(f"{need_of(desk, incident)}/reasons")
    assert (told["filled"], told["chosen"][0]["resource"]) == (True, "E1")


@pytest.mark.parametrize("need", ["I-999/1", "I-999/call", "C-1/3"])
def test_the_reasons_of_no_need_are_not_found(desk: Dispatcher, need: str) -> None:
    """An empty list would read as: nobody can go."""
    desk.get(f"/v1/needs/{need}/reasons", 404)


def test_what_cannot_be_filled_is_held_and_says_what_lacks(desk: Dispatcher) -> None:
    """Silence about a waiting need is how it is forgotten."""
    desk.post("/v1/resources/E1/sign-off")
    incident = desk.report(0, nature="fire")
    assert desk.get("/v1/proposals")["held"] == [{"need": f"{incident}/1", "lacking": {"fire": 1}}]


def test_a_withdrawn_need_is_asked_for_no_more(desk: Dispatcher) -> None:
    """The caller says the fire is out."""
    incident = desk.report(0, nature="fire")
    desk.post(f"{need_of(desk, incident)}/withdraw", {"reason": "it is out"})
    assert desk.get("/v1/proposals")["proposals"] == []


def test_a_diversion_is_proposed_and_accepted_whole(tmp_path: Path, clock: HandClock) -> None:
    """Taking a crew away and not sending it on would lose it twice."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"]}})
    with served(tmp_path, clock, rules) as desk:
        desk.post("/v1/resources/A2/sign-off")
        first = desk.report(400, nature="illness", severe="no")
        desk.accept(first)
        second = desk.report(0, nature="illness", severe="yes")
        (made,) = [each for each in desk.get("/v1/proposals")["proposals"] if each["need"] == f"{second}/1"]
        assert (made["kind"], made["taken_from"]) == ("divert", f"{first}/1")
        assert kinds(desk.post(f"/v1/proposals/{made['id']}/accept")) == ["ResourceReleased", "ResourceAssigned"]


def test_the_board_is_of_one_piece(desk: Dispatcher) -> None:
    """A board that shows a crew at an incident which does not know it has one misleads whoever reads it."""
    incident = desk.report(0, nature="crash")
    sent = desk.accept(incident)
    board: dict[str, Any] = desk.get("/v1/board")
    (shown,) = board["incidents"]
    assert sorted(shown["needs"][0]["filled_by"]) == sorted(sent) == ["A1", "E1"]
    committed = [each["id"] for each in board["resources"] if each["status"] == "committed"]
    assert committed == ["A1", "E1"]
    assert board["sequence"] == desk.get("/v1/health")["sequence"]


def test_the_age_of_a_place_is_shown(desk: Dispatcher, clock: HandClock) -> None:
    """A dot on a map is only as good as the minute it was seen."""
    clock.pass_s(90)
    ages = {each["id"]: each["place_age_s"] for each in desk.get("/v1/board")["resources"]}
    assert ages["A1"] == 90
