"""The situation: what is known at an instant, and the tables that say which facts may follow.

A situation is a value. Nothing changes one but `remembering.after(situation, fact)`, which makes the next. A resource's status
and the status of each of its assignments are separate things with separate tables: a crew may be committed to one incident, on
its way to it, and still be one resource. Imports `quantities`, `facts`, `centre`,
`alarm_state`, `light` and `ladder_state`.

Resource status                           Assignment status
    off duty   --signed on-->  available     assigned     --departed-->     en route
    available  --signed off--> off duty      assigned     --arrived-->      on scene
    available  --assigned-->   available,    en route     --arrived-->      on scene
                               or committed  on scene     --transporting--> transporting
                               when its      transporting --at facility-->  at facility
                               capacity is   any          --released-->     over
                               used up
    committed  --released-->   available
    available  --stood down--> on a break
    on a break --stood up-->   available
    on a break --assigned-->   as above: the break is over
    on a break --signed off--> off duty
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from immutables import Map

from incidents.alarm_state import FIRST, Alarm
from incidents.centre import Centre
from incidents.facts import (
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    Fact,
    NeedRow,
    ResourceArrived,
    ResourceAssigned,
    ResourceAtFacility,
    ResourceDeparted,
    ResourceMoved,
    ResourceReleased,
    ResourceSignedOff,
    ResourceSignedOn,
    ResourceStoodDown,
    ResourceStoodUp,
    ResourceTransporting,
)
from incidents.ladder_state import Aid, AidKey, Climb, Notice, NoticeKey
from incidents.light import quicken
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, Place, ResourceId


class ContactStatus(StrEnum):
    """Where a contact stands."""

    WAITING = "waiting"
    ANSWERED = "answered"


class ResourceStatus(StrEnum):
    """Whether a resource can be sent."""

    OFF_DUTY = "off duty"
    RESTING = "on a break"
    AVAILABLE = "available"
    COMMITTED = "committed"


OFF_DUTY, RESTING, AVAILABLE, COMMITTED = ResourceStatus


class AssignmentStatus(StrEnum):
    """How far one assignment of a resource has got."""

    ASSIGNED = "assigned"
    EN_ROUTE = "en route"
    ON_SCENE = "on scene"
    TRANSPORTING = "transporting"
    AT_FACILITY = "at facility"


CONTACT_TABLE: Mapping[tuple[ContactStatus, type[Fact]], ContactStatus | None] = {
    (ContactStatus.WAITING, ContactAnswered): ContactStatus.ANSWERED,
    (ContactStatus.WAITING, ContactAbandoned): None,
    (ContactStatus.ANSWERED, ContactEnded): None,
}
"""The status a contact passes to; None: it is over."""

RESOURCE_TABLE: Mapping[ResourceStatus, frozenset[type[Fact]]] = {
    ResourceStatus.OFF_DUTY: frozenset({ResourceSignedOn}),
    ResourceStatus.RESTING: frozenset({ResourceSignedOff, ResourceStoodUp, ResourceAssigned, ResourceMoved}),
    ResourceStatus.AVAILABLE: frozenset({ResourceSignedOff, ResourceStoodDown, ResourceAssigned, ResourceMoved}),
    ResourceStatus.COMMITTED: frozenset({ResourceMoved}),
}
"""The facts a resource in each status may meet; what happens to its assignments is `ASSIGNMENT_TABLE`'s business."""

ASSIGNMENT_TABLE: Mapping[tuple[AssignmentStatus, type[Fact]], AssignmentStatus | None] = {
    (AssignmentStatus.ASSIGNED, ResourceDeparted): AssignmentStatus.EN_ROUTE,
    (AssignmentStatus.ASSIGNED, ResourceArrived): AssignmentStatus.ON_SCENE,
    (AssignmentStatus.EN_ROUTE, ResourceArrived): AssignmentStatus.ON_SCENE,
    (AssignmentStatus.ON_SCENE, ResourceTransporting): AssignmentStatus.TRANSPORTING,
    (AssignmentStatus.TRANSPORTING, ResourceAtFacility): AssignmentStatus.AT_FACILITY,
    **{(status, ResourceReleased): None for status in AssignmentStatus},
}
"""The status an assignment passes to; None: it is over."""

CORRECTABLE_FACTS = 200_000
"""How many of the latest facts a situation keeps, so that they may be corrected."""
UNDER_WAY = frozenset({AssignmentStatus.ASSIGNED, AssignmentStatus.EN_ROUTE})
"""An assignment that has not reached anybody yet: the resource may still be turned round."""


@dataclass(frozen=True, slots=True)
class OpenContact:
    """A contact that is waiting or being spoken with; `incident` None: not yet known what it is about.

    `rungs`: those that have acted on it.
    """

    id: ContactId
    received_at: Instant
    queue: str
    place: Place | None
    status: ContactStatus = ContactStatus.WAITING
    incident: IncidentId | None = None
    need: NeedId | None = None
    rungs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """One resource filling one position of one need, and of a shared need one position of each row in `also` too.

    `load`: the room it takes of its resource. `pinned` and `forced` are as `ResourceAssigned` says.
    """

    need: NeedId
    row: int
    status: AssignmentStatus
    assigned_at: Instant
    since: Instant
    also: tuple[int, ...] = ()
    load: int = 1
    pinned: bool = False
    forced: bool = False

    @property
    def rows(self) -> tuple[int, ...]:
        """Every row of the need of which it fills a position."""
        return (self.row, *self.also)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as last heard of. `place` None: nobody has said where it is, or it needs no place.

    `levels` has the skills above level 1; `until` is when its shift ends (None: nobody has said); `tasks` counts its
    assignments since it signed on. `capacity` is the room it has with nothing in hand; a position takes as much of it as its
    row's load says.
    """

    id: ResourceId
    kind: str
    skills: frozenset[str]
    capacity: int
    is_on_duty: bool = False
    place: Place | None = None
    placed_at: Instant | None = None
    serving: tuple[Assignment, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)
    until: Instant | None = None
    is_resting: bool = False
    tasks: int = 0

    @property
    def status(self) -> ResourceStatus:
        """Whether it can be sent, read off duty, breaks, capacity and assignments."""
        if not self.is_on_duty:
            return OFF_DUTY
        if self.is_resting:
            return RESTING
        return AVAILABLE if self.room > 0 else COMMITTED

    @property
    def room(self) -> int:
        """What its assignments leave of its capacity."""
        if not self.serving:
            return self.capacity
        return self.capacity - sum([assignment.load for assignment in self.serving])

    def level(self, skill: str) -> int:
        """How well it has `skill`, 1 to 5; 0: not at all."""
        return self.levels.get(skill, 1) if skill in self.skills else 0

    def assignment(self, need: NeedId) -> Assignment | None:
        """Its assignment to `need`, if it has one."""
        for assignment in self.serving:
            if assignment.need == need:
                return assignment
        return None


@dataclass(frozen=True, slots=True)
class Need:
    """What a contact or an incident asks for. `open` counts the unfilled positions of each row.

    Rows of several alternatives are several ways to fill a whole need. The first position that somebody takes settles which of
    them is in use, until every position of it has been left open again.
    """

    id: NeedId
    rows: tuple[NeedRow, ...]
    whole: bool
    opened_at: Instant
    because: str
    incident: IncidentId | None
    contact: ContactId | None
    open: tuple[int, ...]
    unfilled_since: Instant | None
    filled_by: tuple[ResourceId, ...] = ()
    shared: bool = False
    alarm: str | None = None

    @property
    def is_filled(self) -> bool:
        """Nothing more has to be sent."""
        return self.unfilled_since is None

    @property
    def asking(self) -> Sequence[int]:
        """The positions of each row that are asked for now: none of those that another way to fill the need made needless."""
        return asked_for(self.rows, self.open)

    @property
    def in_use(self) -> int | None:
        """The alternative of which somebody fills a position or has done its work; None: none yet."""
        return alternative_in_use(self.rows, self.open)


def asked_for(rows: tuple[NeedRow, ...], opened: Sequence[int]) -> Sequence[int]:
    """Return the positions of each row that are asked for, when `opened` of them are unfilled."""
    if len(rows) == 1:
        return opened
    used = alternative_in_use(rows, opened)
    if used is None:
        return opened
    return tuple([count if row.alternative == used else 0 for row, count in zip(rows, opened, strict=True)])


def alternative_in_use(rows: tuple[NeedRow, ...], opened: Sequence[int]) -> int | None:
    """Return the alternative of the first row that lacks fewer positions than it asks for; None: there is no such row."""
    for row, count in zip(rows, opened, strict=True):
        if count < row.quantity:
            return row.alternative
    return None


@dataclass(frozen=True, slots=True)
class Incident:
    """An open incident; `priority` None: not assessed yet.

    `rungs`: those that have acted on it, as often as they did; `standing`: those of them that have not stood down; `told`: the
    messages and handovers that were worded about it, each once; `left`: questions at which the interview was left, with the
    jump-out; `reached_at`: when somebody first arrived (None: nobody has); `holder`: who answered its first contact, or has
    accepted it since (None: nobody of the centre); `notes`: what was written down, by the sequence of the fact.
    """

    id: IncidentId
    reported_at: Instant
    contact: ContactId | None
    place: Place | None
    answers: Mapping[str, str]
    determinant: str | None = None
    priority: str | None = None
    assessed_at: Instant | None = None
    assessed_by_person: bool = False
    needs: tuple[NeedId, ...] = ()
    needs_opened: int = 0
    rungs: tuple[str, ...] = ()
    diverted: int = 0
    standing: Mapping[str, Climb] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    alarm: Alarm = FIRST
    reached_at: Instant | None = None
    holder: ResourceId | None = None
    notes: Mapping[int, str] = field(default_factory=dict)


MessageKey: TypeAlias = tuple[IncidentId, str, str]
"""The incident, the name of the message, and to whom it went."""


@dataclass(frozen=True, slots=True)
class OpenMessage:
    """A message that nobody has acknowledged; sent again, it keeps the earliest instant by which somebody had to, and
    `waits_since`, when it was first sent or withheld.

    `medium` None: it was withheld, and `text` says why. `acknowledge_by` None: it never becomes overdue, but stays open.
    """

    incident: IncidentId
    message: str
    to: str
    medium: str | None
    text: str
    sent_at: Instant
    acknowledge_by: Instant | None
    waits_since: Instant
    delivered_at: Instant | None = None
    is_overdue: bool = False
    is_handover: bool = False

    @property
    def key(self) -> MessageKey:
        """What tells it from every other."""
        return self.incident, self.message, self.to


@dataclass(frozen=True, slots=True)
class Situation:
    """All that is known after `sequence` facts. `closed` keeps every incident that is over, with the instant of its end.

    `messages` holds those that wait for an acknowledgement. `modes`: the instant at which each mode of the whole centre began;
    `time_zone`: in which the hours of rungs are local. `recorded`: the latest facts by sequence, as they were corrected.
    """

    at: Instant
    sequence: int
    procedure: str | None
    contacts: Mapping[ContactId, OpenContact]
    incidents: Mapping[IncidentId, Incident]
    needs: Mapping[NeedId, Need]
    resources: Mapping[ResourceId, Resource]
    ended: Map[ContactId, Instant]
    closed: Map[IncidentId, Instant]
    messages: Mapping[MessageKey, OpenMessage] = field(default_factory=dict)
    notices: Mapping[NoticeKey, Notice] = field(default_factory=dict)
    modes: Mapping[str, Instant] = field(default_factory=dict)
    aid: Mapping[AidKey, Aid] = field(default_factory=dict)
    time_zone: str = "UTC"
    recorded: Map[int, Fact] = field(default_factory=Map)

    def kept(self) -> Situation:
        """Return the situation as a value that stays as it is: itself, but for one that a desk is working on."""
        return self

    @property
    def unacknowledged(self) -> tuple[OpenMessage, ...]:
        """The messages that are overdue, in the order they were first sent."""
        return tuple(each for each in self.messages.values() if each.is_overdue)

    @classmethod
    def opening(cls, centre: Centre, at: Instant = 0) -> Situation:
        """Return the situation before the first fact: every resource of the centre off duty, no contact, no incident."""
        above_first = {
            name: {skill: level for skill, level in kind.levels.items() if level > 1}
            for name, kind in centre.kinds.items()
        }
        resources = {
            ResourceId(name): Resource(
                ResourceId(name),
                entry.kind,
                frozenset(centre.kinds[entry.kind].skills),
                centre.kinds[entry.kind].capacity,
                levels=above_first[entry.kind],
            )
            for name, entry in sorted(centre.resources.items())
        }
        return cls(at, 0, None, {}, {}, {}, resources, Map(), Map(), time_zone=centre.time_zone)


quicken((Situation, OpenContact, Assignment, Resource, Need, Incident, OpenMessage, Climb, Notice, Aid, Place))
