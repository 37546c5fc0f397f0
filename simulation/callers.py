"""What a caller says when asked, and what becomes of an interview whose caller is lost. Imports `contacts`, `triage` and facts.

A caller who says something that the question does not take, or knows nothing of what is asked, is written down as not knowing.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.jump_outs import standing_of
from incidents.procedure import Triage
from incidents.quantities import Instant
from incidents.situation import Incident
from incidents.tree import UNKNOWN
from incidents.triage import Ask, accepts
from simulation.contacts import Contact


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
    """The answer to a question, as it is written down."""
    answer = contact.answer(step.about)
    return answer if answer is not None and accepts(triage.questions[step.question], answer) else UNKNOWN
