"""Policy echo: the decisions of a log played again in the simulated world, which must then give the log's own times.

Nothing is decided here: who was assigned when is the log's, and so is how long each stage took. The world only carries it out, so
every time that comes out different is a stage that our world plays by another rule than the log's, or a fault of the log. Where
the log lacks a time that the world needs, one is imputed and counted. One resource at two places at once is played by a stand-in,
and counted. Imports the world and `fitting.log`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from incidents import facts as f
from incidents.centre import Centre, DistanceCurve, Kind, Point, ResourceEntry
from incidents.desk import Desk, adoption
from incidents.plan_row import PlanRow
from incidents.procedure import Determinant, Dispatch, Plan, Priority, Procedure, Question, Queue, Step, Triage
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, Place, ResourceId
from simulation.contacts import Contact
from simulation.fitting.log import LoggedIncident, Response
from simulation.outcomes import AT_ONCE, Outcome
from simulation.world import World

SENT, ANSWERING = "sent", "answering"
HOME = Place(0.0, 0.0)
NEVER_S = 1e9
"""The simulated dispatcher takes up nothing by itself."""
MOST_SENT = 100
MARGIN_MS = 86_400_000
STAGES = ("answered", "entry", "departed", "arrived", "transport", "facility", "available")
_FACTS: Mapping[type[f.Fact], str] = {
    f.ResourceDeparted: "departed",
    f.ResourceArrived: "arrived",
    f.ResourceTransporting: "transport",
    f.ResourceAtFacility: "facility",
    f.ResourceReleased: "available",
}


@dataclass(frozen=True, slots=True)
class Echo:
    """What came out: times compared and times met, by stage; what was imputed; who was at two places at once."""

    compared: Mapping[str, int]
    met: Mapping[str, int]
    imputed: Mapping[str, int]
    legs: int
    stand_ins: int
    first_missed: str = ""
    """The line of a record whose times were not met, and the stage."""

    @property
    def share(self) -> float:
        """The share of times that were met to the millisecond."""
        return sum(self.met.values()) / max(1, sum(self.compared.values()))

    @property
    def travel_imputed(self) -> int:
        """Travel times that the log does not hold."""
        return self.imputed.get("travel", 0)


def echo(incidents: Sequence[LoggedIncident]) -> Echo:
    """Play the decisions of a log again; a few seconds for ten thousand responses."""
    scripts, imputed, stand_ins = _scripts(incidents)
    procedure = _procedure(scripts)
    names = sorted({name for script in scripts for name in (script.taker, *script.units)})
    centre = _centre(names, {script.taker for script in scripts})
    start = min(script.contact.at for script in scripts) - MARGIN_MS
    end = max(script.ends_at for script in scripts) + MARGIN_MS
    desk = ScriptedDesk(centre, {procedure.fingerprint: procedure}, scripts)
    desk.observe(adoption(procedure, start))
    facts = World(desk, [script.contact for script in scripts], start=start, end=end).run()
    return _compared(facts, scripts, imputed, stand_ins)


@dataclass(frozen=True, slots=True)
class LoggedContact(Contact):
    """A contact whose resources do what the log says, in the order in which they were sent."""

    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)

    def outcome(self, kind: str, ordinal: int = 0) -> Outcome:
        """What became of the `ordinal`-th that was sent; all are of one kind."""
        return self.outcomes[ordinal] if ordinal < len(self.outcomes) else AT_ONCE


@dataclass(frozen=True, slots=True)
class _Script:
    """One record: its contact, who answers and who is sent when."""

    incident: LoggedIncident
    contact: LoggedContact
    taker: str
    answered_at: Instant | None
    units: tuple[str, ...]
    sent_at: tuple[Instant, ...]

    @property
    def ends_at(self) -> Instant:
        times = [self.contact.at, *self.sent_at]
        times += [_ms(each.available) for each in self.incident.responses if each.available is not None]
        return max(times)


class ScriptedDesk(Desk):
    """A desk on which assignments are made when the log says so."""

    def __init__(self, centre: Centre, procedures: Mapping[str, Procedure], scripts: Sequence[_Script]) -> None:
        super().__init__(centre, procedures)
        due: list[tuple[Instant, str, str]] = []
        for script in scripts:
            number = script.contact.id
            if script.answered_at is not None:
                due.append((script.answered_at, f"{number}/call", script.taker))
            due += [(at, f"i{number[1:]}/1", unit) for at, unit in zip(script.sent_at, script.units, strict=True)]
        self._due = sorted(due, reverse=True)
        self._late: list[tuple[Instant, str, str]] = []

    @property
    def review_at(self) -> Instant | None:
        """When the log's next assignment is due, or what the rules wait for."""
        own = super().review_at
        due = self._due[-1][0] if self._due else None
        return min((each for each in (own, due) if each is not None), default=None)

    def observe(self, *observed: f.Fact) -> tuple[f.Fact, ...]:
        """Remember facts, and make the assignments that were due and had to wait for one of them."""
        return (*super().observe(*observed), *self._assign(observed[0].at))

    def review(self, now: Instant) -> tuple[f.Fact, ...]:
        """Let time pass, and make the assignments that are due."""
        return (*super().review(now), *self._assign(now))

    def _assign(self, now: Instant) -> tuple[f.Fact, ...]:
        while self._due and self._due[-1][0] <= now:
            self._late.append(self._due.pop())
        recorded: tuple[f.Fact, ...] = ()
        for waiting in list(self._late):
            _, need, unit = waiting
            if NeedId(need) in self.situation.needs:
                self._late.remove(waiting)
                fact = f.ResourceAssigned(now, ResourceId(unit), NeedId(need), 0, "as the log says")
                recorded += super().observe(fact)
        return recorded


def _scripts(incidents: Sequence[LoggedIncident]) -> tuple[list[_Script], Counter[str], int]:
    imputed: Counter[str] = Counter()
    units, doubles = _names([(r.unit, *_busy(each, r)) for each in incidents for r in each.responses])
    answers = [(each.agent or "nobody named", *_answer(each)) for each in incidents if _answered_at(each) is not None]
    takers, more = _names([(f"{name} answering", start, end) for name, start, end in answers])
    scripts = []
    unit, taker = iter(units), iter(takers)
    for number, each in enumerate(incidents, start=1):
        answered = _answered_at(each)
        count = min(len(each.responses), MOST_SENT)
        outcomes = tuple(_outcome(response, imputed) for response in each.responses)
        pace_s = 0.0 if answered is None else max(0, _ms(each.entry) - answered) / 1000
        patience_s = None if each.abandoned is None else max(0.0, each.abandoned - each.received)
        names = tuple(next(unit) for _ in each.responses)
        contact = LoggedContact(
            id=ContactId(f"c{number:07d}"),
            at=_ms(each.received),
            place=HOME,
            queue="log",
            nature=each.nature,
            priority=each.priority,
            truth={"what": f"{each.priority} {count}"},
            told={},
            patience_s=patience_s if answered is None else None,
            pace_s=pace_s,
            decision_s=NEVER_S,
            wrap_up_s=0.0,
            lost=None,
            _index=0,
            _fates={},
            _luck={},
            outcomes=outcomes,
        )
        sent_at = tuple(_ms(response.dispatched) for response in each.responses)
        name = next(taker) if answered is not None else "nobody answering 1"
        scripts.append(_Script(each, contact, name, answered, names[:count], sent_at[:count]))
    return scripts, imputed, doubles + (more if any(each.agent for each in incidents) else 0)


def _answered_at(incident: LoggedIncident) -> Instant | None:
    """When somebody answered: at once, where the log shows no answers; never, where it shows that nobody did."""
    if incident.answered is not None:
        return max(_ms(incident.received), _ms(incident.answered))
    return None if incident.abandoned is not None or not incident.responses else _ms(incident.received)


def _answer(incident: LoggedIncident) -> tuple[Instant, Instant]:
    answered = _answered_at(incident)
    assert answered is not None, "asked only of what was answered"
    return answered, max(answered, _ms(incident.entry))


def _names(work: Sequence[tuple[str, Instant, Instant]]) -> tuple[list[str], int]:
    """A name for each piece of work, the same for one after another; a stand-in's where one had begun before another ended."""
    free_at: dict[str, list[Instant]] = {}
    names = [""] * len(work)
    doubles = 0
    for index in sorted(range(len(work)), key=lambda each: (work[each][1], each)):
        name, start, end = work[index]
        ends = free_at.setdefault(name, [])
        slot = next((slot for slot, until in enumerate(ends) if until < start), len(ends))
        doubles += any(until > start for until in ends)
        ends[slot:] = [max(start, end), *ends[slot + 1 :]]
        names[index] = f"{name} {slot + 1}"
    return names, doubles


def _busy(incident: LoggedIncident, response: Response) -> tuple[Instant, Instant]:
    """From when to when the world will play a response: not before its incident is known, and one stage after another."""
    outcome = _outcome(response, Counter())
    start = max(_ms(response.dispatched), _answered_at(incident) or 0, _ms(incident.entry))
    if outcome.stood_down_s is not None:
        return _ms(response.dispatched), start + _ms(outcome.stood_down_s)
    stages = (outcome.turnout_s, outcome.travel_factor, outcome.scene_s, outcome.to_facility_s, outcome.handover_s)
    return _ms(response.dispatched), start + sum(_ms(seconds) for seconds in stages)


def _outcome(response: Response, imputed: Counter[str]) -> Outcome:
    """What the world has to play for the log's times to come out; what the log lacks is put at nothing and counted."""
    turnout_s = _gap(response.dispatched, response.departed)
    if response.arrived is None:
        if response.available is None:
            imputed["end"] += 1
        return Outcome(turnout_s, NEVER_S, _gap(response.dispatched, response.available), None, 0.0, False, 0.0, 0.0)
    if response.departed is None:
        imputed["travel"] += 1
    travel_s = _gap(response.departed or response.dispatched, response.arrived)
    transports = response.transport is not None
    leaves = response.transport if transports else response.available
    if leaves is None:
        imputed["end"] += 1
    if transports and response.facility is None:
        imputed["transport"] += 1
    to_facility_s = _gap(response.transport, response.facility)
    handover_s = _gap(response.facility or response.transport, response.available) if transports else 0.0
    return Outcome(
        turnout_s, travel_s, None, None, _gap(response.arrived, leaves), transports, to_facility_s, handover_s
    )


def _gap(start: float | None, end: float | None) -> float:
    return 0.0 if start is None or end is None else max(0.0, end - start)


def _procedure(scripts: Sequence[_Script]) -> Procedure:
    """One question, whose answer says the priority and how many are sent."""
    codes = {script.contact.truth["what"]: (script.contact.priority, len(script.units)) for script in scripts}
    priorities = sorted({priority for priority, _ in codes.values()})
    counts = sorted({count for _, count in codes.values() if count})
    return Procedure(
        procedure="echo",
        revision=1,
        queues={"log": Queue(skill=ANSWERING, automatic=False)},
        priorities={name: Priority(rank=rank) for rank, name in enumerate(priorities, start=1)},
        triage=Triage(
            start="what",
            questions={
                "what": Question(
                    text="What does the log say?",
                    about="what",
                    answers={code: Step(code=code) for code in sorted(codes)},
                )
            },
        ),
        determinants={
            code: Determinant(priority=priority, plan=f"{count} sent" if count else None)
            for code, (priority, count) in sorted(codes.items())
        },
        plans={f"{count} sent": Plan(send=(PlanRow(skill=SENT, quantity=count),)) for count in counts},
        dispatch=Dispatch(),
    )


def _centre(names: Sequence[str], takers: set[str]) -> Centre:
    """Everybody at one spot, and a second between any two places, so that the travel factor is the time itself."""
    return Centre(
        centre="echo",
        kinds={SENT: Kind(skills=(SENT,)), ANSWERING: Kind(skills=(ANSWERING,))},
        zones={"everywhere": Point(latitude=HOME.latitude, longitude=HOME.longitude)},
        stations={"home": Point(latitude=HOME.latitude, longitude=HOME.longitude)},
        resources={
            name: ResourceEntry(kind=ANSWERING) if name in takers else ResourceEntry(kind=SENT, base="home")
            for name in names
        },
        travel=DistanceCurve(kind="distance_curve", fixed_s=1, scale=1e-9, power=1),
    )


def _compared(facts: Sequence[f.Fact], scripts: Sequence[_Script], imputed: Mapping[str, int], stand_ins: int) -> Echo:
    played: dict[tuple[str, str, str], Instant] = {}
    for fact in facts:
        match fact:
            case f.ContactAnswered():
                played[fact.contact, "", "answered"] = fact.at
            case f.IncidentAssessed():
                played[fact.incident, "", "entry"] = fact.at
            case (
                f.ResourceDeparted()
                | f.ResourceArrived()
                | f.ResourceTransporting()
                | f.ResourceAtFacility()
                | f.ResourceReleased()
            ):
                played[fact.need, fact.resource, _FACTS[type(fact)]] = fact.at
            case _:
                pass
    compared: Counter[str] = Counter()
    met: Counter[str] = Counter()
    missed = ""
    legs = 0
    for script in scripts:
        incident = IncidentId(f"i{script.contact.id[1:]}")
        wanted: list[tuple[str, tuple[str, str], float | None]] = [
            ("answered", (script.contact.id, ""), script.incident.answered),
            ("entry", (incident, ""), script.incident.entry if script.answered_at is not None else None),
        ]
        for unit, response in zip(script.units, script.incident.responses, strict=False):
            legs += response.arrived is not None
            key = f"{incident}/1", unit
            wanted += [(stage, key, getattr(response, stage)) for stage in STAGES[2:]]
        for stage, key, at in wanted:
            if at is None:
                continue
            compared[stage] += 1
            if played.get((*key, stage)) == _ms(at):
                met[stage] += 1
            else:
                missed = missed or f"line {script.incident.line}, {stage}"
    return Echo(dict(compared), dict(met), dict(imputed), legs, stand_ins, missed)


def _ms(at: float) -> Instant:
    return round(at * 1000)
