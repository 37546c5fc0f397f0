"""A dry run of the rules in force, over HTTP: what would follow an incident if nobody were sent. Nothing is recorded.

Imports `submission`, `wire`, `dry_run_tables` and `incidents.dry_run`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from api.dry_run_tables import DryRun, dry_run_as_json
from api.problems import documented
from api.submission import Room
from api.wire import EPOCH, LATEST, Wired, Word, instant
from incidents.dry_run import boundaries, timeline
from incidents.quantities import SECONDS_IN_A_WEEK

routes = APIRouter(prefix="/v1", tags=["rehearsals"], responses=documented())

HOUR_S = 3_600
MOST_ANSWERS = 1_000


class Interview(Wired):
    """An incident to rehearse: when it is opened, and what is answered to each question."""

    at: Annotated[AwareDatetime, Field(ge=EPOCH, le=LATEST, description="ISO 8601 with a zone")]
    answers: Annotated[Mapping[Word, Word], Field(max_length=MOST_ANSWERS, description="question: answer")]
    left: Annotated[
        Mapping[Word, Word],
        Field(default_factory=dict, max_length=MOST_ANSWERS, description="question: the jump-out by which it is left"),
    ]
    pace_s: Annotated[float, Field(ge=0, le=HOUR_S, description="seconds that each question takes")] = 0.0
    watch_s: Annotated[float, Field(ge=0, le=SECONDS_IN_A_WEEK, description="how long shifts are watched")] = 0.0


@routes.post("/dry-run")
def dry_run(interview: Interview, room: Room) -> dict[str, Any]:
    """Say what would follow, second by second, with who is on duty by the centre's shifts, and each rung's boundaries."""
    rules, centre = room.present.procedure, room.centre
    steps = timeline(
        centre,
        rules,
        instant(interview.at),
        interview.answers,
        left=interview.left,
        pace_s=interview.pace_s,
        watch_s=interview.watch_s,
    )
    run = DryRun(interview.answers, steps, boundaries(rules, interview.answers, interview.left), interview.left)
    return dry_run_as_json(centre, rules, [run])
