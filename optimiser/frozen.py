"""Arrays and ids as they enter a problem: arrays of the kind and dimensions asked for, read-only from then on; ids each once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from optimiser.refusals import Flaw


def frozen_array(name: str, given: object, dimensions: int, kind: str) -> tuple[NDArray[np.generic], list[Flaw]]:
    """Return a read-only copy of what was given, and what is wrong with it; `kind` is `b` for booleans, `i` for integers."""
    wanted = np.bool_ if kind == "b" else np.int64
    try:
        array = np.array(given)
    except ValueError:
        return np.zeros(0, dtype=wanted), [Flaw(name, "is ragged", f"{dimensions}-dimensional array")]
    if array.size == 0 and array.ndim == dimensions:
        array = array.astype(wanted)
    flaws = []
    if array.ndim != dimensions:
        flaws.append(Flaw(name, f"has {array.ndim} dimensions", f"{dimensions}"))
    if array.dtype.kind not in ("b" if kind == "b" else "iu"):
        flaws.append(Flaw(name, f"holds {array.dtype}", "booleans" if kind == "b" else "64-bit integers"))
    elif array.dtype == np.uint64 and array.size and int(array.max()) >= 2**63:
        flaws.append(Flaw(name, "does not fit 64 bits", "64-bit integers"))
    if not flaws:
        array = array.astype(wanted, copy=False)
    array.setflags(write=False)
    return array, flaws


def id_flaws(name: str, ids: Sequence[object]) -> list[Flaw]:
    """Say which ids are no text, or are there twice."""
    flaws, seen = [], set()
    for index, one in enumerate(ids):
        if not isinstance(one, str):
            flaws.append(Flaw(f"{name}[{index}]", f"is {one!r}", "text"))
        elif one in seen:
            flaws.append(Flaw(f"{name}[{index}]", f"repeats {one!r}", "each id once"))
        seen.add(one)
    return flaws
