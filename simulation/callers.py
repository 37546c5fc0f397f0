"""Callers: they ring at their time, give up when their patience is over, some ring again, and they answer what they are asked.

A caller who says something that the question does not take, or knows nothing of what is asked, is written down as not knowing.
Imports `stage`, `contacts` and the desk's triage.
"""

from __future__ import annotations

from collections.abc import Sequence

from incidents import facts as f
from incidents.jump_outs import standing_of
from incidents.procedure import Triage
from incidents.quantities import ContactId, Instant
from incidents.situation import ContactStatus, Incident
from incidents.tree import UNKNOWN
from incidents.triage import Ask, accepts
from simulation.contacts import Contact
from simulation.stage import Stage


class Callers:
    """Everybody who gets in touch."""

    def __init__(self, stage: Stage, contacts: Sequence[Contact]) -> None:
        self._stage = stage
        self._contacts = contacts
        self.by_contact: dict[ContactId, Contact] = {contact.id: contact for contact in contacts}

    def begin(self) -> None:
        """Let the first of them ring in their time."""
        self._await(0)

    def _await(self, index: int) -> None:
        if index < len(self._contacts):
            self._stage.clock.at(self._contacts[index].at, self._ring_next, index)

    def _ring_next(self, index: int) -> None:
        self._await(index + 1)
        self._ring(self._contacts[index])

    def _ring(self, contact: Contact) -> None:
        stage = self._stage
        stage.record(f.ContactReceived(stage.clock.now, contact.id, contact.queue))
        if contact.patience_s is not None:
            stage.clock.after(contact.patience_s, self._give_up, contact)

    def _give_up(self, contact: Contact) -> None:
        stage = self._stage
        waiting = stage.desk.working.contacts.get(contact.id)
        if waiting is None or waiting.status is not ContactStatus.WAITING:
            return
        stage.record(f.ContactAbandoned(stage.clock.now, contact.id))
        if contact.redials:
            stage.clock.after(contact.redials[0][0], self._ring_again, contact)

    def _ring_again(self, contact: Contact) -> None:
        self._stage.tally["redials"] += 1
        again = contact.again(self._stage.clock.now)
        self.by_contact[again.id] = again
        self._ring(again)


def reply(contact: Contact, incident: Incident, triage: Triage, at: Instant) -> f.AnswerGiven | f.InterviewLeft | None:
    """What the call-taker records of the question that stands; None: the caller is lost, and no rule says what follows."""
    step = standing_of(incident, triage)
    assert isinstance(step, Ask), f"the tree is stuck on {contact.nature}: {step}"
    lost = contact.lost
    if lost is not None and not incident.left and len(incident.answers) == lost.after:
        if lost.jump_out not in step.jump_outs:
            return None
        return f.InterviewLeft(at, incident.id, step.question, lost.jump_out)
    return f.AnswerGiven(at, incident.id, step.question, said(contact, triage, step))


def said(contact: Contact, triage: Triage, step: Ask) -> str:
    """The answer to a question, as it is written down; where nobody knows it and the tree has no way for that, its first."""
    question, answer = triage.questions[step.question], contact.answer(step.about)
    if answer is not None and accepts(question, answer):
        return answer
    return UNKNOWN if accepts(question, UNKNOWN) else next(iter(question.answers))
