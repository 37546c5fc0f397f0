"""The workload of a scenario, put together from the parts of the fit. Imports the other fits and `workload`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from simulation.distributions import Lognormal
from simulation.fitting.courses import Tables, conduct_name, fit_courses
from simulation.fitting.fleet import FleetUnit
from simulation.fitting.log import LIFE_THREATENING, SEVERITIES, SKILLS, LoggedIncident
from simulation.fitting.natures import FittedNature, fit_natures, grouped
from simulation.fitting.places import Zones
from simulation.workload import Arrivals, DistributionEntry, LognormalEntry, Nature, Workload

QUEUE = "emergency"
QUESTIONS = 3
"""The baseline asks for nature, severity and detail."""
LEAST_INCIDENTS = 60
"""A type and class with fewer incidents takes the handling and waiting times of its class."""
QUIET_SHARE = 0.9
"""Ambulances committed, of those on duty, up to which a wait is the dispatcher's own. At 0.7 the waits of the twin
come out a fifth short of the log's, at 1.0 the long ones of `code-2` a sixth too long: want is then counted twice."""
PATIENCE = DistributionEntry(lognormal=LognormalEntry(mean=180.0, cv=1.0))
WRAP_UP = DistributionEntry(constant=15.0)
MEDICAL, OTHERS = "medical", "fire and other"


def fit_workload(
    incidents: Sequence[LoggedIncident],
    arrivals: Arrivals,
    zones: Zones,
    fleet: Sequence[FleetUnit],
    factors: Mapping[tuple[str, str], Lognormal],
    provenance: str,
) -> Workload:
    """Put the workload together; shares are rounded so that they still sum to one."""
    tables = Tables()
    fitted = fit_natures(incidents)
    groups = grouped(incidents)
    quiet = frozenset(each.id for each in quiet_incidents(incidents, fleet))
    # The class served first hardly ever wants for an ambulance, and has too few incidents to spare any.
    quiet |= {each.id for each in incidents if each.priority == LIFE_THREATENING}
    natures = [_nature(each, groups, incidents, quiet, tables) for each in fitted]
    shares = even([each.share for each in fitted])
    used = dict.fromkeys(nature.conduct for nature in natures)
    conducts = fit_courses(incidents, factors, tables)
    kept = {name: courses for name, courses in conducts.items() if name in used}
    named = {value for courses in kept.values() for course in courses.values() for _, value in course.durations()}
    named |= {nature.handling_s for nature in natures} | {nature.decision_s for nature in natures}
    return Workload(
        workload="san_francisco",
        time_zone="America/Los_Angeles",
        provenance=provenance,
        arrivals=arrivals,
        tables={name: entry for name, entry in sorted(tables.entries.items()) if name in named},
        places={mix: _mix(incidents, zones, mix == MEDICAL) for mix in (MEDICAL, OTHERS)},
        spread_m=zones.spread_m,
        conducts=kept,
        natures=tuple(
            nature.model_copy(update={"share": share}) for nature, share in zip(natures, shares, strict=True)
        ),
        patience_s=PATIENCE,
        wrap_up_s=WRAP_UP,
    )


def quiet_incidents(incidents: Sequence[LoggedIncident], fleet: Sequence[FleetUnit]) -> tuple[LoggedIncident, ...]:
    """The incidents that came when at most `QUIET_SHARE` of the ambulances on duty were committed.

    What their dispatchers took to send somebody is their own delay. At other times the log's waits also hold
    the want of an ambulance, which a twin has to bring about by itself.
    """
    ambulances = [unit for unit in fleet if SKILLS[unit.kind] == "ambulance"]
    work = [each for incident in incidents for each in incident.responses if SKILLS[each.kind] == "ambulance"]
    starts = sorted(each.dispatched for each in work if each.available is not None)
    ends = sorted(each.available for each in work if each.available is not None)
    return tuple(
        each
        for each in incidents
        if bisect_right(starts, each.entry) - bisect_right(ends, each.entry)
        <= QUIET_SHARE * sum(unit.on_duty(each.entry) for unit in ambulances)
    )


def even(shares: Sequence[float], digits: int = 5) -> list[float]:
    """Round shares so that they sum to one: the largest takes up the rounding."""
    rounded = [round(share / sum(shares), digits) for share in shares]
    largest = max(range(len(rounded)), key=lambda index: (rounded[index], -index))
    rounded[largest] = round(rounded[largest] + 1 - sum(rounded), digits)
    return rounded


def _nature(
    fitted: FittedNature,
    groups: Mapping[tuple[str, str], Sequence[LoggedIncident]],
    incidents: Sequence[LoggedIncident],
    quiet: frozenset[str],
    tables: Tables,
) -> Nature:
    own = groups[fitted.nature, fitted.priority]
    name = f"{fitted.nature} {fitted.priority}"
    if len(own) < LEAST_INCIDENTS:
        own = [each for each in incidents if each.priority == fitted.priority]
        name = fitted.priority
    truth = {"nature": fitted.nature, "severity": SEVERITIES[fitted.priority], "detail": fitted.detail}
    return Nature(
        id=fitted.id,
        share=fitted.share,
        queue=QUEUE,
        priority=fitted.priority,
        truth=truth,
        told=_told(own, SEVERITIES[fitted.priority]),
        places=MEDICAL if fitted.nature == "medical" else OTHERS,
        questions=QUESTIONS,
        handling_s=tables.register(f"handling {name}", [each.entry - each.received for each in own]),
        decision_s=tables.register(
            f"decision {name}", [each.dispatched - each.entry for each in own if each.id in quiet]
        ),
        conduct=conduct_name(fitted.priority, fitted.is_alone),
    )


def _told(own: Sequence[LoggedIncident], severity: str) -> Mapping[str, Mapping[str, float]]:
    """What was first recorded of incidents that turned out this severe; nothing if it was never anything
    else.
    """
    counts = Counter(each.told for each in own)
    if set(counts) == {severity}:
        return {}
    said = sorted(counts)
    return {"severity": dict(zip(said, even([counts[each] / len(own) for each in said], 4), strict=True))}


def _mix(incidents: Sequence[LoggedIncident], zones: Zones, is_medical: bool) -> Mapping[str, float]:
    counts = Counter(zones.zone_of[each.area] for each in incidents if (each.nature == "medical") == is_medical)
    names = sorted(counts)
    return dict(zip(names, even([counts[name] for name in names]), strict=True))
