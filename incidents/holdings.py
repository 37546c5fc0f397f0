"""What a centre can muster with everybody on duty: how many hold a skill, at which level, and where they are based.

Imports `centre`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from incidents.centre import Centre


class Holdings:
    """The resources that rules may call on: the centre's own and those of `partners`.

    `skills`: every skill that one of them has, with its highest level, by name. `withheld`: the skills that only partners
    not named have, each with one of these.
    """

    def __init__(self, centre: Centre, partners: Collection[str] = ()) -> None:
        many = Counter((resource.kind, resource.base) for resource in centre.resources.values())
        highest: dict[str, int] = {}
        withheld: dict[str, str] = {}
        self._bodies: Counter[tuple[str, int, int]] = Counter()
        self._based: Counter[tuple[str, str | None]] = Counter()
        for (name, base), count in many.items():
            kind = centre.kinds[name]
            if kind.partner is not None and kind.partner not in partners:
                withheld.update(dict.fromkeys(kind.levels, kind.partner))
                continue
            for skill, level in kind.levels.items():
                highest[skill] = max(level, highest.get(skill, 0))
                self._bodies[skill, level, kind.capacity] += count
                self._based[skill, base] += count
        self.skills: Mapping[str, int] = dict(sorted(highest.items()))
        self.withheld: Mapping[str, str] = {skill: name for skill, name in withheld.items() if skill not in highest}
        self._everywhere = Counter[str]()
        for (skill, _), count in self._based.items():
            self._everywhere[skill] += count

    def bodies(self, skill: str, level: int = 1, load: int = 1) -> int:
        """Return how many resources have `skill` at `level` and room for `load`: one body fills one position of a row."""
        return sum(
            count
            for (held, its_level, room), count in self._bodies.items()
            if held == skill and its_level >= level and room >= load
        )

    def room(self, skill: str) -> int:
        """Return the most room that one resource with `skill` has; 0 where nobody has it."""
        return max((room for held, _, room in self._bodies if held == skill), default=0)

    def resources(self, skill: str, stations: Sequence[str] = ()) -> int:
        """Return how many resources based at `stations` (none named: everywhere) have `skill`."""
        if not stations:
            return self._everywhere[skill]
        return sum(self._based[skill, station] for station in dict.fromkeys(stations))
