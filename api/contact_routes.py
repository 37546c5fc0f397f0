"""Contacts: somebody rings, is answered, turns out to be about an incident, and ends. Imports `submission` and `wire`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from api.control_room import Present
from api.problems import documented
from api.submission import Submitted
from api.wire import Acknowledgement, Happening, Id, Whereabouts, Word
from incidents import facts as f
from incidents.consequences import call_need
from incidents.quantities import ContactId, IncidentId, Instant, ResourceId

routes = APIRouter(prefix="/v1/contacts", tags=["contacts"], responses=documented(409))

Contact = Annotated[Id, Path(description="id of a contact")]


class Report(Happening):
    """Somebody rings or writes."""

    queue: Word
    place: Whereabouts | None = None
    contact: Id | None = Field(default=None, description="an id of the client's; otherwise one is made")


class Answering(Happening):
    """A call-taker answers; without `resource`, the one who was assigned to the contact."""

    resource: Word | None = None


class Ending(Happening):
    """The conversation is over; with `wrap_up` its call-taker stays committed until released."""

    wrap_up: bool = False


class Opening(Happening):
    """The contact is about something new."""

    place: Whereabouts | None = None
    incident: Id | None = Field(default=None, description="an id of the client's; otherwise one is made")


class Linking(Happening):
    """The contact is about an incident that is open already."""

    incident: Id


@routes.post("", status_code=201, response_model=Acknowledgement)
def report_contact(report: Report, submission: Submitted) -> Response:
    """Record that somebody rings; the rules open a need for a call-taker."""
    place = None if report.place is None else report.place.at(submission.room.centre)

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        contact = ContactId(report.contact or _unused(present, "C"))
        return (f.ContactReceived(at, contact, report.queue, place),)

    return submission.record(plan, status=201, happened_at=report.happened_at)


@routes.post("/{contact}/answer", response_model=Acknowledgement)
def answer_contact(contact: Contact, submission: Submitted, answering: Answering | None = None) -> Response:
    """Record that a call-taker speaks with the contact."""
    said = answering or Answering()

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        resource = ResourceId(said.resource) if said.resource else next(iter(_answering(present, contact)), None)
        return (f.ContactAnswered(at, ContactId(contact), resource),)

    return submission.record(plan, happened_at=said.happened_at)


@routes.post("/{contact}/end", response_model=Acknowledgement)
def end_contact(contact: Contact, submission: Submitted, ending: Ending | None = None) -> Response:
    """Record that the conversation is over, and free its call-taker unless there is work to wrap up."""
    said = ending or Ending()

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        ended = f.ContactEnded(at, ContactId(contact))
        free = () if said.wrap_up else _answering(present, contact)
        need = call_need(ContactId(contact))
        return (ended, *(f.ResourceReleased(at, resource, need, "conversation over") for resource in free))

    return submission.record(plan, happened_at=said.happened_at)


@routes.post("/{contact}/abandon", response_model=Acknowledgement)
def abandon_contact(contact: Contact, submission: Submitted, happening: Happening | None = None) -> Response:
    """Record that the contact gave up before being answered."""
    return submission.record(
        lambda _present, at: (f.ContactAbandoned(at, ContactId(contact)),), happened_at=_when(happening)
    )


@routes.post("/{contact}/incident", status_code=201, response_model=Acknowledgement)
def open_incident(contact: Contact, submission: Submitted, opening: Opening | None = None) -> Response:
    """Open an incident for the contact; its place is the contact's unless another is given."""
    said = opening or Opening()
    place = None if said.place is None else said.place.at(submission.room.centre)

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        incident = IncidentId(said.incident or _unused(present, "I"))
        return (f.IncidentOpened(at, incident, ContactId(contact), place),)

    return submission.record(plan, status=201, happened_at=said.happened_at)


@routes.post("/{contact}/link", response_model=Acknowledgement)
def link_contact(contact: Contact, linking: Linking, submission: Submitted) -> Response:
    """Record that the contact is about an incident that is open already."""
    return submission.record(
        lambda _present, at: (f.ContactLinked(at, ContactId(contact), IncidentId(linking.incident)),),
        happened_at=linking.happened_at,
    )


def _when(happening: Happening | None) -> datetime | None:
    return None if happening is None else happening.happened_at


def _answering(present: Present, contact: str) -> tuple[ResourceId, ...]:
    need = present.situation.needs.get(call_need(ContactId(contact)))
    return () if need is None else need.filled_by


def _unused(present: Present, letter: str) -> str:
    """Make an id from where the log stands; a client may have taken it, so go on from there until one is free."""
    situation = present.situation
    number = situation.sequence + 1
    while True:
        made = f"{letter}-{number}"
        taken = (situation.contacts, situation.ended, situation.incidents, situation.closed)
        if not any(made in names for names in taken):
            return made
        number += 1
