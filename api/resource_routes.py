"""Resources: duty, position, and the steps of their assignments. Imports `submission`, `wire` and `board`.

Where a resource serves one need, that need is meant unless another is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Field

from api.board import ResourceView, resource_view
from api.control_room import Present, sign_on_all
from api.problems import documented
from api.submission import Room, Submission, Submitted
from api.wire import EPOCH, LATEST, Acknowledgement, Happening, Text, Whereabouts, Word, instant
from incidents import facts as f
from incidents.quantities import Instant, NeedId, Place, ResourceId
from incidents.refusals import FactRefused, Flaw

routes = APIRouter(prefix="/v1/resources", tags=["resources"], responses=documented(409))

ResourceName = Annotated[Word, Path(description="name of a resource of the centre")]


class SigningOn(Happening):
    """A resource comes on duty; without `place`, at its base."""

    place: Whereabouts | None = None
    until: AwareDatetime | None = Field(
        default=None, ge=EPOCH, le=LATEST, description="when its shift ends, ISO 8601 with a zone; left out: not said"
    )


class SigningOff(Happening):
    """A resource goes off duty."""

    reason: Text | None = None


class StandingDown(Happening):
    """A resource begins a break or a rest."""

    reason: Text | None = None


class Movement(Happening):
    """Where a resource is."""

    place: Whereabouts


class Progress(Happening):
    """A step of an assignment; `need` may be left out when the resource serves only one."""

    need: Annotated[str, Field(min_length=1, max_length=120)] | None = None


class Destination(Progress):
    """A step towards a facility, or there."""

    place: Whereabouts | None = None


class Release(Progress):
    """The end of an assignment; with `leaves_open` its position must be filled again."""

    reason: Text | None = None
    leaves_open: bool = False
    place: Whereabouts | None = None


@routes.get("")
def read_resources(room: Room) -> tuple[ResourceView, ...]:
    """Show every resource of the centre."""
    now = room.clock.now()
    return tuple(resource_view(each, now) for each in room.present.situation.resources.values())


@routes.post("/sign-on-all", response_model=Acknowledgement)
def sign_everybody_on(submission: Submitted, happening: Happening | None = None) -> Response:
    """Bring everybody who is off duty on duty, each at its base: the start of an exercise, or of a demonstration."""
    return submission.record(
        lambda present, at: sign_on_all(present, at, submission.room.centre),
        happened_at=None if happening is None else happening.happened_at,
    )


@routes.post("/{resource}/sign-on", response_model=Acknowledgement)
def sign_on(resource: ResourceName, submission: Submitted, signing: SigningOn | None = None) -> Response:
    """Record that a resource comes on duty."""
    said = signing or SigningOn()
    centre = submission.room.centre
    base = centre.base_of(resource) if resource in centre.resources else None
    place = _place(said.place, submission) or base
    until = None if said.until is None else instant(said.until)
    return submission.record(
        lambda _present, at: (f.ResourceSignedOn(at, ResourceId(resource), place, until),),
        happened_at=said.happened_at,
    )


@routes.post("/{resource}/sign-off", response_model=Acknowledgement)
def sign_off(resource: ResourceName, submission: Submitted, signing: SigningOff | None = None) -> Response:
    """Record that a resource goes off duty; refused while it serves a need."""
    said = signing or SigningOff()
    because = said.reason or f"signed off by {submission.actor}"
    return submission.record(
        lambda _present, at: (f.ResourceSignedOff(at, ResourceId(resource), because),), happened_at=said.happened_at
    )


@routes.post("/{resource}/stand-down", response_model=Acknowledgement)
def stand_down(resource: ResourceName, submission: Submitted, standing: StandingDown | None = None) -> Response:
    """Record that a resource begins a break; refused while it serves a need. Being sent ends it."""
    said = standing or StandingDown()
    because = said.reason or f"stood down by {submission.actor}"
    return submission.record(
        lambda _present, at: (f.ResourceStoodDown(at, ResourceId(resource), because),), happened_at=said.happened_at
    )


@routes.post("/{resource}/stand-up", response_model=Acknowledgement)
def stand_up(resource: ResourceName, submission: Submitted, happening: Happening | None = None) -> Response:
    """Record that a resource is back from its break."""
    return submission.record(
        lambda _present, at: (f.ResourceStoodUp(at, ResourceId(resource)),),
        happened_at=None if happening is None else happening.happened_at,
    )


@routes.post("/{resource}/move", response_model=Acknowledgement)
def move(resource: ResourceName, movement: Movement, submission: Submitted) -> Response:
    """Record where a resource is."""
    place = movement.place.at(submission.room.centre)
    return submission.record(
        lambda _present, at: (f.ResourceMoved(at, ResourceId(resource), place),), happened_at=movement.happened_at
    )


@routes.post("/{resource}/depart", response_model=Acknowledgement)
def depart(resource: ResourceName, submission: Submitted, progress: Progress | None = None) -> Response:
    """Record that a resource sets off."""
    return _step(submission, resource, progress or Progress(), f.ResourceDeparted)


@routes.post("/{resource}/arrive", response_model=Acknowledgement)
def arrive(resource: ResourceName, submission: Submitted, progress: Progress | None = None) -> Response:
    """Record that a resource is there."""
    return _step(submission, resource, progress or Progress(), f.ResourceArrived)


@routes.post("/{resource}/transport", response_model=Acknowledgement)
def transport(resource: ResourceName, submission: Submitted, destination: Destination | None = None) -> Response:
    """Record that a resource leaves the scene with somebody, for a facility."""
    return _journey(submission, resource, destination or Destination(), f.ResourceTransporting)


@routes.post("/{resource}/at-facility", response_model=Acknowledgement)
def at_facility(resource: ResourceName, submission: Submitted, destination: Destination | None = None) -> Response:
    """Record that a transporting resource is at its facility."""
    return _journey(submission, resource, destination or Destination(), f.ResourceAtFacility)


@routes.post("/{resource}/release", response_model=Acknowledgement)
def release(resource: ResourceName, submission: Submitted, ending: Release | None = None) -> Response:
    """Record that a resource is free of a need."""
    said = ending or Release()
    place = _place(said.place, submission)
    because = said.reason or f"released by {submission.actor}"

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        need = _meant(present, resource, said)
        return (f.ResourceReleased(at, ResourceId(resource), need, because, said.leaves_open, place),)

    return submission.record(plan, happened_at=said.happened_at)


def _step(
    submission: Submission, resource: str, progress: Progress, kind: type[f.ResourceDeparted | f.ResourceArrived]
) -> Response:
    return submission.record(
        lambda present, at: (kind(at, ResourceId(resource), _meant(present, resource, progress)),),
        happened_at=progress.happened_at,
    )


def _journey(
    submission: Submission,
    resource: str,
    destination: Destination,
    kind: type[f.ResourceTransporting | f.ResourceAtFacility],
) -> Response:
    place = _place(destination.place, submission)
    return submission.record(
        lambda present, at: (kind(at, ResourceId(resource), _meant(present, resource, destination), place),),
        happened_at=destination.happened_at,
    )


def _meant(present: Present, resource: str, progress: Progress) -> NeedId:
    """The need named, or the only one that the resource serves."""
    if progress.need is not None:
        return NeedId(progress.need)
    found = present.situation.resources.get(ResourceId(resource))
    if found is None:
        raise FactRefused([Flaw("/resource", f"the centre has no resource {resource}", "a resource of the centre")])
    if len(found.serving) != 1:
        served = ", ".join(each.need for each in found.serving)
        raise FactRefused(
            [Flaw("/need", f"{resource} serves {len(found.serving)} needs", served or "a need that it serves")]
        )
    return found.serving[0].need


def _place(place: Whereabouts | None, submission: Submission) -> Place | None:
    return None if place is None else place.at(submission.room.centre)
