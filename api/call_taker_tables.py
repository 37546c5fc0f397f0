"""What numbers of call-takers look like: for a terminal and as plain data. Imports `simulation.call_takers_needed`."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from incidents.centre import HOURS_IN_A_WEEK
from simulation.call_takers_needed import CallTakers, Hour, Service

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_IN_A_DAY = 24


def call_takers_as_json(found: CallTakers) -> dict[str, Any]:
    """All of it; waits without end are null."""
    return {
        "formula": found.formula,
        "staffed_for": f"the {found.of} load of each hour" if len(found.hours) > 1 else "the settled queue",
        "handling_s": found.handling_s,
        "targets": [{"share": each.share, "within_s": each.within_s} for each in found.targets],
        "call_taker_hours": found.hours_of_work,
        "hours": [
            _hour_as_json(hour, index if len(found.hours) > 1 else None) for index, hour in enumerate(found.hours)
        ],
    }


def call_takers_as_text(found: CallTakers) -> RenderableType:
    """One rate: the fewest with one fewer and one more. A week: a number for every hour, and the hour that is served worst."""
    heading = Text(f"{found.formula}; {found.handling_s:,.0f} s a call", style="bold")
    if len(found.hours) == 1:
        (hour,) = found.hours
        line = Text(f"{hour.calls_per_h:g} calls an hour, {hour.load:.3f} erlangs: {_persons(hour.fewest.call_takers)}")
        return Group(heading, line, _services_table(found, hour))
    assert len(found.hours) == HOURS_IN_A_WEEK
    rule = f"Each hour staffed for its {found.of} modified offered load; {found.hours_of_work:,.0f} call-taker hours a week"
    return Group(heading, Text(rule), _week_table(found), Text(_worst(found)))


def _hour_as_json(hour: Hour, index: int | None) -> dict[str, Any]:
    named = {} if index is None else {"day": DAYS[index // HOURS_IN_A_DAY], "hour": index % HOURS_IN_A_DAY}
    return {
        **named,
        "calls_per_h": hour.calls_per_h,
        "load": hour.load,
        "call_takers": hour.fewest.call_takers,
        "fewest": _service_as_json(hour.fewest),
        "one_fewer": None if hour.one_fewer is None else _service_as_json(hour.one_fewer),
        "one_more": _service_as_json(hour.one_more),
    }


def _service_as_json(service: Service) -> dict[str, Any]:
    wait_s = service.answered_wait_s
    return {
        "call_takers": service.call_takers,
        "answered_within": list(service.answered_within),
        "mean_answer_s": wait_s if math.isfinite(wait_s) else None,
        "waiting": service.waiting,
        "abandoned": service.abandoned,
        "occupancy": service.occupancy,
    }


def _services_table(found: CallTakers, hour: Hour) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("call-takers", *_target_headings(found), "mean answer", "wait", "give up", "on calls"):
        table.add_column(heading, justify="right")
    for service in (hour.one_fewer, hour.fewest, hour.one_more):
        if service is not None:
            style = "bold" if service is hour.fewest else None
            table.add_row(f"{service.call_takers:,}", *_cells(service), style=style)
    return table


def _cells(service: Service) -> tuple[str, ...]:
    wait_s = service.answered_wait_s
    shares = (service.waiting, service.abandoned, service.occupancy)
    told = f"{wait_s:,.1f} s" if math.isfinite(wait_s) else "without end"
    return (*(f"{each:.1%}" for each in service.answered_within), told, *(f"{each:.1%}" for each in shares))


def _week_table(found: CallTakers) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("hour", *DAYS):
        table.add_column(heading, justify="right")
    for hour in range(HOURS_IN_A_DAY):
        cells = found.hours[hour::HOURS_IN_A_DAY]
        table.add_row(f"{hour:02d}:00", *(str(each.fewest.call_takers) for each in cells))
    return table


def _worst(found: CallTakers) -> str:
    """The hour with the least to spare, by the first target, or by the mean wait where there is none."""

    def service(index: int) -> tuple[float, float]:
        fewest = found.hours[index].fewest
        return (min(fewest.answered_within, default=0.0), -fewest.answered_wait_s)

    index = min(range(len(found.hours)), key=service)
    fewest = found.hours[index].fewest
    within = ", ".join(
        f"{told} {share:.1%}" for told, share in zip(_target_headings(found), fewest.answered_within, strict=True)
    )
    when = f"{DAYS[index // HOURS_IN_A_DAY]} {index % HOURS_IN_A_DAY:02d}:00"
    return f"least to spare {when}: {within or f'mean answer {fewest.answered_wait_s:.1f} s'}"


def _target_headings(found: CallTakers) -> tuple[str, ...]:
    return tuple(f"within {each.within_s:g} s" for each in found.targets)


def _persons(count: int) -> str:
    return "1 call-taker" if count == 1 else f"{count:,} call-takers"
