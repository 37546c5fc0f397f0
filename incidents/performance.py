"""Facts -> Measures: how well a log of facts went, whether people or a simulation wrote it.

The clocks, once and for all (seconds; `received` is when the incident's first contact was received, or when
the incident was opened where no contact is known):

    answer_s         ContactReceived -> ContactAnswered, one sample per contact; one that gives up has none
    handling_s       received -> first IncidentAssessed
    triage_s         its first contact answered -> first IncidentAssessed
    dispatch_wait_s  first IncidentAssessed -> first ResourceAssigned; 0 where one was assigned before
    response_s       received -> first ResourceArrived; a diversion never resets it
    still_waiting_s  received -> end of the log, of incidents that ask and at which nobody has arrived; none of those that were
                     closed, or all of whose needs were withdrawn
    turnout_s        per resource: assigned -> departed
    travel_s         per resource: departed -> arrived; a resource that was turned back has none
    on_scene_s       per resource: arrived -> transporting, or released where nobody was transported
    transport_s      per resource: transporting -> at facility
    handover_s       per resource: at facility -> released
    commitment_s     per resource and need: assigned -> released
    cycle_s          per resource: assigned while free -> free again; a diversion goes on in the same cycle, which counts for the
                     incident that it was first sent to
    units            distinct resources ever assigned, per incident that asked for any (not seconds)

An incident that is called off before anybody arrives has no response time. One to which later contacts are linked (duplicates)
counts once, from its first contact; a duplicate that was not recognised is an incident of its own.

A sample counts when its contact, or its incident's first contact, was received in [since, until). What
happens to it later counts too; what has not happened by the end of the log has no sample. Every clock is
kept for each priority and for `all`, and some also for each area: the zone of the incident's place as it was last located, if
any. Needs for call-takers are not needs of an incident. Levels are sampled at each minute of the window: contacts wait from
received until answered or given up, incidents from when they first ask until the first resource is assigned, they are closed,
or they ask for nothing more. May import numpy and what stands above in this package.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from incidents import facts as f
from incidents.centre import Centre
from incidents.corrections import as_corrected
from incidents.costs import cost_counts
from incidents.due_rungs import DueRungs, has_rungs_to_judge
from incidents.kept_rules import kept_rules, late_rungs
from incidents.levels import level_counts, minutes
from incidents.measures import EVERY, Measures, statistic_of
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, ResourceId
from incidents.response_match import TrueNeed
from incidents.sample_groups import Groups
from incidents.timing import Timing
from incidents.tracks import Tracks
from incidents.true_response import response_shares, triage_shares
from incidents.yardsticks import lacks_of, limits_of

__all__ = ["Measures", "measure"]

_S_PER_H = 3600.0
Listener: TypeAlias = Callable[[Any], None]


def measure(
    facts: Iterable[f.Fact],
    *,
    since: Instant,
    until: Instant,
    priority_of: Mapping[IncidentId, str] | None = None,
    kinds: Mapping[ResourceId, str] | None = None,
    priorities: Sequence[str] = (),
    procedure: Procedure | None = None,
    centre: Centre | None = None,
    true_needs: Mapping[IncidentId, TrueNeed] | None = None,
) -> Measures:
    """Read the facts, in order of time and each as it was corrected last.

    What is before `since` sets the scene and has no samples. `priority_of` sorts incidents by their true priority; where it is
    silent, the last priority in the log counts. `kinds` adds the counts per kind of resource (None: as the centre has them), and
    `priorities` declares the names that a figure may use (none: the procedure's). By the `procedure` targets, checks and
    rungs are judged, by the `centre` costs, by `true_needs` what was sent; what cannot be told without one is NaN, and the
    measures say why.
    """
    log = list(facts)
    if kinds is None:
        kinds = {} if centre is None else {ResourceId(name): each.kind for name, each in centre.resources.items()}
    timing = Timing(since, until)
    tracks = Tracks(since, until, timing.incident_asking, timing.is_busy)
    rungs = DueRungs(procedure) if procedure is not None and has_rungs_to_judge(procedure) else None
    end = _read(log, timing, tracks, rungs)
    timing.end(end)
    declared = tuple(priorities or (() if procedure is None else procedure.priorities))
    groups = Groups(timing, priority_of or {}, declared)
    busy_s = timing.busy.seconds()
    counts = {
        **_counts(timing),
        **_concurrency(timing),
        **_levels(timing, groups),
        **_by_kind(timing, tracks, busy_s, kinds, centre),
        **late_rungs(timing, rungs, end),
        **kept_rules(log, procedure, since, until),
    }
    if priority_of is not None and procedure is not None:
        counts.update(triage_shares(timing, priority_of, procedure))
    if true_needs is not None and centre is not None:
        counts.update(response_shares(timing, priority_of or {}, true_needs, centre, kinds))
    lacks = lacks_of(procedure, centre, knows_priority=priority_of is not None, knows_needs=true_needs is not None)
    limits = {} if procedure is None else limits_of(procedure)
    return Measures(since, until, groups.samples(), counts, busy_s, groups.declared, limits, lacks)


def _read(log: Sequence[f.Fact], timing: Timing, tracks: Tracks, rungs: DueRungs | None) -> Instant:
    """Tell every fact to whom it matters; return the instant of the last."""
    tell: dict[type, tuple[Listener, ...]] = {}
    for reader in (timing, tracks, *(() if rungs is None else (rungs,))):
        for kind, listener in reader.listeners().items():
            tell[kind] = (*tell.get(kind, ()), listener)
    nobody: tuple[Listener, ...] = ()
    numbered = as_corrected(log)
    for _, fact in numbered:
        for listener in tell.get(type(fact), nobody):
            listener(fact)
    return numbered[-1][1].at if numbered else timing.until


def _counts(timing: Timing) -> dict[str, float]:
    contacts = sum(timing.counts_at(received) for received in timing.received_at.values())
    return {
        **{name: float(count) for name, count in timing.tally.items()},
        "contacts": float(contacts),
        "abandoned.share": timing.tally["abandoned"] / contacts if contacts else math.nan,
        "incidents": float(len(timing.started)),
        "unreached": float(len(timing.units.keys() - timing.reached)),
        "open_needs": float(timing.open_needs),
    }


def _concurrency(timing: Timing) -> dict[str, float]:
    times = np.fromiter((at for at, _ in timing.changes), dtype=np.int64, count=len(timing.changes))
    steps = np.fromiter((step for _, step in timing.changes), dtype=np.int64, count=len(timing.changes))
    levels = np.concatenate([[0], np.cumsum(steps)])
    at = minutes(timing.since, timing.until)
    ascending = np.sort(levels[np.searchsorted(times, at, side="right")]).astype(np.float64)
    return {f"concurrency.{name}": statistic_of(ascending, name) for name in ("mean", "median", "max")}


def _levels(timing: Timing, groups: Groups) -> dict[str, float]:
    at, never = minutes(timing.since, timing.until), np.iinfo(np.int64).max
    calls = [(received, timing.over_at.get(contact, never)) for contact, received in timing.received_at.items()]
    found = dict(level_counts("calls_waiting", "oldest_call_s", EVERY, calls, at))
    asking: dict[str, list[tuple[int, int]]] = {name: [] for name in (EVERY, *groups.declared, *groups.names)}
    for incident, asked in timing.asked_at.items():
        wait = asked, timing.queued_until.get(incident, never)
        asking[EVERY].append(wait)
        priority = groups.priority(incident)
        if priority is not None:
            asking.setdefault(priority, []).append(wait)
    for priority, waits in asking.items():
        found.update(level_counts("queue", "oldest_queued_s", priority, waits, at))
    return found


def _by_kind(
    timing: Timing,
    tracks: Tracks,
    busy_s: Mapping[ResourceId, float],
    kinds: Mapping[ResourceId, str],
    centre: Centre | None,
) -> dict[str, float]:
    """Duty and what was done on it, by kind and in total; of who travels, the hours, kilometres and moves."""
    duty_s, kilometres = timing.duty.seconds(), tracks.kilometres()
    known = sorted(set(kinds.values()))
    hours = {resource: seconds / _S_PER_H for resource, seconds in duty_s.items()}
    moves = {resource: float(count) for resource, count in sorted(tracks.moves.items())}
    totals = {
        "unit_hours": math.fsum(hours[resource] for resource in hours if tracks.is_mobile(resource)),
        "distance_km": math.fsum(kilometres.values()),
        "moves": math.fsum(moves.values()),
    }
    counts: dict[str, float] = {}
    by_kind = {name: dict.fromkeys(known, 0.0) for name in ("busy_s", "duty_s", "unit_hours", "distance_km", "moves")}
    spans = (
        ("busy_s", busy_s),
        ("duty_s", duty_s),
        ("unit_hours", hours),
        ("distance_km", kilometres),
        ("moves", moves),
    )
    for name, amounts in spans:
        for resource, amount in amounts.items():
            if resource in kinds:
                by_kind[name][kinds[resource]] += amount
        counts.update({f"{name}.{kind}": total for kind, total in by_kind[name].items()})
    for kind in known:
        duty = counts[f"duty_s.{kind}"]
        counts[f"utilisation.{kind}"] = counts[f"busy_s.{kind}"] / duty if duty else math.nan
    contacts = sum(timing.counts_at(received) for received in timing.received_at.values())
    costs = None if centre is None else centre.costs
    return {**totals, **counts, **cost_counts(costs, by_kind["unit_hours"], by_kind["distance_km"], contacts)}
