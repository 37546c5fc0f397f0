"""Corrections over HTTP: an earlier fact of the log was wrong, and what is right instead. Imports `submission` and `wire`."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from api.control_room import Present
from api.problems import documented
from api.submission import Submitted
from api.wire import EPOCH, LATEST, Acknowledgement, Happening, Id, Text, Whereabouts, Word, instant
from incidents import facts as f
from incidents.quantities import IncidentId, Instant, ResourceId, filed_under

routes = APIRouter(prefix="/v1", tags=["records"], responses=documented(409))


class Correction(Happening):
    """Which fact was wrong, by its sequence, why one knows, and what is right instead; at least one of the last six."""

    corrects: int = Field(ge=1, le=2**53)
    reason: Text
    answer: Word | None = Field(default=None, description="of AnswerGiven")
    place: Whereabouts | None = Field(default=None, description="of IncidentOpened and IncidentLocated")
    text: Text | None = Field(default=None, description="of NoteAdded")
    incident: Id | None = Field(default=None, description="of ContactLinked: the incident that the contact is about")
    unit: Id | None = Field(default=None, description="of a resource's report: whose report it was")
    took_place_at: AwareDatetime | None = Field(
        default=None, ge=EPOCH, le=LATEST, description="of a resource's report: when it happened"
    )


@routes.post("/corrections", response_model=Acknowledgement)
def correct(correction: Correction, submission: Submitted) -> Response:
    """Record that an earlier fact was wrong; both stay in the log. What cannot be undone is refused, with what to do instead."""
    room = submission.room
    place = None if correction.place is None else correction.place.at(room.centre)
    took_place_at = None if correction.took_place_at is None else instant(correction.took_place_at)
    linked_to = None if correction.incident is None else IncidentId(correction.incident)
    unit = None if correction.unit is None else ResourceId(correction.unit)
    because = f"{submission.actor}: {correction.reason}"

    def plan(_present: Present, at: Instant) -> Sequence[f.Fact]:
        earlier = room.log.read(correction.corrects - 1, 1)
        incident, contact = filed_under(earlier[0].fact) if earlier else (None, None)
        return (
            f.Corrected(
                at, correction.corrects, because, incident, contact, correction.answer, place, took_place_at,
                correction.text, linked_to, unit,
            ),
        )  # fmt: skip

    return submission.record(plan, happened_at=correction.happened_at)
