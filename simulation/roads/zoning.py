"""A city as zones: a fine grid of demand put together into squares, and what travel between them a centre without the network may
use, each held against the roads.

`zones_of` makes the squares; `fit_line` and `fit_curve` are fitted to trips with lights from the stations to where demand is,
weighted by it. Imports `files`, the travel times and the documents of a centre.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from incidents.centre import Centre, DistanceCurve, Point, StraightLine, Travel, ZoneMatrix
from incidents.quantities import EARTH_RADIUS_M, MS_PER_S, Place, coordinates, distances_m
from incidents.refusals import DocumentRefused, Flaw, Refusal
from incidents.road_times import RoadTimes
from incidents.roads import RoadNetwork
from incidents.travel import TravelTimes, travel_times
from simulation.roads.files import bytes_of
from simulation.roads.matrices import matrix_ms

Floats = NDArray[np.float64]
MOST_CELLS = 200_000
"""The finest grid of demand that is read."""
DEGREE_M = math.pi * EARTH_RADIUS_M / 180


@dataclass(frozen=True, slots=True)
class Cells:
    """Where demand is: places, and the share of each."""

    places: tuple[Place, ...]
    shares: Floats


@dataclass(frozen=True, slots=True)
class Zone:
    """A square of the city: the centre of its demand, how far demand spreads along each axis, and the share of all."""

    name: str
    centre: Place
    spread_m: float
    share: float


@dataclass(frozen=True, slots=True)
class Errors:
    """How far planned seconds are from those by road, over all trips, weighted by demand. Shares of the time by road."""

    bias: float
    mean: float
    p90: float
    nearest: float
    """The share of demand for which the same station is nearest."""


def read_cells(path: Path) -> Cells:
    """Read a CSV file (plain or `.gz`) with the columns lon, lat and weight."""
    rows = _rows(path, "lon", "lat", "weight")
    weights = np.array([weight for _, _, weight in rows])
    total = float(weights.sum())
    if not 0 < total < math.inf or weights.min() < 0:
        raise DocumentRefused([Flaw(str(path), "holds no demand", "weights from 0 up, some of them above")])
    return Cells(tuple(Place(latitude, longitude) for longitude, latitude, _ in rows), weights / total)


def read_facilities(path: Path) -> tuple[Place, ...]:
    """Read a CSV file (plain or `.gz`) with the columns x (longitude) and y (latitude)."""
    return tuple(Place(latitude, longitude) for longitude, latitude in _rows(path, "x", "y"))


def _rows(path: Path, *columns: str) -> list[tuple[float, ...]]:
    """The numbers in some columns of a CSV file, of which the first two are a longitude and a latitude."""
    rows = csv.DictReader(io.StringIO(bytes_of(path).decode("utf-8", "replace")))
    found = []
    try:
        for row in rows:
            found.append(tuple(float(row[column]) for column in columns))
            if not (abs(found[-1][0]) <= 180 and abs(found[-1][1]) <= 90 and len(found) <= MOST_CELLS):
                raise ValueError(f"no place, or more than {MOST_CELLS:,} of them")
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        where = f"{path}:{rows.line_num}"
        raise DocumentRefused([Flaw(where, f"is no row: {error}", f"the columns {', '.join(columns)}")]) from None
    if not found:
        raise DocumentRefused([Flaw(str(path), "has no rows", f"the columns {', '.join(columns)}")])
    return found


def zones_of(cells: Cells, *, side_m: float, least_share: float) -> tuple[Zone, ...]:
    """Put cells together into squares; one with less than `least_share` joins the nearest that has it. Largest first."""
    latitudes = np.array([place.latitude for place in cells.places])
    longitudes = np.array([place.longitude for place in cells.places])
    flat = math.cos(math.radians(float(np.average(latitudes, weights=cells.shares))))
    north, east = latitudes * DEGREE_M, longitudes * DEGREE_M * flat
    squares = np.stack([np.floor(north / side_m), np.floor(east / side_m)], axis=1).astype(np.int64)
    _, which = np.unique(squares, axis=0, return_inverse=True)
    shares = np.bincount(which, cells.shares)
    sums = np.stack([np.bincount(which, axis * cells.shares) for axis in (north, east)], axis=1)
    middles = sums / np.maximum(shares, 1e-300)[:, None]
    large = np.flatnonzero(shares >= least_share)
    if not len(large):
        raise DocumentRefused([Flaw("least_share", "no square holds so much", f"at most {shares.max():.4f}")])
    away_m = np.linalg.norm(middles[:, None, :] - middles[large][None, :, :], axis=2)
    joined = np.argmin(away_m, axis=1)[which]
    found = []
    for at in range(len(large)):
        part = np.flatnonzero(joined == at)
        weights = cells.shares[part]
        axes = [np.average(axis[part], weights=weights) for axis in (north, east)]
        variance = sum(
            np.average((axis[part] - mean) ** 2, weights=weights)
            for axis, mean in zip((north, east), axes, strict=True)
        )
        centre = Place(round(axes[0] / DEGREE_M, 5), round(axes[1] / DEGREE_M / flat, 5))
        found.append((float(weights.sum()), centre, math.sqrt(float(variance) / 2)))
    found.sort(key=lambda each: (-each[0], each[1].latitude, each[1].longitude))
    return tuple(Zone(f"Z{at + 1:02d}", centre, spread_m, share) for at, (share, centre, spread_m) in enumerate(found))


def road_seconds(travel: TravelTimes, stations: Sequence[Place], cells: Cells, *, lights: bool = True) -> Floats:
    """(stations, cells) planned seconds."""
    return np.stack(
        [travel.travel_many_s(coordinates(stations), place, lights=lights) for place in cells.places], axis=1
    )


def metres_between(stations: Sequence[Place], cells: Cells) -> Floats:
    """(stations, cells) great-circle metres."""
    return np.stack([distances_m(coordinates(stations), place) for place in cells.places], axis=1)


def fit_line(metres: Floats, by_road_s: Floats, shares: Floats) -> StraightLine:
    """Fit the speed beside the factory's detour: as much demand is reached sooner by road as later."""
    known = np.isfinite(by_road_s) & (by_road_s > 0) & (metres > 0)
    weights = np.broadcast_to(shares, metres.shape)[known]
    detour = float(StraightLine.model_fields["detour"].default)
    speeds = metres[known] * detour / by_road_s[known]
    order = np.argsort(speeds)
    middle = min(int(np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)), len(order) - 1)
    return StraightLine(kind="straight_line", speed_mps=round(float(speeds[order][middle]), 2), detour=detour)


def fit_curve(metres: Floats, by_road_s: Floats, shares: Floats, *, without_lights: float) -> DistanceCurve:
    """Fit fixed_s + scale * metres ** power on a logarithmic scale, with a loss that forgives outliers (soft L1)."""
    known = np.isfinite(by_road_s) & (by_road_s > 0) & (metres > 0)
    weights = np.sqrt(np.broadcast_to(shares, metres.shape)[known])
    far_m, seconds = metres[known], by_road_s[known]

    def misfit(curve: Floats) -> Floats:
        return np.asarray(weights * (np.log(curve[0] + curve[1] * far_m ** curve[2]) - np.log(seconds)))

    found = least_squares(misfit, [20.0, 0.3, 0.9], bounds=([0.0, 1e-4, 0.3], [300.0, 50.0, 1.4]), loss="soft_l1")
    fixed_s, scale, power = (float(each) for each in found.x)
    return DistanceCurve(
        kind="distance_curve", fixed_s=round(fixed_s, 1), scale=round(scale, 4), power=round(power, 3),
        without_lights=round(without_lights, 3),
    )  # fmt: skip


def errors(planned_s: Floats, by_road_s: Floats, shares: Floats) -> Errors:
    """Say how far planned seconds are from those by road; both are (stations, cells)."""
    # What takes no time by road has no share of it.
    relative = planned_s / np.where(by_road_s > 0, by_road_s, np.nan) - 1
    known = np.isfinite(relative)
    weights = np.broadcast_to(shares, relative.shape)[known]
    found = relative[known]
    order = np.argsort(np.abs(found))
    last = min(int(np.searchsorted(np.cumsum(weights[order]), 0.9 * weights.sum())), len(order) - 1)
    nearest = (np.argmin(np.where(np.isnan(each), np.inf, each), axis=0) for each in (planned_s, by_road_s))
    same = np.equal(*nearest)
    return Errors(
        float(np.average(found, weights=weights)), float(np.average(np.abs(found), weights=weights)),
        float(np.abs(found[order][last])), float(shares[same].sum()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Zoning:
    """The zones of a city, what travel between them may be without its roads, and how far each is from them."""

    zones: tuple[Zone, ...]
    seconds: Floats
    line: StraightLine
    curve: DistanceCurve
    errors: Mapping[str, Errors]
    """By the way of planning: straight line, curve, table, table with curve."""
    to_facility_s: tuple[float, ...]
    """Quantiles (0, 5, ..., 100 % of demand) of the seconds without lights to the nearest facility; empty if none is given."""


def zoning(
    network: RoadNetwork, centre: Centre, cells: Cells, way: Snapping, *, facilities: Sequence[Place] = (),
    cache: Path | None = None,
) -> Zoning:  # fmt: skip
    """Make zones of demand and fit travel; trips are those from the stations of `centre` to the demand."""
    zones = zones_of(cells, side_m=way.side_m, least_share=way.least_share)
    middles = [zone.centre for zone in zones]
    seconds = matrix_ms(network, middles, middles, lights=True, folder=cache) / MS_PER_S
    if (seconds < 0).any():
        raise Refusal.of("network", "no road leads between some of the zones", "a strongly connected network")
    stations = [centre.station(name) for name in sorted(centre.stations)]
    roads = RoadTimes(network, off_road_mps=way.off_road_mps, snap_limit_m=way.snap_limit_m)
    by_road_s, metres = road_seconds(roads, stations, cells), metres_between(stations, cells)
    dark_s = road_seconds(roads, stations, cells, lights=False)
    without_lights = max(1.0, float(np.nanmedian(dark_s / np.where(by_road_s > 0, by_road_s, np.nan))))
    line = fit_line(metres, by_road_s, cells.shares)
    curve = fit_curve(metres, by_road_s, cells.shares, without_lights=without_lights)
    names = tuple(zone.name for zone in zones)
    plain = ZoneMatrix(kind="zone_matrix", zones=names, lights_s=tuple(map(tuple, seconds.tolist())))
    ways: dict[str, Travel] = {"straight line": line, "curve": curve, "table": plain}
    ways["table with curve"] = plain.model_copy(update={"local": curve})
    points = {zone.name: Point(latitude=zone.centre.latitude, longitude=zone.centre.longitude) for zone in zones}
    stripped = {name: point.model_copy(update={"zone": None}) for name, point in centre.stations.items()}
    beside = {
        name: road_seconds(
            travel_times(centre.model_copy(update={"zones": points, "stations": stripped, "travel": travel})),
            stations,
            cells,
        )
        for name, travel in ways.items()
    }
    found = {name: errors(planned_s, by_road_s, cells.shares) for name, planned_s in beside.items()}
    return Zoning(zones, seconds, line, curve, found, _to_facility_s(roads, facilities, cells))


def _to_facility_s(roads: RoadTimes, facilities: Sequence[Place], cells: Cells) -> tuple[float, ...]:
    if not facilities:
        return ()
    places = coordinates(cells.places)
    each_s = np.stack([roads.travel_many_s(places, facility, lights=False) for facility in facilities])
    is_known = np.isfinite(each_s).any(axis=0)
    nearest_s, shares = np.nanmin(each_s[:, is_known], axis=0), cells.shares[is_known]
    order = np.argsort(nearest_s)
    reached = np.cumsum(shares[order]) / shares.sum()
    wanted = np.searchsorted(reached, np.linspace(0, 1, 21)).clip(max=len(order) - 1)
    return tuple(round(float(value)) for value in nearest_s[order][wanted])


@dataclass(frozen=True, slots=True)
class Snapping:
    """How large zones are, and how places are joined to the road."""

    side_m: float
    least_share: float
    off_road_mps: float
    snap_limit_m: float


def zoning_files(found: Zoning) -> Mapping[str, str]:
    """Return the texts to write by file name: what goes into a centre and a workload, and the table that the centre names."""
    lines = ["zones:"]
    lines += [
        f"  {each.name}: {{latitude: {each.centre.latitude}, longitude: {each.centre.longitude}}}"
        for each in found.zones
    ]
    # Rounded shares must still sum to 1, so the largest takes what rounding leaves.
    shares = [round(each.share, 5) for each in found.zones]
    shares[0] = round(1 - sum(shares[1:]), 5)
    named = zip(found.zones, shares, strict=True)
    lines += ["places:", "  homes:", *(f"    {zone.name}: {share}" for zone, share in named)]
    lines += ["spread_m:", *(f"  {each.name}: {each.spread_m:.0f}" for each in found.zones)]
    curve = found.curve
    local = f"{{kind: distance_curve, fixed_s: {curve.fixed_s}, scale: {curve.scale}, power: {curve.power}}}"
    lines += [
        f"travel: {{kind: zone_matrix, file: travel.csv, without_lights: {curve.without_lights}, local: {local}}}"
    ]
    lines += [f"# or: {{kind: straight_line, speed_mps: {found.line.speed_mps}, detour: {found.line.detour}}}"]
    if found.to_facility_s:
        lines += [f"to_facility_s: {{quantiles: [{', '.join(f'{each:.0f}' for each in found.to_facility_s)}]}}"]
    rows = ["from,to,seconds"]
    for row, one in enumerate(found.zones):
        rows += [f"{one.name},{other.name},{found.seconds[row, at]:.1f}" for at, other in enumerate(found.zones)]
    return {"zones.yaml": "\n".join([*lines, ""]), "travel.csv": "\n".join([*rows, ""])}
