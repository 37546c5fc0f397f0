"""A dry run: what would follow an incident, second by second, if nobody came.

Read off the rules alone, without a desk: the answers lead to a code, the code to a plan, and the age of the need to one rung
after another, while the shifts of the centre say who is there to be told. That a desk records the same facts at the same instants
is tested, so each is a second opinion on the other. Nobody is ever assigned here: where a rule acts on proposals at once, this is
what follows when nobody can go. Only rungs that wait for a need to be filled are foretold; `unforetold` names the others, and
whom a rung tells or asks for aid is not foretold at all. Imports `ladder`, `shifts`, `local_time`, `triage`, `facts` and what
stands above them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Literal, TypeAlias

from incidents import facts as f
from incidents.centre import Centre
from incidents.ladder import Rung
from incidents.local_time import local, readings
from incidents.near_names import listed
from incidents.plan_row import PlanRow
from incidents.procedure import Plan, Procedure, Question, Triage
from incidents.quantities import SECONDS_IN_A_WEEK, IncidentId, Instant, NeedId, ResourceId, ms
from incidents.refusals import Flaw, Refusal
from incidents.shifts import Duty, duty_spans
from incidents.tree import UNKNOWN
from incidents.triage import NEVER_LEFT, Ask, Left, Outcome, Stuck, next_step
from optimiser.pointers import escaped

INCIDENT = IncidentId("dry-run")
AHEAD_MS = ms(SECONDS_IN_A_WEEK)
"""How far beyond the last step the next shift is looked for: whoever has a shift has one within a week."""

Case: TypeAlias = Literal["below", "at", "above"]
_CASES: tuple[tuple[Case, int], ...] = (("below", -1), ("at", 0), ("above", 1))


@dataclass(frozen=True, slots=True)
class Asked:
    """One row of a need, and who of the centre has its skill at its level. `next_on_at` None: nobody else comes on duty."""

    row: f.NeedRow
    on_duty: tuple[ResourceId, ...]
    next_on_at: Instant | None


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of a timeline; `asked` has a line for each row of a need that it opens."""

    fact: f.Fact
    asked: tuple[Asked, ...] = ()

    @property
    def at(self) -> Instant:
        """When it happens."""
        return self.fact.at


@dataclass(frozen=True, slots=True)
class Boundary:
    """What a rung does when the incident is taken care of just before, at, or just after the rung's instant.

    `taken_up_ms`: how long after its first need opened. `priority` is the one at that instant.
    """

    rung: str
    case: Case
    taken_up_ms: int
    is_reached: bool
    priority: str


def timeline(
    centre: Centre,
    procedure: Procedure,
    at: Instant,
    answers: Mapping[str, str],
    *,
    left: Left = NEVER_LEFT,
    pace_s: float = 0.0,
    watch_s: float = 0.0,
    incident: IncidentId = INCIDENT,
) -> tuple[Step, ...]:
    """Predict every fact that follows an incident opened at `at` with `answers` (question -> answer), in order.

    `left`: questions at which the interview is left, with the jump-out. Each question takes `pace_s` seconds. Shift edges after
    `at` are steps as well, until the last rung or for `watch_s` seconds, whichever is longer. Facts at one instant stand in the
    order in which a desk records them: what time alone makes due, then the edges of shifts, then answers and what they entail.
    Refuses answers that do not lead from the start to a code.
    """
    outcome = outcome_of(procedure.triage, answers, left)
    assert pace_s >= 0, "time does not go back"
    assert 0 <= watch_s <= SECONDS_IN_A_WEEK, "a week is watched at most"
    told = list(_told(procedure, at, outcome, ms(pace_s), incident))
    opened_at = told[-1].at
    aged: list[f.Fact] = []
    if isinstance(told[-1], f.NeedOpened):
        aged = list(_aged(procedure, opened_at, procedure.determinants[outcome.code].priority, incident))
    until = max(opened_at, at + ms(watch_s), *(fact.at for fact in aged))
    duties = tuple(duty_spans(centre, at, until + AHEAD_MS))
    # A rung that is due at once can only follow the fact that made it so; every other is due before anything else happens.
    keyed = [((fact.at, 0 if fact.at > opened_at else 3), fact) for fact in aged]
    keyed += [((fact.at, 1), fact) for fact in _edges(centre, duties, at, until)]
    keyed += [((fact.at, 2), fact) for fact in told]
    ordered = sorted(keyed, key=lambda each: each[0])
    return tuple(Step(fact, _asked(fact, centre, duties)) for _, fact in ordered)


def boundaries(procedure: Procedure, answers: Mapping[str, str], left: Left = NEVER_LEFT) -> tuple[Boundary, ...]:
    """Return what each rung does just below, at and just above its trigger (a millisecond), in the order of the timeline.

    A rung that this path never reaches has no boundary on it.
    """
    outcome = outcome_of(procedure.triage, answers, left)
    determinant = procedure.determinants[outcome.code]
    if determinant.plan is None:
        return ()
    facts = list(_aged(procedure, 0, determinant.priority, INCIDENT))
    escalations = [fact for fact in facts if isinstance(fact, f.IncidentEscalated)]
    found = []
    for reached in escalations:
        for case, apart_ms in _CASES:
            taken_up_ms = reached.at + apart_ms
            if taken_up_ms < 0:
                continue
            # What is due at an instant comes before whatever else happens then.
            before = [fact for fact in escalations if fact.at <= taken_up_ms]
            raised = [fact.priority for fact in before if fact.priority is not None]
            priority = raised[-1] if raised else determinant.priority
            found.append(Boundary(reached.rung, case, taken_up_ms, reached in before, priority))
    return tuple(found)


def outcome_of(triage: Triage, answers: Mapping[str, str], left: Left = NEVER_LEFT) -> Outcome:
    """Return the code that `answers` lead to; refuse what does not, what is never asked for, and jump-outs not offered."""
    flaws = [
        Flaw(_pointer(name), "there is no such question", listed(triage.questions))
        for name in answers
        if name not in triage.questions
    ]
    step = next_step(triage, answers, left)
    flaws += [
        Flaw(f"/left/{escaped(name)}", f"the interview cannot leave it by {out!r}", listed(triage.jump_outs))
        for name, out in left.items()
        if name not in step.left
    ]
    flaws += [Flaw(_pointer(name), "is left, and so not answered", "") for name in step.left if name in answers]
    match step:
        case Ask():
            options = listed((*step.options, "or any other") if step.others else step.options)
            flaws.append(Flaw("/answers", f"the tree goes on to ask {step.question!r}: {step.text}", options))
        case Stuck():
            question = triage.questions.get(step.question)
            options = "" if question is None else listed(question.answers)
            flaws.append(Flaw(_pointer(step.question), f"the tree cannot go on with {step.answer!r}", options))
        case Outcome():
            asked = dict(step.path)
            idle = [name for name in answers if name in triage.questions and name not in asked]
            flaws += [Flaw(_pointer(name), "is never asked for on this path", listed(asked)) for name in idle]
            if not flaws:
                return step
    raise Refusal(flaws)


def interviews(procedure: Procedure) -> Mapping[str, Mapping[str, str]]:
    """Return for each code that answers alone reach the shortest interview that leads to it, as question -> answer.

    Where only `otherwise` leads on, the answer is one that the question does not list.
    """
    found: dict[str, Mapping[str, str]] = {}
    waiting: list[tuple[str, Mapping[str, str]]] = [(procedure.triage.start, {})]
    asked = {procedure.triage.start}
    for name, before in waiting:
        question = procedure.triage.questions[name]
        for answer, step in question.ways:
            said = {**before, name: _unlisted(question) if answer is None else answer}
            if step.code is not None:
                found.setdefault(step.code, said)
            elif step.ask is not None and step.ask not in asked:
                asked.add(step.ask)
                waiting.append((step.ask, said))
    return found


def unforetold(procedure: Procedure) -> tuple[str, ...]:
    """Return the rungs of which a timeline says nothing; it is what follows without them."""
    return tuple(name for name, rung in procedure.escalation.items() if not _is_foretold(rung))


def odd_edges(centre: Centre, start: Instant, end: Instant) -> tuple[str, ...]:
    """Say of each shift whose edge meets a clock change between two instants how it is read."""
    zone = centre.zone_info
    day, last = local(start, zone).date() - timedelta(days=1), local(end, zone).date() + timedelta(days=1)
    found = []
    while day <= last:
        for name, shift in centre.shifts.items():
            for edge, clock in (("starts", shift.start), ("ends", shift.until)):
                written = datetime.fromisoformat(f"{day}T{clock}")
                times = len(readings(written, zone))
                read_as = local(round(written.replace(tzinfo=zone).timestamp() * 1000), zone)
                if times != 1:
                    what = "comes twice" if times else "does not exist"
                    found.append(
                        f"shift {name} {edge} at {clock}, which {what} on {day}; read as {read_as.isoformat()}"
                    )
        day += timedelta(days=1)
    return tuple(found)


def _pointer(question: str) -> str:
    return f"/answers/{escaped(question)}"


def _unlisted(question: Question) -> str:
    names = chain((UNKNOWN, "any other"), (f"any other {number}" for number in count(1)))
    return next(name for name in names if question.way(name) is question.otherwise)


def _told(procedure: Procedure, at: Instant, outcome: Outcome, pace_ms: int, incident: IncidentId) -> Iterator[f.Fact]:
    """The interview: the incident, its answers, the assessment, and the need of its plan."""
    yield f.IncidentOpened(at, incident)
    for number, (question, answer) in enumerate(outcome.path, start=1):
        given_at = at + number * pace_ms
        if question in outcome.left:
            yield f.InterviewLeft(given_at, incident, question, answer)
        else:
            yield f.AnswerGiven(given_at, incident, question, answer)
    coded_at = at + len(outcome.path) * pace_ms
    determinant = procedure.determinants[outcome.code]
    because = ", ".join(f"{question}={answer}" for question, answer in outcome.path)
    yield f.IncidentAssessed(coded_at, incident, outcome.code, determinant.priority, because)
    if determinant.plan is not None:
        plan = procedure.plans[determinant.plan]
        rows, because = _rows(plan), f"plan {determinant.plan}"
        yield f.NeedOpened(coded_at, _need(incident, 1), rows, plan.whole, because, incident, shared=plan.shared)


def _aged(procedure: Procedure, opened_at: Instant, priority: str, incident: IncidentId) -> Iterator[f.Fact]:
    """The rungs that the first need of an incident reaches while nobody fills it, and the needs that they open.

    No later need is older, so the first alone tells every instant. A priority that a rung raises may make further rungs due, or
    overdue: those act at once. Of rungs at one instant none takes back what another has raised.
    """
    waiting = {name: rung for name, rung in procedure.escalation.items() if _is_foretold(rung)}
    needs, now = 1, opened_at
    while True:
        ages = sorted(
            (opened_at + _age_ms(rung), name) for name, rung in waiting.items() if priority in rung.priorities
        )
        if not ages:
            return
        now = max(now, ages[0][0])
        for name in [name for due_at, name in ages if due_at <= now]:
            rung = waiting.pop(name)
            ranks = {each: declared.rank for each, declared in procedure.priorities.items()}
            raises = rung.raises_to is not None and ranks[rung.raises_to] < ranks[priority]
            raised = rung.raises_to if raises else None
            priority = raised or priority
            because = f"need {_need(incident, 1)} unfilled for {rung.unfilled_for_s:.0f} s"
            yield f.IncidentEscalated(now, incident, name, because, raised)
            if rung.opens is not None:
                needs += 1
                yield f.NeedOpened(now, _need(incident, needs), (_row(rung.opens, 0),), False, f"rung {name}", incident)


def _is_foretold(rung: Rung) -> bool:
    """Whether the age of the first need alone says when a rung acts, and that it acts once."""
    is_plain = not (rung.hours or rung.during or rung.proposes or rung.most > 1)
    return rung.unfilled_for_s is not None and is_plain


def _age_ms(rung: Rung) -> int:
    assert rung.unfilled_for_s is not None, "asked of rungs that are foretold"
    return ms(rung.unfilled_for_s)


def _need(incident: IncidentId, number: int) -> NeedId:
    return NeedId(f"{incident}/{number}")


def _rows(plan: Plan) -> tuple[f.NeedRow, ...]:
    return tuple(_row(row, alternative) for alternative, way in enumerate(plan.ways) for row in way)


def _row(row: PlanRow, alternative: int) -> f.NeedRow:
    return f.NeedRow(row.skill, row.quantity, row.level, alternative, row.load)


def _edges(centre: Centre, duties: tuple[Duty, ...], after: Instant, until: Instant) -> Iterator[f.Fact]:
    for duty in duties:
        if after < duty.on_at <= until:
            yield f.ResourceSignedOn(duty.on_at, duty.resource, centre.base_of(duty.resource), duty.shift_ends_at)
        if after < duty.off_at <= until:
            yield f.ResourceSignedOff(duty.off_at, duty.resource, "end of shift")


def _asked(fact: f.Fact, centre: Centre, duties: tuple[Duty, ...]) -> tuple[Asked, ...]:
    if not isinstance(fact, f.NeedOpened):
        return ()
    found = []
    for row in fact.rows:
        able = [duty for duty in duties if _level(centre, duty.resource, row.skill) >= row.level]
        on_duty = tuple(duty.resource for duty in able if duty.on_at <= fact.at < duty.off_at)
        next_on_at = min((duty.on_at for duty in able if duty.on_at > fact.at), default=None)
        found.append(Asked(row, on_duty, next_on_at))
    return tuple(found)


def _level(centre: Centre, resource: ResourceId, skill: str) -> int:
    return centre.kinds[centre.resources[resource].kind].levels.get(skill, 0)
