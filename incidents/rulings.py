"""What the rules in force say against a fact: words that they do not know, and steps that they do not allow.

One function for each kind of fact of which the rules speak; all others pass. Imports `advice`, `jump_outs`, `permission`
and what stands above them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from incidents import facts as f
from incidents import known
from incidents.advice import out_of_scope
from incidents.alarms import refuse_against_plan
from incidents.correcting import earlier
from incidents.jump_outs import refuse_against_tree, refuse_correction
from incidents.known import refusal
from incidents.permission import refuse_against_ladder
from incidents.procedure import Procedure
from incidents.refusals import FactRefused
from incidents.situation import Situation

Ruling = Callable[[Any, Situation, Procedure], None]


def _queue(fact: f.ContactReceived, situation: Situation, rules: Procedure) -> None:
    if fact.queue not in rules.queues:
        raise refusal("queue", f"unknown queue {fact.queue!r}", ", ".join(rules.queues))


def _assessment(fact: f.IncidentAssessed, situation: Situation, rules: Procedure) -> None:
    if fact.determinant not in rules.determinants:
        raise refusal("determinant", f"unknown code {fact.determinant!r}", ", ".join(rules.determinants))
    if fact.priority not in rules.priorities:
        raise refusal("priority", f"unknown priority {fact.priority!r}", ", ".join(rules.priorities))


def _correction(fact: f.Corrected, situation: Situation, rules: Procedure) -> None:
    if fact.answer is not None:
        refuse_correction(earlier(situation, fact), fact.answer, rules.triage)


def _handover(fact: f.HandoverGiven, situation: Situation, rules: Procedure) -> None:
    if fact.handover not in rules.handovers:
        accepted = ", ".join(rules.handovers) or "the procedure has none"
        raise refusal("handover", f"unknown handover {fact.handover!r}", accepted)


def _advice(fact: f.AdviceGiven, situation: Situation, rules: Procedure) -> None:
    flaws = out_of_scope(fact, known.open_incident(situation, fact.incident), rules)
    if flaws:
        raise FactRefused(flaws)


RULINGS: Mapping[type[f.Fact], Ruling] = {
    f.ContactReceived: _queue,
    f.AnswerGiven: refuse_against_tree,
    f.InterviewLeft: refuse_against_tree,
    f.InterviewResumed: refuse_against_tree,
    f.IncidentAssessed: _assessment,
    f.Corrected: _correction,
    f.HandoverGiven: _handover,
    f.AdviceGiven: _advice,
    f.AlarmRaised: refuse_against_plan,
    f.AlarmLowered: refuse_against_plan,
    f.IncidentEscalated: refuse_against_ladder,
    f.IncidentDeescalated: refuse_against_ladder,
    f.ContactEscalated: refuse_against_ladder,
    f.ModeEntered: refuse_against_ladder,
    f.AidRequested: refuse_against_ladder,
}
"""By kind of fact, what raises `FactRefused` where the rules are against it."""
