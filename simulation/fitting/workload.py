"""The workload of a scenario, put together from the parts of the fit. Imports the other fits and `workload`."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from simulation.fitting.courses import Factors, Tables, conduct_name, fit_courses
from simulation.fitting.fleet import FleetUnit
from simulation.fitting.lifetimes import LEAST_SAMPLE as LEAST_PATIENT
from simulation.fitting.lifetimes import Lifetimes
from simulation.fitting.log import Log, LoggedIncident
from simulation.fitting.mapping import LogMapping
from simulation.fitting.natures import FittedNature, fit_natures, grouped
from simulation.fitting.places import Zones
from simulation.fitting.positions import wrap_ups_s
from simulation.workload import Arrivals, DistributionEntry, Duration, LognormalEntry, Nature, Workload

QUESTIONS, QUESTIONS_OF_A_DESK = 3, 2
"""The baseline asks for nature, severity and, where somebody is sent, detail."""
LEAST_INCIDENTS = 60
"""A type and class with fewer incidents takes the handling and waiting times of its class."""
QUIET_SHARE = 0.9
"""Ambulances committed, of those on duty, up to which a wait is the dispatcher's own. At 0.7 the waits of the twin
come out a fifth short of the log's, at 1.0 the long ones of `code-2` a sixth too long: want is then counted twice."""
EVERYWHERE = "everywhere"
RARE = "rare"
SMOOTHING = 5.0
"""Incidents of a mix that are spread as all are, where shares are smoothed."""


def fit_workload(
    log: Log,
    waiting: Sequence[LoggedIncident],
    arrivals: Arrivals,
    zones: Zones | None,
    fleet: Sequence[FleetUnit],
    factors: Factors,
    mapping: LogMapping,
    tables: Tables,
    provenance: str,
) -> Workload:
    """Put the workload together; shares are rounded so that they still sum to one.

    `waiting`: what nobody had been sent to when the log ended, whose waits are open.
    """
    incidents = log.incidents
    waits = [(each.nature, each.priority, max(0.0, log.until - each.entry)) for each in waiting]
    fitted = fit_natures(incidents, mapping)
    groups = grouped(incidents, mapping.other)
    quiet = frozenset(each.id for each in quiet_incidents(incidents, fleet, mapping))
    # The class served first hardly ever wants for an ambulance, and has too few incidents to spare any.
    quiet |= {each.id for each in incidents if each.priority == mapping.classes[0]}
    natures = [_nature(each, groups, incidents, quiet, waits, mapping, tables) for each in fitted]
    shares = even([each.share for each in fitted])
    used = dict.fromkeys(nature.conduct for nature in natures)
    conducts = fit_courses(log, factors, mapping, tables) if mapping.has_responses else {}
    kept = {name: courses for name, courses in conducts.items() if name in used}
    patience, wrap_up = _callers(incidents, mapping, tables)
    named: set[Duration | None] = {
        value for courses in kept.values() for course in courses.values() for _, value in course.durations()
    }
    named |= {value for nature in natures for value in (nature.handling_s, nature.decision_s, nature.patience_s)}
    named |= {patience, wrap_up}
    return Workload(
        workload=mapping.mapping,
        time_zone=mapping.time_zone,
        provenance=provenance,
        arrivals=arrivals,
        tables={name: entry for name, entry in sorted(tables.entries.items()) if name in named},
        places=_mixes(incidents, zones, mapping),
        spread_m={} if zones is None else zones.spread_m,
        conducts=kept,
        natures=tuple(
            nature.model_copy(update={"share": share}) for nature, share in zip(natures, shares, strict=True)
        ),
        patience_s=patience,
        wrap_up_s=wrap_up,
    )


def quiet_incidents(
    incidents: Sequence[LoggedIncident], fleet: Sequence[FleetUnit], mapping: LogMapping
) -> tuple[LoggedIncident, ...]:
    """The incidents that came when at most `QUIET_SHARE` of the ambulances on duty were committed.

    What their dispatchers took to send somebody is their own delay. At other times the log's waits also hold
    the want of an ambulance, which a twin has to bring about by itself. Ambulances: what comes and goes.
    """
    if not mapping.roaming:
        return tuple(incidents)
    ambulances = [unit for unit in fleet if unit.kind in mapping.roaming]
    work = [each for incident in incidents for each in incident.responses if each.kind in mapping.roaming]
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


def talk_s(incident: LoggedIncident, mapping: LogMapping) -> float | None:
    """How long a contact took somebody: from its answer to its end, or to its handing over where the log has no answer."""
    if not mapping.is_answered:
        return max(0.0, incident.entry - incident.received)
    if incident.answered is None or incident.ended is None:
        return None
    return max(0.0, incident.ended - incident.answered)


def patience_of(incidents: Sequence[LoggedIncident]) -> Lifetimes:
    """How long callers waited who gave up; those who were answered would have waited longer than they had to."""
    left = [each.abandoned - each.received for each in incidents if each.abandoned is not None]
    stayed = [
        each.answered - each.received for each in incidents if each.answered is not None and each.abandoned is None
    ]
    return Lifetimes(tuple(max(0.0, wait) for wait in left), tuple(max(0.0, wait) for wait in stayed))


def _nature(
    fitted: FittedNature,
    groups: Mapping[tuple[str, str], Sequence[LoggedIncident]],
    incidents: Sequence[LoggedIncident],
    quiet: frozenset[str],
    waiting: Sequence[tuple[str, str, float]],
    mapping: LogMapping,
    tables: Tables,
) -> Nature:
    own = groups[fitted.nature, fitted.priority]
    name = f"{fitted.nature} {fitted.priority}"
    if len(own) < LEAST_INCIDENTS:
        own, name = _alike(fitted.priority, groups, incidents, mapping)
    severity = mapping.severity(fitted.priority)
    truth = {"nature": fitted.nature, "severity": severity} | ({"detail": fitted.detail} if fitted.detail else {})
    rule = mapping.natures.get(fitted.nature)
    talks = [talk for talk in (talk_s(each, mapping) for each in own) if talk is not None]
    waits = [max(0.0, each.dispatched - each.entry) for each in own if each.id in quiet and each.responses]
    still = [wait for nature, priority, wait in waiting if priority == fitted.priority and nature == fitted.nature]
    left = patience_of(own) if mapping.is_answered else Lifetimes(())
    return Nature(
        id=fitted.id,
        share=fitted.share,
        queue=(rule.queue if rule is not None else None) or next(iter(mapping.queues)),
        priority=fitted.priority,
        truth=truth,
        told=_told(own, severity),
        places=mix_of(fitted.nature, mapping) if mapping.positions != "none" else None,
        questions=QUESTIONS if mapping.has_responses else QUESTIONS_OF_A_DESK,
        handling_s=tables.register(f"handling {name}", talks or [0.0]),
        decision_s=tables.register(f"decision {name}", waits, still) if waits else DistributionEntry(constant=0.0),
        patience_s=tables.register_curve(f"patience {name}", left) if len(left.ended) >= LEAST_PATIENT else None,
        conduct=conduct_name(fitted.priority, fitted.is_alone) if mapping.has_responses else None,
    )


def _alike(
    priority: str,
    groups: Mapping[tuple[str, str], Sequence[LoggedIncident]],
    incidents: Sequence[LoggedIncident],
    mapping: LogMapping,
) -> tuple[Sequence[LoggedIncident], str]:
    """Whose times a rare nature takes, and their name: those of its class, or of the rare ones of its class alone.

    With those of the rare ones the times of the whole class come out as they were; the common ones have theirs already.
    """
    if mapping.rare == "apart":
        few = [each for (_, of), own in groups.items() if of == priority and len(own) < LEAST_INCIDENTS for each in own]
        if len(few) >= LEAST_INCIDENTS:
            return few, f"{RARE} {priority}"
    return [each for each in incidents if each.priority == priority], priority


def _callers(
    incidents: Sequence[LoggedIncident], mapping: LogMapping, tables: Tables
) -> tuple[Duration | None, Duration]:
    """Patience and wrap-up of all: from the log where it shows them, assumed where it does not."""
    assumed = mapping.assumed
    patience: Duration | None = None
    if assumed.patience_s is not None:
        patience = DistributionEntry(lognormal=LognormalEntry(mean=assumed.patience_s, cv=1.0))
    wrap_up: Duration = DistributionEntry(constant=assumed.wrap_up_s)
    if mapping.is_answered:
        left = patience_of(incidents)
        if len(left.ended) >= LEAST_PATIENT:
            patience = tables.register_curve("patience", left)
        paused = wrap_ups_s(incidents)
        if len(paused) >= LEAST_PATIENT:
            wrap_up = tables.register("wrap-up", paused)
    return patience, wrap_up


def mix_of(nature: str, mapping: LogMapping) -> str:
    """The name of the mix of places in which a nature happens."""
    rule = mapping.natures.get(nature)
    return (rule.mix if rule is not None else None) or EVERYWHERE


def _told(own: Sequence[LoggedIncident], severity: str) -> Mapping[str, Mapping[str, float]]:
    """What was first recorded of incidents that turned out this severe; nothing if it was never anything
    else.
    """
    counts = Counter(each.told for each in own)
    if set(counts) == {severity}:
        return {}
    said = sorted(counts)
    return {"severity": dict(zip(said, even([counts[each] / len(own) for each in said], 4), strict=True))}


def _mixes(
    incidents: Sequence[LoggedIncident], zones: Zones | None, mapping: LogMapping
) -> Mapping[str, Mapping[str, float]]:
    """Shares of zones by mix; smoothed ones lean towards those of all incidents."""
    if zones is None:
        return {}
    everything = Counter(zones.zone_of[each.area] for each in incidents)
    found = {}
    for mix in dict.fromkeys(mix_of(nature, mapping) for nature in (*mapping.natures, mapping.other)):
        counts = Counter(zones.zone_of[each.area] for each in incidents if mix_of(each.nature, mapping) == mix)
        if not counts:
            continue
        if mapping.rates == "means":
            weights = {name: float(counts[name]) for name in sorted(counts)}
        else:
            weights = {
                name: counts[name] + SMOOTHING * everything[name] / len(incidents) for name in sorted(everything)
            }
        found[mix] = dict(zip(weights, even(list(weights.values())), strict=True))
    return found
