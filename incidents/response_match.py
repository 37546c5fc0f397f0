"""Over- and under-response: what was sent to an incident, held against what its true condition asked for.

Not the label that triage gave it, by which every procedure would send just what it meant to send. Sent is whoever was assigned
and not taken away with the position left open: those who were turned back were sent. Let the truth ask for positions, each with
a skill and a level, in one way or several; the way is taken that those who were sent fill best.

    under   a position of that way stays empty: no matching of those sent to positions fills them all
    over    somebody who was sent could have stayed away, and no position would be the emptier

Both hold where the wrong ones were sent. Several incidents may be one matter that was not recognised as one: those sent to any of
them count for it, each of the incidents is judged by it, and so a crew sent twice shows as one too many. Matching by
`scipy.sparse.csgraph.maximum_bipartite_matching` (Duff, Kaya and Ucar 2011, ACM TOMS 38(2)). May import scipy, numpy and `facts`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from incidents.facts import NeedRow
from incidents.quantities import IncidentId, ResourceId

Skills: TypeAlias = tuple[tuple[str, int], ...]
"""The skills of a resource with their levels, in order of name."""
NO_SKILLS: Skills = ()


@dataclass(frozen=True, slots=True)
class TrueNeed:
    """What the truth of an incident asks for; no rows: nobody. `matter`: one name for all incidents about the same thing.

    `shared`: one resource may fill a position of several rows at once.
    """

    matter: str
    rows: tuple[NeedRow, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """Whether less came than was needed, and whether more did."""

    is_under: bool
    is_over: bool


def matches(
    needs: Mapping[IncidentId, TrueNeed],
    sent: Mapping[IncidentId, Collection[ResourceId]],
    skills: Mapping[ResourceId, Skills],
    judged: Iterable[IncidentId],
) -> dict[IncidentId, Match]:
    """Judge incidents of which the truth is known, by who was `sent` to each."""
    judged = [incident for incident in judged if incident in needs]
    pooled: dict[str, list[Skills]] = {}
    for incident in judged:
        came = pooled.setdefault(needs[incident].matter, [])
        came.extend(skills.get(resource, NO_SKILLS) for resource in sent.get(incident, ()))
    ordered = {matter: tuple(sorted(came)) for matter, came in pooled.items()}
    return {incident: match(needs[incident], ordered[needs[incident].matter]) for incident in judged}


def match(need: TrueNeed, came: tuple[Skills, ...]) -> Match:
    """Judge those who came, given in order of their skills, against what was needed."""
    return _match(need.rows, need.shared, came)


@lru_cache(maxsize=16_384)
def _match(rows: tuple[NeedRow, ...], shared: bool, came: tuple[Skills, ...]) -> Match:
    ways = [[row for row in rows if row.alternative == way] for way in dict.fromkeys(row.alternative for row in rows)]
    found = [_of_way(way, shared, came) for way in ways] or [(0, len(came))]
    empty, spare = min(found)
    return Match(empty > 0, spare > 0)


def _of_way(way: list[NeedRow], shared: bool, came: tuple[Skills, ...]) -> tuple[int, int]:
    """Positions of a way that stay empty, and how many of those who came it has no use for."""
    wanted = sum(row.quantity for row in way)
    filled = _filled(way, shared, came)
    if not shared:
        return wanted - filled, len(came) - filled
    needed = list(came)
    for each in came:
        others = list(needed)
        others.remove(each)
        if _filled(way, shared, tuple(others)) == filled:
            needed = others
    return wanted - filled, len(came) - len(needed)


def _filled(way: list[NeedRow], shared: bool, came: tuple[Skills, ...]) -> int:
    able = [[dict(each).get(row.skill, 0) >= row.level for row in way] for each in came]
    if shared:
        return sum(min(row.quantity, sum(each[at] for each in able)) for at, row in enumerate(way))
    if not came or not way:
        return 0
    columns = [at for at, row in enumerate(way) for _ in range(row.quantity)]
    graph = csr_array(np.asarray(able, dtype=np.int8)[:, columns])
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())
