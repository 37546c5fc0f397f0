"""How reserves lie within one another: for one skill they have to form a tree, or no flow can price them.

A family of sets of which any two are nested or disjoint is called laminar, and is a tree (Edmonds and Giles 1977, "A min-max
relation for submodular functions on graphs", Annals of Discrete Mathematics 1, 185-204). What a flow takes from a station then
passes through the sets around it one after the other, and each can charge for what it comes to miss; sets that cross have no
such order. Imports `procedure` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incidents.centre import Loc
from incidents.near_names import Found
from incidents.procedure import Reserve


def enclosing(reserves: Sequence[Reserve]) -> tuple[int | None, ...]:
    """Return for each reserve the index of the one directly around it, for the same skill; None: none is.

    Of two with the same stations the one that keeps more is around the other. Expects reserves without flaws.
    """
    sets = _station_sets(reserves)
    around: list[int | None] = [None] * len(reserves)
    for family in _families(reserves):
        family.sort(key=lambda index: (not sets[index], len(sets[index]), reserves[index].keep, index))
        for place, index in enumerate(family):
            larger = family[place + 1 :]
            around[index] = next((other for other in larger if _is_within(sets[index], sets[other])), None)
    return tuple(around)


def reserve_flaws(reserves: Sequence[Reserve]) -> Found:
    """Yield names that stand twice, sets that cross, and reserves that keep less than those within them together."""
    first: dict[str, int] = {}
    for index, reserve in enumerate(reserves):
        if first.setdefault(reserve.name, index) != index:
            yield _loc(index, "name"), f"there is a reserve '{reserve.name}' already", "a name of its own"
    crossings = list(_crossings(reserves))
    yield from crossings
    if crossings:
        return
    kept_within = [0] * len(reserves)
    for reserve, around in zip(reserves, enclosing(reserves), strict=True):
        if around is not None:
            kept_within[around] += reserve.keep
    for index, (reserve, within) in enumerate(zip(reserves, kept_within, strict=True)):
        if within > reserve.keep:
            what = f"'{reserve.name}' keeps {reserve.keep}, those directly within it {within} together"
            yield _loc(index, "keep"), what, f"at least {within}"


def _crossings(reserves: Sequence[Reserve]) -> Found:
    """Each reserve that crosses an earlier one of its skill, once."""
    sets = _station_sets(reserves)
    for family in _families(reserves):
        for place, index in enumerate(family):
            for other in family[:place]:
                mine, theirs = sets[index], sets[other]
                shared = mine & theirs
                if shared and not _is_within(mine, theirs) and not _is_within(theirs, mine):
                    name = reserves[other].name
                    what = f"shares station '{min(shared)}' with '{name}', and neither lies within the other"
                    yield _loc(index, "stations"), what, f"all stations of '{name}', only stations of '{name}', or none"
                    break


def _families(reserves: Sequence[Reserve]) -> Iterator[list[int]]:
    """The indices of the reserves of each skill."""
    families: dict[str, list[int]] = {}
    for index, reserve in enumerate(reserves):
        families.setdefault(reserve.skill, []).append(index)
    yield from families.values()


def _station_sets(reserves: Sequence[Reserve]) -> list[frozenset[str]]:
    """The stations of each reserve; none means everywhere."""
    return [frozenset(reserve.stations) for reserve in reserves]


def _is_within(inner: frozenset[str], outer: frozenset[str]) -> bool:
    return not outer or (bool(inner) and inner <= outer)


def _loc(index: int, key: str) -> Loc:
    return "dispatch", "reserve", index, key
