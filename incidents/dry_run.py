"""A dry run: what would follow an incident, second by second, if nobody came.

It is a rehearsal of a desk over the passing of time, so every rung is foretold, with whom it tells, what it asks for and what
follows it. By default nobody is sent, nothing is acknowledged and nothing else is happening; `assumptions` says otherwise.
Where a rule acts on proposals at once, this is what follows when nobody can go. That a simulated world lives through the same,
to the millisecond, is tested. Imports `assumptions`, `interview`, `rehearsal`, `local_time` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents import facts as f
from incidents.assumptions import NOTHING_ELSE, Assumptions
from incidents.centre import Centre
from incidents.interview import outcome_of
from incidents.local_time import local, readings
from incidents.procedure import Procedure
from incidents.quantities import SECONDS_IN_A_WEEK, IncidentId, Instant, Place, ResourceId, ms
from incidents.refusals import FactRefused, Flaw, Refusal
from incidents.rehearsal import AHEAD_MS, Rehearsal
from incidents.shifts import Duty
from incidents.triage import NEVER_LEFT, Left

INCIDENT = IncidentId("dry-run")


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
    place: Place | None = None,
    assumed: Assumptions = NOTHING_ELSE,
) -> tuple[Step, ...]:
    """Predict every fact that follows an incident reported at `at` with `answers` (question -> answer), in order.

    `left`: questions at which the interview is left, with the jump-out. Each question takes `pace_s` seconds. Shift edges after
    `at` are steps as well, until nothing is left to happen or for `watch_s` seconds, whichever is longer. Facts at one instant
    stand in the order in which a desk records them: what time alone makes due, then the edges of shifts, then answers and what
    they entail. `place` None: it never becomes known, and no other incident lies near. Refuses answers that do not lead from the
    start to a code, and assumptions that a desk refuses.
    """
    assert pace_s >= 0, "time does not go back"
    assert 0 <= watch_s <= SECONDS_IN_A_WEEK, "a week is watched at most"
    others = [other for other in assumed.others for _ in range(other.count)]
    try:
        play = Rehearsal(centre, procedure, at, incident, place, assumed, ms(pace_s))
        play.interview(outcome_of(procedure.triage, answers, left))
        for number, other in enumerate(others, start=1):
            told = (answers, left) if other.answers is None else (other.answers, NEVER_LEFT)
            play.another(IncidentId(f"{incident}-{number}"), other, outcome_of(procedure.triage, *told))
        recorded = play.run(at + ms(watch_s))
    except FactRefused as refused:
        # Nothing has happened: it is the assumption that cannot be.
        raise Refusal(
            [Flaw("/assumed", f"{flaw.where}: {flaw.what}", flaw.accepted) for flaw in refused.flaws]
        ) from refused
    duties = play.duties_until(recorded[-1].at + AHEAD_MS)
    return tuple(Step(fact, _asked(fact, centre, duties)) for fact in recorded)


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
