"""Sensitivities: whether the primary effect keeps its sign where the world is a little different from the one assumed.

Each is a pure variation of a workload and a centre, the same for both sides. Imports `variations`, `periods` and `terms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from pydantic import Field

from incidents.centre import Centre, Document, Loc, Name
from simulation.periods import Period, Played, Replay
from simulation.terms import Criterion
from simulation.variations import (
    sent_kinds,
    some_of,
    with_load,
    with_overrides,
    with_stale_positions,
    with_travel_noise,
    with_worse_triage,
)
from simulation.workload import Workload

LOAD_STEP = 0.2
MISHEARD_SHARE = 0.1
TRAVEL_CV = 0.3
LOST_UNITS_SHARE = 0.05
LOST_POSITIONS_SHARE = 0.5
STALE_S = 60.0
OVERRIDDEN_SHARE = 0.1

Varied: TypeAlias = Literal[
    "more load", "less load", "worse triage", "travel noise", "unit loss", "stale positions", "less compliance"
]
EVERY: tuple[Varied, ...] = (
    "more load", "less load", "worse triage", "travel noise", "unit loss", "stale positions", "less compliance",
)  # fmt: skip


class Sensitivities(Document):
    """Which variations are played, on which workload, and how often. `workload` None: the first of the primary measure's.

    Played once the terms are met, on the primary measure alone.
    """

    of: tuple[Varied, ...] = Field(default=EVERY, min_length=1, max_length=len(EVERY))
    runs: int = Field(default=10, ge=2, le=10_000)
    workload: Name | None = None

    def flaws(self, workloads: Mapping[str, Period], primary: Criterion) -> Iterator[tuple[Loc, str, str]]:
        """Yield what is named and is not there, and a load that cannot be varied since the same contacts come."""
        if self.workload is not None and self.workload not in workloads:
            yield ("workload",), f"unknown workload {self.workload!r}", ", ".join(workloads)
            return
        for index, name in enumerate(self.of):
            if name in self.of[:index]:
                yield ("of", index), f"{name!r} is there twice", "each once"
        named = [self.workload] if self.workload is not None else [each for each in workloads if primary.covers(each)]
        if all(isinstance(workloads[name], Replay) for name in named):
            drawn = [name for name, period in workloads.items() if not isinstance(period, Replay)]
            told = "in a replay the same contacts come whatever is varied of what comes"
            yield (
                ("workload",) if self.workload is not None else (),
                told,
                ", ".join(drawn) or "a workload that is drawn",
            )


_OF_WORKLOADS: Mapping[Varied, Callable[[Workload], Workload]] = {
    "more load": lambda workload: with_load(workload, 1 + LOAD_STEP),
    "less load": lambda workload: with_load(workload, 1 - LOAD_STEP),
    "worse triage": lambda workload: with_worse_triage(workload, MISHEARD_SHARE),
    "travel noise": lambda workload: with_travel_noise(workload, TRAVEL_CV),
    "stale positions": lambda workload: with_stale_positions(workload, LOST_POSITIONS_SHARE, STALE_S),
    "less compliance": lambda workload: with_overrides(workload, OVERRIDDEN_SHARE),
}


def varied(played: Played, name: Varied) -> Played:
    """The same workload in the varied world, as far as the workload says what the world is."""
    change = _OF_WORKLOADS.get(name)
    if change is None:
        return played
    return replace(played, scenario=replace(played.scenario, workload=change(played.scenario.workload)))


def lost_units(centre: Centre, workload: Workload, name: Varied) -> tuple[str, ...]:
    """The resources that neither side has in the varied world; `centre` is the baseline's."""
    return some_of(centre, sent_kinds(workload, centre), LOST_UNITS_SHARE) if name == "unit loss" else ()
