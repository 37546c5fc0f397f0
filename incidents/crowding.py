"""Incidents that stand close together in place and time: how many there are about each one.

Of one crowd only the earliest incident escalates: whoever is told about it is told about all of them. Distances are taken for
one incident at a time, so that a situation of n incidents costs n columns of n. Imports `ladder` and `situation`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from incidents.ladder import Crowding, Rung
from incidents.quantities import coordinates, distances_m, ms
from incidents.situation import Incident, Situation


def crowded(situation: Situation, name: str, rung: Rung) -> Iterator[tuple[Incident, int]]:
    """Yield the incidents about which a crowd has grown in which `name` has not acted yet, with how many there are."""
    rule, incidents = rung.incidents_within, _located(situation, rung)
    assert rule is not None, "asked of rungs that act on crowds"
    if len(incidents) < rule.count:
        return
    told = {incident.id for incident in incidents if name in incident.standing}
    for incident in incidents:
        near = _near(incident, incidents, rule)
        if len(near) >= rule.count and told.isdisjoint(each.id for each in near):
            told.add(incident.id)
            yield incident, len(near)


def is_crowded(situation: Situation, incident: Incident, rung: Rung) -> bool:
    """Whether there are still as many about an incident as the rung asks for, whatever priority it has been given since."""
    rule = rung.incidents_within
    assert rule is not None, "asked of rungs that act on crowds"
    others = [each for each in _located(situation, rung) if each.id != incident.id]
    return incident.place is not None and len(_near(incident, [incident, *others], rule)) >= rule.count


def _located(situation: Situation, rung: Rung) -> list[Incident]:
    """The incidents that can be in a crowd, the earliest first.

    One on which a rung has raised the priority stays in its crowd.
    """
    found = (
        each
        for each in situation.incidents.values()
        if each.place is not None and (each.priority in rung.priorities or each.standing)
    )
    return sorted(found, key=lambda each: (each.reported_at, each.id))


def _near(incident: Incident, others: list[Incident], rule: Crowding) -> list[Incident]:
    assert incident.place is not None
    seconds = ms(rule.seconds)
    soon = [each for each in others if abs(each.reported_at - incident.reported_at) <= seconds]
    close = np.flatnonzero(distances_m(coordinates(each.place for each in soon), incident.place) <= rule.metres)
    return [soon[at] for at in close.tolist()]
