"""What is wrong with a log: every fault by name, how often, and the line of one example, never what stands in it.

Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Sort = Literal["rows", "left out", "fault", "missing", "coverage", "clock", "outlier", "note"]
SORTS: tuple[Sort, ...] = ("rows", "left out", "fault", "missing", "coverage", "clock", "outlier", "note")
HEADINGS = {
    "rows": "What was read",
    "left out": "Left out, and why",
    "fault": "Impossible orders, gaps and repeats",
    "missing": "Missing stages",
    "coverage": "Periods and numbers that are not there",
    "clock": "Rounding and clock changes",
    "outlier": "Outliers",
    "note": "Worth knowing",
}


@dataclass(slots=True)
class Fault:
    """One thing found: how often, where for example (None: nowhere in particular), and what of (None: it is no share)."""

    sort: Sort
    count: float = 0
    example: str | None = None
    of: float | None = None


@dataclass(slots=True)
class Quality:
    """Everything found in a log, in the order in which it was first found."""

    faults: dict[str, Fault] = field(default_factory=dict)

    def note(
        self, sort: Sort, what: str, example: str | None = None, count: float = 1, of: float | None = None
    ) -> None:
        """Count one thing more; the first example is kept."""
        fault = self.faults.setdefault(what, Fault(sort))
        fault.count += count
        if fault.example is None and count:
            fault.example = example
        if of is not None:
            fault.of = of

    def count(self, what: str) -> float:
        """How often something was found."""
        fault = self.faults.get(what)
        return 0 if fault is None else fault.count

    def counts(self) -> dict[str, int]:
        """What was read, left out or wrong, as counts by name, without what is only a share."""
        return {
            what: int(fault.count) for what, fault in sorted(self.faults.items()) if fault.of is None and fault.count
        }

    def lines(self) -> Iterator[str]:
        """The report as text, under its headings."""
        for sort in SORTS:
            found = [(what, fault) for what, fault in self.faults.items() if fault.sort == sort and fault.count]
            if not found:
                continue
            yield f"{HEADINGS[sort]}:"
            for what, fault in found:
                share = f" of {fault.of:,.0f} ({100 * fault.count / fault.of:.1f} %)" if fault.of else ""
                where = f"; for example {fault.example}" if fault.example else ""
                yield f"{fault.count:12,.0f}{share}  {what}{where}"

    def as_json(self) -> list[dict[str, Any]]:
        """Plain data, one entry for each thing found."""
        return [
            {"sort": fault.sort, "what": what, "count": fault.count, "of": fault.of, "example": fault.example}
            for what, fault in self.faults.items()
            if fault.count
        ]
