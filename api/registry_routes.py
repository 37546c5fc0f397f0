"""The register of procedures over the interface: hand in, comment, show a test, approve, schedule, go back.

Imports `designer_routes`, `registry`, `rollout_keeper`, `submission` and `incidents`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.designer_routes import BODY, JSON, Text, accepts
from api.judging import read_on
from api.problems import NobodyCalled, documented
from api.registry import Draft, all_drafts, dossier, draft, hand_in, procedure_of, take
from api.rollout_keeper import MOST_FACTS, put_in_force, roll_back
from api.submission import Room, Submitted
from api.wire import instant, iso
from incidents.differences import differences
from incidents.feedback import feedback
from incidents.read import parse_procedure
from incidents.refusals import FactRefused, Flaw, Refusal
from incidents.rollout import Act, Dossier, Stage, Step
from incidents.yardsticks import unmeasurable
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1/procedures", tags=["rollout"], responses=documented(409))

Fingerprint = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="of the version, as `check` gives it")]
PAGE = 100
"""Drafts shown at once."""


class DraftOnWire(BaseModel):
    """One version in the register, and how far it has come."""

    fingerprint: str
    procedure: str
    revision: int
    stage: Stage
    author: str
    written_at: str
    follows: str | None = Field(description="the draft it was made from")
    scheduled_for: str | None


class DraftsOnWire(BaseModel):
    """A page of drafts, the oldest first."""

    drafts: tuple[DraftOnWire, ...]
    next: int | None = Field(description="`since` of the next page; null: this is the last")


class ActOnWire(BaseModel):
    """One step that somebody took."""

    step: Step
    who: str
    at: str
    said: str
    outcome: str | None
    due_at: str | None


class DossierOnWire(DraftOnWire):
    """Everything on record about a version, what it changes, and who has read that."""

    changes: tuple[str, ...] = Field(description="beside the rules in force, in words")
    acts: tuple[ActOnWire, ...]
    read_by: tuple[str, ...]


class Comment(BaseModel):
    """What a reviewer says, of the whole or of one part."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"about": "triage.questions.breathing", "text": "Ask this first."}]},
    )

    about: str = Field(default="", max_length=200, description="a rule, by its keys in the document joined by dots")
    text: str = Field(min_length=1, max_length=4_000)


class Because(BaseModel):
    """Why."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "Too many calls held in triage."}]}
    )

    reason: str = Field(min_length=1, max_length=4_000)


class GuardrailOnWire(BaseModel):
    """A figure that must stay within a bound once the change is in force."""

    model_config = ConfigDict(extra="forbid")

    figure: str = Field(max_length=200)
    at_most: float | None = None
    at_least: float | None = None
    samples: int = Field(default=30, ge=1, le=100_000, description="read only once it rests on so many")


class OverrideOnWire(BaseModel):
    """One choice of somebody's own, and why."""

    at: str
    need: str
    resource: str
    who: str
    reason: str


class RuleOnWire(BaseModel):
    """What became of all that one rule asked for."""

    rule: str
    sent: int
    overridden: int
    examples: tuple[OverrideOnWire, ...] = Field(description="the latest")


class FeedbackOnWire(BaseModel):
    """By rule, the most overridden first."""

    rules: tuple[RuleOnWire, ...]
    reached: int = Field(description="the sequence that was read up to; a longer log is read on from there")


class Date(BaseModel):
    """When a version is to be in force, and what takes it back by itself."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"at": "2026-12-01T06:00:00Z", "guardrails": [{"figure": "answer_s.p90.all", "at_most": 20}]}]
        },
    )

    at: datetime | None = Field(default=None, description="null: now")
    guardrails: tuple[GuardrailOnWire, ...] = Field(default=(), max_length=20)


@routes.post("/drafts", status_code=201, openapi_extra=accepts("a procedure"))
def hand_in_draft(
    room: Room,
    submission: Submitted,
    text: Text,
    follows: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="the draft it was made from")] = None,
) -> DossierOnWire:
    """Hand in a version, checked whole against this centre; it is its writer's from then on."""
    procedure = parse_procedure(text, BODY, room.centre, known_packs())
    now = room.clock.now()
    kept = room.change(
        lambda connection: hand_in(connection, procedure, who=submission.actor, now=now, follows=follows)
    )
    return _dossier(room, kept.fingerprint)


@routes.get("/drafts")
def read_drafts(
    room: Room, since: Annotated[int, Query(ge=-1, le=2**53, description="as `next` of the page before")] = -1
) -> DraftsOnWire:
    """List the register."""
    found = room.log.look(lambda connection: all_drafts(connection, since, PAGE))
    shown = tuple(_shown(room, each, _record(room, each.fingerprint)) for each in found)
    return DraftsOnWire(drafts=shown, next=found[-1].written_at if len(found) == PAGE else None)


@routes.get("/drafts/{fingerprint}")
def read_draft(room: Room, fingerprint: Fingerprint) -> DossierOnWire:
    """Show everything on record about a version, and what it changes."""
    return _dossier(room, fingerprint)


@routes.get("/drafts/{fingerprint}/document")
def read_document(room: Room, fingerprint: Fingerprint) -> dict[str, Any]:
    """Give a version's rules as they were handed in."""
    document: dict[str, Any] = json.loads(_draft(room, fingerprint).text)
    return document


@routes.post("/drafts/{fingerprint}/comments", status_code=201)
def comment(room: Room, submission: Submitted, fingerprint: Fingerprint, given: Comment) -> DossierOnWire:
    """Say something about a version or about one of its rules."""
    said = f"{given.about}: {given.text}" if given.about else given.text
    return _step(room, fingerprint, Act(Step.COMMENT, submission.actor, room.clock.now(), said))


@routes.post(
    "/drafts/{fingerprint}/evidence",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": {"type": "object", "description": "what `muster what-if` wrote as JSON"}}},
        }
    },
)
def show_evidence(room: Room, submission: Submitted, fingerprint: Fingerprint, text: Text) -> DossierOnWire:
    """Hand in the result of a test; it must be of just this version, and stands as it came out."""
    outcome, said = _evidence(text, fingerprint)
    return _step(room, fingerprint, Act(Step.EVIDENCE, submission.actor, room.clock.now(), said, outcome))


@routes.post("/drafts/{fingerprint}/waiver", status_code=201)
def waive(room: Room, submission: Submitted, fingerprint: Fingerprint, given: Because) -> DossierOnWire:
    """Let a version go without a test that passed, on one's own responsibility."""
    return _step(room, fingerprint, Act(Step.WAIVER, submission.actor, room.clock.now(), given.reason))


@routes.post("/drafts/{fingerprint}/approval", status_code=201)
def approve(room: Room, submission: Submitted, fingerprint: Fingerprint) -> DossierOnWire:
    """Approve just this version; never one's own."""
    return _step(room, fingerprint, Act(Step.APPROVAL, submission.actor, room.clock.now()))


@routes.post("/drafts/{fingerprint}/schedule", status_code=201)
def schedule(room: Room, submission: Submitted, fingerprint: Fingerprint, given: Date) -> DossierOnWire:
    """Say when an approved version is to be in force; now, if no date is given."""
    now, in_force = room.clock.now(), room.present.situation.procedure
    due_at = now if given.at is None else instant(given.at)
    if due_at < now:
        raise Refusal.of("/at", "has passed", "an instant to come, or none")
    said = json.dumps({"guardrails": [each.model_dump() for each in given.guardrails]})
    _refuse_unknown(room, given)
    _step(room, fingerprint, Act(Step.SCHEDULE, submission.actor, now, said, due_at=due_at))
    if due_at <= now:
        try:
            put_in_force(room, fingerprint, submission.actor, instead_of=in_force)
        except FactRefused:
            # Whoever keeps the register may have been quicker.
            if room.present.situation.procedure != fingerprint:
                raise
    return _dossier(room, fingerprint)


@routes.post("/drafts/{fingerprint}/read", status_code=201)
def acknowledge_reading(room: Room, submission: Submitted, fingerprint: Fingerprint) -> DossierOnWire:
    """Say that one has read what a version changes."""
    return _step(room, fingerprint, Act(Step.READ, submission.actor, room.clock.now()))


@routes.get("/feedback")
def read_feedback(
    room: Room,
    since: Annotated[int, Query(ge=0, le=2**53, description="only what is after this sequence")] = 0,
) -> FeedbackOnWire:
    """Add up what people chose otherwise than was proposed, by the rule that asked, with their reasons."""
    read = read_on(room.log, since, MOST_FACTS)
    told = tuple(
        RuleOnWire(
            rule=each.rule, sent=each.sent, overridden=each.overridden,
            examples=tuple(
                OverrideOnWire(at=iso(one.at), need=one.need, resource=one.resource, who=one.who, reason=one.reason)
                for one in each.examples
            ),
        )
        for each in feedback(entry.fact for entry in read)
    )  # fmt: skip
    return FeedbackOnWire(rules=told, reached=since + len(read))


@routes.post("/roll-back")
def go_back(room: Room, submission: Submitted, given: Because) -> dict[str, str]:
    """Put the rules in force again that were before these, at once."""
    recorded, procedure = roll_back(room, submission.actor, given.reason)
    return {
        "in_force": procedure.fingerprint,
        "procedure": f"{procedure.procedure} revision {procedure.revision}",
        "at": iso(recorded.facts[0].at),
    }


def _step(room: Room, fingerprint: str, act: Act) -> DossierOnWire:
    in_force = room.present.situation.procedure
    room.change(lambda connection: take(connection, fingerprint, act, in_force))
    return _dossier(room, fingerprint)


def _draft(room: Room, fingerprint: str) -> Draft:
    found = room.log.look(lambda connection: draft(connection, fingerprint))
    if found is None:
        raise NobodyCalled(f"There is no draft {fingerprint[:12]}.")
    return found


def _record(room: Room, fingerprint: str) -> Dossier:
    found = room.log.look(lambda connection: dossier(connection, fingerprint))
    assert found is not None, "every draft has a dossier"
    return found


def _dossier(room: Room, fingerprint: str) -> DossierOnWire:
    kept = _draft(room, fingerprint)
    record = _record(room, fingerprint)
    shown = _shown(room, kept, record)
    return DossierOnWire(
        **shown.model_dump(),
        changes=differences(room.present.procedure, procedure_of(kept)),
        acts=tuple(
            ActOnWire(
                step=act.step, who=act.who, at=iso(act.at), said=act.said, outcome=act.outcome,
                due_at=None if act.due_at is None else iso(act.due_at),
            )
            for act in record.acts
        ),
        read_by=tuple(sorted(act.who for act in record.acts_of(Step.READ))),
    )  # fmt: skip


def _shown(room: Room, kept: Draft, record: Dossier) -> DraftOnWire:
    due_at = record.scheduled_for
    return DraftOnWire(
        fingerprint=kept.fingerprint, procedure=kept.name, revision=kept.revision,
        stage=record.stage(room.present.situation.procedure), author=kept.author, written_at=iso(kept.written_at),
        follows=kept.follows, scheduled_for=None if due_at is None else iso(due_at),
    )  # fmt: skip


def _refuse_unknown(room: Room, given: Date) -> None:
    """A guardrail on a figure that is not there, or without a bound, would guard nothing."""
    rules = room.present.procedure
    flaws: list[Flaw] = []
    for number, rail in enumerate(given.guardrails):
        flaw = unmeasurable(rail.figure, rules, room.centre, knows_truth=False)
        if flaw is not None:
            flaws.append(Flaw(f"/guardrails/{number}/figure", flaw.what, flaw.accepted))
        if rail.at_most is None and rail.at_least is None:
            flaws.append(Flaw(f"/guardrails/{number}", "has no bound", "`at_most`, `at_least` or both"))
    if flaws:
        raise Refusal(flaws)


def _evidence(text: str, fingerprint: str) -> tuple[str, str]:
    """How a test of this version came out, and what is worth keeping of its report."""
    wanted = "the report of a test of just this version, as `muster what-if` writes it as JSON"
    try:
        told = json.loads(text)
        tested, baseline = told["candidate"]["fingerprint"], told["baseline"]["fingerprint"]
        outcome, experiment = told["verdict"]["outcome"], told["fingerprint"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refusal.of(BODY, f"is no such report: {error!r}", wanted) from error
    if tested != fingerprint:
        raise Refusal.of("/candidate/fingerprint", f"is {str(tested)[:12]}", f"{fingerprint[:12]}: {wanted}")
    if outcome not in ("pass", "fail", "undecided"):
        raise Refusal.of("/verdict/outcome", f"is {outcome!r}", "pass, fail or undecided")
    kept = {"experiment": experiment, "baseline": baseline, "twin": told.get("calibration")}
    return outcome, json.dumps(kept)[:4_000]
