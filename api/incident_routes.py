"""Incidents: the triage of one, its place, notes, assessment, end, and its log. Imports `submission`, `wire` and `board`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from api.board import IncidentView, incident_view
from api.control_room import ControlRoom, Present
from api.log_chain import Entry
from api.problems import NobodyCalled, documented
from api.submission import Room, Submitted
from api.wire import Acknowledgement, FactOnWire, Happening, Id, Text, Whereabouts, Word, iso, on_wire
from incidents import facts as f
from incidents.jump_outs import offered_to, standing_of
from incidents.known import open_incident
from incidents.phrases import step_in_words
from incidents.procedure import JumpOut, Procedure
from incidents.quantities import IncidentId, Instant
from incidents.refusals import FactRefused, Flaw
from incidents.situation import Incident
from incidents.triage import NEVER_LEFT, Ask, Left, Outcome, Standing, Stuck, besides, stands_at, way_back

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented(409))
MOST_ENTRIES = 1_000
"""The most facts of one incident's log that are sent at once."""

IncidentName = Annotated[Id, Path(description="id of an incident")]


class Answered(BaseModel):
    """One question of the tree, and how it was answered."""

    question: str
    answer: str


class JumpOutView(BaseModel):
    """A way out of the interview that may be taken now."""

    name: str
    text: str
    because: str | None = None
    leads_to: str
    roles: tuple[str, ...] = Field(default=(), description="to whom it is offered; none named: everybody")


class QuestionView(BaseModel):
    """What to ask next, or what triage concluded; and how the interview may be left, or resumed, from here."""

    state: Literal["ask", "done"]
    question: str | None = None
    text: str | None = None
    because: str | None = Field(default=None, description="why it is asked, or why the code is answered so")
    form: Literal["closed", "open"] | None = Field(default=None, description="open: takes any text")
    options: tuple[str, ...] = ()
    besides: tuple[str, ...] = Field(default=(), description="of unknown and refused, those that lead on unlisted")
    others: bool = Field(default=False, description="any other answer is taken too")
    determinant: str | None = None
    priority: str | None = None
    path: tuple[Answered, ...] = ()
    left: tuple[str, ...] = Field(default=(), description="questions on the way at which the interview was left")
    jump_outs: tuple[JumpOutView, ...] = ()
    resume_at: str | None = Field(default=None, description="the question at which it may be resumed")


class Answer(Happening):
    """The caller's answer to one question of the triage tree; a later answer replaces an earlier one."""

    question: Word
    answer: Word


class Leaving(Happening):
    """Leaving the interview by a jump-out of the triage tree, at the question where it stands."""

    jump_out: Word
    question: Word | None = Field(default=None, description="left out: where the interview stands now")
    by_role: Word | None = Field(default=None, description="needed where the jump-out is offered to roles only")


class Resuming(Happening):
    """Going on with an interview at the question it left last."""

    question: Word | None = Field(default=None, description="left out: the question that it left last")


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
def read_next_question(
    incident: IncidentName,
    room: Room,
    role: Annotated[Word | None, Query(description="only the jump-outs that this role may take")] = None,
) -> QuestionView:
    """Say what to ask the caller next, or that triage is done, and how the interview may be left or resumed."""
    procedure, found = room.present.procedure, _open(room, incident)
    return question_view(procedure, standing_of(found, procedure.triage), found.left, role)


@routes.post("/{incident}/answers", response_model=Acknowledgement)
def give_answer(incident: IncidentName, answer: Answer, submission: Submitted) -> Response:
    """Record an answer; the last one of the tree entails the assessment and its needs."""
    return submission.record(
        lambda _present, at: (f.AnswerGiven(at, IncidentId(incident), answer.question, answer.answer),),
        happened_at=answer.happened_at,
    )


@routes.post("/{incident}/jump-outs", response_model=Acknowledgement)
def leave_interview(incident: IncidentName, leaving: Leaving, submission: Submitted) -> Response:
    """Leave the interview by a jump-out; one that ends it entails the assessment at once."""

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        found = open_incident(present.situation, IncidentId(incident))
        here = leaving.question or stands_at(standing_of(found, present.procedure.triage))
        return (f.InterviewLeft(at, found.id, here, leaving.jump_out, leaving.by_role),)

    return submission.record(plan, happened_at=leaving.happened_at)


@routes.post("/{incident}/resume", response_model=Acknowledgement)
def resume_interview(incident: IncidentName, submission: Submitted, resuming: Resuming | None = None) -> Response:
    """Go on with the interview at the question that it left last."""
    said = resuming or Resuming()

    def plan(present: Present, at: Instant) -> Sequence[f.Fact]:
        found, triage = open_incident(present.situation, IncidentId(incident)), present.procedure.triage
        back = said.question or way_back(triage, found.left, standing_of(found, triage))
        if back is None:
            raise FactRefused(
                [Flaw("/question", f"the interview of {incident} may not be resumed", "one that was left")]
            )
        return (f.InterviewResumed(at, found.id, back),)

    return submission.record(plan, happened_at=said.happened_at)


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


def question_view(
    procedure: Procedure, step: Standing, left: Left = NEVER_LEFT, role: str | None = None
) -> QuestionView:
    """Show where a triage stands. `role` None: the jump-outs of every role."""
    triage = procedure.triage
    around: dict[str, Any] = {
        "left": step.left,
        "jump_outs": tuple(
            _jump_out(each, triage.jump_outs[each]) for each in offered_to(triage, step.jump_outs, role)
        ),
        "resume_at": way_back(triage, left, step),
    }
    match step:
        case Ask():
            return _asked(procedure, step.question, around)
        case Outcome():
            determinant = procedure.determinants[step.code]
            path = tuple(Answered(question=question, answer=answer) for question, answer in step.path)
            return QuestionView(
                state="done", determinant=step.code, priority=determinant.priority, path=path,
                because=determinant.because or None, **around,
            )  # fmt: skip
        case Stuck():
            # An answer that an earlier procedure took and this one does not is asked for again.
            return _asked(procedure, step.question, around)


def _asked(procedure: Procedure, name: str, around: dict[str, Any]) -> QuestionView:
    question = procedure.triage.questions[name]
    return QuestionView(
        state="ask",
        question=name,
        text=question.text,
        because=question.because or None,
        form="open" if question.is_open else "closed",
        options=tuple(question.answers),
        besides=besides(question),
        others=question.is_open,
        **around,
    )


def _jump_out(name: str, out: JumpOut) -> JumpOutView:
    leads_to = step_in_words(out.model_dump())
    return JumpOutView(name=name, text=out.text, because=out.because or None, leads_to=leads_to, roles=out.roles)
