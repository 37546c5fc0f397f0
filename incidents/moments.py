"""Moments: the first time that something happened to a contact or an incident, read off facts.

Clocks of targets start and stop at moments, and checks ask for them. Moments of an incident:

    received      its first contact was received; the incident was opened, where no contact is known
    answered      that contact was answered
    opened        the incident was opened
    located       its place became known
    assessed      triage, or a person, came to a code and a priority
    assigned      a resource was assigned to it
    departed      a resource set off for it
    arrived       a resource arrived
    transporting  a resource left with somebody
    at facility   a transporting resource arrived at its facility
    released      a resource was done with it; one that is taken away unfinished is not
    escalated     a rung of escalation was reached
    alarm raised  its attendance was made up to an alarm level
    alarm lowered somebody stopped it
    handed over   its state was given to a role or an organisation, and
    taken over    somebody accepted that
    noted         somebody wrote something down
    left          the interview was left by a jump-out
    resumed       it was resumed
    closed        nothing more was owed to it

and of a contact: received, answered, ended. Needs for call-takers are not needs of an incident. Imports `facts`,
`corrections` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from incidents import facts as f
from incidents.corrections import as_corrected
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, ResourceId

Moment: TypeAlias = Literal[
    "received",
    "answered",
    "ended",
    "opened",
    "located",
    "assessed",
    "assigned",
    "departed",
    "arrived",
    "transporting",
    "at facility",
    "released",
    "escalated",
    "alarm raised",
    "alarm lowered",
    "handed over",
    "taken over",
    "noted",
    "left",
    "resumed",
    "closed",
]
OF_CONTACTS: tuple[Moment, ...] = ("received", "answered", "ended")
OF_RESOURCES: tuple[Moment, ...] = ("assigned", "departed", "arrived", "transporting", "at facility", "released")
"""What happens only to incidents that asked for resources, and may be asked of those with one skill."""
IN_ORDER: tuple[Moment, ...] = ("received", "answered", "assessed", *OF_RESOURCES)
"""Moments that come in this order wherever both come; the others may come at any time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A fact and its place in the log, counted from 1."""

    number: int
    fact: f.Fact

    @property
    def at(self) -> Instant:
        """When it happened."""
        return self.fact.at


@dataclass(slots=True)
class Course:
    """What happened to one contact or incident, each thing as it first did.

    `fingerprint`: the procedure in force when it began, None where nobody knows. `group`: the queue of a contact, the last
    priority of an incident. `of_skill`: moments of resources by the skill of the rows they filled. `has_asked`: whether a need
    was opened. `given`, `taken`: handovers by name, as each was first given and accepted. `is_over`: whether the incident was
    closed, or the contact gave up.
    """

    fingerprint: str | None
    first: dict[Moment, Shown] = field(default_factory=dict)
    of_skill: dict[tuple[Moment, str], Shown] = field(default_factory=dict)
    answers: dict[str, Shown] = field(default_factory=dict)
    given: dict[str, Shown] = field(default_factory=dict)
    taken: dict[str, Shown] = field(default_factory=dict)
    notes: list[Shown] = field(default_factory=list)
    group: str | None = None
    code: str | None = None
    contact: ContactId | None = None
    has_asked: bool = False
    is_over: bool = False

    def when(self, moment: Moment, skill: str | None = None) -> Shown | None:
        """The fact of a moment, of those with `skill` where one is named; None: it has not come."""
        return self.first.get(moment) if skill is None else self.of_skill.get((moment, skill))


@dataclass(frozen=True, slots=True)
class Courses:
    """Every contact and incident of a log in the order of their first facts; `until` is the instant of its last fact."""

    contacts: Mapping[ContactId, Course]
    incidents: Mapping[IncidentId, Course]
    until: Instant


def courses_of(facts: Iterable[f.Fact], in_force: str | None = None, sequences: Sequence[int] | None = None) -> Courses:
    """Read the facts, in order of time and each as it was corrected last.

    `in_force`: the fingerprint of the procedure in force before the first. `sequences`: those of facts that are a part of a log.
    """
    reading = _Reading(in_force)
    tell = reading.listeners()
    for number, fact in as_corrected(facts, sequences):
        reading.until = fact.at
        listener = tell.get(type(fact))
        if listener is not None:
            listener(Shown(number, fact), fact)
    return reading.courses()


class _Reading:
    """What has been read so far. One method per kind of fact that matters."""

    def __init__(self, in_force: str | None) -> None:
        self.in_force = in_force
        self.until: Instant = 0
        self.contacts: dict[ContactId, Course] = {}
        self.incidents: dict[IncidentId, Course] = {}
        self.needs: dict[NeedId, tuple[IncidentId, tuple[f.NeedRow, ...]]] = {}
        self.skills: dict[tuple[ResourceId, NeedId], tuple[str, ...]] = {}

    def listeners(self) -> Mapping[type, Callable[[Shown, Any], None]]:
        return {
            f.ProcedureAdopted: self._adopted,
            f.ContactReceived: self._received,
            f.ContactAnswered: lambda shown, fact: self._contact("answered", shown, fact),
            f.ContactEnded: lambda shown, fact: self._contact("ended", shown, fact),
            f.ContactAbandoned: self._abandoned,
            f.IncidentOpened: self._opened,
            f.IncidentLocated: lambda shown, fact: self._incident("located", shown, fact.incident),
            f.IncidentAssessed: self._assessed,
            f.IncidentEscalated: self._escalated,
            f.AlarmRaised: lambda shown, fact: self._incident("alarm raised", shown, fact.incident),
            f.AlarmLowered: lambda shown, fact: self._incident("alarm lowered", shown, fact.incident),
            f.IncidentClosed: self._closed,
            f.AnswerGiven: self._answer_given,
            f.InterviewLeft: lambda shown, fact: self._incident("left", shown, fact.incident),
            f.InterviewResumed: lambda shown, fact: self._incident("resumed", shown, fact.incident),
            f.NoteAdded: self._noted,
            f.HandoverGiven: self._handed_over,
            f.HandoverAccepted: self._taken_over,
            f.NeedOpened: self._need_opened,
            f.ResourceAssigned: self._assigned,
            f.ResourceDeparted: lambda shown, fact: self._resource("departed", shown, fact),
            f.ResourceArrived: lambda shown, fact: self._resource("arrived", shown, fact),
            f.ResourceTransporting: lambda shown, fact: self._resource("transporting", shown, fact),
            f.ResourceAtFacility: lambda shown, fact: self._resource("at facility", shown, fact),
            f.ResourceReleased: self._released,
        }

    def courses(self) -> Courses:
        for course in self.incidents.values():
            contact = self.contacts.get(course.contact) if course.contact is not None else None
            course.first["received"] = course.first["opened"] if contact is None else contact.first["received"]
            if contact is not None and "answered" in contact.first:
                course.first["answered"] = contact.first["answered"]
        return Courses(self.contacts, self.incidents, self.until)

    def _adopted(self, shown: Shown, fact: f.ProcedureAdopted) -> None:
        self.in_force = fact.fingerprint

    def _received(self, shown: Shown, fact: f.ContactReceived) -> None:
        self.contacts[fact.contact] = Course(self.in_force, {"received": shown}, group=fact.queue)

    def _contact(self, moment: Moment, shown: Shown, fact: f.ContactAnswered | f.ContactEnded) -> None:
        if fact.contact in self.contacts:
            self.contacts[fact.contact].first.setdefault(moment, shown)

    def _abandoned(self, shown: Shown, fact: f.ContactAbandoned) -> None:
        if fact.contact in self.contacts:
            self.contacts[fact.contact].is_over = True

    def _opened(self, shown: Shown, fact: f.IncidentOpened) -> None:
        contact = fact.contact if fact.contact in self.contacts else None
        self.incidents[fact.incident] = Course(self.in_force, {"opened": shown}, contact=contact)
        if fact.place is not None:
            self._incident("located", shown, fact.incident)

    def _incident(self, moment: Moment, shown: Shown, incident: IncidentId) -> None:
        if incident in self.incidents:
            self.incidents[incident].first.setdefault(moment, shown)

    def _assessed(self, shown: Shown, fact: f.IncidentAssessed) -> None:
        self._incident("assessed", shown, fact.incident)
        if fact.incident in self.incidents:
            course = self.incidents[fact.incident]
            course.code, course.group = fact.determinant, fact.priority

    def _escalated(self, shown: Shown, fact: f.IncidentEscalated) -> None:
        self._incident("escalated", shown, fact.incident)
        if fact.incident in self.incidents and fact.priority is not None:
            self.incidents[fact.incident].group = fact.priority

    def _closed(self, shown: Shown, fact: f.IncidentClosed) -> None:
        self._incident("closed", shown, fact.incident)
        if fact.incident in self.incidents:
            self.incidents[fact.incident].is_over = True

    def _answer_given(self, shown: Shown, fact: f.AnswerGiven) -> None:
        if fact.incident in self.incidents:
            self.incidents[fact.incident].answers.setdefault(fact.question, shown)

    def _noted(self, shown: Shown, fact: f.NoteAdded) -> None:
        self._incident("noted", shown, fact.incident)
        if fact.incident in self.incidents:
            self.incidents[fact.incident].notes.append(shown)

    def _handed_over(self, shown: Shown, fact: f.HandoverGiven) -> None:
        self._incident("handed over", shown, fact.incident)
        if fact.incident in self.incidents:
            self.incidents[fact.incident].given.setdefault(fact.handover, shown)

    def _taken_over(self, shown: Shown, fact: f.HandoverAccepted) -> None:
        self._incident("taken over", shown, fact.incident)
        if fact.incident in self.incidents:
            self.incidents[fact.incident].taken.setdefault(fact.handover, shown)

    def _need_opened(self, shown: Shown, fact: f.NeedOpened) -> None:
        if fact.contact is None and fact.incident in self.incidents:
            self.needs[fact.need] = fact.incident, fact.rows
            self.incidents[fact.incident].has_asked = True

    def _assigned(self, shown: Shown, fact: f.ResourceAssigned) -> None:
        if fact.need in self.needs:
            rows = self.needs[fact.need][1]
            self.skills[fact.resource, fact.need] = tuple(
                rows[row].skill for row in (fact.row, *fact.also) if row < len(rows)
            )
            self._resource("assigned", shown, fact)

    def _released(self, shown: Shown, fact: f.ResourceReleased) -> None:
        if not fact.leaves_open:
            self._resource("released", shown, fact)
        self.skills.pop((fact.resource, fact.need), None)

    def _resource(
        self,
        moment: Moment,
        shown: Shown,
        fact: f.ResourceAssigned
        | f.ResourceDeparted
        | f.ResourceArrived
        | f.ResourceTransporting
        | f.ResourceAtFacility
        | f.ResourceReleased,
    ) -> None:
        if fact.need not in self.needs:
            return
        incident, _ = self.needs[fact.need]
        self._incident(moment, shown, incident)
        for skill in self.skills.get((fact.resource, fact.need), ()):
            self.incidents[incident].of_skill.setdefault((moment, skill), shown)
