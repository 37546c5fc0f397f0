"""Incidents: the triage of one, its place, notes, assessment, end, and its log. Imports `submission`, `wire` and `board`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from api.board import IncidentView, incident_view
from api.control_room import ControlRoom, Present
from api.log import Entry
from api.problems import NobodyCalled, documented
from api.submission import Room, Submitted
from api.wire import Acknowledgement, FactOnWire, Happening, Id, Text, Whereabouts, Word, iso, on_wire
from incidents import facts as f
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant
from incidents.refusals import FactRefused, Flaw
from incidents.situation import Incident
from incidents.triage import Ask, Outcome, Standing, Stuck, next_step

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented(409))
MOST_ENTRIES = 1_000
"""The most facts of one incident's log that are sent at once."""

IncidentName = Annotated[Id, Path(description="id of an incident")]


class Answered(BaseModel):
    """One question of the tree, and how it was answered."""

    question: str
    answer: str


class QuestionView(BaseModel):
    """What to ask next, or what triage concluded."""

    state: Literal["ask", "done"]
    question: str | None = None
    text: str | None = None
    options: tuple[str, ...] = ()
    others: bool = Field(default=False, description="any other answer is taken too")
    determinant: str | None = None
    priority: str | None = None
    path: tuple[Answered, ...] = ()


class Answer(Happening):
    """The caller's answer to one question of the triage tree; a later answer replaces an earlier one."""

    question: Word
    answer: Word


class Assessment(Happening):
    """A person's own assessment in place of triage's; `priority` None: the determinant's own."""

    determinant: Word
    priority: Word | None = None
    reason: Text


class Location(Happening):
    """Where the incident is."""

    place: Whereabouts


class Note(Happening):
    """Something written down."""

    text: Text


class Closing(Happening):
    """The end of an incident."""

    reason: Text | None = None


class IncidentLog(BaseModel):
    """The facts about one incident and its contacts; `complete` False: there are more than are shown."""

    incident: str
    complete: bool
    facts: tuple[FactOnWire, ...]


@routes.get("/{incident}")
def read_incident(incident: IncidentName, room: Room) -> IncidentView:
    """Show an incident, open or closed."""
    situation = room.present.situation
    found = situation.incidents.get(IncidentId(incident))
    if found is not None:
        return incident_view(room.present, found)
    closed_at = situation.closed.get(IncidentId(incident))
    if closed_at is None:
        raise NobodyCalled(f"There is no incident {incident}.")
    return IncidentView(id=incident, state="closed", closed_at=iso(closed_at))


@routes.get("/{incident}/log")
def read_incident_log(
    incident: IncidentName, room: Room, limit: Annotated[int, Query(ge=1, le=MOST_ENTRIES)] = MOST_ENTRIES
) -> IncidentLog:
    """Show everything recorded about an incident and the contacts that belong to it, from the first ring."""
    own = f"incident:{incident}"
    about = room.log.about([own], limit + 1)
    if not about:
        raise NobodyCalled(f"There is no incident {incident}.")
    contacts = [
        f"contact:{contact}" for entry in about if (contact := getattr(entry.fact, "contact", None)) is not None
    ]
    entries = room.log.about([own, *contacts], limit + 1)
    return IncidentLog(
        incident=incident, complete=len(entries) <= limit, facts=tuple(map(_with_corrections(entries), entries[:limit]))
    )


def _with_corrections(entries: Sequence[Entry]) -> Callable[[Entry], FactOnWire]:
    """Write each entry with the sequences of those that correct it: `corrected_by`, left out where there is none."""
    corrections: dict[int, list[int]] = {}
    for entry in entries:
        if isinstance(entry.fact, f.Corrected):
            corrections.setdefault(entry.fact.corrects, []).append(entry.sequence)

    def written(entry: Entry) -> FactOnWire:
        by = corrections.get(entry.sequence)
        fact = on_wire(entry)
        return fact if by is None else fact.model_copy(update={"corrected_by": by})

    return written


@routes.get("/{incident}/next-question")
def read_next_question(incident: IncidentName, room: Room) -> QuestionView:
    """Say what to ask the caller next, or that triage is done."""
    procedure = room.present.procedure
    return question_view(procedure, next_step(procedure.triage, _open(room, incident).answers))


@routes.post("/{incident}/answers", response_model=Acknowledgement)
def give_answer(incident: IncidentName, answer: Answer, submission: Submitted) -> Response:
    """Record an answer; the last one of the tree entails the assessment and its needs."""
    return submission.record(
        lambda _present, at: (f.AnswerGiven(at, IncidentId(incident), answer.question, answer.answer),),
        happened_at=answer.happened_at,
    )


@routes.post("/{incident}/assessment", response_model=Acknowledgement)
def assess_incident(incident: IncidentName, assessment: Assessment, submission: Submitted) -> Response:
    """Record a person's own assessment, with the reason for it."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        determinant = present.procedure.determinants.get(assessment.determinant)
        if determinant is None:
            known = ", ".join(present.procedure.determinants)
            raise FactRefused([Flaw("/determinant", f"unknown code {assessment.determinant!r}", known)])
        because = f"{submission.actor} assessed: {assessment.reason}"
        priority = assessment.priority or determinant.priority
        return (
            f.IncidentAssessed(at, IncidentId(incident), assessment.determinant, priority, because, by_person=True),
        )

    return submission.record(plan, happened_at=assessment.happened_at)


@routes.post("/{incident}/place", response_model=Acknowledgement)
def locate_incident(incident: IncidentName, location: Location, submission: Submitted) -> Response:
    """Record where the incident is."""
    place = location.place.at(submission.room.centre)
    return submission.record(
        lambda _present, at: (f.IncidentLocated(at, IncidentId(incident), place),), happened_at=location.happened_at
    )


@routes.post("/{incident}/notes", response_model=Acknowledgement)
def add_note(incident: IncidentName, note: Note, submission: Submitted) -> Response:
    """Write something down about an incident, open or closed."""
    return submission.record(
        lambda _present, at: (f.NoteAdded(at, IncidentId(incident), note.text),), happened_at=note.happened_at
    )


@routes.post("/{incident}/close", response_model=Acknowledgement)
def close_incident(incident: IncidentName, submission: Submitted, closing: Closing | None = None) -> Response:
    """Close an incident; refused while it holds resources."""
    said = closing or Closing()
    because = f"closed by {submission.actor}" + (f": {said.reason}" if said.reason else "")
    return submission.record(
        lambda _present, at: (f.IncidentClosed(at, IncidentId(incident), because),), happened_at=said.happened_at
    )


def _open(room: ControlRoom, incident: str) -> Incident:
    found = room.present.situation.incidents.get(IncidentId(incident))
    if found is None:
        raise NobodyCalled(f"There is no open incident {incident}.")
    return found


def question_view(procedure: Procedure, step: Standing) -> QuestionView:
    """Show where a triage stands."""
    match step:
        case Ask():
            return QuestionView(
                state="ask", question=step.question, text=step.text, options=step.options, others=step.others
            )
        case Outcome():
            priority = procedure.determinants[step.code].priority
            path = tuple(Answered(question=question, answer=answer) for question, answer in step.path)
            return QuestionView(state="done", determinant=step.code, priority=priority, path=path)
        case Stuck():
            return _asked_again(procedure, step)


def _asked_again(procedure: Procedure, stuck: Stuck) -> QuestionView:
    """An answer that an earlier procedure took and this one does not is asked for again."""
    question = procedure.triage.questions[stuck.question]
    return QuestionView(
        state="ask",
        question=stuck.question,
        text=question.text,
        options=tuple(question.answers),
        others=question.otherwise is not None,
    )
