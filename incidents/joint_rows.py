"""Whether all rows of a plan can be filled at once by different resources, where each of them could be filled alone.

Rows and resources are the two sides of a bipartite graph, and the rows can be filled together exactly if no set of rows asks
for more than there are who fill at least one of them (Hall 1935, "On representatives of subsets", Journal of the London
Mathematical Society 10(1), 26-30). A maximum flow by augmenting paths finds such a set where there is one; resources that
fill the same rows are one node. Imports nothing of this floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class TooFew:
    """Rows, by index, that ask for `wanted` together, of whom there are only `there`."""

    rows: tuple[int, ...]
    wanted: int
    there: int


def too_few(wanted: Sequence[int], fill: Mapping[frozenset[int], int]) -> TooFew | None:
    """Return a set of rows that cannot be filled together, None if all can.

    `wanted`: how many each row asks for. `fill`: for each set of rows, how many resources can fill any one of exactly these.
    """
    groups = sorted((tuple(sorted(rows)), many) for rows, many in fill.items() if rows and many > 0)
    spare = [many for _, many in groups]
    given = [[0] * len(wanted) for _ in groups]
    for row, missing in enumerate(wanted):
        while missing > 0:
            seen, way = _search(row, groups, spare, given)
            if way is None:
                there = sum(many for rows, many in groups if not seen.isdisjoint(rows))
                return TooFew(tuple(sorted(seen)), sum(wanted[each] for each in seen), there)
            missing -= _augment(way, missing, spare, given)
    return None


Way = list[tuple[int, int]]
"""(row, the group it takes from), from the row that lacks somebody to a group with somebody to spare."""


def _search(
    row: int, groups: Sequence[tuple[tuple[int, ...], int]], spare: Sequence[int], given: Sequence[Sequence[int]]
) -> tuple[set[int], Way | None]:
    """Breadth first from a row: the rows seen, and a way to a group that has somebody left, if there is one."""
    ways: dict[int, Way] = {row: []}
    waiting = [row]
    asked: set[int] = set()
    for each in waiting:
        for group, (rows, _) in enumerate(groups):
            if group in asked or each not in rows:
                continue
            asked.add(group)
            way = [*ways[each], (each, group)]
            if spare[group] > 0:
                return set(ways), way
            for other in rows:
                if other not in ways and given[group][other] > 0:
                    ways[other] = way
                    waiting.append(other)
    return set(ways), None


def _augment(way: Way, most: int, spare: list[int], given: list[list[int]]) -> int:
    """Move as many as the way allows, and say how many."""
    # The group before hands over those whom it gave to the row that now takes from the group after.
    handed = [given[group][row] for (_, group), (row, _) in pairwise(way)]
    many = min(most, spare[way[-1][1]], *handed)
    for (row, group), following in zip(way, [*way[1:], None], strict=True):
        given[group][row] += many
        if following is not None:
            given[group][following[0]] -= many
    spare[way[-1][1]] -= many
    return many
