"""What no type can say about a snapshot: ids and skills that nobody knows, places that are missing, loads beyond capacity.

Looks at the document as it was sent and takes any shape in its stride: what has the wrong shape is reported as such elsewhere,
and must not hide what else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeGuard

from optimiser.pointers import escaped
from optimiser.refusals import Flaw

PAIR_LIMIT = 2_000_000
"""The most combinations of row and resource in one snapshot."""
LISTS = ("needs", "resources", "pins", "barred", "standing", "reserves")
"""Fields that are lists of entries."""
_SHOWN = 10
"""The most names that a flaw lists as accepted."""

Entries = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Known:
    """The entries of each list, and who and what they name."""

    entries: dict[str, Entries]
    need_ids: frozenset[str]
    resource_ids: frozenset[str]
    rows: dict[str, int]
    """How many rows a need has, by id."""


def meaning_flaws(raw: object) -> Iterator[Flaw]:
    """Find what does not fit together."""
    document = raw if isinstance(raw, dict) else {}
    entries = {name: _entries(document.get(name)) for name in LISTS}
    rows = {need["id"]: len(_rows(need)) for _, need in entries["needs"] if isinstance(need.get("id"), str)}
    known = _Known(entries, _ids(entries["needs"]), _ids(entries["resources"]), rows)
    for name in ("needs", "resources", "reserves"):
        yield from _repeated_ids(name, entries[name])
    yield from _teams(entries["needs"])
    yield from _loads(entries["resources"])
    yield from _skills(document.get("skills"), known)
    yield from _references(known)
    yield from _travel(document.get("travel"), known)
    yield from _size(known)


def _repeated_ids(name: str, entries: Entries) -> Iterator[Flaw]:
    first: dict[str, int] = {}
    for index, entry in entries:
        if isinstance(entry.get("id"), str) and first.setdefault(entry["id"], index) != index:
            yield Flaw(f"/{name}/{index}/id", f"repeats /{name}/{first[entry['id']]}/id", "each id once")


def _teams(needs: Entries) -> Iterator[Flaw]:
    for index, need in needs:
        if need.get("rows") and need.get("alternatives"):
            yield Flaw(f"/needs/{index}/alternatives", "stands beside rows", "either rows or alternatives")
        elif not need.get("rows", ()) and not need.get("alternatives"):
            yield Flaw(f"/needs/{index}/rows", "is missing or empty", "at least one row, or alternatives")
        if need.get("alternatives") and need.get("whole") is False:
            what = "is false, and halves of two different teams have no common measure"
            yield Flaw(f"/needs/{index}/whole", what, "true, since there are alternatives")


def _loads(resources: Entries) -> Iterator[Flaw]:
    for index, resource in resources:
        capacity, load = resource.get("capacity", 1), resource.get("current_load", 0)
        if _is_whole(capacity) and _is_whole(load) and 0 < capacity < load:
            yield Flaw(f"/resources/{index}/capacity", f"is {capacity}, below its current load", f"at least {load}")


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _skills(listed: object, known: _Known) -> Iterator[Flaw]:
    """A skill must be one that the list names; without a list, one that some resource has."""
    held = [
        (f"/resources/{index}/skills/{escaped(str(skill)) if isinstance(skills, dict) else at}", skill)
        for index, resource in known.entries["resources"]
        if isinstance(skills := resource.get("skills"), list | dict)
        for at, skill in enumerate(skills)
        if isinstance(skill, str)
    ]
    names = {skill for _, skill in held}
    used = [*_asked_skills(known.entries["needs"]), *_kept_skills(known.entries["reserves"])]
    if isinstance(listed, list):
        names = {skill for skill in listed if isinstance(skill, str)}
        used = held + used
    shown = ", ".join(sorted(names)[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    for where, skill in used:
        if skill not in names:
            what = f"is {skill!r}, which is not in /skills"
            if not isinstance(listed, list):
                what = f"is {skill!r}, which no resource has and no /skills names"
            yield Flaw(where, what, shown or "a skill that /skills names")


def _asked_skills(needs: Entries) -> Iterator[tuple[str, str]]:
    for index, need in needs:
        for where, row in _rows(need):
            if isinstance(row.get("skill"), str):
                yield f"/needs/{index}{where}/skill", row["skill"]
            for skill in row["also"] if isinstance(row.get("also"), dict) else ():
                yield f"/needs/{index}{where}/also/{escaped(skill)}", skill


def _kept_skills(reserves: Entries) -> Iterator[tuple[str, str]]:
    for index, reserve in reserves:
        if isinstance(reserve.get("skill"), str):
            yield f"/reserves/{index}/skill", reserve["skill"]


def _rows(need: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The rows of a need, through all alternatives, each with its pointer within the need."""
    found = [(f"/rows/{at}", row) for at, row in _entries(need.get("rows"))]
    alternatives = need.get("alternatives")
    for number, team in enumerate(alternatives if isinstance(alternatives, list) else ()):
        found += [(f"/alternatives/{number}/{at}", row) for at, row in _entries(team)]
    return found


def _references(known: _Known) -> Iterator[Flaw]:
    for name in ("pins", "barred", "standing"):
        first: dict[tuple[Any, ...], int] = {}
        for index, entry in known.entries[name]:
            where, row = f"/{name}/{index}", entry.get("row", 0)
            yield from _known(f"{where}/need", entry.get("need"), known.need_ids, "need")
            yield from _known(f"{where}/resource", entry.get("resource"), known.resource_ids, "resource")
            if name != "barred" and _is_whole(row) and row >= known.rows.get(str(entry.get("need")), row + 1):
                most = known.rows[entry["need"]] - 1
                yield Flaw(f"{where}/row", f"is {row}", f"0 to {most}" if most >= 0 else "a need with rows")
            key = (str(entry.get("need")), str(entry.get("resource")), None if name == "barred" else str(row))
            if first.setdefault(key, index) != index:
                yield Flaw(where, f"repeats /{name}/{first[key]}", "each once")
    for index, reserve in known.entries["reserves"]:
        members = reserve.get("resources")
        seen: set[str] = set()
        for at, member in enumerate(members if isinstance(members, list) else ()):
            where = f"/reserves/{index}/resources/{at}"
            yield from _known(where, member, known.resource_ids, "resource")
            if isinstance(member, str) and member in seen:
                yield Flaw(where, f"repeats {member!r}", "each resource once")
            seen.add(str(member))


def _known(where: str, given: object, ids: frozenset[str], kind: str) -> Iterator[Flaw]:
    if isinstance(given, str) and given not in ids:
        yield Flaw(where, f"is {given!r}, no {kind} of this snapshot", f"the id of a {kind}")


def _travel(travel: object, known: _Known) -> Iterator[Flaw]:
    if not isinstance(travel, dict):
        return
    reach = travel.get("reach_s")
    if travel.get("kind") == "matrix" and isinstance(reach, dict):
        for need, times in reach.items():
            where = f"/travel/reach_s/{escaped(need)}"
            if need not in known.need_ids:
                yield Flaw(where, "is no need of this snapshot", "the id of a need")
            for resource in times if isinstance(times, dict) else ():
                if resource not in known.resource_ids:
                    yield Flaw(
                        f"{where}/{escaped(resource)}", "is no resource of this snapshot", "the id of a resource"
                    )
    if travel.get("kind") == "straight_line":
        for name in ("needs", "resources"):
            for index, entry in known.entries[name]:
                if entry.get("place") is None:
                    yield Flaw(f"/{name}/{index}/place", "is missing", "a place, since travel is a straight line")


def _size(known: _Known) -> Iterator[Flaw]:
    rows = sum(len(_rows(need)) for _, need in known.entries["needs"])
    rows += sum(keep for _, reserve in known.entries["reserves"] if _is_whole(keep := reserve.get("keep")) and keep > 0)
    if rows * len(known.entries["resources"]) > PAIR_LIMIT:
        yield Flaw("/resources", "are too many for so many needs", f"at most {PAIR_LIMIT} rows times resources")


def _ids(entries: Entries) -> frozenset[str]:
    return frozenset(entry["id"] for _, entry in entries if isinstance(entry.get("id"), str))


def _entries(value: object) -> Entries:
    if not isinstance(value, list):
        return []
    return [(index, entry) for index, entry in enumerate(value) if isinstance(entry, dict)]
