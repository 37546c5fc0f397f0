"""Every fact: something that happened, at an instant. The incident log is nothing else.

Facts are light slotted values. A correction is a new fact; nothing is edited. `records` makes plain data of them. Imports only
`quantities`, `light` and the facts of their own modules: alarms, contacts, interviews, escalation and aid, handovers,
corrections, and what people are told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

from pydantic import ConfigDict, Field

from incidents.alarm_facts import AlarmLowered as AlarmLowered
from incidents.alarm_facts import AlarmRaised as AlarmRaised
from incidents.alarm_facts import NeedReduced as NeedReduced
from incidents.contact_facts import ContactAbandoned as ContactAbandoned
from incidents.contact_facts import ContactAnswered as ContactAnswered
from incidents.contact_facts import ContactEnded as ContactEnded
from incidents.contact_facts import ContactReceived as ContactReceived
from incidents.correction_facts import Corrected as Corrected
from incidents.handover_facts import HandoverAccepted as HandoverAccepted
from incidents.handover_facts import HandoverGiven as HandoverGiven
from incidents.handover_facts import PacketLine as PacketLine
from incidents.interview_facts import InterviewLeft as InterviewLeft
from incidents.interview_facts import InterviewResumed as InterviewResumed
from incidents.ladder_facts import AcknowledgementMissed as AcknowledgementMissed
from incidents.ladder_facts import AidCommitted as AidCommitted
from incidents.ladder_facts import AidDeclined as AidDeclined
from incidents.ladder_facts import AidOffered as AidOffered
from incidents.ladder_facts import AidReleased as AidReleased
from incidents.ladder_facts import AidRequested as AidRequested
from incidents.ladder_facts import ContactEscalated as ContactEscalated
from incidents.ladder_facts import IncidentDeescalated as IncidentDeescalated
from incidents.ladder_facts import ModeEntered as ModeEntered
from incidents.ladder_facts import ModeLeft as ModeLeft
from incidents.ladder_facts import RoleAcknowledged as RoleAcknowledged
from incidents.ladder_facts import RoleNotified as RoleNotified
from incidents.ladder_facts import RungSkipped as RungSkipped
from incidents.light import quicken
from incidents.message_facts import AdviceGiven as AdviceGiven
from incidents.message_facts import MessageAcknowledged as MessageAcknowledged
from incidents.message_facts import MessageDelivered as MessageDelivered
from incidents.message_facts import MessageOverdue as MessageOverdue
from incidents.message_facts import MessageSent as MessageSent
from incidents.message_facts import MessageWithheld as MessageWithheld
from incidents.quantities import ContactId, IncidentId, Instant, NeedId, Place, ResourceId


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One line of a need: `quantity` resources, each holding `skill` at `level` or above.

    `alternative`: which of the ways to fill the need the row belongs to. `load`: room that each position takes of a resource.
    """

    skill: str
    quantity: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    level: Annotated[int, Field(strict=True, ge=1, le=5)] = 1
    alternative: Annotated[int, Field(strict=True, ge=0, lt=50)] = 0
    load: Annotated[int, Field(strict=True, ge=1, le=1000)] = 1

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


# Incidents: what is being managed.


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    """A contact turned out to be about something new."""

    at: Instant
    incident: IncidentId
    contact: ContactId | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ContactLinked:
    """A contact turned out to be about an incident already open (a duplicate)."""

    at: Instant
    contact: ContactId
    incident: IncidentId


@dataclass(frozen=True, slots=True)
class IncidentLocated:
    """The location of an incident became known, or better known."""

    at: Instant
    incident: IncidentId
    place: Place


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """The caller answered one question of the triage tree."""

    at: Instant
    incident: IncidentId
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class IncidentAssessed:
    """Triage reached a determinant code and a priority; `because` is the path through the tree.

    `by_person`: somebody assessed it over the tree's head; `because` is the reason, and later answers do not change it.
    """

    at: Instant
    incident: IncidentId
    determinant: str
    priority: str
    because: str
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class IncidentEscalated:
    """An escalation rung was reached; `priority` None leaves the priority as it was."""

    at: Instant
    incident: IncidentId
    rung: str
    because: str
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    """Nothing more is owed to the incident."""

    at: Instant
    incident: IncidentId
    because: str = ""


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """Somebody wrote something down about an incident."""

    at: Instant
    incident: IncidentId
    text: str


# Needs: the one unit of allocation.


@dataclass(frozen=True, slots=True)
class NeedOpened:
    """A procedure asks for resources: for a contact (a call-taker) or for an incident (responders).

    `shared`: one resource may fill several of its rows at once. `alarm`: the alarm level that asks (None: none does).
    """

    at: Instant
    need: NeedId
    rows: Annotated[tuple[NeedRow, ...], Field(max_length=50)]
    whole: Annotated[bool, Field(strict=True)]
    because: str
    incident: IncidentId | None = None
    contact: ContactId | None = None
    shared: Annotated[bool, Field(strict=True)] = False
    alarm: str | None = None


@dataclass(frozen=True, slots=True)
class NeedWithdrawn:
    """A need is no longer asked for."""

    at: Instant
    need: NeedId
    because: str


# Resources and their assignments.


@dataclass(frozen=True, slots=True)
class ResourceSignedOn:
    """A resource came on duty at `place` (None: it works where it needs no travel), `until` its shift ends (None: not said)."""

    at: Instant
    resource: ResourceId
    place: Place | None = None
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class ResourceSignedOff:
    """A resource went off duty."""

    at: Instant
    resource: ResourceId
    because: str = ""


@dataclass(frozen=True, slots=True)
class ResourceStoodDown:
    """A resource on duty began a break or a rest."""

    at: Instant
    resource: ResourceId
    because: str = ""


@dataclass(frozen=True, slots=True)
class ResourceStoodUp:
    """A resource is back from its break."""

    at: Instant
    resource: ResourceId


@dataclass(frozen=True, slots=True)
class ResourceMoved:
    """A resource reported where it is."""

    at: Instant
    resource: ResourceId
    place: Place


@dataclass(frozen=True, slots=True)
class ResourceAssigned:
    """A resource was sent to fill row `row` of a need; `because` says whose choice it was and, for an override, why.

    `also`: the further rows of a shared need that it fills. `pinned`: nothing but a person's word takes it away again.
    `forced`: a person sent it although it lacks what the row asks for, and `because` says why.
    """

    at: Instant
    resource: ResourceId
    need: NeedId
    row: Annotated[int, Field(strict=True, ge=0)]
    because: str
    also: Annotated[tuple[Annotated[int, Field(strict=True, ge=0)], ...], Field(max_length=50)] = ()
    pinned: Annotated[bool, Field(strict=True)] = False
    forced: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class ResourceDeparted:
    """A resource set off for the incident of `need`."""

    at: Instant
    resource: ResourceId
    need: NeedId


@dataclass(frozen=True, slots=True)
class ResourceArrived:
    """A resource is at the incident of `need`."""

    at: Instant
    resource: ResourceId
    need: NeedId


@dataclass(frozen=True, slots=True)
class ResourceTransporting:
    """A resource left the scene with somebody, for a facility at `place` (None: not said)."""

    at: Instant
    resource: ResourceId
    need: NeedId
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ResourceAtFacility:
    """A transporting resource arrived at its facility and hands over."""

    at: Instant
    resource: ResourceId
    need: NeedId
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ResourceReleased:
    """A resource is free of `need`; `leaves_open`: it was taken away unfinished, and its position must be filled again.

    `place` None leaves its position as last known.
    """

    at: Instant
    resource: ResourceId
    need: NeedId
    because: str
    leaves_open: Annotated[bool, Field(strict=True)] = False
    place: Place | None = None


# Rules.


@dataclass(frozen=True, slots=True)
class ProcedureAdopted:
    """From here on the procedure with this fingerprint is in force."""

    at: Instant
    name: str
    revision: Annotated[int, Field(strict=True, ge=1)]
    fingerprint: str


Fact: TypeAlias = (
    ContactReceived
    | ContactAnswered
    | ContactAbandoned
    | ContactEnded
    | IncidentOpened
    | ContactLinked
    | IncidentLocated
    | AnswerGiven
    | IncidentAssessed
    | IncidentEscalated
    | IncidentClosed
    | NoteAdded
    | MessageSent
    | MessageWithheld
    | MessageDelivered
    | MessageAcknowledged
    | MessageOverdue
    | AdviceGiven
    | NeedOpened
    | NeedWithdrawn
    | ResourceSignedOn
    | ResourceSignedOff
    | ResourceStoodDown
    | ResourceStoodUp
    | ResourceMoved
    | ResourceAssigned
    | ResourceDeparted
    | ResourceArrived
    | ResourceTransporting
    | ResourceAtFacility
    | ResourceReleased
    | ProcedureAdopted
    | IncidentDeescalated
    | ContactEscalated
    | RungSkipped
    | RoleNotified
    | RoleAcknowledged
    | AcknowledgementMissed
    | ModeEntered
    | ModeLeft
    | AidRequested
    | AidOffered
    | AidDeclined
    | AidCommitted
    | AidReleased
    | InterviewLeft
    | InterviewResumed
    | AlarmRaised
    | AlarmLowered
    | NeedReduced
    | HandoverGiven
    | HandoverAccepted
    | Corrected
)

KINDS: Mapping[str, type[Fact]] = {kind.__name__: kind for kind in Fact.__args__}
"""Every kind of fact by its name, in the order of this module, of `ladder_facts` and of `alarm_facts`."""

quicken((*KINDS.values(), NeedRow))
