"""What is wrong with columns that claim to be a trace of a workload: names, kinds, lengths and ranges. Imports `draws`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.condition_flaws import duplicates_by_nature
from simulation.draws import (
    BLOCKS,
    CAUSES,
    CONFIRMATIONS,
    FAULTS,
    NOWHERE,
    OF_CONTACTS,
    ORDINALS,
    STEPS,
    Columns,
    zones_of,
)
from simulation.shares import DAY
from simulation.workload import Workload

Flaws = Iterator[tuple[str, str, str]]
_Kind = tuple[str, tuple[int, ...]]
"""The letter of the kind of value, and the shape of what each row holds."""


def flaws_of_columns(workload: Workload, columns: Columns) -> Flaws:
    """Yield (column, what is wrong, what would be accepted); of what cannot be read any further only the first."""
    calls, matters = _call_kinds(workload), _matter_kinds(workload)
    expected = {**calls, **matters}
    for name in sorted(expected.keys() - columns.keys()):
        yield name, "is missing", "a column of this workload"
    for name in sorted(columns.keys() - expected.keys()):
        yield name, "is not a column of this workload", ", ".join(sorted(expected))
    wrong = [name for name in expected if name in columns and not _is_of(columns[name], expected[name])]
    for name in wrong:
        kind, shape = expected[name]
        yield name, f"holds {columns[name].dtype} in shape {columns[name].shape}", f"kind {kind}, rows of shape {shape}"
    if wrong or not expected.keys() <= columns.keys():
        return
    for group, first in ((calls, "at"), (matters, "nature")):
        for name in group:
            if len(columns[name]) != len(columns[first]):
                yield name, f"has {len(columns[name])} rows, column {first} has {len(columns[first])}", "as many rows"
                return
    yield from _out_of_range(workload, columns)


def _out_of_range(workload: Workload, columns: Columns) -> Flaws:
    spots = len(zones_of(workload)) * BLOCKS * BLOCKS
    limits = {
        "row": (0, len(columns["nature"])),
        "nature": (0, len(workload.natures)),
        "spot": (NOWHERE, spots),
        "override": (NOWHERE, len(workload.compliance)),
    }
    for about in _attributes(workload):
        limits[f"told/{about}"] = (NOWHERE, max(len(each.told.get(about, {})) for each in workload.natures))
    for name, (least, beyond) in limits.items():
        column = columns.get(name)
        if column is not None and len(column) and not (least <= column.min() and column.max() < beyond):
            yield name, f"holds {column.min()} to {column.max()}", f"{least} to {beyond - 1}"
    if bool(np.any(np.diff(columns["at"]) < 0)):
        yield "at", "contacts are not in order of arrival", "instants that do not decrease"
    if len(np.unique(columns["id"])) != len(columns["id"]):
        yield "id", "a contact is there twice", "names of their own"


def _call_kinds(workload: Workload) -> dict[str, _Kind]:
    kinds: dict[str, _Kind] = {"id": ("U", ()), "at": ("i", ()), "row": ("i", ())}
    kinds.update(dict.fromkeys(("pace_s", "decision_s", "patience_s", "wrap_up_s"), ("f", ())))
    kinds.update({f"told/{about}": ("i", ()) for about in _attributes(workload)})
    kinds.update({f"{DAY}{name}": ("f", ()) for name in workload.times_by_day if name not in OF_CONTACTS})
    if any(nature.lost is not None for nature in workload.natures):
        kinds["lost"] = ("i", ())
    redials = [workload.redial_of(nature) for nature in workload.natures]
    attempts = max((each.attempts for each in redials if each is not None), default=0)
    if attempts:
        kinds.update({"redial_s": ("f", (attempts,)), "redial_patience_s": ("f", (attempts,))})
    if duplicates_by_nature(workload):
        kinds.update({"recognised": ("b", ()), "found_out_s": ("f", ())})
    return kinds


def _matter_kinds(workload: Workload) -> dict[str, _Kind]:
    kinds: dict[str, _Kind] = {"nature": ("i", ()), "spot": ("i", ())}
    for courses in workload.conducts.values():
        for kind, course in courses.items():
            kinds[f"course/{kind}"] = ("f", (ORDINALS, len(CAUSES)))
            if course.facility is not None and not isinstance(course.facility, str):
                kinds[f"facility/{kind}"] = ("f", (ORDINALS,))
            if workload.radio is not None:
                kinds[f"radio/{kind}"] = ("f", (ORDINALS, len(STEPS), len(FAULTS)))
    if workload.compliance:
        kinds.update({"override": ("i", ()), "override_s": ("f", ())})
    further = max(len(nature.further) for nature in workload.natures)
    if further:
        kinds["further_s"] = ("f", (further,))
    if workload.acknowledging is not None:
        kinds["acknowledge_s"] = ("f", (CONFIRMATIONS,))
    return kinds


def _attributes(workload: Workload) -> list[str]:
    return sorted({about for nature in workload.natures for about in nature.told})


def _is_of(column: NDArray[Any], expected: _Kind) -> bool:
    kind, shape = expected
    return column.dtype.kind == kind and column.ndim == 1 + len(shape) and column.shape[1:] == shape
