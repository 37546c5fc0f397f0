"""What the optional parts of a workload name and nothing knows: natures, zones, facilities, kinds, partners, skills, priorities.

Imports `conditions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from incidents.centre import Centre, Loc
from simulation.conditions import Duplicates
from simulation.durations import Timed

if TYPE_CHECKING:
    from simulation.workload import Workload

_EVEN = 1e-6
Flaws = Iterator[tuple[Loc, str, str]]


def timed_parts(workload: Workload) -> Iterator[tuple[Loc, Timed]]:
    """Every optional part that holds durations, with its place in the document."""
    for name in ("redial", "duplicates", "acknowledging", "radio"):
        part = getattr(workload, name)
        if part is not None:
            yield (name,), part
    for index, override in enumerate(workload.compliance):
        yield ("compliance", index), override
    for kind, breakdown in workload.breakdowns.items():
        yield ("breakdowns", kind), breakdown
    for partner, lending in workload.partners.items():
        yield ("partners", partner), lending
    for index, nature in enumerate(workload.natures):
        for name in ("redial", "duplicates"):
            part = getattr(nature, name)
            if part is not None:
                yield ("natures", index, name), part
        for number, further in enumerate(nature.further):
            yield ("natures", index, "further", number), further


def flaws_of_conditions(workload: Workload) -> Flaws:
    """Yield what the optional parts name and the workload itself does not know."""
    natures = {nature.id: nature for nature in workload.natures}
    zones = {zone for shares in workload.places.values() for zone in shares}
    for index, surge in enumerate(workload.surges):
        yield from _unknown(("surges", index, "natures"), "nature", surge.natures, natures)
        yield from _unknown(("surges", index, "zones"), "zone", surge.zones, dict.fromkeys(sorted(zones)))
        if not surge_weights(workload, index):
            yield ("surges", index), "no nature of it happens in its zones", "natures that have a share in its zones"
    for index, major in enumerate(workload.majors):
        yield from _unknown(("majors", index, "nature"), "nature", (major.nature,), natures)
        if bool(major.begins_s) == bool(major.per_week):
            yield ("majors", index), "it begins never, or in two ways", "exactly one of begins_s, per_week"
    for conduct, courses in workload.conducts.items():
        for kind, course in courses.items():
            where: Loc = ("conducts", conduct, kind, "facility")
            if course.facility == "nearest" and not workload.facilities:
                yield where, "there is no facility", "a name under facilities"
            elif course.facility is not None and course.facility != "nearest":
                yield from _unknown(where, "facility", tuple(course.facility), workload.facilities)
                if abs(sum(course.facility.values()) - 1) > _EVEN:
                    yield where, f"the shares sum to {sum(course.facility.values()):.6f}", "shares that sum to 1"
    if sum(each.share for each in workload.compliance if not each.priorities) > 1:
        yield ("compliance",), "more is done otherwise than is proposed", "shares that sum to 1 at most"


def flaws_of_conditions_beside(workload: Workload, centre: Centre) -> Flaws:
    """Yield what the optional parts name and the centre does not know."""
    for kind in workload.breakdowns:
        yield from _unknown(("breakdowns", kind), "kind", (kind,), centre.kinds)
    lenders = {kind.partner: None for kind in centre.kinds.values() if kind.partner is not None}
    for partner in workload.partners:
        yield from _unknown(("partners", partner), "partner", (partner,), lenders)
    skills = {skill: None for kind in centre.kinds.values() for skill in kind.levels}
    for index, nature in enumerate(workload.natures):
        for number, further in enumerate(nature.further):
            where: Loc = ("natures", index, "further", number, "skill")
            yield from _unknown(where, "skill", (further.skill,), skills)
    for index, surge in enumerate(workload.surges):
        yield from _unknown(("surges", index, "zones"), "zone", surge.zones, centre.zones)


def surge_weights(workload: Workload, index: int) -> dict[int, float]:
    """Return the share of all contacts that each nature has in what a surge multiplies; natures without any are left out."""
    surge = workload.surges[index]
    weights: dict[int, float] = {}
    for number, nature in enumerate(workload.natures):
        if surge.natures and nature.id not in surge.natures:
            continue
        weight = nature.share
        if surge.zones:
            mix = {} if nature.places is None else workload.places.get(nature.places, {})
            weight *= sum(mix.get(zone, 0.0) for zone in surge.zones)
        if weight > 0:
            weights[number] = weight
    return weights


def duplicates_by_nature(workload: Workload) -> dict[int, Duplicates]:
    """Return, by the place of each nature in the workload, how others ring about the same; natures without are left out."""
    found = ((number, workload.duplicates_of(nature)) for number, nature in enumerate(workload.natures))
    return {number: each for number, each in found if each is not None and each.mean > 0}


def _unknown(where: Loc, noun: str, names: tuple[str, ...], known: Mapping[str, object]) -> Flaws:
    for name in names:
        if name not in known:
            yield where, f"unknown {noun} {name!r}", ", ".join(list(known)[:12]) or "none is declared"
