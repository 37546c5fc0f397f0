"""The world on a street: every stage of one contact by hand, and what crews do when plans change under way."""

from __future__ import annotations

from incidents import facts as f
from incidents.desk import Desk
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, ResourceId
from simulation.contacts import Lost
from simulation.workload import Workload
from simulation.world import World
from tests.builders import START, a_centre, a_procedure, at, spot
from tests.incidents.an_interview import interview_rules
from tests.simulation.street_calls import ILL, ONE_AMBULANCE, STAGES, UNWELL, contacts, played, timeline, workload


def test_every_stage_of_one_contact_takes_the_seconds_that_were_drawn_for_it() -> None:
    """Ring 100, two questions of 5 s, 5 s to decide, 10 s turnout, 40 s drive, 100 s on scene, 40 s home: added by hand."""
    given = workload([ILL])
    log = played(given, contacts(given, (100, "ill", spot(40))), ONE_AMBULANCE, a_procedure())
    assert timeline(
        log, f.ContactReceived, f.ContactAnswered, f.AnswerGiven, f.IncidentAssessed, f.ContactEnded,
        f.ResourceDeparted, f.ResourceArrived, f.IncidentClosed, f.ResourceMoved,
    ) == [
        ("ContactReceived", 100),
        ("ContactAnswered", 100),
        ("AnswerGiven", 105),
        ("AnswerGiven", 110),
        ("IncidentAssessed", 110),
        ("ContactEnded", 110),
        ("ResourceDeparted", 125),
        ("ResourceArrived", 165),
        ("IncidentClosed", 265),
        ("ResourceMoved", 305),
    ]  # fmt: skip


def test_a_crew_that_transports_is_clear_after_handover() -> None:
    """On scene at 165, 60 s there, 30 s to the facility and 20 s of handover: clear at 275."""
    given = workload([ILL], {"transported_share": 1.0})
    log = played(given, contacts(given, (100, "ill", spot(40))), ONE_AMBULANCE, a_procedure())
    assert timeline(log, f.ResourceTransporting, f.ResourceAtFacility) == [
        ("ResourceTransporting", 225),
        ("ResourceAtFacility", 255),
    ]
    assert [fact.at for fact in log if isinstance(fact, f.ResourceReleased) and fact.resource == "A1"] == [at(275)]


def test_a_caller_who_loses_patience_in_the_queue_abandons() -> None:
    """One clerk speaks from 100 to 114 with wrap-up; the second caller, at 101, waits 8 s at most."""
    given = workload([ILL], patience_s={"constant": 8})
    calls = contacts(given, (100, "ill", spot(40)), (101, "ill", spot(40)))
    log = played(given, calls, ONE_AMBULANCE, a_procedure())
    assert timeline(log, f.ContactAbandoned) == [("ContactAbandoned", 109)]


def test_a_second_incident_waits_for_the_only_ambulance() -> None:
    """The ambulance is clear of the first at 265 at place 40; the second is there: 10 s turnout and no drive."""
    given = workload([ILL])
    calls = contacts(given, (100, "ill", spot(40)), (120, "ill", spot(40)))
    log = played(given, calls, ONE_AMBULANCE, a_procedure())
    assert timeline(log, f.ResourceArrived) == [("ResourceArrived", 165), ("ResourceArrived", 275)]


def test_a_diverted_crew_turns_round_where_it_is() -> None:
    """Rolling from 0 towards 400 since 125, at 200 the crew is at 75; told to turn for 40, it takes 30 s and drives 35 s."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 0, "handover_s": 30}})
    given = workload([ILL, UNWELL])
    calls = contacts(given, (100, "unwell", spot(400)), (185, "ill", spot(40)))
    log = played(given, calls, ONE_AMBULANCE, rules)
    red = IncidentId(f"i{calls[1].id[1:]}")
    arrived = [fact for fact in log if isinstance(fact, f.ResourceArrived)]
    assert (arrived[0].need, arrived[0].at) == (f"{red}/1", at(265))
    turned = [fact.at for fact in log if isinstance(fact, f.ResourceReleased) and fact.leaves_open]
    assert turned == [at(200)]


def test_the_incident_that_lost_its_crew_is_served_in_the_end() -> None:
    """A diversion re-opens the position it takes from; nobody may be forgotten."""
    rules = a_procedure(dispatch={"diversion": {"to": ["red"], "from": ["green"], "least_gain_s": 0, "handover_s": 30}})
    given = workload([ILL, UNWELL])
    calls = contacts(given, (100, "unwell", spot(400)), (185, "ill", spot(40)))
    log = played(given, calls, ONE_AMBULANCE, rules)
    closed = [fact.incident for fact in log if isinstance(fact, f.IncidentClosed)]
    assert sorted(closed) == sorted(IncidentId(f"i{call.id[1:]}") for call in calls)


def test_a_crew_off_duty_at_the_end_of_its_shift_finishes_what_it_does() -> None:
    """The shift ends 160 s after the start, on the way to the incident; the crew signs off when clear."""
    centre = a_centre(
        {"C1": ("clerk", 0.0)},
        shifts={"short": {"start": "22:00", "until": "22:16"}},
        resources={"C1": {"kind": "clerk"}, "A1": {"kind": "ambulance", "base": "C1", "shift": "short"}},
    )
    given = workload([ILL], {"scene_s": {"constant": 600}})
    desk = Desk.under(centre, a_procedure(), START)
    log = World(desk, contacts(given, (100, "ill", spot(40))), start=START, end=at(3600)).run()
    signed_off = [fact.at for fact in log if isinstance(fact, f.ResourceSignedOff)]
    assert signed_off == [at(165 + 600)]
    assert ResourceId("A1") in desk.situation.resources


def test_a_crew_still_at_work_when_its_next_shift_begins_changes_when_it_is_clear() -> None:
    """Each shift ends 160 s after the start and the next begins then; clear at 765, the new crew is on until the next day."""
    centre = a_centre(
        {"C1": ("clerk", 0.0)},
        shifts={"round": {"start": "22:16", "until": "22:16"}},
        resources={"C1": {"kind": "clerk"}, "A1": {"kind": "ambulance", "base": "C1", "shift": "round"}},
    )
    given = workload([ILL], {"scene_s": {"constant": 600}})
    desk = Desk.under(centre, a_procedure(), START)
    log = World(desk, contacts(given, (100, "ill", spot(40))), start=START, end=at(3600)).run()
    signed_on = [fact for fact in log if isinstance(fact, f.ResourceSignedOn) and fact.resource == "A1"]
    assert [(fact.at, fact.place, fact.until) for fact in signed_on] == [
        (at(0), centre.base_of("A1"), at(160)),
        (at(765), spot(40), at(160 + 24 * 3600)),
    ]


def test_equal_seeds_play_equal_logs() -> None:
    """Replay, pairing and every comparison rest on it."""
    given = workload([ILL, UNWELL], {"transported_share": 0.5, "scene_s": {"exponential": 300}})
    logs = []
    for _ in range(2):
        calls = contacts(given, (10, "ill", spot(40)), (20, "unwell", spot(90)), (21, "ill", spot(5)))
        logs.append(played(given, calls, ONE_AMBULANCE, a_procedure()))
    assert logs[0] == logs[1]


def roomy(base: str | None, given: Workload, second: str = "ill") -> list[f.Fact]:
    """Ill at 40 calls at 100, and another there at 120; one unit with room for two, at its base at 0 or working without one."""
    unit = {"kind": "ambulance", "base": base} if base else {"kind": "ambulance"}
    centre = a_centre(
        {"C1": ("clerk", 0.0)},
        kinds={"ambulance": {"skills": ["transport"], "capacity": 2}, "clerk": {"skills": ["answering"]}},
        resources={"C1": {"kind": "clerk"}, "A1": unit},
    )
    desk = Desk.under(centre, a_procedure(), START)
    calls = contacts(given, (100, "ill", spot(40)), (120, second, spot(40)))
    return World(desk, calls, start=START, end=at(3600)).run()


def test_a_crew_with_room_for_two_does_one_thing_after_another() -> None:
    """Told of the second at 135 while driving, it is clear of the first at 265, turns out again for 10 s, and is there."""
    log = roomy("C1", workload([ILL]))
    sent = [fact.at for fact in log if isinstance(fact, f.ResourceAssigned) and fact.resource == "A1"]
    assert sent == [at(115), at(135)]
    assert timeline(log, f.ResourceArrived) == [("ResourceArrived", 165), ("ResourceArrived", 275)]


def test_whoever_works_without_a_base_works_on_all_at_once() -> None:
    """A nurse at a desk advises two: both begin 10 s after they were taken up, and last 100 s."""
    log = roomy(None, workload([ILL]))
    assert timeline(log, f.ResourceArrived) == [("ResourceArrived", 125), ("ResourceArrived", 145)]
    assert timeline(log, f.IncidentClosed) == [("IncidentClosed", 225), ("IncidentClosed", 245)]


def test_a_crew_called_off_what_it_has_not_begun_goes_on_with_what_it_has() -> None:
    """Called off the second at 145, it arrives at the first at 165, is clear at 265 and home at 305."""
    called_off = {**STAGES, "stood_down_share": 1.0, "stood_down_s": {"constant": 10}}
    conducts = {"crews": {"ambulance": STAGES}, "called off": {"ambulance": called_off}}
    log = roomy("C1", workload([ILL, {**UNWELL, "conduct": "called off"}], conducts=conducts), "unwell")
    assert timeline(log, f.ResourceDeparted, f.ResourceArrived, f.IncidentClosed, f.ResourceMoved) == [
        ("ResourceDeparted", 125),
        ("IncidentClosed", 145),
        ("ResourceArrived", 165),
        ("IncidentClosed", 265),
        ("ResourceMoved", 305),
    ]


def test_whoever_is_told_acknowledges_it_in_half_a_minute_unless_a_crew_sets_off_before() -> None:
    """The chief says so 30 s after the assessment at 110; the crew that is sent at 115 sets off at 125."""
    given = workload([ILL])
    said = {"medium": "data", "text": "go", "ack_s": 60}
    messages = {
        "chief": {**said, "on": "assessment", "to": {"role": "chief"}},
        "crew": {**said, "on": "assignment", "to": {"kind": "ambulance"}},
    }
    rules = a_procedure(wording={"media": {"data": {"most_characters": 60}}, "messages": messages})
    log = played(given, contacts(given, (100, "ill", spot(40))), ONE_AMBULANCE, rules)
    confirmed = [(fact.to, fact.at) for fact in log if isinstance(fact, f.MessageAcknowledged)]
    assert confirmed == [("A1", at(125)), ("chief", at(140))]


LOST = {**ILL, "lost": {"share": 1}}


def lost_after(questions: int, rules: Procedure) -> list[f.Fact]:
    """The log of one caller who is lost once so many questions are answered, at ten seconds for two of them."""
    given = workload([LOST])
    (call,) = contacts(given, (100, "ill", spot(40)))
    object.__setattr__(call, "lost", Lost(questions, "caller lost"))
    return played(given, [call], ONE_AMBULANCE, rules)


def test_a_lost_caller_is_assessed_by_what_was_said() -> None:
    """Answered at 105 s, lost at 110 s: somebody goes, as the rules say for an illness of which no more is known."""
    log = lost_after(1, interview_rules())
    assert timeline(log, f.AnswerGiven, f.InterviewLeft, f.IncidentAssessed, f.ContactEnded, f.ResourceArrived) == [
        ("AnswerGiven", 105), ("InterviewLeft", 110), ("IncidentAssessed", 110), ("ContactEnded", 110), ("ResourceArrived", 165),
    ]  # fmt: skip


def test_a_caller_who_is_lost_at_once_is_to_be_rung_back() -> None:
    """Nothing is known, so nobody is sent and the incident ends with its code."""
    log = lost_after(0, interview_rules())
    codes = [fact.determinant for fact in log if isinstance(fact, f.IncidentAssessed)]
    assert (codes, [type(fact) for fact in log if isinstance(fact, f.IncidentClosed)]) == (
        ["ring-back"],
        [f.IncidentClosed],
    )


def test_where_the_rules_have_no_jump_out_a_lost_caller_leaves_an_incident_without_a_code() -> None:
    """That is what such rules come to; a world that made up a code would hide it."""
    log = lost_after(1, a_procedure())
    assert timeline(log, f.IncidentAssessed, f.IncidentClosed, f.ContactEnded) == [("ContactEnded", 110)]


def test_what_a_caller_does_not_know_is_written_down_as_unknown() -> None:
    """The question has a way for it, and the log keeps that nobody knew."""
    given = workload([{"id": "ill", "truth": {"nature": "illness"}}])
    log = played(given, contacts(given, (100, "ill", spot(40))), ONE_AMBULANCE, interview_rules())
    said = [(fact.question, fact.answer) for fact in log if isinstance(fact, f.AnswerGiven)]
    assert said == [("nature", "illness"), ("severe", "unknown")]
