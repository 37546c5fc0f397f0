"""Mutual aid along its table, what is committed becoming proposable, and a desk that slept beside one that did not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.desk import Desk
from incidents.ladder_state import AID_TABLE, AidStatus
from incidents.quantities import IncidentId, NeedId
from incidents.refusals import FactRefused
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, proposed, spot
from tests.incidents.every_rung import DEEDS_THAT_REACH_ALL, EVERY_RUNG, UNITS, deed

NEED = NeedId("i/1")
WHERE = ("coastguard",)
STEPS: dict[str, f.Fact] = {
    "offered": f.AidOffered(at(2), NEED, "coastguard", 2),
    "declined": f.AidDeclined(at(2), NEED, "coastguard", "busy"),
    "committed": f.AidCommitted(at(2), NEED, "coastguard", 2),
    "released": f.AidReleased(at(2), NEED, "coastguard", "done"),
}
WAYS = {AidStatus.REQUESTED: (), AidStatus.OFFERED: ("offered",), AidStatus.COMMITTED: ("offered", "committed")}


def a_desk_with_a_partner(**rules: Any) -> Desk:
    """An illness that only the coastguard's ambulance could carry, on which the rules of dispatch do not call."""
    kinds = {"boat": {"skills": ["transport"], "partner": "coastguard"}, "engine": {"skills": ["fire"]}}
    desk = a_desk(a_centre({"B1": ("boat", 0), "E1": ("engine", 0)}, kinds=kinds), a_procedure(**rules))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="yes")
    return desk


def asked(desk: Desk, role: str | None = None) -> tuple[f.Fact, ...]:
    """The coastguard is asked for two."""
    return desk.observe(f.AidRequested(at(1), NEED, "coastguard", "transport", 2, "sea", role))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", AidStatus)
def test_aid_follows_its_table_and_nothing_else(status: AidStatus, step: str) -> None:
    """Nobody commits to what was not offered."""
    desk = a_desk_with_a_partner()
    asked(desk)
    desk.observe(*(STEPS[each] for each in WAYS[status])) if WAYS[status] else None
    known = (status, type(STEPS[step])) in AID_TABLE
    if not known:
        with pytest.raises(FactRefused, match=f"is {status}"):
            desk.observe(STEPS[step])
        return
    desk.observe(STEPS[step])
    after = desk.situation.aid.get((NEED, "coastguard"))
    assert (None if after is None else after.status) == AID_TABLE[status, type(STEPS[step])]


def test_a_partner_is_asked_once_at_a_time_for_a_need() -> None:
    """Two requests would be answered with two crews."""
    desk = a_desk_with_a_partner()
    asked(desk)
    with pytest.raises(FactRefused, match="is asked already"):
        asked(desk)


def test_committed_aid_may_be_proposed_until_it_is_released() -> None:
    """The rules of dispatch do not call on the partner; the partner's word does."""
    desk = a_desk_with_a_partner()
    assert proposed(desk) == []
    asked(desk)
    desk.observe(STEPS["offered"])
    assert proposed(desk) == []
    desk.observe(STEPS["committed"])
    assert proposed(desk) == [("i/1", "B1")]
    desk.observe(STEPS["released"])
    assert proposed(desk) == []


def test_aid_for_one_need_is_not_for_another() -> None:
    """The partner was asked for this one."""
    desk = a_desk_with_a_partner()
    an_incident(desk, "j", spot(0), at(0), nature="illness", severe="yes")
    asked(desk)
    desk.observe(STEPS["offered"], STEPS["committed"])
    assert proposed(desk) == [("i/1", "B1")]


def test_aid_is_over_with_its_need() -> None:
    """Nobody has to release what nobody needs."""
    desk = a_desk_with_a_partner()
    asked(desk)
    desk.observe(f.IncidentClosed(at(3), IncidentId("i")))
    assert dict(desk.situation.aid) == {}


def test_a_rung_asks_for_aid_for_the_need_that_it_opens() -> None:
    """Whoever comes fills the position that was opened for them."""
    rung = {
        "unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"},
        "requests": {"partner": "coastguard", "skill": "transport"},
    }  # fmt: skip
    recorded = a_desk_with_a_partner(escalation={"r": rung}).review(at(60))
    assert [type(each).__name__ for each in recorded] == ["IncidentEscalated", "NeedOpened", "AidRequested"]
    assert recorded[2] == f.AidRequested(at(60), NeedId("i/2"), "coastguard", "transport", 1, "rung r")


def test_who_may_not_ask_is_told_who_may() -> None:
    """And nothing is recorded."""
    rules = [{"role": "fire", "organisation": "coastguard", "about": ["aid"]}]
    desk = a_desk_with_a_partner(authority=rules)
    with pytest.raises(FactRefused, match=r"transport may not contact coastguard about aid.*fire"):
        asked(desk, "transport")
    assert len(asked(desk, "fire")) == 1


def test_a_mode_that_no_rung_knows_cannot_begin() -> None:
    """It could never end."""
    with pytest.raises(FactRefused, match="unknown mode"):
        a_desk_with_a_partner().observe(f.ModeEntered(at(1), "panic", "hunch"))


# A desk that slept.

DEEDS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 150), st.integers(0, 300)), min_size=2, max_size=10)


def _lived(deeds: list[tuple[int, int, int]], step_s: float | None) -> tuple[list[f.Fact], list[bool]]:
    """The log of a desk that is reviewed every `step_s` (None: only at the very end), and which deeds were possible."""
    desk = a_desk(a_centre(UNITS), a_procedure(escalation=EVERY_RUNG))
    log: list[f.Fact] = []
    possible, now = [], 0.0

    def pass_to(then: float) -> None:
        nonlocal now
        while step_s is not None and now + step_s < then:
            now += step_s
            log.extend(desk.review(at(now)))
        now = then

    for number, (kind, wait, where) in enumerate(deeds):
        pass_to(now + wait)
        for fact in deed(kind, number, at(now), where):
            try:
                log.extend(desk.observe(fact))
                possible.append(True)
            except FactRefused:
                possible.append(False)
    pass_to(now + 1000)
    log.extend(desk.review(at(now)))
    return log, possible


@settings(max_examples=40, deadline=None)
@given(DEEDS, st.sampled_from([0.999, 7, 61]))
def test_time_that_passes_in_one_leap_leaves_the_log_of_time_in_small_steps(
    deeds: list[tuple[int, int, int]], step_s: float
) -> None:
    """Live with a timer, simulated and replayed: one log, whoever was awake."""
    assert _lived(deeds, step_s) == _lived(deeds, None)


def test_the_world_of_every_rung_sets_off_every_rung() -> None:
    """Or the property above would hold of nothing."""
    log, _ = _lived(DEEDS_THAT_REACH_ALL, None)
    named = {getattr(fact, "rung", getattr(fact, "mode", None)) for fact in log}
    assert set(EVERY_RUNG) <= named
    assert START % 86_400_000 == (22 * 3600 + 13 * 60 + 20) * 1000
