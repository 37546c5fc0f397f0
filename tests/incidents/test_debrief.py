"""The debrief of an evening of three incidents, every figure of which one can check by hand."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.debrief import Debrief, debrief
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId
from incidents.refusals import Refusal
from tests.builders import START, a_procedure, at, spot
from tests.incidents.test_replaying import CENTRE, Room

RUNG = {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "advanced"}}
TARGETS = {"own": {"there soon": {"start": [{"moment": "received"}], "stop": [{"moment": "arrived"}],
                                  "statistic": "p90", "limit_s": 30}}}  # fmt: skip
MILD = IncidentId("unwell")


def rules(revision: int = 1, **changes: object) -> Procedure:
    return a_procedure(revision=revision, targets=TARGETS, **changes)


def an_evening() -> Room:
    """Called about at 10, assessed mild at 14, A2 sent at 20 against the proposal, away at 25, there at 40; corrected at 50."""
    room = Room(rules())
    call = ContactId("c1")
    room.tell(f.ContactReceived(at(10), call, "emergency", spot(25)))
    room.tell(f.ContactAnswered(at(12), call))
    room.tell(f.IncidentOpened(at(12), MILD, call, spot(25)))
    room.tell(f.AnswerGiven(at(13), MILD, "nature", "illness"))
    room.tell(f.AnswerGiven(at(14), MILD, "severe", "no"))
    room.send("A2", "unwell/1", 20, because="override: A1 is about to end its shift")
    room.tell(f.ContactEnded(at(22), call))
    room.tell(f.ResourceDeparted(at(25), ResourceId("A2"), NeedId("unwell/1")))
    room.tell(f.ResourceArrived(at(40), ResourceId("A2"), NeedId("unwell/1")))
    wrong = 1 + next(number for number, fact in enumerate(room.log) if isinstance(fact, f.ResourceArrived))
    room.tell(f.Corrected(at(50), wrong, "the crew says so", MILD, happened_at=at(45)))
    room.open("fire", 10, 60, nature="fire")
    return room


def debriefed(room: Room, second: Procedure | None = None, **window: int | IncidentId) -> Debrief:
    known = {room.rules.fingerprint: room.rules}
    return debrief(room.log, CENTRE, known, {}, second=second, **window)  # type: ignore[arg-type]


def test_the_timeline_of_an_incident_has_its_call_and_nothing_of_others() -> None:
    """From the first ring to the correction; the fire a minute later is another story."""
    found = debriefed(an_evening(), incident=MILD)
    assert found.lines[0].at == at(10)
    assert found.lines[0].words == "call received on queue emergency"
    assert all("fire" not in line.words for line in found.lines)
    assert (found.since, found.until) == (at(10), at(50))
    assert found.in_force == ("street, revision 1",)


def test_an_override_stands_beside_what_was_proposed_with_both_reasons() -> None:
    """A1 was nearer; a person knew better, and said why."""
    (override,) = debriefed(an_evening(), incident=MILD).overrides
    assert (override.resource, override.because) == ("A2", "override: A1 is about to end its shift")
    assert [each.resource for each in override.proposed] == ["A1"]


def test_clocks_are_read_as_they_were_corrected_and_held_against_targets() -> None:
    """Answered after 2 s, there after 35 s and not 30, which is more than the target allows."""
    found = debriefed(an_evening(), incident=MILD)
    clocks = {clock.name: clock.values_s for clock in found.clocks}
    assert clocks["answer_s"] == (2.0,)
    assert clocks["turnout_s"] == (5.0,)
    assert clocks["response_s"] == (35.0,)
    (target,) = [each for each in found.findings if each.sort == "target"]
    assert (target.verdict, target.because) == ("missed", "35 s of 30")
    corrected = [line for line in found.lines if line.corrected_by is not None]
    assert [line.words for line in corrected] == ["A2 arrives"]


def test_under_another_procedure_each_point_says_what_it_would_have_proposed() -> None:
    """To the second the illness is severe: one point of the assessment, and no other."""
    document = rules().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["triage"]["questions"]["severe"]["answers"]["no"] = {"code": "illness-1"}
    second = Procedure.model_validate({**document, "revision": 2})
    found = debriefed(an_evening(), second, incident=MILD)
    assert found.second == "street, revision 2"
    beside = [(line.words, each.second.what) for line in found.lines for each in line.disagreements]
    assert [said for _, said in beside] == ["code illness-1, priority red"]


def test_a_stretch_has_everything_that_happened_in_it() -> None:
    """The fire alone from the sixtieth second on; what came before was folded, and is not told."""
    found = debriefed(an_evening(), since=at(60))
    assert found.lines[0].words == "incident opened"
    assert {getattr(line.fact, "incident", "fire") for line in found.lines} == {"fire"}


def test_what_an_incident_still_waits_for_is_told() -> None:
    """Nobody was sent to the fire; its rung is due a minute after it was assessed."""
    room = Room(rules(escalation={"tell a chief": RUNG}))
    room.open("fire", 10, 60, nature="fire")
    (rung,) = debriefed(room, incident=IncidentId("fire")).rungs
    assert (rung.rung, rung.state, rung.at) == ("tell a chief", "due", at(121))


def test_an_incident_that_is_not_there_is_refused() -> None:
    """A slip of the pen is no empty debrief."""
    with pytest.raises(Refusal, match="no such incident"):
        debriefed(an_evening(), incident=IncidentId("nothing"))
    with pytest.raises(Refusal, match="nothing happened"):
        debriefed(an_evening(), since=START + 10**9)
