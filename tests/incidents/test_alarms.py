"""Alarm levels by hand: what each asks for, who raises it, and what a stop ends."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.alarms import next_stage
from incidents.desk import Desk, adoption
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, sent, spot

UNITS = {f"E{number}": ("engine", 10.0 * number) for number in range(1, 8)} | {"A1": ("ambulance", 0.0)}
FIRE = IncidentId("i")
SECOND = {"name": "second", "counts": "added", "send": [{"skill": "fire", "quantity": 2}]}
SIX = {"name": "make pumps 6", "counts": "in all", "send": [{"skill": "fire", "quantity": 6}, {"skill": "transport"}]}
MEDICAL = {"send": [{"skill": "transport"}]}


def rules(*levels: dict[str, Any], **changes: Any) -> Any:
    """Fires take one engine, and what the levels say."""
    plans = {"fire": {"send": [{"skill": "fire"}], "levels": levels}, "medical": MEDICAL, "rescue": MEDICAL}
    return a_procedure(**{"plans": plans, **changes})


def a_fire(*levels: dict[str, Any], **changes: Any) -> Desk:
    """A desk with a fire that nobody has taken up."""
    desk = a_desk(a_centre(UNITS), rules(*levels, **changes))
    an_incident(desk, FIRE, spot(0), START, nature="fire")
    return desk


def made_up(desk: Desk, level: str, when: float = 0) -> tuple[f.Fact, ...]:
    """Somebody makes the attendance up."""
    return desk.observe(f.AlarmRaised(at(when), FIRE, "fire", level, "smoke issuing", by_person=True))


def stopped(desk: Desk, level: str | None = None, when: float = 0) -> tuple[f.Fact, ...]:
    """Somebody sends the stop."""
    return desk.observe(f.AlarmLowered(at(when), FIRE, "stop", level))


def asked(recorded: tuple[f.Fact, ...]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Why each need was opened, and its rows."""
    return [
        (fact.because, [(row.skill, row.quantity) for row in fact.rows])
        for fact in recorded
        if isinstance(fact, f.NeedOpened)
    ]


def raised(recorded: tuple[f.Fact, ...]) -> list[tuple[str, float]]:
    """Every level reached, and after how many seconds."""
    return [(fact.level, (fact.at - START) / 1000) for fact in recorded if isinstance(fact, f.AlarmRaised)]


def test_a_level_that_is_added_asks_for_its_rows_on_top() -> None:
    """One engine was asked for; a second alarm asks for two more."""
    desk = a_fire(SECOND)
    assert asked(made_up(desk, "second")) == [("plan fire, second", [("fire", 2)])]
    assert desk.situation.incidents[FIRE].alarm.level == "second"


def test_a_level_in_all_asks_for_what_is_lacking() -> None:
    """Make pumps six: three were asked for by then."""
    desk = a_fire(SECOND, SIX)
    made_up(desk, "second")
    assert asked(made_up(desk, "make pumps 6")) == [("plan fire, make pumps 6", [("fire", 3), ("transport", 1)])]


def test_a_level_in_all_stands_in_place_of_those_below() -> None:
    """Straight to six pumps: five more in one need, and no second alarm beside them."""
    assert asked(made_up(a_fire(SECOND, SIX), "make pumps 6")) == [
        ("plan fire, make pumps 6", [("fire", 5), ("transport", 1)])
    ]


def test_a_raise_past_a_level_that_is_added_asks_for_that_as_well() -> None:
    """The third alarm is on top of the second."""
    third = {"name": "third", "counts": "added", "send": [{"skill": "transport"}]}
    assert asked(made_up(a_fire(SECOND, third), "third")) == [
        ("plan fire, second", [("fire", 2)]),
        ("plan fire, third", [("transport", 1)]),
    ]


def test_the_same_level_again_asks_for_nothing_twice() -> None:
    """Two officers may make it up in the same minute."""
    desk = a_fire(SECOND, SIX)
    for level in ("second", "make pumps 6"):
        made_up(desk, level)
        assert asked(made_up(desk, level)) == []
    assert len(desk.situation.incidents[FIRE].needs) == 3


@pytest.mark.parametrize(
    ("level", "why"), [("second", "stands at make pumps 6"), ("fourth", "no alarm level 'fourth'")]
)
def test_an_alarm_is_raised_upwards_and_to_a_level_that_there_is(level: str, why: str) -> None:
    """Downwards is a stop, and has to be said as one."""
    desk = a_fire(SECOND, SIX)
    made_up(desk, "make pumps 6")
    with pytest.raises(FactRefused, match=why):
        made_up(desk, level)


def test_a_stop_is_not_sent_upwards() -> None:
    """It would stop nothing."""
    desk = a_fire(SECOND, SIX)
    made_up(desk, "second")
    with pytest.raises(FactRefused, match="stands at second"):
        stopped(desk, "make pumps 6")


def test_only_what_has_a_plan_is_made_up() -> None:
    """An incident that nobody has assessed has no levels."""
    desk = a_desk(a_centre(UNITS), rules(SECOND))
    desk.observe(f.IncidentOpened(START, FIRE))
    with pytest.raises(FactRefused, match="no response plan"):
        made_up(desk, "second")


def test_time_raises_one_level_after_another() -> None:
    """The second wave after 300 s, the third 60 s after it; whether or not a timer rang in between."""
    staged = {**SECOND, "after_s": 300}, {**SIX, "after_s": 60}
    assert raised(a_fire(*staged).review(at(1000))) == [("second", 300), ("make pumps 6", 360)]
    assert raised(a_fire(*staged).review(at(299.999))) == []


def test_a_stop_ends_what_time_would_raise() -> None:
    """Before anything was raised, and after."""
    staged = {**SECOND, "after_s": 300}, {**SIX, "after_s": 60}
    early, late = a_fire(*staged), a_fire(*staged)
    stopped(early, when=299)
    late.review(at(300))
    stopped(late, "second", when=359)
    assert raised(early.review(at(1000))) == raised(late.review(at(1000))) == []
    assert next_stage(early.situation.incidents[FIRE], early.procedure) is None


def test_a_level_that_time_raises_unless_somebody_arrived() -> None:
    """Who is on scene can ask for more by himself."""
    desk = a_fire({**SECOND, "after_s": 300, "unless_arrived": True})
    sent(desk, "E1", "i/1", at(10))
    desk.observe(f.ResourceArrived(at(299), ResourceId("E1"), NeedId("i/1")))
    assert raised(desk.review(at(1000))) == []


def test_the_first_arrival_alone_counts() -> None:
    """That somebody has been there is not undone when he leaves."""
    desk = a_fire(SECOND)
    made_up(desk, "second")
    for number, resource in enumerate(("E1", "E2"), start=1):
        sent(desk, resource, f"i/{number}", at(number * 10))
        desk.observe(f.ResourceArrived(at(number * 10), ResourceId(resource), NeedId(f"i/{number}")))
    assert desk.situation.incidents[FIRE].reached_at == at(10)


@pytest.mark.parametrize(
    ("rung", "level"),
    [
        ({"alarm_up": True}, "second"),
        ({"alarm_to": "make pumps 6"}, "make pumps 6"),
        ({"alarm_to": "second"}, "second"),
    ],
)
def test_a_rung_raises_the_alarm(rung: dict[str, Any], level: str) -> None:
    """By one level or to one; it says which rung."""
    late = {"unfilled_for_s": 60, "priorities": ["red"], **rung}
    recorded = a_fire(SECOND, SIX, escalation={"late": late}).review(at(100))
    assert raised(recorded) == [(level, 60)]
    assert [fact.because for fact in recorded if isinstance(fact, f.AlarmRaised)] == ["rung late"]


@pytest.mark.parametrize(
    ("rung", "why"),
    [
        ({"alarm_up": True, "most": 3}, "plan fire has no higher level"),
        ({"alarm_to": "second", "most": 2}, "the alarm stands at second"),
        ({"alarm_to": "elsewhere"}, "plan fire has no level elsewhere"),
    ],
)
def test_a_rung_raises_no_alarm_beyond_the_plan(rung: dict[str, Any], why: str) -> None:
    """It is on record why not, and the rest of what it does is done."""
    late = {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}, **rung}
    recorded = a_fire(SECOND, escalation={"late": late}).review(at(1000))
    skipped = [fact.because for fact in recorded if isinstance(fact, f.RungSkipped)]
    assert skipped[-1] == f"alarm not raised: {why}"
    assert len([fact for fact in recorded if isinstance(fact, f.IncidentEscalated)]) == rung.get("most", 1)


def test_after_a_stop_a_person_alone_raises() -> None:
    """A rung that overrode the officer on scene would send crews past a stop; the officer may think again."""
    late = {"unfilled_for_s": 60, "priorities": ["red"], "alarm_up": True}
    desk = a_fire(SECOND, SIX, escalation={"late": late})
    stopped(desk)
    recorded = desk.review(at(100))
    assert [fact.because for fact in recorded if isinstance(fact, f.RungSkipped)] == [
        "alarm not raised: somebody stopped the alarm"
    ]
    assert raised(made_up(desk, "second", 200)) == [("second", 200)]
    assert not desk.situation.incidents[FIRE].alarm.is_stopped


def test_a_stop_keeps_who_was_sent_and_asks_for_nobody_else() -> None:
    """Of two engines one is on its way: it goes on, the other is not wanted; of the third alarm nobody was sent."""
    desk = a_fire(SECOND, SIX)
    made_up(desk, "second")
    made_up(desk, "make pumps 6")
    sent(desk, "E1", "i/2", at(1))
    recorded = stopped(desk, when=2)
    assert [
        (type(fact).__name__, fact.need) for fact in recorded if isinstance(fact, f.NeedReduced | f.NeedWithdrawn)
    ] == [
        ("NeedReduced", "i/2"),
        ("NeedWithdrawn", "i/3"),
    ]
    assert desk.situation.needs[NeedId("i/2")].filled_by == ("E1",)
    assert [need.id for need in desk.situation.needs.values() if not need.is_filled] == ["i/1"]


def test_a_stop_to_a_level_leaves_what_that_asks_for() -> None:
    """Two are enough, six were not needed."""
    desk = a_fire(SECOND, SIX)
    made_up(desk, "second")
    made_up(desk, "make pumps 6")
    stopped(desk, "second")
    assert list(desk.situation.needs) == ["i/1", "i/2"]
    assert desk.situation.incidents[FIRE].alarm.level == "second"


def test_whoever_breaks_down_after_a_stop_is_not_replaced() -> None:
    """What asked for him is over."""
    desk = a_fire(SECOND)
    made_up(desk, "second")
    sent(desk, "E1", "i/2", at(1))
    sent(desk, "E2", "i/2", at(1))
    stopped(desk, when=2)
    for resource, kind in (("E1", f.NeedReduced), ("E2", f.NeedWithdrawn)):
        recorded = desk.observe(f.ResourceReleased(at(3), ResourceId(resource), NeedId("i/2"), "broken down", True))
        assert [type(fact) for fact in recorded] == [f.ResourceReleased, kind]
    assert list(desk.situation.needs) == ["i/1"]


def test_whoever_breaks_down_while_the_alarm_stands_is_replaced() -> None:
    """Nobody has stopped anything."""
    desk = a_fire(SECOND)
    made_up(desk, "second")
    sent(desk, "E1", "i/2", at(1))
    desk.observe(f.ResourceReleased(at(3), ResourceId("E1"), NeedId("i/2"), "broken down", True))
    assert desk.situation.needs[NeedId("i/2")].open == (2,)


def test_what_a_stop_took_back_is_asked_for_again_when_it_is_made_up_again() -> None:
    """One of two was on the way when it was stopped; the other is wanted after all."""
    desk = a_fire(SECOND)
    made_up(desk, "second")
    sent(desk, "E1", "i/2", at(1))
    stopped(desk, when=2)
    assert asked(made_up(desk, "second", 3)) == [("plan fire, second", [("fire", 1)])]


def reassessed(other: dict[str, Any]) -> tuple[Desk, tuple[f.Fact, ...]]:
    """A fire at its second alarm turns out to be something else."""
    plans = {"fire": {"send": [{"skill": "fire"}], "levels": [SECOND]}, "rescue": other, "medical": MEDICAL}
    desk = a_fire(plans=plans)
    made_up(desk, "second")
    return desk, desk.observe(f.AnswerGiven(at(5), FIRE, "nature", "crash"))


def test_a_level_that_the_other_plan_has_carries_over() -> None:
    """Four at the second alarm of the other plan: two were asked for under that name."""
    level = {**SECOND, "send": [{"skill": "fire", "quantity": 4}]}
    _, recorded = reassessed({"send": [{"skill": "fire"}, {"skill": "transport"}], "levels": [level]})
    assert asked(recorded) == [("plan rescue", [("transport", 1)]), ("plan rescue, second", [("fire", 2)])]


def test_what_was_asked_for_under_a_level_that_the_other_plan_lacks_stands_until_a_stop() -> None:
    """A corrected answer is no officer's stop."""
    desk, recorded = reassessed({"send": [{"skill": "fire"}]})
    assert asked(recorded) == []
    assert list(desk.situation.needs) == ["i/1", "i/2"]
    stopped(desk, when=6)
    assert list(desk.situation.needs) == ["i/1"]


def test_other_rules_count_a_level_that_they_lack_as_none() -> None:
    """And begin at their own first level."""
    later = rules({**SIX, "after_s": 100}, revision=2)
    desk = a_fire(SECOND)
    desk.procedures[later.fingerprint] = later
    made_up(desk, "second")
    desk.observe(adoption(later, at(50)))
    assert raised(desk.review(at(1000))) == [("make pumps 6", 100)]


def test_a_need_that_nobody_serves_is_withdrawn_and_not_reduced() -> None:
    """And one that is filled is left alone."""
    desk = a_fire(SECOND)
    with pytest.raises(FactRefused, match="nobody serves"):
        desk.observe(f.NeedReduced(START, NeedId("i/1"), "stop"))
    sent(desk, "E1", "i/1", at(1))
    with pytest.raises(FactRefused, match="asks for nobody"):
        desk.observe(f.NeedReduced(at(1), NeedId("i/1"), "stop"))
