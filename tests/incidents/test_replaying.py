"""Replaying: the same rules agree with their own log everywhere; another procedure parts where, and only where, it differs."""

from __future__ import annotations

from typing import Any

from incidents import facts as f
from incidents.desk import Desk
from incidents.facts import Fact
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.replaying import Replay, replay
from incidents.second_mind import Sort
from tests.builders import START, a_centre, a_procedure, at, spot

UNITS = {"A1": ("ambulance", 20.0), "A2": ("ambulance", 60.0), "E1": ("engine", 10.0)}
CENTRE = a_centre(UNITS)


class Room:
    """A desk, and the log of all that it was told and entailed."""

    def __init__(self, procedure: Procedure | None = None) -> None:
        self.rules = procedure or a_procedure()
        self.desk = Desk(CENTRE, {self.rules.fingerprint: self.rules})
        self.log: list[Fact] = []
        self.tell(f.ProcedureAdopted(START, self.rules.procedure, self.rules.revision, self.rules.fingerprint))
        for name in CENTRE.resources:
            self.tell(f.ResourceSignedOn(START, ResourceId(name), CENTRE.base_of(name)))

    def tell(self, *facts: Fact) -> None:
        self.log += self.desk.observe(*facts)

    def open(self, incident: str, seconds: float, when: float, **answers: str) -> None:
        """An incident so far along the street, with answers a second later."""
        self.tell(f.IncidentOpened(at(when), IncidentId(incident), None, spot(seconds)))
        for question, answer in answers.items():
            self.tell(f.AnswerGiven(at(when + 1), IncidentId(incident), question, answer))

    def send(self, resource: str, need: str, when: float, because: str | None = None) -> None:
        """Somebody sends a resource; without a reason of their own, as it is proposed."""
        made = [each for each in self.desk.proposals if (each.need, each.resource) == (need, resource)]
        reason = because or made[0].because
        self.tell(f.ResourceAssigned(at(when), ResourceId(resource), NeedId(need), 0, reason))

    def replayed(self, second: Procedure | None = None) -> Replay:
        return replay(self.log, CENTRE, {self.rules.fingerprint: self.rules}, second)


def an_evening(procedure: Procedure | None = None) -> Room:
    """A fire at 10, an illness at 25 and one more at 70, everybody sent as proposed."""
    room = Room(procedure)
    room.open("fire", 10, 10, nature="fire")
    room.send("E1", "fire/1", 15)
    room.open("ill", 25, 20, nature="illness", severe="yes")
    room.send("A1", "ill/1", 25)
    room.open("unwell", 70, 30, nature="illness", severe="no")
    room.send("A2", "unwell/1", 35)
    return room


def changed(**changes: Any) -> Procedure:
    return a_procedure(revision=2, **changes)


def test_the_same_procedure_agrees_everywhere() -> None:
    """Three sent as proposed; each incident decided in triage and plan, and once whom to send: all alike."""
    found = an_evening().replayed(a_procedure())
    assert (found.tally.choices, found.tally.as_proposed) == (3, 3)
    assert found.tally.decisions == found.tally.agreed == 3 * 3
    assert found.disagreements == ()


def test_another_procedure_parts_where_it_differs_and_nowhere_else() -> None:
    """It takes the mild illness for a severe one: the one code differs, and whom to send does not."""
    document = a_procedure().model_dump(mode="json", by_alias=True, exclude_none=True)
    document["triage"]["questions"]["severe"]["answers"]["no"] = {"code": "illness-1"}
    second = Procedure.model_validate({**document, "revision": 2})
    found = an_evening().replayed(second)
    (parted,) = found.disagreements
    assert (parted.sort, parted.rule, parted.incident, parted.at) == (
        Sort.ASSESSMENT, "code illness-2", "unwell", at(31),
    )  # fmt: skip
    assert parted.first.what == "code illness-2, priority green"
    assert parted.second.what == "code illness-1, priority red"
    assert "severe=no" in parted.second.why
    assert found.tally.decisions - found.tally.agreed == 1
    assert found.tally.parted == {(Sort.ASSESSMENT, "code illness-2"): 1}


def test_another_choice_is_a_disagreement_about_dispatch() -> None:
    """Engines for the severe illness: A1 was sent, E1 is what the second would have sent, at the one decision."""
    plans = {
        "fire": {"send": [{"skill": "fire"}]},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
        "engine first": {"send": [{"skill": "fire"}]},
    }
    room = Room()
    room.open("ill", 12, 10, nature="illness", severe="yes")
    room.send("A1", "ill/1", 15)
    determinants = {
        "fire-1": {"priority": "red", "plan": "fire"},
        "crash-1": {"priority": "red", "plan": "rescue"},
        "illness-1": {"priority": "red", "plan": "engine first"},
        "illness-2": {"priority": "green", "plan": "medical"},
    }
    found = room.replayed(changed(plans=plans, determinants=determinants))
    attendance, dispatch = found.disagreements
    assert (attendance.sort, attendance.rule) == (Sort.ATTENDANCE, "plan medical")
    assert attendance.second.what == "plan engine first: 1 x fire"
    assert (dispatch.sort, dispatch.need, dispatch.at) == (Sort.DISPATCH, "ill/1", at(11))
    assert (dispatch.first.what, dispatch.second.what) == ("send A1", "send E1")
    assert "there in 2 s" in dispatch.second.why


def test_a_choice_of_ones_own_is_told_with_its_reason_and_what_was_proposed() -> None:
    """A2 was sent by a person, who knew why; the procedure in force proposed A1."""
    room = Room()
    room.open("ill", 25, 20, nature="illness", severe="yes")
    room.send("A2", "ill/1", 25, because="dispatcher: A1 has a flat tyre")
    (override,) = room.replayed().overrides
    assert (override.resource, override.because) == ("A2", "dispatcher: A1 has a flat tyre")
    assert [each.resource for each in override.proposed] == ["A1"]
    assert room.replayed().tally.share_as_proposed == 0.0


def test_somebody_diverted_was_proposed_before_being_released() -> None:
    """The decision to divert stood before the release that it made, and is looked up there."""
    rules = a_procedure(
        dispatch={"automatic": ["red"], "diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 1}}
    )
    room = Room(rules)
    room.open("unwell", 70, 10, nature="illness", severe="no")
    room.send("A2", "unwell/1", 12)
    room.tell(f.ResourceDeparted(at(13), ResourceId("A2"), NeedId("unwell/1")))
    room.open("ill", 62, 14, nature="illness", severe="yes")
    assert any(isinstance(fact, f.ResourceReleased) and fact.leaves_open for fact in room.log)
    found = room.replayed(rules)
    assert found.tally.choices == found.tally.as_proposed == 2
    assert found.disagreements == ()


def test_a_rung_that_comes_sooner_or_not_at_all_is_a_disagreement() -> None:
    """Under the rules in force after 60 s; under the second after 30 s, and not at all under a third."""

    def rules(seconds: float, revision: int, name: str = "old") -> Procedure:
        rung = {"unfilled_for_s": seconds, "priorities": ["green"], "raises_to": "red"}
        return a_procedure(revision=revision, escalation={name: rung})

    room = Room(rules(60, 1))
    room.open("unwell", 70, 10, nature="illness", severe="no")
    room.log += room.desk.review(at(100))
    assert [fact.at for fact in room.log if isinstance(fact, f.IncidentEscalated)] == [at(71)]
    assert room.replayed(rules(60, 2)).disagreements == ()
    (sooner,) = room.replayed(rules(30, 2)).disagreements
    assert (sooner.sort, sooner.rule, sooner.at) == (Sort.ESCALATION, "rung old", at(41))
    later = room.replayed(rules(90, 2)).disagreements[0]
    assert (later.at, later.second.what, later.second.why) == (at(71), "nothing is due", "its time has not come")
    other = {each.rule for each in room.replayed(rules(60, 2, "another")).disagreements}
    assert other == {"rung old", "rung another"}


def test_an_assessment_by_a_person_stands_whatever_the_tree_says() -> None:
    """The second tree would say otherwise, but nobody asked a tree."""
    room = Room()
    room.tell(f.IncidentOpened(at(5), IncidentId("ill"), None, spot(25)))
    room.tell(f.IncidentAssessed(at(6), IncidentId("ill"), "illness-2", "green", "seen before", by_person=True))
    determinants = {
        **{code: {"priority": "red", "plan": "fire"} for code in ("fire-1", "crash-1", "illness-1")},
        "illness-2": {"priority": "red", "plan": "fire"},
    }
    found = room.replayed(changed(determinants=determinants))
    assert [each.sort for each in found.disagreements] == []


def test_no_more_is_kept_than_the_limit_and_all_is_counted() -> None:
    """A replay of a year may find a million disagreements."""
    room = an_evening()
    procedures = {room.rules.fingerprint: room.rules}
    found = replay(room.log, CENTRE, procedures, most=2)
    assert (len(found.choices), found.left_out, found.tally.choices) == (2, 1, 3)


def test_a_window_keeps_what_lies_in_it() -> None:
    """The rest of the log is folded, so that the window is decided on what was known by then."""
    room = an_evening()
    procedures = {room.rules.fingerprint: room.rules}
    found = replay(room.log, CENTRE, procedures, since=at(20), until=at(35))
    assert [each.resource for each in found.choices] == ["A1"]
