"""What the log itself shows, under the names of the measures, so that a twin can be held against it.

The clocks are those of `incidents.performance`, read off the log's own columns, and quantiles are nearest
rank as there. Priorities are the final ones. Concurrency counts resources between dispatch and availability
at the start of every minute; a row without a time of availability cannot be counted. Imports `log`,
`courses`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulation.fitting.courses import (
    before_transport_s,
    handover_s,
    scene_s,
    to_facility_s,
    turnout_s,
)
from simulation.fitting.log import LoggedIncident, Response
from simulation.fitting.mapping import LogMapping
from simulation.fitting.travel import travel_s
from simulation.observed import Observed

EVERY = "all"
DAY_S, MINUTE_S = 86_400, 60


def observe(incidents: Sequence[LoggedIncident], mapping: LogMapping, provenance: str) -> Observed:
    """Read every figure off the log."""
    samples: dict[tuple[str, str], list[float]] = {}
    for incident in incidents:
        for clock, value in clocks_of(incident):
            for priority in (incident.priority, EVERY):
                samples.setdefault((clock, priority), []).append(value)
    figures: dict[str, float] = {}
    for clock in dict.fromkeys(clock for clock, _ in samples):
        for priority in (*mapping.classes, EVERY):
            if (clock, priority) in samples:
                figures |= _figures(clock, priority, sorted(samples[clock, priority]))
    left = sum(incident.abandoned is not None for incident in incidents)
    if left:
        figures["abandoned.share"] = round(left / len(incidents), 4)
    if not mapping.has_responses:
        return Observed(observed=mapping.mapping, provenance=provenance, figures=figures, reasons=mapping.reasons)
    figures |= {f"concurrency.{name}": value for name, value in concurrency(incidents).items()}
    sent = Counter(response.kind for incident in incidents for response in incident.responses)
    figures |= {f"responses_per_incident.{kind}": round(sent[kind] / len(incidents), 4) for kind in sorted(sent)}
    return Observed(observed=mapping.mapping, provenance=provenance, figures=figures, reasons=mapping.reasons)


def concurrency(incidents: Sequence[LoggedIncident]) -> Mapping[str, float]:
    """Return mean, median and maximum of the resources committed, sampled each minute of the days of the log."""
    spans = [
        (response.dispatched, response.available)
        for incident in incidents
        for response in incident.responses
        if response.available is not None
    ]
    first = min(incident.received for incident in incidents) // DAY_S * DAY_S
    last = max(incident.received for incident in incidents) // DAY_S * DAY_S + DAY_S
    minutes = np.arange(first, last, MINUTE_S)
    level = _before(minutes, [start for start, _ in spans]) - _before(minutes, [end for _, end in spans])
    return {
        "mean": round(float(level.mean()), 2),
        "median": float(nearest_rank(sorted(level.tolist()), 0.5)),
        "max": float(level.max()),
    }


def nearest_rank(ascending: Sequence[float], share: float) -> float:
    """The smallest value with at least `share` of the values at or below it."""
    return ascending[max(1, math.ceil(share * len(ascending))) - 1]


def clocks_of(incident: LoggedIncident) -> Iterator[tuple[str, float]]:
    """Every time of an incident, by the name of its clock."""
    if incident.answered is not None:
        yield "answer_s", max(0.0, incident.answered - incident.received)
    if incident.abandoned is None or incident.answered is not None:
        yield "handling_s", incident.entry - incident.received
    if not incident.responses:
        return
    yield "dispatch_wait_s", incident.dispatched - incident.entry
    for response in incident.responses:
        yield from _unit_clocks(incident, response)
    if incident.first_arrival is not None:
        yield "response_s", incident.first_arrival - incident.received
    yield "units", float(len(incident.responses))


def _unit_clocks(incident: LoggedIncident, response: Response) -> Iterator[tuple[str, float]]:
    """Negative times are slips of the button and left out."""
    on_scene = scene_s(incident, response)
    values = {
        "turnout_s": turnout_s(incident, response),
        "travel_s": travel_s(response),
        "on_scene_s": before_transport_s(incident, response) if on_scene is None else on_scene,
        "transport_s": to_facility_s(incident, response),
        "handover_s": handover_s(incident, response),
        "commitment_s": None if response.available is None else response.available - response.dispatched,
    }
    yield from ((clock, value) for clock, value in values.items() if value is not None and value >= 0)


def _figures(clock: str, priority: str, ascending: Sequence[float]) -> Mapping[str, float]:
    return {
        f"{clock}.n.{priority}": float(len(ascending)),
        f"{clock}.mean.{priority}": round(math.fsum(ascending) / len(ascending), 2),
        f"{clock}.median.{priority}": nearest_rank(ascending, 0.5),
        f"{clock}.p90.{priority}": nearest_rank(ascending, 0.9),
    }


def _before(minutes: NDArray[np.float64], instants: Sequence[float]) -> NDArray[np.intp]:
    return np.searchsorted(np.sort(np.asarray(instants)), minutes, side="right")
