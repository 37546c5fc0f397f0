"""What-ifs over the interface: ask, see how far it is, take the result, call it off. Imports `job_ledger`, `what_if_question`.

Everything that can be refused is refused before a question is taken; what was taken is answered, whoever dies meanwhile.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, ValidationError

from api.job_ledger import PAGE, State, Work, cancel, listed, result_of, submit, work
from api.live_feed import Bell
from api.problems import NobodyCalled, documented
from api.submission import Room, Submitted
from api.what_if_question import WhatIfQuestion, frozen_question
from api.wire import iso
from incidents.refusals import Flaw, Refusal

routes = APIRouter(prefix="/v1/planner/what-ifs", tags=["planner"], responses=documented(409))

TOLD_EVERY_S = 0.5
"""How often a client that follows a job hears of it."""
OVER = (State.DONE, State.FAILED, State.CANCELLED)
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="as the question's answer named it")]


class JobOnWire(BaseModel):
    """A question, and how far the answer is."""

    id: str
    state: State
    fingerprint: str = Field(description="of the experiment; its report names it too")
    submitted_by: str
    submitted_at: str
    attempt: int = Field(description="how often it was begun")
    progress: dict[str, Any] = Field(description="`stage`, `workload`, `done` of `total`; empty before the first run")
    error: str | None


class JobsOnWire(BaseModel):
    """A page of questions, the latest first."""

    jobs: tuple[JobOnWire, ...]
    next: int | None = Field(description="`before` of the next page; null: this is the last")


@routes.post("", status_code=202)
def ask(room: Room, submission: Submitted, question: WhatIfQuestion) -> JobOnWire:
    """Ask what would happen if; answered beside the work of the room, at a low priority."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            asked = frozen_question(question, FilePath(folder))
        except ValidationError as error:
            flaws = [Flaw("/experiment/" + "/".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
            raise Refusal(flaws) from error
    told, now = question.model_dump(mode="json", exclude_none=True), room.clock.now()
    found = room.change(lambda connection: submit(connection, told, asked.fingerprint, who=submission.actor, now=now))
    return _shown(found)


@routes.get("")
def read_jobs(
    room: Room, before: Annotated[int | None, Query(ge=0, le=2**53, description="as `next` of the page before")] = None
) -> JobsOnWire:
    """List the questions, the latest first."""
    found = room.log.look(lambda connection: listed(connection, before))
    return JobsOnWire(jobs=tuple(_shown(each) for each in found), next=found[-1].number if len(found) == PAGE else None)


@routes.get("/{job}")
def read_job(room: Room, job: JobId) -> JobOnWire:
    """Say how far it is."""
    return _shown(_job(room, job))


@routes.delete("/{job}")
def call_off(room: Room, job: JobId) -> JobOnWire:
    """Call a question off, within two seconds; what was played is kept."""
    _job(room, job)
    ended = room.change(lambda connection: cancel(connection, job))
    if ended is None:
        raise NobodyCalled(f"Job {job} is over.")
    return _shown(ended)


@routes.get("/{job}/result")
def read_result(room: Room, job: JobId) -> dict[str, Any]:
    """Give the result as JSON: the verdict, and all that it rests on. It is what the register takes as evidence."""
    result: dict[str, Any] = json.loads(_result(room, job)[0])
    return result


@routes.get("/{job}/report", response_class=Response, responses={200: {"content": {"text/html": {}}}})
def read_report(room: Room, job: JobId) -> Response:
    """Give the report as one page that asks the network for nothing."""
    return Response(_result(room, job)[1], media_type="text/html", headers=PAGE_HEADERS)


@routes.get("/{job}/progress", response_class=EventSourceResponse)
async def follow_job(request: Request, room: Room, job: JobId) -> AsyncIterator[ServerSentEvent]:
    """Follow a question until it is answered; each event is the job as it stands then."""
    bell: Bell = request.app.state.bell
    last: JobOnWire | None = None
    while not bell.is_closing:
        found = await run_in_threadpool(room.log.look, lambda connection: work(connection, job))
        if found is None:
            return
        told = _shown(found)
        if told != last:
            last = told
            yield ServerSentEvent(data=told.model_dump(mode="json"))
        if found.state in OVER:
            return
        await asyncio.sleep(TOLD_EVERY_S)


def _job(room: Room, job: str) -> Work:
    found = room.log.look(lambda connection: work(connection, job))
    if found is None:
        raise NobodyCalled(f"There is no job {job}.")
    return found


def _result(room: Room, job: str) -> tuple[str, str]:
    state = _job(room, job).state
    found = room.log.look(lambda connection: result_of(connection, job))
    if found is None:
        raise NobodyCalled(f"Job {job} has no result: it is {state}.")
    return found


def _shown(found: Work) -> JobOnWire:
    return JobOnWire(
        id=found.id, state=found.state, fingerprint=found.fingerprint, submitted_by=found.submitted_by,
        submitted_at=iso(found.submitted_at), attempt=found.attempt, progress=dict(found.progress), error=found.error,
    )  # fmt: skip
