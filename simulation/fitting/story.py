"""What a reader of a fitted scenario must know in words: where figures come from, what was assumed, what is wrong with the log.

The words are the mapping's; the figures are those of the fit. Imports `log`, `mapping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from simulation.fitting.log import Log, Span
from simulation.fitting.mapping import LogMapping

_PAGE = """\
# {title}: where the figures come from

The YAML files in this folder, but for the mapping and the questions in `what_ifs`, are written by `muster fit`. No row of
the log is in them: only rates, shares, distributions, positions of stations and centres of zones.

## Sources

{sources}

{source}
## What is measured

{measured}{left_out}
## What is assumed

{assumed}
## The fit in figures

{figures}

## What is wrong with the log

{quality}
"""


def provenance_page(log: Log, mapping: LogMapping, figures: Mapping[str, float], left_out: Sequence[Span]) -> str:
    """Write the page."""
    spans = "; ".join(f"{day(each.start)} to {day(each.until)} ({each.because})" for each in left_out)
    notes = mapping.notes
    return _PAGE.format(
        title=notes.title,
        source=notes.source,
        measured=notes.measured,
        assumed=notes.assumed,
        sources="\n".join(f"- `{name}`, SHA-256 `{digest}`" for name, digest in log.sources.items()),
        left_out=f"- Left out of the level of the week: {spans}.\n" if spans else "",
        figures="\n".join(f"- {name}: {value:,g}" for name, value in figures.items()),
        quality="\n".join(f"- {fault}: {count:,}" for fault, count in log.quality.counts().items()),
    )


def day(at: float) -> str:
    """A local time in words."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
