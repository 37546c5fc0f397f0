"""How well a fit fits: the log beside the fitted curve for every rate and every distribution, as numbers and as pictures.

The distance of a distribution is the greatest between its curve and the Kaplan-Meier curve of its sample (0 to 1). No chance is
given for it: with fitted parameters the tables of that test are wrong. Imports the other fits and `pictures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from simulation import pictures
from simulation.fitting.by_hour import HourTest
from simulation.fitting.courses import Tables
from simulation.fitting.hourly import tests_of, times_of_log
from simulation.fitting.lifetimes import Choice, Lifetimes, cdf_of, kaplan_meier
from simulation.fitting.log import Log
from simulation.fitting.mapping import LogMapping
from simulation.fitting.week import Week
from simulation.workload import DistributionEntry, Workload

_TEMPLATE = "fit.html.jinja"
_PERCENTS = np.arange(1, 100) / 100
LEAST_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """One distribution beside its sample. `choice` None: its table was taken as it is."""

    name: str
    entry: DistributionEntry
    kind: str
    count: int
    open: int
    distance: float
    choice: Choice | None
    curves: pictures.Curves


@dataclass(frozen=True, slots=True)
class Goodness:
    """Everything by which a fit can be judged by eye and by number."""

    week: Week
    rates: tuple[float, ...]
    distributions: tuple[Shown, ...]
    tests: Mapping[str, HourTest]
    by_hour: Mapping[str, tuple[float, ...]]
    """Mean of each time at each hour of the day; hours without any have 0."""

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        week = self.week
        return {
            "week": {
                "shape": week.shape,
                "day_factor_cv": week.day_factor_cv,
                "chance_if_poisson": week.chance,
                "chance_by_block_of_six_hours": list(week.block_chances),
            },
            "distributions": [
                {
                    "name": each.name,
                    "kind": each.kind,
                    "ended": each.count,
                    "open": each.open,
                    "distance": round(each.distance, 4),
                    "scores": {} if each.choice is None else {k: round(v, 4) for k, v in each.choice.scores.items()},
                    "entry": each.entry.model_dump(exclude_defaults=True),
                }
                for each in self.distributions
            ],
            "by_hour": {
                name: {"chance": test.chance, "size": test.size, "matters": test.matters}
                for name, test in self.tests.items()
            },
        }


def assess(log: Log, mapping: LogMapping, workload: Workload, week: Week, tables: Tables) -> Goodness:
    """Put the log beside the fit."""
    used = [name for name in sorted(tables.samples) if name in workload.tables or name.startswith("travel ")]
    shown = [
        _shown(name, tables)
        for name in used
        # A constant has nothing to show.
        if len(tables.samples[name].ended) >= LEAST_SHOWN and tables.entries[name].constant is None
    ]
    by_hour = {}
    for name, (hours, values) in times_of_log(log, mapping).items():
        counts = np.bincount(hours, minlength=24)
        by_hour[str(name)] = tuple((np.bincount(hours, values, 24) / np.maximum(counts, 1)).tolist())
    tests = {str(name): test for name, test in tests_of(log, mapping).items()}
    return Goodness(week, workload.arrivals.week, tuple(shown), tests, by_hour)


def render_fit(title: str, log: Log, figures: Mapping[str, float], goodness: Goodness) -> str:
    """One page that asks the network for nothing and runs nothing; every given word is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    week = goodness.week
    most = max(max(week.means), max(goodness.rates), 1e-9)
    days = max((*week.day_counts, *week.day_expected), default=1.0)
    return environment.get_template(_TEMPLATE).render(
        title=title,
        log=log,
        quality=list(log.quality.lines()),
        figures=figures,
        goodness=goodness,
        pictures=pictures,
        means=pictures.steps(week.means, most),
        rates=pictures.steps(goodness.rates, most),
        most=most,
        days=pictures.steps(week.day_counts, days),
        expected=pictures.steps(week.day_expected, days),
        most_a_day=days,
        hours={
            name: (pictures.steps(means, max(means) or 1.0), max(means)) for name, means in goodness.by_hour.items()
        },
    )


def distance(entry: DistributionEntry, times: Lifetimes) -> float:
    """The greatest distance between a distribution and the Kaplan-Meier curve of a sample."""
    ended, surviving = kaplan_meier(times)
    fitted = cdf_of(entry)(ended + times.resolution_s / 2)
    return float(np.max(np.abs(1 - surviving - fitted)))


def _shown(name: str, tables: Tables) -> Shown:
    entry, times = tables.entries[name], tables.samples[name]
    kind = next(field for field in DistributionEntry.model_fields if getattr(entry, field) is not None)
    seen = _quantiles(times)
    fitted = entry.distribution().at_many(_PERCENTS)
    curves = pictures.curves(seen, tuple(fitted.tolist()))
    choice = tables.choices.get(name)
    return Shown(name, entry, kind, len(times.ended), len(times.open), distance(entry, times), choice, curves)


def _quantiles(times: Lifetimes) -> tuple[float, ...]:
    """The percentiles of the Kaplan-Meier curve; where it does not come down to one, its last time."""
    ended, surviving = kaplan_meier(times)
    places = np.searchsorted(1 - surviving, _PERCENTS - 1e-12)
    return tuple(float(ended[min(int(place), len(ended) - 1)]) for place in places)
