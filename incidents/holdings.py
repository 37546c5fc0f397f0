"""What a centre can muster with everybody on duty: how many hold a skill, at which level, and where they are based.

Imports `centre` and `procedure`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from incidents.centre import Centre
from incidents.plan_row import PlanRow


class Holdings:
    """The resources that rules may call on: the centre's own and those of `partners`.

    `skills`: every skill that one of them has, with its highest level, by name. `withheld`: the skills that only partners
    not named have, each with one of these.
    """

    def __init__(self, centre: Centre, partners: Collection[str] = ()) -> None:
        self._centre = centre
        self._many: Counter[str] = Counter()
        self._kinds_with: dict[str, dict[str, None]] = {}
        many = Counter((resource.kind, resource.base) for resource in centre.resources.values())
        highest: dict[str, int] = {}
        withheld: dict[str, str] = {}
        self._bodies: dict[str, Counter[tuple[int, int]]] = {}
        self._tables: dict[str, Mapping[int, _WithRoom]] = {}
        self._based: Counter[tuple[str, str | None]] = Counter()
        for (name, base), count in many.items():
            kind = centre.kinds[name]
            if kind.partner is not None and kind.partner not in partners:
                withheld.update(dict.fromkeys(kind.levels, kind.partner))
                continue
            self._many[name] += count
            for skill, level in kind.levels.items():
                highest[skill] = max(level, highest.get(skill, 0))
                self._kinds_with.setdefault(skill, {})[name] = None
                self._bodies.setdefault(skill, Counter())[level, kind.capacity] += count
                self._based[skill, base] += count
        self.skills: Mapping[str, int] = dict(sorted(highest.items()))
        self.withheld: Mapping[str, str] = {skill: name for skill, name in withheld.items() if skill not in highest}
        self._everywhere = Counter[str]()
        for (skill, _), count in self._based.items():
            self._everywhere[skill] += count

    def bodies(self, skill: str, level: int = 1, load: int = 1) -> int:
        """Return how many resources have `skill` at `level` and room for `load`: one body fills one position of a row."""
        of_skill = ((each, table) for each, table in self._with_room(skill).items() if each >= level)
        return sum(most[bisect_left(rooms, load)] for _, (rooms, most) in of_skill)

    def room(self, skill: str) -> int:
        """Return the most room that one resource with `skill` has; 0 where nobody has it."""
        return max((rooms[-1] for rooms, _ in self._with_room(skill).values()), default=0)

    def _with_room(self, skill: str) -> Mapping[int, _WithRoom]:
        """By level; worked out when first asked for, since a document may have thousands of rows and a centre of kinds."""
        if skill not in self._tables:
            by_level: dict[int, dict[int, int]] = {}
            for (level, room), count in self._bodies.get(skill, Counter[tuple[int, int]]()).items():
                by_level.setdefault(level, {})[room] = count
            self._tables[skill] = {level: _with_room(rooms) for level, rooms in by_level.items()}
        return self._tables[skill]

    def kinds_with(self, skill: str) -> Collection[str]:
        """Return the kinds of resources that have `skill`, at whatever level."""
        return self._kinds_with.get(skill, {}).keys()

    def filling(self, rows: Sequence[PlanRow]) -> Mapping[frozenset[int], int]:
        """Return for each set of `rows`, by index, how many resources could fill any one of exactly these."""
        able: dict[str, set[int]] = {}
        for index, row in enumerate(rows):
            for name in self.kinds_with(row.skill):
                kind = self._centre.kinds[name]
                if kind.levels[row.skill] >= row.level and kind.capacity >= row.load:
                    able.setdefault(name, set()).add(index)
        fill: Counter[frozenset[int]] = Counter()
        for name, indices in able.items():
            fill[frozenset(indices)] += self._many[name]
        return fill

    def resources(self, skill: str, stations: Sequence[str] = ()) -> int:
        """Return how many resources based at `stations` (none named: everywhere) have `skill`."""
        if not stations:
            return self._everywhere[skill]
        return sum(self._based[skill, station] for station in dict.fromkeys(stations))


_WithRoom = tuple[list[int], list[int]]
"""The rooms there are, ascending, and how many have each of them or more; 0 at the end."""


def _with_room(counts: Mapping[int, int]) -> _WithRoom:
    rooms = sorted(counts)
    most = list(accumulate((counts[room] for room in reversed(rooms)), initial=0))
    return rooms, most[::-1]
