"""What coverage looks like: counts, paths and the triage table, for a terminal and as plain data.

Imports `dry_run_tables` and `simulation.cover`.
"""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from api.dry_run_tables import in_short
from incidents.measures import FloatArray, nearest_rank
from simulation.cover import Coverage, Judged, Rehearsal, in_words

PATHS_SHOWN = 20
"""The paths that a terminal shows, those most taken first; JSON has them all."""


def rehearsal_as_text(found: Rehearsal) -> RenderableType:
    """What was played, what it used, and how triage judged."""
    heading = (
        f"{found.procedure} revision {found.revision} in {found.scenario}: {found.days:g} days, seed {found.seed}, "
        f"{found.contacts:,} contacts, answers wrong with probability {found.wrong:g}"
    )
    return Group(Text(heading, style="bold"), coverage_as_text(found.coverage), Text(), _judged_table(found.judged))


def coverage_as_text(found: Coverage) -> RenderableType:
    """Counts by part, what was never used, and the seconds to a code by path."""
    return Group(_parts_table(found), Text(), _paths_table(found))


def rehearsal_as_json(found: Rehearsal) -> dict[str, Any]:
    """All of it as plain data."""
    names = ("scenario", "procedure", "revision", "fingerprint", "days", "seed", "wrong", "contacts")
    judged = found.judged
    return {
        **{name: getattr(found, name) for name in names},
        **coverage_as_json(found.coverage),
        "triage": {
            "coded": judged.coded,
            "over_triage": judged.over,
            "under_triage": judged.under,
            "given": [{"true": true, "given": given, "n": n} for (true, given), n in judged.given.items()],
        },
    }


def coverage_as_json(found: Coverage) -> dict[str, Any]:
    """Every count, every path and what was never used, as plain data."""
    return {
        "incidents": found.incidents,
        "assessments": found.coded,
        "by_person": found.by_person,
        "cut_short": found.cut_short,
        "left_out": found.left_out,
        **{part: dict(counts) for part, counts in found.uses.items()},
        "answers": [{"question": turn[0], "answer": turn[1], "n": n} for turn, n in found.answers.items()],
        "path_count": found.path_count,
        "paths": [
            {
                "answers": [{"question": question, "answer": answer} for question, answer in path],
                "n": n,
                "to_code_s": None if path not in found.to_code_s else _spread(found.to_code_s[path]),
            }
            for path, n in found.paths.items()
        ],
        "unused": {part: list(names) for part, names in found.unused.items()},
    }


def _parts_table(found: Coverage) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("part", "uses", "used", "of", "never used"):
        table.add_column(heading, justify="left" if heading in ("part", "never used") else "right")
    counts = {part: list(each.values()) for part, each in found.uses.items()}
    counts |= {"answers": list(found.answers.values()), "paths": list(found.paths.values())}
    for part, each in counts.items():
        there_are = found.path_count if part == "paths" else len(each)
        used = sum(count > 0 for count in each)
        unused = in_short(found.unused[part], between="; ") if len(each) == there_are else "too many to list"
        table.add_row(*(Text(cell) for cell in (part, f"{sum(each):,}", f"{used:,}", f"{there_are:,}", unused)))
    if found.left_out or found.by_person or found.cut_short:
        cut_short = f"; {found.cut_short:,} interviews cut short" if found.cut_short else ""
        table.caption = f"{found.by_person:,} assessed by a person{cut_short}; {found.left_out:,} facts left out"
    return table


def _paths_table(found: Coverage) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("path to a code", "taken", "median s", "p90 s", "max s"):
        table.add_column(heading, justify="left" if heading.startswith("path") else "right")
    taken = sorted((item for item in found.paths.items() if item[1]), key=lambda item: (-item[1], in_words(item[0])))
    for path, count in taken[:PATHS_SHOWN]:
        spread = _spread(found.to_code_s[path]) if path in found.to_code_s else {}
        table.add_row(Text(in_words(path)), f"{count:,}", *(f"{value:,.1f}" for value in spread.values()))
    if len(taken) > PATHS_SHOWN:
        table.caption = f"and {len(taken) - PATHS_SHOWN} more paths; --json has them all"
    return table


def _judged_table(found: Judged) -> Table:
    shares = [
        f"{name} {n:,} ({n / max(found.coded, 1):.1%})" for name, n in (("over", found.over), ("under", found.under))
    ]
    table = Table(
        box=None, pad_edge=False, title=f"Triage of {found.coded:,}: {', '.join(shares)}", title_justify="left"
    )
    table.add_column("true priority")
    for name in found.priorities:
        table.add_column(f"given {name}", justify="right")
    for true in found.priorities:
        table.add_row(Text(true), *(f"{found.given[true, given]:,}" for given in found.priorities))
    return table


def _spread(ascending: FloatArray) -> dict[str, float]:
    return {"median": nearest_rank(ascending, 0.5), "p90": nearest_rank(ascending, 0.9), "max": float(ascending[-1])}
