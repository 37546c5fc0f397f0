"""The worlds beside the city of the fire service: each is sound, plays, answers everybody, and runs live as it was tested."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.assumptions import Assumptions
from incidents.desk import Desk
from incidents.differences import differences
from incidents.dry_run import timeline
from incidents.quantities import Instant, Place
from simulation.experiment import frozen, read_experiment, shortened
from simulation.experiment_runs import Hands
from simulation.replications import Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.what_if import answered
from simulation.world import World
from tests.witness import Played, Witness, live_mismatches, replay_mismatches

HOUR_S = 3600.0
BUSY = {
    "auckland": "2026-03-02T12:00", "bank": "1999-03-07T10:00", "service_desk": "2016-05-10T09:00",
    "police": "2025-03-04T18:00",
}  # fmt: skip
"""The beginning of a busy hour of each world, local time."""
PROCEDURES = [
    (world, path.name) for world in BUSY for path in sorted((scenario_folder(world) / "procedures").glob("*.yaml"))
]


@dataclass(frozen=True, slots=True)
class Day:
    """A stretch of one world under its baseline, and where the desk stood at the end."""

    desk: Desk
    log: tuple[f.Fact, ...]


def beginning(scenario: Scenario, name: str) -> Instant:
    """The busy hour as an instant."""
    return round(datetime.fromisoformat(BUSY[name]).replace(tzinfo=scenario.centre.zone_info).timestamp() * 1000)


def played(name: str, hours: float, procedure: str = "baseline") -> Day:
    """Play so many hours from the busy one on."""
    scenario = Scenario.read(scenario_folder(name))
    rules = scenario.procedure(f"procedures/{procedure}.yaml")
    span = Span(beginning(scenario, name), 0, hours * HOUR_S)
    desk = Desk.under(scenario.centre, rules, span.start)
    log = World(desk, contacts_of(scenario, span, 1), start=span.start, end=span.until).run()
    return Day(desk, tuple(log))


@pytest.fixture(scope="module", params=[(name, hours) for name in BUSY for hours in (1, 24)], ids=str)
def day(request: pytest.FixtureRequest) -> Day:
    """Each world, for an hour and for a day."""
    name, hours = request.param
    return played(name, hours)


@pytest.mark.parametrize(("world", "procedure"), PROCEDURES, ids="/".join)
def test_every_procedure_of_a_world_loads_beside_its_centre_and_its_workload(world: str, procedure: str) -> None:
    """Loading checks the tree, the plans against who is there, and the worked examples, which leave no priority out."""
    rules = Scenario.read(scenario_folder(world)).procedure(f"procedures/{procedure}")
    assert {each.priority for each in rules.examples} == set(rules.priorities)


def test_every_contact_is_answered_or_gives_up_or_waits_in_its_queue(day: Day) -> None:
    """A caller whom the desk forgot would be in none of the three."""
    received = {fact.contact for fact in day.log if isinstance(fact, f.ContactReceived)}
    settled = {fact.contact for fact in day.log if isinstance(fact, f.ContactAnswered | f.ContactAbandoned)}
    needs = day.desk.situation.needs.values()
    waiting = {need.contact for need in needs if need.contact is not None and not need.is_filled}
    assert received == settled | waiting


def test_every_need_that_stands_open_is_proposed_for_or_held_with_a_reason(day: Day) -> None:
    """Whoever asks why nobody is coming is owed an answer at any moment, the last one too."""
    situation, decision = day.desk.situation, day.desk.decision
    open_needs = {need.id for need in situation.needs.values() if not need.is_filled}
    told = {hold.need for hold in decision.holds() if hold.because}
    assert open_needs <= {each.need for each in decision.proposals} | told


def test_most_of_a_day_is_answered(day: Day) -> None:
    """A world in which most callers give up would test no rule but the one about the queue."""
    answered = sum(isinstance(fact, f.ContactAnswered) for fact in day.log)
    abandoned = sum(isinstance(fact, f.ContactAbandoned) for fact in day.log)
    assert answered > 3 * abandoned


@pytest.mark.parametrize("name", BUSY)
def test_the_live_control_room_and_its_replay_think_as_the_simulation_did(name: str, memory_folder: Path) -> None:
    """The rules of these worlds (loads, ways, reserves, partners, levels) have to mean the same to every shell."""
    scenario = Scenario.read(scenario_folder(name))
    rules = scenario.procedure("procedures/baseline.yaml")
    span = Span(beginning(scenario, name), 0, HOUR_S)
    desk = Witness(scenario.centre, {rules.fingerprint: rules})
    desk.observe(f.ProcedureAdopted(span.start, rules.procedure, rules.revision, rules.fingerprint))
    World(desk, contacts_of(scenario, span, 1), start=span.start, end=span.until).run()
    record = Played(scenario.centre, rules, span.start, tuple(desk.turns))
    path = memory_folder / "muster.sqlite3"
    assert [*live_mismatches(record, path), *replay_mismatches(record, path)] == []


@pytest.mark.parametrize(
    "file", [path for world in BUSY for path in sorted((scenario_folder(world) / "what_ifs").glob("*.yaml"))], ids=str
)
def test_every_question_of_a_world_is_answered_with_a_verdict(file: Path) -> None:
    """A question that names a figure or a procedure that is not there would be found out by whoever asks it first."""
    whole = read_experiment(file)
    short = frozen(shortened(whole.experiment, runs=2, days=0.05), whole.scenario)
    answer = answered(short, Hands(workers=1))
    criteria = short.experiment.terms.criteria
    assert [each.criterion for each in answer.judgement.findings] == list(criteria)


@pytest.mark.parametrize("name", BUSY)
def test_a_world_says_what_of_it_is_assumed(name: str) -> None:
    """A figure without a source must not pass for a measured one."""
    assert "ssumed" in (scenario_folder(name) / "PROVENANCE.md").read_text(encoding="utf-8")


def rehearsed(name: str, answers: dict[str, str], procedure: str = "baseline", **assumed: object) -> list[f.Fact]:
    """What follows in the busy hour where nobody is sent."""
    scenario = Scenario.read(scenario_folder(name))
    rules = scenario.procedure(f"procedures/{procedure}.yaml")
    taken = Assumptions.model_validate(assumed)
    steps = timeline(scenario.centre, rules, beginning(scenario, name), answers, place=A_PLACE, assumed=taken)
    return [step.fact for step in steps]


A_PLACE = Place(52.0, -1.0)


def test_the_reinforced_police_are_the_baseline_with_levels_and_one_rung() -> None:
    """A what-if between the two has to measure the levels, not what else somebody forgot."""
    scenario = Scenario.read(scenario_folder("police"))
    before, after = (scenario.procedure(f"procedures/{each}.yaml") for each in ("baseline", "reinforced"))
    told = differences(before, after)
    levels = sum(len(plan.levels) for plan in after.plans.values())
    assert levels > 0
    assert sum(": level '" in each and " is new" in each for each in told) == levels
    (rung,) = [each for each in told if ": level '" not in each]
    assert rung.startswith("rung 'nobody there for what is immediate' is new: ")


def test_in_the_police_world_whoever_is_asked_for_help_takes_the_incident() -> None:
    """Help that is asked for and has not taken over is help that nobody counts on."""
    log = rehearsed("police", {"danger": "now", "violence": "weapon"}, acknowledged_after_s=30)
    given = next(fact for fact in log if isinstance(fact, f.HandoverGiven))
    accepted = next(fact for fact in log if isinstance(fact, f.HandoverAccepted))
    assert given.because == "rung nobody for what is immediate"
    assert given.missing == ()
    assert (accepted.at - given.at, accepted.handover, accepted.to) == (30_000, "to the supervisor", "supervision")


def test_in_the_service_desk_severe_tickets_are_handed_over_at_the_end_of_a_shift_and_silence_climbs() -> None:
    """A ticket whose analyst has gone home is one that nobody answers for."""
    log = played("service_desk", 24).log
    given = [fact for fact in log if isinstance(fact, f.HandoverGiven)]
    accepted = {(fact.incident, fact.handover) for fact in log if isinstance(fact, f.HandoverAccepted)}
    assert given
    assert {(fact.incident, fact.handover) for fact in given} == accepted
    silent = rehearsed("service_desk", {"reach": "everybody", "heart": "stopped"})
    rungs = [fact.rung for fact in silent if isinstance(fact, f.IncidentEscalated)]
    assert "nobody answers for it" in rungs
    assert "manager of the service" in rungs
    heard = rehearsed("service_desk", {"reach": "everybody", "heart": "stopped"}, acknowledged_after_s=30)
    assert "nobody answers for it" not in {fact.rung for fact in heard if isinstance(fact, f.IncidentEscalated)}


def test_in_the_police_world_time_and_a_rung_raise_alarms_and_cars_answer_them() -> None:
    """An example of alarm levels that nothing raises, or that nobody is sent for, would show nothing."""
    log = played("police", 24, "reinforced").log
    raised = [fact for fact in log if isinstance(fact, f.AlarmRaised)]
    assert {fact.because for fact in raised} <= {"staged by time", "rung nobody there for what is immediate"}
    assert "staged by time" in {fact.because for fact in raised}
    of_levels = {fact.need for fact in log if isinstance(fact, f.NeedOpened) and fact.alarm is not None}
    assert of_levels & {fact.need for fact in log if isinstance(fact, f.ResourceAssigned)}
