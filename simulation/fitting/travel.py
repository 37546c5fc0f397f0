"""How long it takes to get there: a curve of distance for the centre, and what the world makes of it for the
workload.

The curve is fitted to legs that plausibly began at home: engines and trucks sent after twenty idle minutes,
from the station whose number they carry. The legs of ambulances begin at posts nobody recorded. So the travel
factor of each kind and class is not a residual but a calibration: the log's dispatches are played again with
the fitted fleet, nearest idle resource first, and the factor is the lognormal that turns the expected times
of that play into the median and 90th percentile the log shows. Imports `log`, `places`, `fleet`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, least_squares
from scipy.special import ndtri

from incidents.quantities import Place, between, distance_m
from simulation.distributions import Floats, Lognormal
from simulation.fitting.fleet import FleetUnit
from simulation.fitting.log import LoggedIncident, Response
from simulation.fitting.mapping import LogMapping
from simulation.fitting.places import Zones
from simulation.workload import DistributionEntry, LognormalEntry

IDLE_S = 20 * 60
SHORTEST_S, LONGEST_S = 20, 1800
"""Home legs outside this are taken for slips of the button."""
LEAST_SAMPLE = 40
SCHEMATIC_SCALE = 0.05
"""Seconds per metre between zones that are only drawn: what drives from elsewhere is some minutes late."""
_Z = ndtri((np.arange(41) + 0.5) / 41)


@dataclass(frozen=True, slots=True)
class TravelCurve:
    """Seconds = fixed_s + scale * metres ** power, times `without_lights` where no lights are used."""

    fixed_s: float
    scale: float
    power: float
    without_lights: float
    legs: int
    """Legs with lights that the curve was fitted to."""

    def expected_s(self, metres: float, lights: bool) -> float:
        """Expected seconds over a great-circle distance."""
        seconds: float = self.fixed_s + self.scale * metres**self.power
        return seconds if lights else seconds * self.without_lights


def fit_curve(
    incidents: Sequence[LoggedIncident], fleet: Sequence[FleetUnit], zones: Zones, mapping: LogMapping
) -> TravelCurve:
    """Fit the curve on a logarithmic scale, with a loss that forgives outliers (soft L1)."""
    legs = list(home_legs(incidents, fleet, zones, mapping))
    metres = np.array([leg[0] for leg in legs if leg[2]])
    seconds = np.array([leg[1] for leg in legs if leg[2]])

    def misfit(curve: Floats) -> Floats:
        return np.asarray(np.log(curve[0] + curve[1] * metres ** curve[2]) - np.log(seconds))

    bounds = ([0.0, 1e-3, 0.3], [300.0, 50.0, 1.0])
    found = least_squares(misfit, [40.0, 0.5, 0.8], bounds=bounds, loss="soft_l1", f_scale=0.3)
    fixed_s, scale, power = (float(value) for value in found.x)
    bright = TravelCurve(round(fixed_s, 1), round(scale, 4), round(power, 3), 1.0, len(metres))
    dark = [leg[1] / bright.expected_s(leg[0], True) for leg in legs if not leg[2]]
    without = max(1.0, float(np.median(dark))) if dark else 1.0
    return TravelCurve(bright.fixed_s, bright.scale, bright.power, round(without, 3), bright.legs)


def home_legs(
    incidents: Sequence[LoggedIncident], fleet: Sequence[FleetUnit], zones: Zones, mapping: LogMapping
) -> Iterator[tuple[float, float, bool]]:
    """Yield (metres, seconds, with lights) of legs that plausibly began at the station."""
    home = {unit.id: zones.stations[unit.station] for unit in fleet if mapping.kinds[unit.kind].station}
    clear: dict[str, float] = {}
    for incident, response in _in_order(incidents):
        idle_s = response.dispatched - clear.get(response.unit, -math.inf)
        clear[response.unit] = max(response.available or response.dispatched, clear.get(response.unit, 0.0))
        taken_s = travel_s(response)
        if response.unit not in home or taken_s is None or idle_s < IDLE_S:
            continue
        if SHORTEST_S < taken_s < LONGEST_S:
            metres = distance_m(home[response.unit], incident.spot)
            yield metres, taken_s, mapping.priorities[incident.priority].lights


def fit_factors(
    incidents: Sequence[LoggedIncident],
    fleet: Sequence[FleetUnit],
    zones: Zones,
    curve: TravelCurve,
    mapping: LogMapping,
) -> Mapping[tuple[str, str], Lognormal]:
    """Return the travel factor by (kind, class); a class with few legs shares the factor of its kind."""
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for incident, response, expected_s in replayed(incidents, fleet, zones, curve, mapping):
        taken_s = travel_s(response)
        if taken_s is not None and taken_s >= 0:
            for key in ((response.kind, incident.priority), (response.kind, "")):
                pairs.setdefault(key, []).append((expected_s, taken_s))
    return {key: factor_of(*zip(*found, strict=True)) for key, found in pairs.items() if len(found) >= LEAST_SAMPLE}


def schematic_curve(incidents: Sequence[LoggedIncident]) -> TravelCurve:
    """Of a log without positions: the median drive from home, wherever that is, and longer from any other station."""
    taken = [seconds for seconds in (travel_s(r) for each in incidents for r in each.responses) if seconds is not None]
    usual = float(np.median([seconds for seconds in taken if seconds >= 0] or [0.0]))
    return TravelCurve(max(1.0, round(usual, 1)), SCHEMATIC_SCALE, 1.0, 1.0, len(taken))


def schematic_factors(
    incidents: Sequence[LoggedIncident], curve: TravelCurve, entry_of: Callable[[list[float]], DistributionEntry]
) -> Mapping[tuple[str, str], DistributionEntry]:
    """The times taken over the median drive, by kind and class."""
    found: dict[tuple[str, str], list[float]] = {}
    for incident in incidents:
        for response in incident.responses:
            taken = travel_s(response)
            if taken is not None and taken >= 0:
                for key in ((response.kind, incident.priority), (response.kind, "")):
                    found.setdefault(key, []).append(taken)
    return {
        key: in_units(entry_of(sample), curve.fixed_s)
        for key, sample in found.items()
        if len(sample) >= LEAST_SAMPLE or not key[1]
    }


def in_units(entry: DistributionEntry, unit: float) -> DistributionEntry:
    """The distribution of a time over a unit of time."""
    if entry.constant is not None:
        return DistributionEntry(constant=round(entry.constant / unit, 4))
    if entry.exponential is not None:
        return DistributionEntry(exponential=round(entry.exponential / unit, 4))
    if entry.quantiles is not None:
        return DistributionEntry(quantiles=tuple(round(value / unit, 4) for value in entry.quantiles))
    name = next(name for name in ("lognormal", "gamma", "weibull") if getattr(entry, name) is not None)
    moments = getattr(entry, name)
    return DistributionEntry.model_validate({name: {"mean": round(moments.mean / unit, 4), "cv": moments.cv}})


def factors_of(
    incidents: Sequence[LoggedIncident],
    fleet: Sequence[FleetUnit],
    zones: Zones,
    curve: TravelCurve,
    mapping: LogMapping,
) -> Mapping[tuple[str, str], DistributionEntry]:
    """The factors of `fit_factors` as a workload writes them."""
    found = fit_factors(incidents, fleet, zones, curve, mapping)
    return {
        key: DistributionEntry(lognormal=LognormalEntry(mean=factor.mean, cv=factor.cv))
        for key, factor in found.items()
    }


def factor_of(expected_s: Sequence[float], taken_s: Sequence[float]) -> Lognormal:
    """The lognormal F, independent of the expected times E, for which E * F has the median and 90th
    percentile taken.
    """
    logs = np.log(np.asarray(expected_s))
    median, p90 = np.quantile(np.asarray(taken_s), [0.5, 0.9])
    wanted = math.log(max(p90, median + 1) / max(median, 1.0))

    def excess(sigma: float) -> float:
        low, high = np.quantile(logs[:, None] + sigma * _Z, [0.5, 0.9])
        return float(high - low) - wanted

    sigma = 0.05 if excess(0.05) >= 0 else float(brentq(excess, 0.05, 3.0, xtol=1e-4))
    mu = math.log(max(median, 1.0)) - float(np.quantile(logs[:, None] + sigma * _Z, 0.5))
    return Lognormal(round(math.exp(mu + sigma**2 / 2), 4), round(math.sqrt(math.expm1(sigma**2)), 4))


def replayed(
    incidents: Sequence[LoggedIncident],
    fleet: Sequence[FleetUnit],
    zones: Zones,
    curve: TravelCurve,
    mapping: LogMapping,
) -> Iterator[tuple[LoggedIncident, Response, float]]:
    """Play the log's dispatches with the fitted fleet; yield each with its expected travel seconds.

    The nearest idle resource with the skill goes, and is bound for as long as the one in the log was. Then it
    drives home from the scene, as the simulated world has it. When none is idle the nearest of all goes: the
    log shows that somebody did.
    """
    ways = {unit.id: _Way(zones.stations[unit.station]) for unit in fleet}
    able: dict[str, list[FleetUnit]] = {}
    for unit in fleet:
        able.setdefault(mapping.skill_of[unit.kind], []).append(unit)
    for incident, response in _in_order(incidents):
        place, at = incident.spot, response.dispatched
        candidates = able.get(mapping.skill_of[response.kind], [])
        idle = [unit for unit in candidates if ways[unit.id].free_at <= at and unit.on_duty(at)] or candidates
        if not idle:
            continue
        metres, chosen = min((distance_m(ways[unit.id].position(at, curve), place), unit.id) for unit in idle)
        ways[chosen].origin = place
        ways[chosen].free_at = at if response.available is None else max(at, response.available)
        yield incident, response, curve.expected_s(metres, mapping.priorities[incident.priority].lights)


@dataclass(slots=True)
class _Way:
    """Where a resource of the replay is: on its way home from `origin` since `free_at`, or there already."""

    home: Place
    origin: Place | None = None
    free_at: float = -math.inf

    def position(self, at: float, curve: TravelCurve) -> Place:
        if self.origin is None:
            return self.home
        return between(
            self.origin,
            self.home,
            (at - self.free_at) / curve.expected_s(distance_m(self.origin, self.home), False),
        )


def travel_s(response: Response) -> float | None:
    """Seconds from rolling to arriving; None unless the log has both."""
    if response.arrived is None or response.departed is None:
        return None
    return response.arrived - response.departed


def _in_order(incidents: Sequence[LoggedIncident]) -> list[tuple[LoggedIncident, Response]]:
    pairs = [(incident, response) for incident in incidents for response in incident.responses]
    return sorted(pairs, key=lambda pair: (pair[1].dispatched, pair[0].id, pair[1].unit))
