"""What a reader of a fitted scenario must know in words: where figures come from, what was assumed, where it errs.

Imports `log`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from simulation.fitting.log import Span

REASONS: Mapping[str, str] = {
    "dispatch_wait_s.code-2": "the roster is inferred; the log's private ambulances grow in number when it is "
    "busy (17 at once on one night), those of the twin do not",
    "response_s.life-threatening": "88 incidents, standard error of the median about 17 s; resources drive "
    "independently in the twin, so that the first of three or four is there sooner than in the log",
    "commitment_s.code-2": "two humps, treated on scene and taken to hospital, and the median on the slope between them",
    "commitment_s.life-threatening": "two humps, stood down and taken to hospital, and the median between them: "
    "a small change of shares moves it far",
    "transport_s.life-threatening": "67 transports, and private ambulances drawn from all classes",
    "units.life-threatening": "88 incidents, and patterns that keep the mean rather than the median",
}
"""Why a twin of this scenario may stand apart from the log, by `<clock>.<priority>`."""

_PAGE = """\
# San Francisco: where the figures come from

The YAML files in this folder, but for the questions in `what_ifs`, are written by `muster fit`. No row of
the log is in them: only rates, shares, quantile tables, positions of stations and centres of zones.

## Sources

{sources}

The log is DataSF "Fire Department Calls for Service" (City and County of San Francisco, data set
nuek-vuh3), to our knowledge under the Open Data Commons Public Domain Dedication and License; the copies read
came without a licence file. Station points are those of HIFLD (United States Government, public domain).

## What is measured

- Everything with seconds, and all mixes: the whole city, 2016-12-31 to 2017-01-07. The shape of the week:
  six neighbourhoods, 2018.
- The level of the week: all calls outside {left_out}.
- Days differ by more than chance in 2018; the workload carries the excess as one gamma factor per day.
- Priorities: final priority 3 is `code-3`, and `life-threatening` where the dispatch system held
  determinant E; final priority 2 is `code-2`. What is told first is the original priority, so that triage
  is wrong as often as it was.
- Later requests from the scene (one response in eight) count with the first alarm: an incident gets all its
  resources at once.
- Two sorts of stand-down: called off, or turned back because somebody else arrived first.

## What is assumed

- Rosters: none in the log. Engines, trucks, chiefs and rescue units are always on duty. Ambulances are on
  duty from half an hour before their first work to half an hour after their last, through pauses under four
  hours; twelve-hour shifts cover the mean per hour of the day.
- Posts of ambulances: unknown. They are spread over stations by demand, and the travel factor is calibrated
  so that the nearest idle ambulance takes as long as the log's did. It stands for posts, traffic and crews
  that were still clearing, all in one.
- A dispatcher's own delay: what the log shows while at most nine in ten ambulances were committed. Waits
  beyond that are want of an ambulance, which the twin brings about by itself.
- `detail`: the pattern of resources sent stands for the answers that led to it.
- Crews turn out alike by day and by night; types, zones and durations are alike at every hour.
- Four call-takers, fifteen seconds of wrap-up, patience of 180 s on average: the log shows none of them.
- The weights of the priorities in the procedure, and all of `procedures/diversion.yaml` but what it shares with
  the baseline.
- Support, investigation and airport units (35 responses) are left out.

## The fit in figures

{figures}

## What is wrong with the log

{quality}
"""


def provenance_page(
    sources: Mapping[str, str],
    quality: Mapping[str, int],
    figures: Mapping[str, float],
    left_out: Sequence[Span],
) -> str:
    """Write the page; `sources` gives the SHA-256 of every file read."""
    spans = "; ".join(f"{_day(each.start)} to {_day(each.until)} ({each.because})" for each in left_out)
    return _PAGE.format(
        sources="\n".join(f"- `{name}`, SHA-256 `{digest}`" for name, digest in sources.items()),
        left_out=spans,
        figures="\n".join(f"- {name}: {value:,g}" for name, value in figures.items()),
        quality="\n".join(f"- {fault}: {count:,}" for fault, count in sorted(quality.items()) if count),
    )


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
