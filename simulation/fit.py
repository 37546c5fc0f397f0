"""From a recorded log to a scenario: every file of `scenarios/san_francisco` is written here, from the log
and nothing else.

The same log gives the same bytes. The files hold fitted figures and facts about stations; no row of the log
enters them. What was measured, what was assumed and what the fit cannot know is written beside them. Imports
the other fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from incidents.centre import Centre, Document
from incidents.procedure import Procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from simulation.fitting.centre import fit_centre
from simulation.fitting.fleet import fit_fleet
from simulation.fitting.log import (
    CITY_FILE,
    LEFT_OUT,
    STATION_FILE,
    YEAR_FILE,
    read_incidents,
    read_stations,
    read_year,
)
from simulation.fitting.observed import observe
from simulation.fitting.places import fit_zones
from simulation.fitting.procedure import fit_procedure, with_diversion
from simulation.fitting.rates import fit_day_factor_cv, fit_rates
from simulation.fitting.story import REASONS, provenance_page
from simulation.fitting.travel import fit_curve, fit_factors
from simulation.fitting.workload import fit_workload
from simulation.fitting.yaml import yaml_of
from simulation.observed import Observed
from simulation.workload import Arrivals, Workload

PROVENANCE = "fitted by `muster fit`; see PROVENANCE.md beside this file"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a log was turned into."""

    centre: Centre
    workload: Workload
    baseline: Procedure
    candidate: Procedure
    observed: Observed


@dataclass(frozen=True, slots=True)
class FitReport:
    """What was written, and what was found wrong with the data on the way."""

    files: tuple[Path, ...]
    quality: Mapping[str, int]
    """Counts of faults and omissions in the log, by what they are."""
    figures: Mapping[str, float]
    """The figures by which a reader can judge the fit."""

    def lines(self) -> tuple[str, ...]:
        """The report as text: files, faults that occurred, figures."""
        return (
            *(f"wrote {path}" for path in self.files),
            *(f"{count:8,d}  {fault}" for fault, count in sorted(self.quality.items()) if count),
            *(f"{value:10.3f}  {name}" for name, value in self.figures.items()),
        )


def fit(data_folder: Path, out_folder: Path) -> FitReport:
    """Fit the San Francisco log in `data_folder` and write the scenario to `out_folder`; about three seconds."""
    scenario, quality, figures = fit_scenario(data_folder)
    documents: Mapping[str, Document] = {
        "workload.yaml": scenario.workload,
        "centre.yaml": scenario.centre,
        "procedures/baseline.yaml": scenario.baseline,
        "procedures/diversion.yaml": scenario.candidate,
        "observed.yaml": scenario.observed,
    }
    written = [_write(out_folder / name, yaml_of(document)) for name, document in documents.items()]
    sources = {name: _fingerprint(data_folder / name) for name in (CITY_FILE, YEAR_FILE, STATION_FILE)}
    page = provenance_page(sources, quality, figures, LEFT_OUT)
    written.append(_write(out_folder / "PROVENANCE.md", page))
    return FitReport(tuple(written), quality, figures)


def fit_scenario(data_folder: Path) -> tuple[Scenario, Mapping[str, int], Mapping[str, float]]:
    """Fit every part, and check that the parts fit together; return them with faults of the data and figures
    of the fit.
    """
    incidents, quality = read_incidents(data_folder)
    year = read_year(data_folder)
    zones = fit_zones(incidents, read_stations(data_folder))
    fleet = fit_fleet(incidents, zones)
    curve = fit_curve(incidents, fleet, zones)
    factors = fit_factors(incidents, fleet, zones, curve)
    received = [incident.received for incident in incidents]
    arrivals = Arrivals(rate_per_h=fit_rates(received, year), day_factor_cv=fit_day_factor_cv(year))
    workload = fit_workload(incidents, arrivals, zones, fleet, factors, PROVENANCE)
    baseline = fit_procedure(workload.natures)
    centre = fit_centre(incidents, zones, fleet, curve, PROVENANCE)
    observed = observe(incidents, PROVENANCE, REASONS)
    scenario = Scenario(centre, workload, baseline, with_diversion(baseline), observed)
    check(scenario)
    figures = {
        "incidents in the city's eight days": float(len(incidents)),
        "incidents in the year": float(len(year)),
        "contacts per week": round(sum(arrivals.week), 1),
        "coefficient of variation of the day factor": arrivals.day_factor_cv,
        "zones": float(len(zones.centres)),
        "stations": float(len(zones.stations)),
        "metres between a station and its zone's centre, at most": round(zones.matched_within_m),
        "resources": float(len(fleet)),
        "legs behind the travel curve": float(curve.legs),
        "travel curve: fixed seconds": curve.fixed_s,
        "travel curve: scale": curve.scale,
        "travel curve: power": curve.power,
        "travel curve: factor without lights": curve.without_lights,
        "natures": float(len(workload.natures)),
    }
    return scenario, quality, figures


def check(scenario: Scenario) -> None:
    """Refuse a scenario whose parts do not fit together."""
    centre, workload = scenario.centre, scenario.workload
    found = {
        "centre": list(centre.flaws()),
        "workload": [*workload.flaws(), *workload.flaws_beside(centre, scenario.baseline)],
        "baseline": list(flaws_of(scenario.baseline, centre)),
        "diversion": list(flaws_of(scenario.candidate, centre)),
    }
    flaws = [
        Flaw(f"{name}/{'/'.join(map(str, where))}", what, accepted)
        for name, each in found.items()
        for where, what, accepted in each
    ]
    if flaws:
        raise DocumentRefused(flaws)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
