"""Escalation by age: which rungs are due now, and when the next will be.

A rung acts at most once on an incident, so no loop is possible. Imports `procedure`, `situation` and what stands above them.
"""

from __future__ import annotations

from dataclasses import dataclass

from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, NeedId, ms
from incidents.situation import Situation


@dataclass(frozen=True, slots=True)
class Due:
    """A rung that an incident has reached, and the need that has stood unfilled too long."""

    incident: IncidentId
    rung: str
    need: NeedId
    at: Instant


def first_due_at(situation: Situation, procedure: Procedure) -> Instant | None:
    """Return the next instant at which time alone makes a rung due (past for one overdue); None if there is none."""
    agenda = _agenda(situation, procedure)
    return min(each.at for each in agenda) if agenda else None


def due(situation: Situation, procedure: Procedure, by: Instant) -> tuple[Due, ...]:
    """Return the rungs due by an instant, the longest overdue first, each rung of an incident once."""
    reached = sorted((each for each in _agenda(situation, procedure) if each.at <= by), key=_order)
    first = {(each.incident, each.rung): each for each in reversed(reached)}
    return tuple(sorted(first.values(), key=_order))


def _agenda(situation: Situation, procedure: Procedure) -> list[Due]:
    if not procedure.escalation:
        return []
    agenda = []
    for need in situation.needs.values():
        if need.unfilled_since is None or need.incident is None:
            continue
        incident = situation.incidents[need.incident]
        for name, rung in procedure.escalation.items():
            if name not in incident.rungs and incident.priority in rung.priorities:
                agenda.append(Due(incident.id, name, need.id, need.unfilled_since + ms(rung.unfilled_for_s)))
    return agenda


def _order(due: Due) -> tuple[Instant, str, str, str]:
    return due.at, due.incident, due.rung, due.need
