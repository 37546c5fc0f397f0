"""Shares of incidents by what was true of them: sent too little or too much, and ranked too low or too high.

The response is judged of incidents that were closed by the end of the log, the rank of those that were assessed: by the last
priority in the log against the true one. Imports `response_match`, `timing` and `sample_groups`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from incidents.centre import Centre
from incidents.measures import EVERY
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, ResourceId
from incidents.response_match import Skills, TrueNeed, matches
from incidents.timing import Timing


def response_shares(
    timing: Timing,
    true_priority: Mapping[IncidentId, str],
    needs: Mapping[IncidentId, TrueNeed],
    centre: Centre,
    kinds: Mapping[ResourceId, str],
) -> dict[str, float]:
    """The shares of over- and under-response, for each true priority and for all."""
    levels: dict[str, Skills] = {name: tuple(sorted(kind.levels.items())) for name, kind in centre.kinds.items()}
    skills = {resource: levels[kind] for resource, kind in kinds.items() if kind in levels}
    judged = [incident for incident in timing.started if incident in timing.closed]
    found = matches(needs, timing.sent, skills, judged)
    under = {incident: each.is_under for incident, each in found.items()}
    over = {incident: each.is_over for incident, each in found.items()}
    return {**_shares("under_response", under, true_priority), **_shares("over_response", over, true_priority)}


def triage_shares(timing: Timing, true_priority: Mapping[IncidentId, str], procedure: Procedure) -> dict[str, float]:
    """The shares of over- and under-triage, for each true priority and for all."""
    ranks = {name: each.rank for name, each in procedure.priorities.items()}
    steps: dict[IncidentId, int] = {}
    for incident in timing.assessed:
        said, true = timing.priority.get(incident), true_priority.get(incident)
        if said in ranks and true in ranks:
            # A higher rank is less urgent.
            steps[incident] = ranks[said] - ranks[true]
    under = {incident: step > 0 for incident, step in steps.items()}
    over = {incident: step < 0 for incident, step in steps.items()}
    return {**_shares("under_triage", under, true_priority), **_shares("over_triage", over, true_priority)}


def _shares(name: str, found: Mapping[IncidentId, bool], true_priority: Mapping[IncidentId, str]) -> dict[str, float]:
    by_priority: dict[str, list[bool]] = {EVERY: list(found.values())}
    for incident, is_so in found.items():
        if incident in true_priority:
            by_priority.setdefault(true_priority[incident], []).append(is_so)
    return {
        f"{name}.{priority}": sum(each) / len(each) if each else math.nan
        for priority, each in sorted(by_priority.items())
    }
