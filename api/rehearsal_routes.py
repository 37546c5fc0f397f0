"""A dry run of the rules in force, over HTTP: what would follow an incident if nobody were sent. Nothing is recorded.

Imports `submission`, `wire`, `dry_run_tables` and `incidents`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from api.dry_run_tables import DryRun, dry_run_as_json
from api.problems import documented
from api.submission import Room
from api.wire import EPOCH, LATEST, Whereabouts, Wired, Word, instant
from incidents.assumptions import NOTHING_ELSE, Assumptions
from incidents.boundaries import boundaries
from incidents.dry_run import timeline
from incidents.quantities import SECONDS_IN_A_WEEK

routes = APIRouter(prefix="/v1", tags=["rehearsals"], responses=documented())

HOUR_S = 3_600
MOST_ANSWERS = 1_000


class Interview(Wired):
    """An incident to rehearse: when it is reported, what is answered to each question, and what is assumed of everybody else."""

    at: Annotated[AwareDatetime, Field(ge=EPOCH, le=LATEST, description="ISO 8601 with a zone")]
    answers: Annotated[Mapping[Word, Word], Field(max_length=MOST_ANSWERS, description="question: answer")]
    left: Annotated[
        Mapping[Word, Word],
        Field(default_factory=dict, max_length=MOST_ANSWERS, description="question: the jump-out by which it is left"),
    ]
    pace_s: Annotated[float, Field(ge=0, le=HOUR_S, description="seconds that each question takes")] = 0.0
    watch_s: Annotated[float, Field(ge=0, le=SECONDS_IN_A_WEEK, description="how long shifts are watched")] = 0.0
    place: Annotated[Whereabouts | None, Field(description="where it is; left out: it never becomes known")] = None
    assumed: Annotated[Assumptions, Field(description="what everybody else does; left out: nothing")] = NOTHING_ELSE


@routes.post("/dry-run")
def dry_run(interview: Interview, room: Room) -> dict[str, Any]:
    """Say what would follow, second by second, with who is on duty by the centre's shifts, and each rung's boundaries."""
    rules, centre = room.present.procedure, room.centre
    place = None if interview.place is None else interview.place.at(centre)
    steps = timeline(
        centre,
        rules,
        instant(interview.at),
        interview.answers,
        left=interview.left,
        pace_s=interview.pace_s,
        watch_s=interview.watch_s,
        place=place,
        assumed=interview.assumed,
    )
    passed = boundaries(
        centre,
        rules,
        instant(interview.at),
        interview.answers,
        left=interview.left,
        place=place,
        assumed=interview.assumed,
    )
    run = DryRun(interview.answers, steps, passed, interview.left, interview.assumed)
    return dry_run_as_json(centre, rules, [run])
