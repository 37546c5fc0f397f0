"""From a recorded log to a scenario: every file of a fitted scenario is written here, from the log, its mapping and nothing else.

The same log gives the same bytes. The files hold fitted figures and facts about stations; no row of the log
enters them. What was measured, what was assumed and what the fit cannot know is written beside them. Imports
the other fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from incidents.centre import Centre, Document
from incidents.procedure import Procedure
from incidents.read import read_document
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from simulation.fitting.centre import fit_centre
from simulation.fitting.courses import Factors, Tables
from simulation.fitting.fleet import FleetUnit, fit_fleet
from simulation.fitting.goodness import Goodness, assess, render_fit
from simulation.fitting.hourly import with_hours
from simulation.fitting.kinship import travel_kinship
from simulation.fitting.log import Log, spans_of
from simulation.fitting.mapping import LogMapping
from simulation.fitting.observed import observe
from simulation.fitting.places import Zones, fit_zones, read_stations, schematic_zones
from simulation.fitting.procedure import fit_procedure, with_diversion
from simulation.fitting.rates import fit_day_factor_cv, fit_rates
from simulation.fitting.reading import fingerprint_of, read_log
from simulation.fitting.rows import LIMITS, LogLimits
from simulation.fitting.story import provenance_page
from simulation.fitting.travel import (
    TravelCurve,
    factors_of,
    fit_curve,
    replayed,
    schematic_curve,
    schematic_factors,
)
from simulation.fitting.week import Week, fit_week
from simulation.fitting.workload import fit_workload
from simulation.fitting.yaml import yaml_of
from simulation.observed import Observed
from simulation.workload import Arrivals, DistributionEntry, Workload

PROVENANCE = "fitted by `muster fit`; see PROVENANCE.md beside this file"


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a log was turned into, and the figures by which a reader can judge the fit.

    `candidate` None: the mapping asks for no second procedure.
    """

    centre: Centre
    workload: Workload
    baseline: Procedure
    candidate: Procedure | None
    observed: Observed
    week: Week
    tables: Tables
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class FitReport:
    """What was written, what was found wrong with the data on the way, and how well it all fits."""

    files: tuple[Path, ...]
    log: Log
    figures: Mapping[str, float]
    goodness: Goodness

    def lines(self) -> tuple[str, ...]:
        """The report as text: files, faults that occurred, figures."""
        return (
            *(f"wrote {path}" for path in self.files),
            *self.log.quality.lines(),
            "The fit in figures:",
            *(f"{value:12.3f}  {name}" for name, value in self.figures.items()),
        )


def read_mapping(path: Path) -> LogMapping:
    """Read a mapping; refuse with the place of every flaw."""
    return read_document(path, LogMapping, LogMapping.flaws)


def fit(path: Path, mapping: LogMapping, out_folder: Path, limits: LogLimits = LIMITS) -> FitReport:
    """Fit a log and write the scenario to `out_folder`, with a page of pictures of the fit."""
    log, fitted = fit_log(path, mapping, limits)
    documents: dict[str, Document] = {
        "workload.yaml": fitted.workload,
        "centre.yaml": fitted.centre,
        "procedures/baseline.yaml": fitted.baseline,
        "observed.yaml": fitted.observed,
    }
    if fitted.candidate is not None:
        documents["procedures/diversion.yaml"] = fitted.candidate
    written = [_write(out_folder / name, yaml_of(document)) for name, document in documents.items()]
    written.append(
        _write(out_folder / "PROVENANCE.md", provenance_page(log, mapping, fitted.figures, spans_of(mapping)))
    )
    goodness = assess(log, mapping, fitted.workload, fitted.week, fitted.tables)
    quality = {"sources": log.sources, "found": log.quality.as_json(), "figures": dict(fitted.figures)}
    written.append(_write(out_folder / "fit.json", json.dumps({**quality, **goodness.as_json()}, indent=2) + "\n"))
    written.append(_write(out_folder / "fit.html", render_fit(mapping.notes.title, log, fitted.figures, goodness)))
    return FitReport(tuple(written), log, fitted.figures, goodness)


def fit_log(path: Path, mapping: LogMapping, limits: LogLimits = LIMITS) -> tuple[Log, Fitted]:
    """Read a log and fit it."""
    log = read_log(path, mapping, limits)
    folder = path if path.is_dir() else path.parent
    return log, fit_read(log, mapping, folder)


def fit_read(log: Log, mapping: LogMapping, folder: Path) -> Fitted:
    """Fit every part of a log that was read, and check that the parts fit together. `folder` holds the station points."""
    week = fit_week(log, spans_of(mapping))
    arrivals = _arrivals(log, mapping, week)
    log, waiting = log.sent() if mapping.has_responses else (log, ())
    incidents = log.incidents
    tables = Tables(is_choosing=mapping.durations == "chosen")
    zones, fleet, curve, factors = _on_the_road(log, mapping, folder, tables)
    parts = fit_workload(log, waiting, arrivals, zones, fleet, factors, mapping, tables, PROVENANCE)
    workload = with_hours(parts, log, mapping)
    if mapping.drives == "together" and zones is not None and curve is not None and mapping.positions == "columns":
        kinship = travel_kinship(replayed(log.incidents, fleet, zones, curve, mapping))
        workload = workload.model_copy(update={"travel_kinship": kinship})
    baseline = fit_procedure(workload.natures, mapping)
    wrap_up_s = workload.distribution(workload.wrap_up_s).mean
    centre = fit_centre(incidents, zones, fleet, curve, mapping, PROVENANCE, wrap_up_s)
    fitted = Fitted(
        centre=centre,
        workload=workload,
        baseline=baseline,
        candidate=with_diversion(baseline) if mapping.diversion else None,
        observed=observe(incidents, mapping, PROVENANCE),
        week=week,
        tables=tables,
        figures=_figures(log, mapping, workload, zones, curve, centre),
    )
    check(fitted)
    return fitted


def check(fitted: Fitted) -> None:
    """Refuse a scenario whose parts do not fit together."""
    centre, workload = fitted.centre, fitted.workload
    found = {
        "centre": list(centre.flaws()),
        "workload": [*workload.flaws(), *workload.flaws_beside(centre, fitted.baseline)],
        "baseline": list(flaws_of(fitted.baseline, centre)),
        "diversion": [] if fitted.candidate is None else list(flaws_of(fitted.candidate, centre)),
    }
    flaws = [
        Flaw(f"{name}/{'/'.join(map(str, where))}", what, accepted)
        for name, each in found.items()
        for where, what, accepted in each
    ]
    if flaws:
        raise DocumentRefused(flaws)


def _on_the_road(
    log: Log, mapping: LogMapping, folder: Path, tables: Tables
) -> tuple[Zones | None, tuple[FleetUnit, ...], TravelCurve | None, Factors]:
    """Zones, fleet, travel curve and travel factors, as far as the log has positions."""
    incidents = log.incidents
    if mapping.positions == "none":
        return None, (), None, {}
    if mapping.positions == "schematic":
        zones = schematic_zones(incidents)
        curve = schematic_curve(incidents)

        def entry_of(sample: list[float]) -> DistributionEntry:
            return tables.entries[tables.register(f"travel ({len(sample)} legs)", sample)]

        return zones, fit_fleet(incidents, zones, mapping), curve, schematic_factors(incidents, curve, entry_of)
    points = read_stations(folder, mapping)
    zones = fit_zones(incidents, points)
    fleet = fit_fleet(incidents, zones, mapping)
    curve = fit_curve(incidents, fleet, zones, mapping)
    return zones, fleet, curve, factors_of(incidents, fleet, zones, curve, mapping)


def _arrivals(log: Log, mapping: LogMapping, week: Week) -> Arrivals:
    """The week by shrinkage, or the plain means with a shape that other files may lend."""
    if mapping.rates == "shrunk":
        return Arrivals(rate_per_h=week.rates, day_factor_cv=week.day_factor_cv)
    received = [incident.received for incident in log.incidents]
    return Arrivals(
        rate_per_h=fit_rates(received, log.shape, spans_of(mapping)), day_factor_cv=fit_day_factor_cv(log.shape)
    )


def _figures(
    log: Log,
    mapping: LogMapping,
    workload: Workload,
    zones: Zones | None,
    curve: TravelCurve | None,
    centre: Centre,
) -> dict[str, float]:
    arrivals = workload.arrivals
    figures = {"incidents": float(len(log.incidents))}
    if len(log.shape) != len(log.incidents):
        figures["incidents that lend the week its shape"] = float(len(log.shape))
    figures["contacts per week"] = round(sum(arrivals.week), 1)
    figures["coefficient of variation of the day factor"] = arrivals.day_factor_cv
    for name, cv in sorted(workload.times_by_day.items()):
        figures[f"coefficient of variation of a day's factor on {name}"] = cv
    if workload.travel_kinship:
        figures["correlation of drives to one incident"] = workload.travel_kinship
    if zones is not None:
        figures["zones"] = float(len(zones.centres))
        figures["stations"] = float(len(zones.stations))
    if zones is not None and mapping.positions == "columns":
        figures["metres between a station and its zone's centre, at most"] = round(zones.matched_within_m)
    figures["resources"] = float(len(centre.resources))
    if curve is not None:
        figures |= {
            "legs behind the travel curve": float(curve.legs),
            "travel curve: fixed seconds": curve.fixed_s,
            "travel curve: scale": curve.scale,
            "travel curve: power": curve.power,
            "travel curve: factor without lights": curve.without_lights,
        }
    figures["natures"] = float(len(workload.natures))
    return figures


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


__all__ = ["FitReport", "Fitted", "fingerprint_of", "fit", "fit_log", "fit_read", "read_mapping"]
