"""Samples sorted into groups: by the priority and the area of the incident that each belongs to. Imports numpy and `timing`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from incidents.measures import BY_AREA, EVERY, STAGES, FloatArray
from incidents.quantities import MS_PER_S, IncidentId
from incidents.timing import Timing

Numbers: TypeAlias = npt.NDArray[np.int64]


class Groups:
    """Incidents by priority and area, and their samples sorted into them."""

    def __init__(self, timing: Timing, priority_of: Mapping[IncidentId, str], declared: tuple[str, ...]) -> None:
        self.declared = declared
        self._timing, self._true = timing, priority_of
        final = [self.priority(incident) for incident in timing.started]
        self.names = sorted({each for each in final if each is not None})
        self._priorities = _codes(final, self.names)
        zones = [timing.zones.get(incident) for incident in timing.started]
        self._areas = sorted({each for each in zones if each is not None})
        self._zones = _codes(zones, self._areas)

    def priority(self, incident: IncidentId) -> str | None:
        """The priority under which an incident is kept."""
        return self._true.get(incident, self._timing.priority.get(incident))

    def samples(self) -> dict[tuple[str, str], FloatArray]:
        """The samples of every clock, ascending, for `all`, each priority and each area."""
        found: dict[tuple[str, str], FloatArray] = {}
        for stage in STAGES:
            numbers, times = self._timing.samples[stage]
            which = np.asarray(numbers, dtype=np.int64)
            seconds = np.asarray(times, dtype=np.float64) / MS_PER_S
            # One more at the end is for contacts of no incident, whose number is -1.
            priorities = self._priorities[which]
            order = np.argsort(seconds, kind="stable")
            groups = [(EVERY, order)]
            groups += [(name, order[priorities[order] == code]) for code, name in enumerate(self.names)]
            for name, chosen in groups:
                if name == EVERY or len(chosen):
                    found[stage, name] = _locked(seconds[chosen])
                if stage in BY_AREA and self._areas:
                    found.update(self._by_area(stage, name, seconds[chosen], self._zones[which[chosen]]))
        return found

    def _by_area(
        self, stage: str, name: str, ascending: FloatArray, zones: Numbers
    ) -> dict[tuple[str, str], FloatArray]:
        order = np.argsort(zones, kind="stable")
        ends = np.searchsorted(zones[order], np.arange(len(self._areas) + 1)).tolist()
        by_zone = ascending[order]
        return {
            (stage, f"{name}@{area}"): _locked(by_zone[ends[code] : ends[code + 1]])
            for code, area in enumerate(self._areas)
            if ends[code] < ends[code + 1]
        }


def _codes(values: Sequence[str | None], names: Sequence[str]) -> Numbers:
    """The place of each value among the names, -1 for None, and one -1 more at the end."""
    places = {name: code for code, name in enumerate(names)}
    return np.asarray([-1 if each is None else places[each] for each in (*values, None)], dtype=np.int64)


def _locked(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values
