"""The dispatcher's own: the board, the proposals with their reasons, and what to do about them.

Imports `board`, `reasoning` and `submission`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.board import Board, ProposalsView, board, proposal_key, proposals
from api.control_room import Present
from api.problems import NobodyCalled, Stale, documented
from api.reasoning import AppraisalView, ReasonsView, StaffingView, appraisal, reasons, staffing
from api.submission import Room, Submitted
from api.wire import Acknowledgement, Happening, Id, Text, Word
from incidents import facts as f
from incidents.decision import Proposal, facts_of
from incidents.known import open_need
from incidents.quantities import Instant, NeedId, ResourceId
from incidents.situation import Need

routes = APIRouter(prefix="/v1", tags=["dispatch"], responses=documented(409))

Owner = Annotated[Id, Path(description="the incident or contact whose need it is")]
Which = Annotated[str, Path(pattern=r"^(call|[0-9]{1,9})$", description="`call`, or the number of the incident's need")]


class Choice(Happening):
    """A person's own choice for a need; `row` None: the first open row whose skill the resource holds."""

    resource: Word
    row: int | None = Field(default=None, ge=0, le=1_000)
    also: tuple[Annotated[int, Field(ge=0, le=1_000)], ...] = Field(
        default=(), max_length=50, description="further rows it fills, where the need's roles are shared"
    )
    reason: Text
    pinned: bool = Field(default=False, description="no proposal diverts it from here")
    forced: bool = Field(default=False, description="send it although it lacks what the row asks for")


class Withdrawal(Happening):
    """A need is no longer asked for."""

    reason: Text


@routes.get("/board")
def read_board(room: Room) -> Board:
    """Show everything open, at one instant."""
    return board(room.present, room.clock.now())


@routes.get("/proposals")
def read_proposals(room: Room) -> ProposalsView:
    """Show what the rules propose now, with the next best, and what they hold."""
    return proposals(room.present)


@routes.post("/proposals/{proposal:path}/accept", response_model=Acknowledgement)
def accept_proposal(
    proposal: Annotated[str, Path(max_length=400, description="a proposal's id")],
    submission: Submitted,
    happening: Happening | None = None,
) -> Response:
    """Act on a proposal. One seen at an earlier sequence stands if it is still made; otherwise 409 with today's."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        found = _still_made(present, proposal)
        return facts_of(found, at, f"accepted by {submission.actor}: {found.because}")

    return submission.record(plan, happened_at=None if happening is None else happening.happened_at)


@routes.post("/needs/{owner}/{which}/assign", response_model=Acknowledgement)
def assign(owner: Owner, which: Which, choice: Choice, submission: Submitted) -> Response:
    """Send a resource of one's own choice, with the reason; what nobody may do is still refused."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        need = open_need(present.situation, NeedId(f"{owner}/{which}"))
        row = _row_for(present, need, choice.resource, forced=choice.forced) if choice.row is None else choice.row
        because = f"chosen by {submission.actor}: {choice.reason}"
        chosen = f.ResourceAssigned(
            at, ResourceId(choice.resource), need.id, row, because, choice.also, choice.pinned, choice.forced
        )
        return (chosen,)

    return submission.record(plan, happened_at=choice.happened_at)


@routes.post("/needs/{owner}/{which}/withdraw", response_model=Acknowledgement)
def withdraw(owner: Owner, which: Which, withdrawal: Withdrawal, submission: Submitted) -> Response:
    """Record that a need is no longer asked for; refused while resources serve it."""
    because = f"withdrawn by {submission.actor}: {withdrawal.reason}"
    return submission.record(
        lambda _present, at: (f.NeedWithdrawn(at, NeedId(f"{owner}/{which}"), because),),
        happened_at=withdrawal.happened_at,
    )


@routes.get("/needs/{owner}/{which}/reasons")
def read_reasons(owner: Owner, which: Which, room: Room) -> ReasonsView:
    """Say for every resource of the centre why it is chosen for a need, or why not."""
    return reasons(room.present, _need_called(room.present, owner, which))


@routes.get("/needs/{owner}/{which}/appraisal")
def read_appraisal(
    owner: Owner,
    which: Which,
    room: Room,
    resource: Annotated[Word, Query(description="whom one would choose oneself")],
    row: Annotated[
        int | None,
        Query(ge=0, le=1_000, description="for which row; otherwise the first open one it has the skill for"),
    ] = None,
) -> AppraisalView:
    """Price a person's own choice for a need in the terms of the proposals, or say which rule is against it. Does nothing."""
    present = room.present
    need = _need_called(present, owner, which)
    if resource not in present.situation.resources:
        raise NobodyCalled(f"The centre has no resource {resource}.")
    row = _row_for(present, need, resource) if row is None else row
    if row >= len(need.rows):
        raise NobodyCalled(f"Need {need.id} has no row {row}.")
    return appraisal(present, need, row, ResourceId(resource))


@routes.get("/staffing")
def read_staffing(room: Room) -> StaffingView:
    """Say of which resources one more would be worth having now, and what it would be worth."""
    return staffing(room.present)


def _need_called(present: Present, owner: str, which: str) -> Need:
    need = present.situation.needs.get(NeedId(f"{owner}/{which}"))
    if need is None:
        raise NobodyCalled(f"There is no open need {owner}/{which}.")
    return need


def _row_for(present: Present, need: Need, named: str, *, forced: bool = False) -> int:
    """The first open row of a need that a resource is good enough for, or may be forced into; else the first of all."""
    resource = present.situation.resources.get(ResourceId(named))
    asked = [row for row, count in enumerate(need.asking) if count]
    able = [
        row for row in asked if resource is not None and resource.level(need.rows[row].skill) >= need.rows[row].level
    ]
    return (able or asked * forced or [0])[0]


def _still_made(present: Present, named: str) -> Proposal:
    """The proposal of that name, if the present decision makes it at whatever sequence."""
    sequence, _, key = named.partition(":")
    made = {proposal_key(each): each for each in present.decision.proposals}
    if sequence.isdecimal() and key in made:
        return made[key]
    today = next((each for each in proposals(present).proposals if key.startswith(f"{each.need}:")), None)
    now = "Nothing is proposed for that need now." if today is None else "Another is proposed for that need now."
    raise Stale(f"Proposal {named} is not made. {now}", None if today is None else today.model_dump(mode="json"))
