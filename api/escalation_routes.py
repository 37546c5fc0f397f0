"""Escalation over HTTP: accepting a rung that only proposes, acknowledging one, and the lifecycle of mutual aid.

Imports `submission` and `wire`.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import Field

from api.control_room import Present
from api.problems import documented
from api.submission import Submission, Submitted
from api.wire import Acknowledgement, Happening, Id, Text, Word
from incidents import facts as f
from incidents.escalation import proposed
from incidents.known import refusal
from incidents.quantities import ContactId, IncidentId, Instant, NeedId
from incidents.rung_facts import of_due

routes = APIRouter(prefix="/v1", tags=["escalation"], responses=documented(409))


class AboutRung(Happening):
    """A rung, and the incident or contact it is about; neither: the whole centre."""

    rung: Word
    incident: Id | None = None
    contact: Id | None = None


class RungAcknowledged(AboutRung):
    """One of those whom a rung told takes it up."""

    role: Word


class AboutAid(Happening):
    """A need, by its id, and the partner asked for it."""

    need: str = Field(min_length=3, max_length=100)
    partner: Word


class AidWanted(AboutAid):
    """A partner is asked for resources; where the rules have a matrix of authority, in the name of a role that may."""

    skill: Word
    quantity: int = Field(default=1, ge=1, le=100)
    role: Word | None = None
    medium: Word | None = None
    reason: Text


class AidGiven(AboutAid):
    """How many the partner offers, or how many of them are taken up."""

    quantity: int = Field(ge=1, le=100)
    reason: Text | None = None


class AidOver(AboutAid):
    """Why aid is declined or released."""

    reason: Text


@routes.post("/escalations", response_model=Acknowledgement)
def accept_escalation(rung: AboutRung, submission: Submitted) -> Response:
    """Act on a rung that the rules propose; refused where they do not propose it now."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        made = proposed(present.situation, present.procedure, at)
        for each in made:
            if (each.rung, each.incident, each.contact) == (rung.rung, rung.incident, rung.contact):
                because = f"accepted by {submission.actor}: {each.because}"
                return (of_due(each, present.situation, present.procedure, at, because=because),)
        listed = ", ".join(f"{each.rung} about {each.incident or each.contact or 'the centre'}" for each in made)
        raise refusal("rung", f"rung {rung.rung} is not proposed now", listed or "none is proposed")

    return submission.record(plan, happened_at=rung.happened_at)


@routes.post("/acknowledgements", response_model=Acknowledgement)
def acknowledge(said: RungAcknowledged, submission: Submitted) -> Response:
    """Record that one of those whom a rung told takes it up, for all of them."""
    incident = None if said.incident is None else IncidentId(said.incident)
    contact = None if said.contact is None else ContactId(said.contact)
    return submission.record(
        lambda _present, at: (f.RoleAcknowledged(at, said.rung, said.role, incident, contact),),
        happened_at=said.happened_at,
    )


@routes.post("/aid/request", response_model=Acknowledgement)
def request_aid(wanted: AidWanted, submission: Submitted) -> Response:
    """Ask a partner for resources for one need."""
    because = f"{submission.actor}: {wanted.reason}"
    need, partner = NeedId(wanted.need), wanted.partner
    return submission.record(
        lambda _present, at: (
            f.AidRequested(at, need, partner, wanted.skill, wanted.quantity, because, wanted.role, wanted.medium),
        ),
        happened_at=wanted.happened_at,
    )


@routes.post("/aid/offer", response_model=Acknowledgement)
def offer_aid(given: AidGiven, submission: Submitted) -> Response:
    """Record that the partner could send so many."""
    return _given(f.AidOffered, given, submission)


@routes.post("/aid/decline", response_model=Acknowledgement)
def decline_aid(over: AidOver, submission: Submitted) -> Response:
    """Record that the partner cannot help, or that its offer is turned down."""
    return _over(f.AidDeclined, over, submission)


@routes.post("/aid/commit", response_model=Acknowledgement)
def commit_aid(given: AidGiven, submission: Submitted) -> Response:
    """Take up what the partner offers; its resources may be proposed for the need from here on."""
    return _given(f.AidCommitted, given, submission)


@routes.post("/aid/release", response_model=Acknowledgement)
def release_aid(over: AidOver, submission: Submitted) -> Response:
    """Call on the partner no more; what was sent is released by itself."""
    return _over(f.AidReleased, over, submission)


def _given(kind: type[f.AidOffered | f.AidCommitted], given: AidGiven, submission: Submission) -> Response:
    because = _said(submission.actor, given.reason)
    return submission.record(
        lambda _present, at: (kind(at, NeedId(given.need), given.partner, given.quantity, because),),
        happened_at=given.happened_at,
    )


def _over(kind: type[f.AidDeclined | f.AidReleased], over: AidOver, submission: Submission) -> Response:
    because = _said(submission.actor, over.reason)
    return submission.record(
        lambda _present, at: (kind(at, NeedId(over.need), over.partner, because),),
        happened_at=over.happened_at,
    )


def _said(actor: str, reason: str | None) -> str:
    return actor if reason is None else f"{actor}: {reason}"
