"""What the rules in force would do, and what the log has used of them, over HTTP. Nothing is recorded.

Imports `judging`, `submission`, `wire`, `cover_tables`, `dry_run_tables` and what stands below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from api.cover_tables import coverage_as_json
from api.dry_run_tables import DryRun, dry_run_as_json
from api.judging import read_window
from api.problems import documented
from api.submission import Room
from api.wire import EPOCH, LATEST, Whereabouts, Wired, Word, instant
from incidents.assumptions import NOTHING_ELSE, Assumptions
from incidents.boundaries import boundaries
from incidents.dry_run import timeline
from incidents.quantities import SECONDS_IN_A_WEEK
from simulation.cover import coverage

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


@routes.get("/coverage")
def read_coverage(
    room: Room,
    since: Annotated[
        AwareDatetime | None, Query(ge=EPOCH, le=LATEST, description="from this instant on, ISO 8601 with a zone")
    ] = None,
    until: Annotated[AwareDatetime | None, Query(ge=EPOCH, le=LATEST, description="before this instant")] = None,
) -> dict[str, Any]:
    """Count which questions, answers, paths, codes, plans and rungs of the rules in force the log has used, and which never.

    `complete` is false where there was more to read than one answer counts.
    """
    _, read, is_whole = read_window(room.log, None if since is None else instant(since))
    end = None if until is None else instant(until)
    facts = [entry.fact for entry in read if end is None or entry.fact.at < end]
    # Facts stand in the order of time, so whoever read beyond the end of the window has all of it.
    return {
        "complete": is_whole or len(facts) < len(read),
        "facts": len(facts),
        **coverage_as_json(coverage(facts, room.present.procedure)),
    }
