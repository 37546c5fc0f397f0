"""Changes that are worth a try are made of a procedure and a centre, sound, and said in words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from incidents import facts as f
from incidents.centre import Costs, ResourceEntry, ShiftEntry
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.soundness import flaws_of
from simulation.arms import Arm, CandidateArm
from simulation.recommending.aim import Aim
from simulation.recommending.candidates import (
    Candidate,
    Grounds,
    candidates,
    changed,
    duty_hours,
    sent_and_waited,
    shift_hours,
    worst_block,
)
from simulation.recommending.decomposition import LEAST_JOURNEYS, Decomposition, decomposition
from simulation.recommending.journeys import TO_ARRIVAL, Journey, Journeys
from simulation.recommending.rule_candidates import rule_edits
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from tests.builders import START, a_centre, a_procedure, at

NONE = (0.0,) * 5
HOUR_MS = 3_600_000
STREET = a_centre({"E1": ("engine", 0.0), "E2": ("engine", 9.0), "A1": ("ambulance", 0.0), "C1": ("clerk", 0.0)})


def taken_apart(answer_s: dict[int, float]) -> Decomposition:
    """Twenty calls at each of these hours after the start, that waited so long for an answer."""
    calls = [
        Journey(START + hour * HOUR_MS, "red", None, (seconds, 0, 0, 0, 1), NONE)
        for hour, seconds in answer_s.items()
        for _ in range(LEAST_JOURNEYS)
    ]
    return decomposition(Journeys(TO_ARRIVAL, tuple(calls), 0), Aim("response_s.p90.red", 100), ZoneInfo("UTC"))


@pytest.fixture(scope="module")
def found() -> tuple[Candidate, ...]:
    """What is tried in San Francisco, where medics are the busiest."""
    city = Scenario.read(scenario_folder("san_francisco"))
    today = Arm("today", city.centre, city.procedure("procedures/baseline.yaml"))
    plan = next(iter(today.procedure.plans))
    busy = {"medic": 0.5, "engine": 0.3, "call-taker": 0.2}
    return candidates(Grounds(city, today, taken_apart({0: 9.0}), busy, (plan,), ("emergency",)))


def edits(**changes: object) -> dict[str, str]:
    """The names of sound changes of the street's rules, by the first words of what differs."""
    today = a_procedure(**changes)
    arm = Arm("today", STREET, today)
    told = {}
    for _, name, procedure in rule_edits(today, STREET, ("rescue", "fire"), ("emergency",)):
        told[name] = Candidate("", Arm(name, STREET, procedure), (), 0).arm.procedure.fingerprint
        assert not list(flaws_of(procedure, STREET))
        assert procedure.revision == arm.procedure.revision + 1
        assert procedure.based_on == today.fingerprint
    assert len(set(told.values())) == len(told), "no two changes are the same"
    return told


def test_a_plan_is_tried_with_one_more_and_one_fewer() -> None:
    """A plan of a single row cannot lose it."""
    told = edits()
    assert {"plan 'rescue': one more fire", "plan 'rescue': one transport fewer", "plan 'fire': one more fire"} <= set(
        told
    )
    assert "plan 'fire': one fire fewer" not in told


def test_a_rung_is_tried_sooner_and_later() -> None:
    """By a fifth each way."""
    rung = {"unfilled_for_s": 100, "priorities": ["red"], "notifies": [{"organisation": "county"}]}
    today = a_procedure(escalation={"call out": rung})
    found = {name: each for _, name, each in rule_edits(today, STREET, (), ())}
    assert found["rung 'call out' 20% sooner"].escalation["call out"].unfilled_for_s == 80
    assert found["rung 'call out' 20% later"].escalation["call out"].unfilled_for_s == 120


def test_dispatch_is_tried_one_step_away() -> None:
    """Diversion where there is none, and none where there is; a reserve that is one larger, or gone."""
    assert "diversion to red" in edits()
    diverting = edits(dispatch={"diversion": {"to": ["red"], "from": ["green"]}})
    assert "no diversion" in diverting
    reserve = {"name": "one", "skill": "fire", "keep": 1, "missing_s": 100}
    kept = edits(dispatch={"reserve": [reserve]})
    assert {"reserve 'one' one smaller", "reserve 'one' one larger"} <= set(kept)


def test_an_example_that_would_not_hold_any_more_leaves_a_change_out() -> None:
    """A change that is refused as a file is refused here."""
    # Nobody else can fight fires, so two at once can never be sent.
    alone = a_centre({"E1": ("engine", 0.0), "A1": ("ambulance", 0.0), "C1": ("clerk", 0.0)})
    whole = {"fire": {"send": [{"skill": "fire"}], "whole": True}, "medical": {"send": [{"skill": "transport"}]}}
    today = a_procedure(plans={**whole, "rescue": {"send": [{"skill": "fire"}]}})
    assert "plan 'fire': one more fire" not in [name for _, name, _ in rule_edits(today, alone, ("fire",), ())]


def test_sorts_take_turns(found: tuple[Candidate, ...]) -> None:
    """So that a small budget tries one of each."""
    sorts = [each.sort for each in found]
    different = len(set(sorts))
    assert different >= 4
    assert len(set(sorts[:different])) == different


def test_every_change_differs_in_words_and_has_a_name_of_its_own(found: tuple[Candidate, ...]) -> None:
    """A change that says nothing is none."""
    assert all(each.words for each in found)
    assert len({each.name for each in found}) == len(found)
    assert all(not list(each.arm.centre.flaws()) for each in found)


def test_one_more_unit_costs_a_week_of_duty_and_a_move_nothing(found: tuple[Candidate, ...]) -> None:
    """What a planner has to pay."""
    hours = {each.sort: each.hours_a_week for each in found}
    assert (hours["unit"], hours["move"], hours["staff"], hours["dispatch"]) == (168, 0, 56, 0)


def test_nobody_more_is_asked_to_answer_where_nobody_waits_for_an_answer(found: tuple[Candidate, ...]) -> None:
    """It could not help."""
    city = Scenario.read(scenario_folder("san_francisco"))
    today = Arm("today", city.centre, city.procedure("procedures/baseline.yaml"))
    unwaited = candidates(Grounds(city, today, taken_apart({0: 0.0}), {}, (), ()))
    assert "staff" in {each.sort for each in found}
    assert "staff" not in {each.sort for each in unwaited}


def test_the_worst_block_holds_the_hours_that_wait() -> None:
    """The builders' world begins at 22:13 in UTC: waits five and six hours later are at three and four."""
    begins = worst_block(taken_apart({0: 1.0, 5: 90.0, 6: 90.0}))
    assert {3, 4} <= {(begins + step) % 24 for step in range(8)}


def test_duty_is_counted_over_midnight() -> None:
    """From 22:00 to 06:00 is eight hours, and the same time twice a whole day."""
    assert shift_hours(ShiftEntry(start="22:00", until="06:00", days=("mon", "tue"))) == 16
    assert shift_hours(ShiftEntry(start="06:00", until="06:00")) == 168
    assert duty_hours(STREET) == 4 * 168


def test_a_change_of_the_centre_is_told_with_its_hours() -> None:
    """One clerk fewer."""
    told = changed("staff", "fewer", CandidateArm(drop=("C1",)), Arm("today", STREET, a_procedure()))
    assert told.hours_a_week == -168
    assert told.words == ("resource 'C1' is gone: clerk, always on duty",)
    more = CandidateArm(add={"C2": ResourceEntry(kind="clerk")})
    assert changed("staff", "more", more, Arm("today", STREET, a_procedure())).hours_a_week == 168


def test_hours_are_told_in_money_where_the_centre_says_what_one_costs() -> None:
    """A clerk at 20 an hour, always on duty; where nothing is said nothing is made up."""
    priced = STREET.model_copy(update={"costs": Costs(currency="EUR", hour={"clerk": 20.0})})
    fewer = CandidateArm(drop=("C1",))
    assert changed("staff", "fewer", fewer, Arm("today", priced, a_procedure())).cost_a_week == -168 * 20
    assert changed("staff", "fewer", fewer, Arm("today", STREET, a_procedure())).cost_a_week is None


def test_plans_are_ordered_by_use_and_queues_by_waiting() -> None:
    """One rescue and two medicals; the second queue waited longer."""
    rows = (f.NeedRow("fire"),)
    plans = ["rescue", "medical", "medical"]
    log: list[f.Fact] = [
        f.NeedOpened(at(0), NeedId(str(number)), rows, False, f"plan {plan}", incident=IncidentId(str(number)))
        for number, plan in enumerate(plans)
    ]
    for queue, waited in (("short", 5), ("long", 50)):
        log.append(f.ContactReceived(at(0), ContactId(queue), queue))
        log.append(f.ContactAnswered(at(waited), ContactId(queue), ResourceId("C1")))
    assert sent_and_waited(log) == (("medical", "rescue"), ("long", "short"))
