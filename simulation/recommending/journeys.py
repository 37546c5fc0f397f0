"""Journeys: what happened between a call and help, cut into stages that follow one another and sum to the whole.

    answer     received -> answered
    handling   answered -> assessed, or to the assignment where somebody was sent before
    waiting    assessed -> the assignment of the resource that arrived first; split by `waiting.REASONS`
    turnout    that assignment -> departed
    travel     departed -> arrived

A moment that the log lacks, or has out of order, takes no time of its own. Where nobody is sent a journey ends when the
call is answered. `received` is when the first contact was received, or when the incident was opened where none is
known. May import `incidents` and `waiting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from incidents import facts as f
from incidents.centre import Centre
from incidents.corrections import as_corrected
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, ContactId, IncidentId, Instant, NeedId, ResourceId
from optimiser.refusals import Refusal
from simulation.recommending.waiting import REASONS, TURNED, Seconds, WaitingRoom

STAGES = ("answer", "handling", "waiting", "turnout", "travel")
ANSWER, HANDLING, WAITING, TURNOUT, TRAVEL = range(len(STAGES))
TO_ARRIVAL, TO_ANSWER = "response_s", "answer_s"
"""The clocks that journeys can be cut by."""
MOST_FACTS = 5_000_000
"""A longer log is refused: give a shorter period of it."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One call. `stages_s` sum to the clock; `reasons_s` are those of the wait (for a call-taker where nobody is sent)."""

    received: Instant
    priority: str | None
    area: str | None
    stages_s: Seconds
    reasons_s: Seconds

    @property
    def total_s(self) -> float:
        """From received to the end of the journey."""
        return sum(self.stages_s)


@dataclass(frozen=True, slots=True)
class Journeys:
    """The journeys of a log that ended, and how many did not (`unended`): nobody answered, or nobody arrived."""

    clock: str
    all: tuple[Journey, ...]
    unended: int

    def of(self, priority: str | None) -> tuple[Journey, ...]:
        """Those of one priority; None: every one."""
        return tuple(each for each in self.all if priority is None or each.priority == priority)


@dataclass(slots=True)
class _Incident:
    received: Instant
    answered: Instant | None
    area: str | None
    assessed: Instant | None = None
    priority: str | None = None
    is_sent_to: bool = False
    arrived: tuple[Instant, Instant, Instant] | None = None
    reasons_s: Seconds = ()


def journeys(
    facts: Iterable[f.Fact],
    centre: Centre,
    procedure: Procedure | None = None,
    *,
    clock: str,
    since: Instant | None = None,
    until: Instant | None = None,
    priority_of: Mapping[IncidentId, str] | None = None,
) -> Journeys:
    """Read the facts in order; calls received in [since, until) count. Refuses more than `MOST_FACTS`."""
    reading = _Reading(centre, procedure)
    for number, (_, fact) in enumerate(as_corrected(facts), start=1):
        if number > MOST_FACTS:
            raise Refusal.of("log", f"has more than {MOST_FACTS:,} facts", "a shorter period")
        reading.read(fact)
    truth = priority_of or {}
    found = reading.to_answer(truth) if clock == TO_ANSWER else reading.to_arrival(truth)
    counted = [(at, each) for at, each in found if (since is None or at >= since) and (until is None or at < until)]
    ended = tuple(each for _, each in counted if each is not None)
    return Journeys(clock, ended, len(counted) - len(ended))


class _Reading:
    """What has been read so far."""

    def __init__(self, centre: Centre, procedure: Procedure | None) -> None:
        self._room = WaitingRoom(centre, procedure)
        self._received: dict[ContactId, Instant] = {}
        self._answered: dict[ContactId, tuple[Instant, Seconds]] = {}
        self._incident_of: dict[ContactId, IncidentId] = {}
        self._asked_for: dict[ContactId, NeedId] = {}
        self._incidents: dict[IncidentId, _Incident] = {}
        self._needs: dict[NeedId, IncidentId] = {}
        self._rides: dict[tuple[ResourceId, NeedId], list[Instant]] = {}

    def read(self, fact: f.Fact) -> None:
        self._room.read(fact)
        match fact:
            case f.ContactReceived():
                self._received[fact.contact] = fact.at
            case f.ContactAnswered():
                need = self._asked_for.get(fact.contact)
                waited = self._room.seconds_of(need) if need is not None else (0.0,) * len(REASONS)
                self._answered[fact.contact] = fact.at, waited
            case f.IncidentOpened():
                self._opened(fact)
            case f.ContactLinked():
                self._incident_of[fact.contact] = fact.incident
            case f.NeedOpened() if fact.contact is not None:
                self._asked_for[fact.contact] = fact.need
            case f.NeedOpened() if fact.incident is not None:
                self._needs[fact.need] = fact.incident
                if fact.incident in self._incidents:
                    self._incidents[fact.incident].is_sent_to = True
            case f.IncidentLocated() | f.IncidentAssessed() | f.IncidentEscalated():
                self._learned(fact)
            case f.ResourceAssigned() if fact.need in self._needs:
                self._rides[fact.resource, fact.need] = [fact.at, fact.at]
            case f.ResourceDeparted():
                if (fact.resource, fact.need) in self._rides:
                    self._rides[fact.resource, fact.need][1] = fact.at
            case f.ResourceArrived():
                self._arrived(fact)
            case _:
                pass

    def _opened(self, fact: f.IncidentOpened) -> None:
        received = answered = None
        if fact.contact is not None:
            self._incident_of[fact.contact] = fact.incident
            received = self._received.get(fact.contact)
            answered = self._answered.get(fact.contact, (None, ()))[0]
        area = None if fact.place is None else fact.place.zone
        self._incidents[fact.incident] = _Incident(fact.at if received is None else received, answered, area)

    def _learned(self, fact: f.IncidentLocated | f.IncidentAssessed | f.IncidentEscalated) -> None:
        incident = self._incidents.get(fact.incident)
        if incident is None:
            return
        match fact:
            case f.IncidentLocated():
                incident.area = fact.place.zone or incident.area
            case f.IncidentAssessed():
                incident.assessed = fact.at if incident.assessed is None else incident.assessed
                incident.priority = fact.priority
            case f.IncidentEscalated():
                incident.priority = fact.priority or incident.priority

    def _arrived(self, fact: f.ResourceArrived) -> None:
        ride = self._rides.get((fact.resource, fact.need))
        incident = self._incidents.get(self._needs[fact.need]) if fact.need in self._needs else None
        if ride is not None and incident is not None and incident.arrived is None:
            incident.arrived = ride[0], ride[1], fact.at
            incident.reasons_s = self._room.seconds_of(fact.need)

    def to_answer(self, truth: Mapping[IncidentId, str]) -> list[tuple[Instant, Journey | None]]:
        """Every contact; None: it was never answered."""
        found: list[tuple[Instant, Journey | None]] = []
        for contact, received in self._received.items():
            answered = self._answered.get(contact)
            if answered is None:
                found.append((received, None))
                continue
            incident = self._incident_of.get(contact)
            known = self._incidents.get(incident) if incident is not None else None
            priority = None if incident is None else truth.get(incident, known.priority if known is not None else None)
            area = None if known is None else known.area
            wait_s = (answered[0] - received) / MS_PER_S
            found.append((received, Journey(received, priority, area, (wait_s,), answered[1])))
        return found

    def to_arrival(self, truth: Mapping[IncidentId, str]) -> list[tuple[Instant, Journey | None]]:
        """Every incident that resources were asked for; None: none of them arrived."""
        return [
            (each.received, _cut(each, truth.get(name, each.priority)))
            for name, each in self._incidents.items()
            if each.is_sent_to
        ]


def _cut(incident: _Incident, priority: str | None) -> Journey | None:
    if incident.arrived is None:
        return None
    assigned, departed, arrived = incident.arrived
    answered = incident.received if incident.answered is None else incident.answered
    assessed = assigned if incident.assessed is None else min(incident.assessed, assigned)
    moments = [incident.received]
    for moment in (answered, assessed, assigned, departed, arrived):
        moments.append(max(moments[-1], min(moment, arrived)))
    stages_s = tuple((b - a) / MS_PER_S for a, b in pairwise(moments))
    # What the need waited before its incident was assessed is no part of this stage; what nobody waited for was turned round.
    left_s, reasons_s = stages_s[WAITING], list[float]()
    for waited_s in incident.reasons_s:
        reasons_s.append(min(waited_s, left_s))
        left_s -= reasons_s[-1]
    reasons_s[TURNED] += left_s
    return Journey(incident.received, priority, incident.area, stages_s, tuple(reasons_s))
