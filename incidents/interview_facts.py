"""The facts about the course of an interview beside its answers: that it was left, and resumed. Imports only `quantities`."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.quantities import IncidentId, Instant


@dataclass(frozen=True, slots=True)
class InterviewLeft:
    """The interview left `question` by a jump-out of the triage tree. `by_role` None: nobody said whose choice it was."""

    at: Instant
    incident: IncidentId
    question: str
    jump_out: str
    by_role: str | None = None


@dataclass(frozen=True, slots=True)
class InterviewResumed:
    """The interview went on at the question it had left last."""

    at: Instant
    incident: IncidentId
    question: str
