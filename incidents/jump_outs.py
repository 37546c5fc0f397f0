"""Leaving an interview and going on with it: what the triage tree in force allows, and what a caller who is back entails.

Imports `triage`, `known`, `procedure` and what stands above them.
"""

from __future__ import annotations

from incidents import facts as f
from incidents import known
from incidents.known import refusal
from incidents.near_names import listed
from incidents.procedure import Procedure, Triage
from incidents.situation import Incident, Situation
from incidents.tree import REFUSED, UNKNOWN, Question
from incidents.triage import Standing, accepts, next_step, stands_at, way_back


def standing_of(incident: Incident, triage: Triage) -> Standing:
    """Where the triage of an incident stands."""
    return next_step(triage, incident.answers, incident.left)


def offered_to(triage: Triage, jump_outs: tuple[str, ...], role: str | None) -> tuple[str, ...]:
    """Those of the jump-outs that a role may take; `role` None: all of them."""
    return tuple(each for each in jump_outs if role is None or _may(triage, each, role))


def rung_back(fact: f.ContactLinked, incident: Incident, triage: Triage) -> tuple[f.InterviewResumed, ...]:
    """What follows when a contact turns out to be about an incident: an interview that ended early goes on where it was left."""
    if not incident.left:
        return ()
    question = way_back(triage, incident.left, standing_of(incident, triage))
    if question is None or not triage.jump_outs[incident.left[question]].rings_back:
        return ()
    return (f.InterviewResumed(fact.at, incident.id, question),)


def refuse_against_tree(fact: f.Fact, situation: Situation, rules: Procedure) -> None:
    """Raise `FactRefused` if the triage tree does not allow `fact`; what it does not speak of passes."""
    match fact:
        case f.AnswerGiven():
            _refuse_answer(fact, situation, rules.triage)
        case f.InterviewLeft():
            _refuse_leaving(fact, known.open_incident(situation, fact.incident), rules.triage)
        case f.InterviewResumed():
            _refuse_going_on(fact, known.open_incident(situation, fact.incident), rules.triage)
        case _:
            pass


def refuse_correction(asked: f.Fact, answer: str, triage: Triage) -> None:
    """Refuse a corrected answer that the question does not take; another procedure may have asked another question."""
    if isinstance(asked, f.AnswerGiven) and asked.question in triage.questions:
        _refuse_untaken(asked.question, answer, triage)


def _may(triage: Triage, jump_out: str, role: str | None) -> bool:
    roles = triage.jump_outs[jump_out].roles
    return not roles or role in roles


def _refuse_answer(fact: f.AnswerGiven, situation: Situation, triage: Triage) -> None:
    if fact.question not in triage.questions:
        raise refusal("question", f"unknown question {fact.question!r}", ", ".join(triage.questions))
    _refuse_untaken(fact.question, fact.answer, triage)
    incident = situation.incidents.get(fact.incident)
    by = None if incident is None else incident.left.get(fact.question)
    if by is not None and by in triage.jump_outs and triage.jump_outs[by].is_for_good:
        what = f"the interview left {fact.question} by {by}, for good"
        raise refusal("question", what, "another question, or a person's own assessment")


def _refuse_untaken(name: str, answer: str, triage: Triage) -> None:
    question = triage.questions[name]
    if not accepts(question, answer):
        raise refusal("answer", f"{answer!r} does not answer {name}", ", ".join(_taken(question)))


def _taken(question: Question) -> tuple[str, ...]:
    unlisted = (each for each in (UNKNOWN, REFUSED) if each not in question.answers and accepts(question, each))
    return (*question.answers, *unlisted)


def _refuse_leaving(fact: f.InterviewLeft, incident: Incident, triage: Triage) -> None:
    if fact.jump_out not in triage.jump_outs:
        raise refusal("jump_out", f"unknown jump-out {fact.jump_out!r}", listed(triage.jump_outs))
    standing = standing_of(incident, triage)
    here = stands_at(standing)
    if fact.question != here:
        raise refusal("question", f"the interview of incident {incident.id} stands at {here}", here)
    if fact.jump_out not in standing.jump_outs:
        accepted = ", ".join(standing.jump_outs) or "none is offered here"
        raise refusal("jump_out", f"{fact.jump_out} is not offered at {here}", accepted)
    if not _may(triage, fact.jump_out, fact.by_role):
        what = f"{fact.by_role or 'nobody by name'} may not take {fact.jump_out}"
        raise refusal("by_role", what, ", ".join(triage.jump_outs[fact.jump_out].roles))


def _refuse_going_on(fact: f.InterviewResumed, incident: Incident, triage: Triage) -> None:
    question = way_back(triage, incident.left, standing_of(incident, triage))
    if question is None:
        raise refusal("question", f"the interview of incident {incident.id} may not be resumed", "one that was left")
    if fact.question != question:
        raise refusal("question", f"the interview was left last at {question}", question)
