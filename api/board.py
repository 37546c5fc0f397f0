"""What a dispatcher sees: contacts, incidents with their needs, resources, proposals and what is held. Read off one present.

Imports `control_room`, `reasoning`, `escalation_board`, `wire` and `incidents`. Nothing here decides or changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Literal

from pydantic import Field

from api.alarm_view import AlarmView, alarm_view
from api.control_room import Present
from api.escalation_board import EscalationView, escalation_view
from api.message_view import MessageView, messages
from api.reasoning import ReasonView, View, counted, reason_view
from api.wire import iso
from incidents.decision import Decision, Divert, Proposal
from incidents.explanation import Reason, explain, lacking
from incidents.quantities import Instant, Place
from incidents.reasons import reasons
from incidents.situation import Assignment, Incident, Need, OpenContact, Resource

ALTERNATIVES = 3
"""How many others are named beside a proposal."""


class PlaceView(View):
    """Degrees (WGS 84) and the zone, if known."""

    latitude: float
    longitude: float
    zone: str | None


class ContactView(View):
    """An open contact."""

    id: str
    queue: str
    status: str
    received_at: str
    waited_s: float = Field(description="seconds since it was received")
    place: PlaceView | None
    incident: str | None
    answered_by: tuple[str, ...]


class RowView(View):
    """One row of a need: how many of a skill, how well they have to have it, and how many are still missing.

    None is missing where another alternative is in use.
    """

    skill: str
    level: int
    quantity: int
    open: int
    alternative: int = Field(description="which of the ways to fill the need the row belongs to")
    load: int = Field(description="room that each takes of a resource")


class NeedView(View):
    """What a contact or an incident asks for."""

    id: str
    because: str
    whole: bool
    shared: bool = Field(description="one resource may fill several rows")
    opened_at: str
    unfilled_since: str | None
    alarm: str | None = Field(description="the alarm level that asks for it")
    rows: tuple[RowView, ...]
    filled_by: tuple[str, ...]


class IncidentView(View):
    """An incident. A closed one shows only its id, its state and when it ended; the log has the rest."""

    id: str
    state: Literal["open", "closed"]
    closed_at: str | None = None
    reported_at: str | None = None
    place: PlaceView | None = None
    answers: dict[str, str] = Field(default={})
    determinant: str | None = None
    priority: str | None = None
    rungs: tuple[str, ...] = ()
    alarm: AlarmView | None = Field(default=None, description="null where the plan has no alarm levels")
    needs: tuple[NeedView, ...] = ()


class AssignmentView(View):
    """One assignment of a resource."""

    need: str
    row: int
    also: tuple[int, ...] = Field(description="further rows of the need that it fills")
    load: int
    pinned: bool = Field(description="a person keeps it here")
    forced: bool = Field(description="a person sent it although it lacks what the row asks for")
    status: str
    assigned_at: str
    since: str


class ResourceView(View):
    """A resource as last heard of."""

    id: str
    kind: str
    skills: tuple[str, ...]
    levels: dict[str, int] = Field(description="of the skills above level 1")
    capacity: int
    room: int = Field(description="what its assignments leave of its capacity")
    status: str
    until: str | None = Field(description="when its shift ends, ISO 8601; None: nobody has said")
    tasks: int = Field(description="assignments since it came on duty")
    place: PlaceView | None
    place_age_s: float | None = Field(description="seconds since its place was known")
    serving: tuple[AssignmentView, ...]


class ProposalView(View):
    """What the rules propose now. `price` holds its terms in weighted seconds; `id` names it as of this sequence."""

    id: str
    kind: Literal["assign", "divert"]
    need: str
    row: int
    skill: str
    resource: str
    taken_from: str | None
    reach_s: float
    price: dict[str, float]
    because: str
    automatic: bool
    alternatives: tuple[ReasonView, ...] = ()


class HeldView(View):
    """A need with positions for which nobody is proposed; /v1/needs/{need}/reasons has a reason for every resource."""

    need: str
    lacking: dict[str, int]


class PlanView(View):
    """How the proposals were found, and in `detail` why no longer was thought; `degraded`: the engine failed, and this is the
    best checked plan there was, at worst the floor plan."""

    engine: str | None
    stopped: str | None
    detail: str


class ProcedureView(View):
    """Which rules are in force."""

    procedure: str
    revision: int
    fingerprint: str


class ProposalsView(View):
    """All proposals and holds as of `sequence`."""

    sequence: int
    plan: PlanView
    proposals: tuple[ProposalView, ...]
    held: tuple[HeldView, ...]


class Board(ProposalsView):
    """Everything open, at one instant."""

    as_of: str
    procedure: ProcedureView
    contacts: tuple[ContactView, ...]
    incidents: tuple[IncidentView, ...]
    resources: tuple[ResourceView, ...]
    messages: tuple[MessageView, ...] = Field(description="those that nobody has acknowledged, the overdue first")
    escalation: EscalationView


def board(present: Present, now: Instant) -> Board:
    """Return the board as of `now`; ages are seconds before it."""
    situation = present.situation
    now = max(now, situation.at)
    shown = proposals(present, alternatives=0)
    return Board(
        **dict(shown),
        as_of=iso(now),
        procedure=procedure_view(present),
        contacts=tuple(_contact(present, each, now) for each in situation.contacts.values()),
        incidents=tuple(incident_view(present, each) for each in _by_urgency(present)),
        resources=tuple(resource_view(each, now) for each in situation.resources.values()),
        messages=messages(present, now),
        escalation=escalation_view(present, now),
    )


def proposals(present: Present, *, alternatives: int = ALTERNATIVES) -> ProposalsView:
    """Return what is proposed and what is held, each proposal with so many next best."""
    decision = present.decision
    termination, made = decision.termination, decision.proposals
    others: dict[str, tuple[Reason, ...]] = {}
    if alternatives and made:
        known = reasons(decision)
        needs = dict.fromkeys(each.need for each in made)
        # Everything at once must come at once: what would take solving again waits until somebody asks for one need.
        others = {need: explain(decision, need, known, limits=None).others for need in needs}
    return ProposalsView(
        sequence=decision.sequence,
        plan=PlanView(
            engine=decision.engine,
            stopped=None if termination is None else termination.reason,
            detail="" if termination is None else termination.detail,
        ),
        proposals=tuple(proposal_view(decision, each, _next_best(each, others, alternatives)) for each in made),
        held=tuple(HeldView(need=need, lacking=counted(rows)) for need, rows in lacking(decision).items()),
    )


def _next_best(proposal: Proposal, others: Mapping[str, tuple[Reason, ...]], most: int) -> tuple[Reason, ...]:
    """Those who could go for the same row instead, the least change of the whole plan first."""
    able = [each for each in others.get(proposal.need, ()) if each.row == proposal.row]
    able.sort(
        key=lambda each: (
            bool(each.leaves_open),
            *_order(each.plan_dearer_by_s),
            *_order(each.dearer_by_s),
            each.resource,
        )
    )
    return tuple(able[:most])


def _order(seconds: float | None) -> tuple[bool, float]:
    return seconds is None, seconds or 0.0


def proposal_view(decision: Decision, proposal: Proposal, others: Sequence[Reason] = ()) -> ProposalView:
    """Show one proposal of `decision`, with those who could go instead."""
    return ProposalView(
        id=f"{decision.sequence}:{proposal_key(proposal)}",
        kind="divert" if isinstance(proposal, Divert) else "assign",
        need=proposal.need,
        row=proposal.row,
        skill=proposal.skill,
        resource=proposal.resource,
        taken_from=proposal.taken_from if isinstance(proposal, Divert) else None,
        reach_s=proposal.reach_s,
        price=dict(proposal.price),
        because=proposal.because,
        automatic=proposal.automatic,
        alternatives=tuple(reason_view(each) for each in others),
    )


def proposal_key(proposal: Proposal) -> str:
    """Name a proposal apart from the sequence at which it is made: need, row and resource."""
    return f"{proposal.need}:{proposal.row}:{proposal.resource}"


def procedure_view(present: Present) -> ProcedureView:
    """Show which rules are in force."""
    rules = present.procedure
    return ProcedureView(procedure=rules.procedure, revision=rules.revision, fingerprint=rules.fingerprint)


def incident_view(present: Present, incident: Incident) -> IncidentView:
    """Show an open incident with its needs."""
    return IncidentView(
        id=incident.id,
        state="open",
        reported_at=iso(incident.reported_at),
        place=_place(incident.place),
        answers=dict(incident.answers),
        determinant=incident.determinant,
        priority=incident.priority,
        rungs=incident.rungs,
        alarm=alarm_view(present, incident),
        needs=tuple(_need(present.situation.needs[need]) for need in incident.needs),
    )


def resource_view(resource: Resource, now: Instant) -> ResourceView:
    """Show a resource with its assignments."""
    return ResourceView(
        id=resource.id,
        kind=resource.kind,
        skills=tuple(sorted(resource.skills)),
        levels=dict(sorted(resource.levels.items())),
        capacity=resource.capacity,
        room=resource.room,
        status=resource.status,
        until=None if resource.until is None else iso(resource.until),
        tasks=resource.tasks,
        place=_place(resource.place),
        place_age_s=None if resource.placed_at is None else max(0, now - resource.placed_at) / 1000,
        serving=tuple(_assignment(each) for each in resource.serving),
    )


def _by_urgency(present: Present) -> list[Incident]:
    """Most urgent first, those not assessed before all others: nobody knows yet how urgent they are."""
    priorities = present.procedure.priorities

    def order(incident: Incident) -> tuple[int, Instant, str]:
        rank = 0 if incident.priority is None else priorities[incident.priority].rank
        return rank, incident.reported_at, incident.id

    return sorted(present.situation.incidents.values(), key=order)


def _contact(present: Present, contact: OpenContact, now: Instant) -> ContactView:
    need = None if contact.need is None else present.situation.needs.get(contact.need)
    return ContactView(
        id=contact.id,
        queue=contact.queue,
        status=contact.status,
        received_at=iso(contact.received_at),
        waited_s=(now - contact.received_at) / 1000,
        place=_place(contact.place),
        incident=contact.incident,
        answered_by=() if need is None else need.filled_by,
    )


def _need(need: Need) -> NeedView:
    return NeedView(
        id=need.id,
        because=need.because,
        whole=need.whole,
        shared=need.shared,
        alarm=need.alarm,
        opened_at=iso(need.opened_at),
        unfilled_since=None if need.unfilled_since is None else iso(need.unfilled_since),
        rows=tuple(RowView(open=count, **asdict(row)) for row, count in zip(need.rows, need.asking, strict=True)),
        filled_by=need.filled_by,
    )


def _assignment(assignment: Assignment) -> AssignmentView:
    return AssignmentView(
        need=assignment.need,
        row=assignment.row,
        also=assignment.also,
        load=assignment.load,
        pinned=assignment.pinned,
        forced=assignment.forced,
        status=assignment.status,
        assigned_at=iso(assignment.assigned_at),
        since=iso(assignment.since),
    )


def _place(place: Place | None) -> PlaceView | None:
    if place is None:
        return None
    return PlaceView(latitude=place.latitude, longitude=place.longitude, zone=place.zone)
