"""What is seen at a glance is what weighing would have come to, to the last tenth of a second and the last tie."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from incidents import facts as f
from incidents.decision import Proposal, decide, may_propose
from incidents.desk import Desk
from incidents.glance import FEW, Glance
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.roster import Roster
from incidents.travel import travel_times
from incidents.working import Working
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, report, spot

# Two of each stand at one place, so that many a choice is a tie.
UNITS = {
    "A1": ("ambulance", 0), "A2": ("ambulance", 0), "A3": ("ambulance", 70), "E1": ("engine", 30), "E2": ("engine", 30),
    "E3": ("engine", 30.05), "M1": ("medic", 90), "C1": ("clerk", 0), "C2": ("clerk", 0), "C3": ("clerk", 0),
}  # fmt: skip
LOADED = {"queues": {"emergency": {"skill": "answering", "load": 2}, "idle": {"skill": "answering", "rank": 3}}}
CREDITED: dict[str, dict[str, Any]] = {
    "queues": {"emergency": {"skill": "answering", "credit_s": 90}, "idle": {"skill": "answering"}}
}
TEAMS: dict[str, Any] = {
    "plans": {
        "fire": {"send": [{"skill": "fire", "quantity": 2}]},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}, {"skill": "transport", "quantity": 2}], "whole": True},
    }
}
CURVED: dict[str, Any] = {
    "priorities": {
        "red": {"rank": 1, "urgency": {"shape": "logistic", "scale_s": 3600, "weight": 4}},
        "green": {"rank": 2, "urgency": {"shape": "threshold", "target_s": 90}},
    }
}
DIVERTED: dict[str, Any] = {"dispatch": {"diversion": {"to": ["red"], "from": ["green"]}, "automatic": ["green"]}}
SPARING: dict[str, Any] = {"spare_skill_s": 30, "fairness_s": 5, "automatic": ["red"]}
ENDING = {"task_s": 200, "most_s": 150, "price": 0.5, "unless": ["red"]}
WAITING: dict[str, Any] = {
    "red": {"rank": 1, "urgency": {"weight": 4}},
    "green": {"rank": 2, "waits_at_s": 60, "regret_s": 40},
}
STATIONS = ["A1", "A2"]
KEPT = [
    {"name": "near", "skill": "transport", "stations": STATIONS, "keep": 1, "missing_s": 45},
    {"name": "all", "skill": "transport", "keep": 2, "missing_s": 20},
]
PRICED: dict[str, dict[str, Any]] = {
    "sparing": {"dispatch": SPARING},
    "sparing teams": {**TEAMS, "dispatch": {**SPARING, "overrun": ENDING}},
    "ending": {"dispatch": {"overrun": ENDING, "automatic": ["green"]}},
    "loaded and sparing": {**LOADED, "dispatch": {**SPARING, "overrun": ENDING}},
    "waiting": {"priorities": WAITING, "dispatch": SPARING},
    "kept": {"dispatch": {**SPARING, "reserve": KEPT}},
    "kept, waiting": {"priorities": WAITING, "dispatch": {"reserve": KEPT, "automatic": ["red"]}},
    "resting": {"dispatch": {"breaks": {"interrupted_by": ["red"], "price_s": 30}, "automatic": ["red"]}},
    "lent": {"dispatch": {"partners": {"neighbour": 50}, "automatic": ["red"]}},
    "not lent": {"dispatch": {"automatic": ["red"], "spare_level_s": 15}},
}
"""Rules that price or bar otherwise than by time: a glance sees less of them."""
RULES: dict[str, dict[str, Any]] = {
    "single": {}, "teams": TEAMS, "curved": CURVED, "diverted": DIVERTED, "loaded": LOADED,
    "credited": CREDITED,
    "automatic": {"dispatch": {"automatic": ["red", "green"]}}, **PRICED,
}  # fmt: skip


def a_busy_desk(rules: dict[str, Any], room: int = 1, partner: str | None = None) -> Desk:
    """A street with ties, under some rules."""
    kinds: dict[str, dict[str, Any]] = {
        "engine": {"skills": ["fire"]},
        "ambulance": {"skills": ["transport"]},
        "medic": {"skills": ["transport", "advanced"]},
        "clerk": {"skills": ["answering"], "capacity": room},
    }
    if partner is not None:
        kinds["medic"]["partner"] = partner
        kinds["medic"]["skills"] = {"transport": 2, "advanced": 1}
    return a_desk(a_centre(UNITS, kinds=kinds), a_procedure(**rules))


def seen(desk: Desk) -> tuple[Proposal, ...] | None:
    """What a glance sees that has looked at nothing before."""
    return Glance(Working(desk.situation), desk.procedure, a_roster(desk)).proposals()


def acting(desk: Desk) -> list[tuple[NeedId, int, ResourceId]] | None:
    """Who goes where a rule acts by itself, as the same glance sees it."""
    picks = Glance(Working(desk.situation), desk.procedure, a_roster(desk)).acting()
    return None if picks is None else [(pick.need.id, pick.row, pick.resource.id) for pick in picks]


def a_roster(desk: Desk) -> Roster:
    """A roster that has seen nothing yet."""
    return Roster(desk.centre, travel_times(desk.centre))


def weighed(desk: Desk) -> tuple[Proposal, ...]:
    """What deciding from scratch comes to."""
    return decide(desk.situation, desk.procedure, a_roster(desk)).proposals


def happens(desk: Desk, draw: np.random.Generator, step: int) -> None:
    """Anything, possible or not."""
    when = at(step * float(draw.choice([0.02, 3.0])) + step)
    when = max(when, desk.situation.at)
    unit = ResourceId(str(draw.choice(list(UNITS))))
    needs, serving = list(desk.situation.needs), desk.situation.resources[unit].serving
    spots = (0, 30, 45, 90, float(draw.random() * 400))
    place = spot(float(draw.choice(spots)))
    unfilled = [need for need in desk.situation.needs.values() if not need.is_filled]
    if len(unfilled) > draw.integers(1, 6):
        # Whoever has waited longest gives up, so that a crowd does not stand in front of everything else.
        first = unfilled[0]
        gone = (
            f.NeedWithdrawn(when, first.id, "x") if first.contact is None else f.ContactAbandoned(when, first.contact)
        )
        desk.observe(gone)
        return
    match int(draw.integers(9)):
        case 0 | 1:
            answers = [("fire", {}), ("crash", {}), ("illness", {"severe": "no"}), ("illness", {"severe": "yes"})]
            nature, more = answers[int(draw.integers(4))]
            an_incident(desk, f"i{step}", None if draw.random() < 0.1 else place, when, nature=nature, **more)
        case 2 | 3:
            queue = str(draw.choice(list(desk.procedure.queues)))
            desk.observe(f.ContactReceived(when, ContactId(f"c{step}"), queue))
        case 4 if needs:
            desk.observe(f.ResourceAssigned(when, unit, NeedId(str(draw.choice(needs))), int(draw.integers(2)), "x"))
        case 5 | 6 if serving:
            leaves = bool(draw.random() < 0.3)
            desk.observe(f.ResourceReleased(when, unit, serving[0].need, "x", leaves_open=leaves, place=place))
        case 7:
            desk.observe(f.ResourceMoved(when, unit, place))
        case _ if draw.random() < 0.3:
            is_on = desk.situation.resources[unit].is_on_duty
            until = when + 1000 * int(draw.integers(100, 600)) if draw.random() < 0.7 else None
            duty = f.ResourceSignedOff(when, unit) if is_on else f.ResourceSignedOn(when, unit, place, until)
            desk.observe(duty)
        case _ if draw.random() < 0.5:
            is_resting = desk.situation.resources[unit].is_resting
            desk.observe(f.ResourceStoodUp(when, unit) if is_resting else f.ResourceStoodDown(when, unit, "a break"))
        case _:
            desk.observe(f.ResourceDeparted(when, unit, serving[0].need if serving else NeedId("none")))


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(4))
def test_a_glance_never_differs_from_weighing(rules: str, seed: int) -> None:
    """Hundreds of random situations for each set of rules, and the glance that saw them all agrees with one that saw none."""
    draw = np.random.default_rng([seed, len(rules)])
    has_room = rules.startswith("loaded") or seed == 3
    desk = a_busy_desk(RULES[rules], room=3 if has_room else 1, partner="neighbour" if "lent" in rules else None)
    found: Counter[bool] = Counter()
    for step in range(150):
        try:
            happens(desk, draw, step)
        except FactRefused:
            continue
        before, fresh, full = desk.proposals, seen(desk), weighed(desk)
        assert before == full
        acted = acting(desk)
        automatic = [each for each in full if each.automatic]
        assert acted is None or acted == [(each.need, each.row, each.resource) for each in automatic]
        assert may_propose(desk.situation, desk.procedure, a_roster(desk)) or not full
        acts = [each.need for each in automatic]
        assert may_propose(desk.situation, desk.procedure, a_roster(desk), acts) or not acts
        some = [need for number, need in enumerate(desk.situation.needs) if number % 2]
        asked = Desk(desk.centre, desk.procedures)
        asked.situation = desk.situation
        assert asked.proposals_for(some) == tuple(each for each in full if each.need in some)
        found[fresh is not None] += 1
        assert fresh is None or fresh == full
    # A glance that never sees anything would agree with everybody.
    assert found[True] > found[False] / 8


def test_the_log_is_the_one_that_weighing_would_have_written() -> None:
    """Rules that are switched on act on what is seen at a glance: it must be what they would have acted on."""

    class Weighing(Desk):
        """A desk that never sees anything at a glance."""

        def _enforce(self) -> None:
            super()._enforce()
            if self._glance is not None:
                self._glance = Blind(self.working, self.procedure, self._roster)

    class Blind(Glance):
        """Whoever has to weigh everything."""

        def picks(self) -> None:
            return None

        def acting(self) -> None:
            return None

    logs = []
    for kind in (Desk, Weighing):
        rules = a_procedure(**RULES["automatic"])
        desk = kind.under(a_centre(UNITS), rules, at(0))
        log: list[f.Fact] = []
        for name in UNITS:
            log += desk.observe(f.ResourceSignedOn(at(0), ResourceId(name), desk.centre.base_of(name)))
        for number in range(12):
            when = at(number)
            log += report(desk, f"i{number}", spot(number * 7), when, nature=("fire", "crash")[number % 2])
            if number % 3 == 2:
                held = next(each for each in desk.situation.resources.values() if each.serving)
                log += desk.observe(f.ResourceReleased(when, held.id, held.serving[0].need, "clear"))
        logs.append(log)
    assert logs[0] == logs[1]
    assert sum(isinstance(fact, f.ResourceAssigned) for fact in logs[0]) > 10


def test_the_only_one_free_goes_to_the_most_urgent_then_to_the_first() -> None:
    """Two green calls and a red one wait for one ambulance: the red one gets it although it came last."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}))
    an_incident(desk, "i", spot(50), at(0), nature="illness", severe="no")
    an_incident(desk, "j", spot(50), at(5), nature="illness", severe="no")
    assert [each.need for each in seen(desk) or ()] == ["i/1"]
    an_incident(desk, "k", spot(90), at(9), nature="illness", severe="yes")
    assert [each.need for each in seen(desk) or ()] == ["k/1"]


@pytest.mark.parametrize(("later_s", "first"), [(89, "premium"), (91, "plain")])
def test_a_credit_goes_before_who_came_up_to_so_many_seconds_earlier(later_s: int, first: str) -> None:
    """90 s of waiting given at the start, in a rank that both queues share: neither always goes first."""
    queues = {name: {**queue, "automatic": False} for name, queue in CREDITED["queues"].items()}
    desk = a_desk(a_centre({"C1": ("clerk", 0)}), a_procedure(queues=queues))
    desk.observe(f.ContactReceived(at(0), ContactId("plain"), "idle"))
    desk.observe(f.ContactReceived(at(later_s), ContactId("premium"), "emergency"))
    assert [each.need for each in weighed(desk)] == [f"{first}/call"]
    assert seen(desk) in (None, weighed(desk))


def test_who_compete_are_weighed() -> None:
    """Two incidents whose nearest ambulance is the same one: no glance may settle that."""
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 500)}))
    for name in ("i", "j"):
        an_incident(desk, name, spot(10), at(0), nature="illness", severe="no")
    assert seen(desk) is None
    assert len(weighed(desk)) == 2


def test_a_crowd_with_somebody_free_for_it_is_weighed() -> None:
    """The limit up to which needs are looked at one by one."""
    units = {f"A{n:02d}": ("ambulance", n * 10.0) for n in range(FEW + 2)}
    desk = a_desk(a_centre(units))
    for number in range(FEW + 1):
        an_incident(desk, f"i{number:02d}", spot(number * 10.0), at(0), nature="illness", severe="no")
        assert (seen(desk) is None) == (number >= FEW)
    assert IncidentId("i00") in desk.situation.incidents


@pytest.mark.parametrize("calls", [1, 2])
def test_one_position_beside_a_reserve_is_seen_and_two_are_weighed(calls: int) -> None:
    """Two of three ambulances are kept: the first to go costs nothing, and what the second costs hangs on the first."""
    rules = a_procedure(dispatch={"reserve": [{"name": "all", "skill": "transport", "keep": 2, "missing_s": 100}]})
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 50), "A3": ("ambulance", 500)}), rules)
    for number in range(calls):
        an_incident(desk, f"i{number}", spot(50.0 * number), at(0), nature="illness", severe="no")
    assert (seen(desk) is None) == (calls == 2)
    assert len(weighed(desk)) == calls
    assert calls == 2 or seen(desk) == weighed(desk)


def test_who_cannot_be_spared_costs_what_the_reserve_loses() -> None:
    """The nearest is the last of the reserve near the sea, which costs more than the way of the other."""
    kept = {"name": "sea", "skill": "transport", "stations": ["A1"], "keep": 1, "missing_s": 500}
    desk = a_desk(
        a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 300)}), a_procedure(dispatch={"reserve": [kept]})
    )
    an_incident(desk, "i", spot(10), at(0), nature="illness", severe="no")
    assert [each.resource for each in seen(desk) or ()] == ["A2"]
    assert seen(desk) == weighed(desk)


def test_a_call_is_answered_at_a_glance_while_crews_are_weighed() -> None:
    """Nobody who might answer could go to a fire, so who goes there makes no difference to the call."""
    desk = a_desk(a_centre({"C1": ("clerk", 0), "A1": ("ambulance", 0), "A2": ("ambulance", 500)}))
    for name in ("i", "j"):
        an_incident(desk, name, spot(10), at(0), nature="illness", severe="no")
    working = Working(desk.situation)
    working.fold(f.ContactReceived(at(1), ContactId("c"), "emergency"))
    working.fold(f.NeedOpened(at(1), NeedId("c/1"), (f.NeedRow("answering", 1),), False, "q", contact=ContactId("c")))
    glance = Glance(working, desk.procedure, a_roster(desk))
    assert glance.picks() is None
    assert [(pick.need.id, pick.resource.id) for pick in glance.acting() or ()] == [("c/1", "C1")]


def test_a_call_is_weighed_where_who_would_answer_may_be_wanted_elsewhere() -> None:
    """The only one who answers is also one of two who might go to two fires."""
    kinds = {"engine": {"skills": ["fire"]}, "clerk": {"skills": ["answering", "fire"]}}
    desk = a_desk(a_centre({"C1": ("clerk", 0), "E1": ("engine", 0)}, kinds=kinds))
    for name in ("i", "j"):
        an_incident(desk, name, spot(10), at(0), nature="fire")
    working = Working(desk.situation)
    working.fold(f.ContactReceived(at(1), ContactId("c"), "emergency"))
    working.fold(f.NeedOpened(at(1), NeedId("c/1"), (f.NeedRow("answering", 1),), False, "q", contact=ContactId("c")))
    assert Glance(working, desk.procedure, a_roster(desk)).acting() is None


@pytest.mark.parametrize("calls", [2, 3])
def test_several_go_to_one_who_has_room_for_them(calls: int) -> None:
    """The nearest takes two at a time: both calls see that at a glance, and of three one has to go elsewhere."""
    kinds = {"ambulance": {"skills": ["transport"], "capacity": 2}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0), "A2": ("ambulance", 500)}, kinds=kinds))
    for number in range(calls):
        an_incident(desk, f"i{number}", spot(10.0 * number), at(0), nature="illness", severe="no")
    assert (seen(desk) is None) == (calls == 3)
    assert [each.resource for each in weighed(desk)] == ["A1", "A1", "A2"][:calls]
    assert calls == 3 or seen(desk) == weighed(desk)
