"""Folding alarms that are raised and stopped, and needs that end where they stand. Imports `known` and what stands above it."""

from __future__ import annotations

from incidents import facts as f
from incidents import known
from incidents.alarm_state import Alarm
from incidents.known import Changes, incident_change, refusal
from incidents.light import replace
from incidents.situation import Situation


def alarm_raised(s: Situation, fact: f.AlarmRaised) -> Changes:
    """Fold an alarm being raised; to the level it has already it keeps its instant."""
    incident = known.open_incident(s, fact.incident)
    before = incident.alarm
    at = before.at if before.level == fact.level else fact.at
    is_stopped = before.is_stopped and not fact.by_person
    return incident_change(replace(incident, alarm=Alarm(fact.level, at, is_stopped)))


def alarm_lowered(s: Situation, fact: f.AlarmLowered) -> Changes:
    """Fold a stop."""
    incident = known.open_incident(s, fact.incident)
    return incident_change(replace(incident, alarm=Alarm(fact.level, fact.at, is_stopped=True)))


def need_reduced(s: Situation, fact: f.NeedReduced) -> Changes:
    """Fold a need ending where it stands; refused where nobody serves it, since then it can be withdrawn."""
    need = known.open_need(s, fact.need)
    if need.is_filled:
        raise refusal("need", f"need {need.id} asks for nobody", "a need with an open position")
    if not need.filled_by:
        raise refusal("need", f"nobody serves need {need.id}", "NeedWithdrawn")
    used = need.in_use
    rows = tuple(
        replace(row, quantity=row.quantity - count) if row.alternative == used else row
        for row, count in zip(need.rows, need.open, strict=True)
    )
    opened = tuple(0 if row.alternative == used else count for row, count in zip(rows, need.open, strict=True))
    return (("needs", need.id, replace(need, rows=rows, open=opened, unfilled_since=None)),)
