"""Variations: a world that is a little different, as pure functions from a workload, or a centre, to another.

Each changes one cause and leaves the streams of all others alone, so that a varied world has the same luck wherever it
is not varied. Imports `workload`, `conditions`, `durations` and the centre.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from incidents.centre import HOURS_IN_A_WEEK, Centre
from simulation.conditions import Duplicates, Further, Major, Override, Radio
from simulation.distributions import Distribution
from simulation.durations import DistributionEntry, Duration, LognormalEntry
from simulation.workload import Course, Nature, Workload

HOURS_IN_A_DAY = 24
MAJOR = "major incident of the experiment"
"""The nature that a major incident is given, beside those of the workload."""
RINGING_S = 600.0
"""Within about so many seconds after a major incident begins the others ring, on average."""
ASKED_AFTER_S = 300.0
"""So long after arriving the first crew at a major incident asks for more."""
_STEPS = (np.arange(1000) + 0.5) / 1000


def with_load(workload: Workload, factor: float) -> Workload:
    """`factor` times as many contacts at every hour."""
    rate = workload.arrivals.rate_per_h
    scaled = tuple(each * factor for each in rate) if isinstance(rate, tuple) else rate * factor
    return workload.model_copy(update={"arrivals": workload.arrivals.model_copy(update={"rate_per_h": scaled})})


def within_hours(workload: Workload, begins_h: int, ends_h: int) -> Workload:
    """Only the contacts that come from one hour of the local day to another, over midnight where the second is not later."""
    lasts = (ends_h - begins_h) % HOURS_IN_A_DAY or HOURS_IN_A_DAY
    kept = {(begins_h + hour) % HOURS_IN_A_DAY for hour in range(lasts)}
    week = workload.arrivals.week
    rates = tuple(week[hour] if hour % HOURS_IN_A_DAY in kept else 0.0 for hour in range(HOURS_IN_A_WEEK))
    return workload.model_copy(update={"arrivals": workload.arrivals.model_copy(update={"rate_per_h": rates})})


def with_major(
    workload: Workload, centre: Centre, nature: str, begins_s: Sequence[float], *, others_ring: float, further: int
) -> Workload:
    """At each instant an incident of a nature about which `others_ring` more, and whose first crew asks for more.

    `further` more of the first skill of every kind that goes to such incidents. The incident is of a nature of its own, so that
    the ordinary incidents of that nature stay as they are.
    """
    like = next(each for each in workload.natures if each.id == nature)
    courses = {} if like.conduct is None else workload.conducts[like.conduct]
    skills = tuple(dict.fromkeys(next(iter(centre.kinds[kind].levels)) for kind in courses))
    after = DistributionEntry(constant=ASKED_AFTER_S)
    asked = tuple(Further(after_s=after, skill=skill, quantity=further) for skill in skills) if further else ()
    ringing = Duplicates(mean=others_ring, after_s=DistributionEntry(exponential=RINGING_S))
    major = like.model_copy(
        update={"id": MAJOR, "share": 0.0, "duplicates": ringing, "further": asked[:MOST_ASKED], "redial": None}
    )
    natures = (*workload.natures, major)
    majors = (*workload.majors, Major(nature=MAJOR, begins_s=tuple(begins_s)))
    return workload.model_copy(update={"natures": natures, "majors": majors})


MOST_ASKED = 10
"""The most skills that the first crew at a major incident asks for: as many as a nature may name."""


def with_worse_triage(workload: Workload, share: float) -> Workload:
    """In `share` of the contacts a caller says something else about each thing: what others would who ring about the like.

    The like: natures of the same queue of which all else is true that is true of this one; by how often each comes.
    """
    mixes: dict[_Like, dict[str, float]] = {}
    for nature in workload.natures:
        for about, truth in nature.truth.items():
            mix = mixes.setdefault(_like(nature, about), {})
            mix[truth] = mix.get(truth, 0.0) + nature.share
    natures = tuple(_misheard(nature, mixes, share) for nature in workload.natures)
    return workload.model_copy(update={"natures": natures})


_Like: TypeAlias = tuple[str, str, frozenset[tuple[str, str]]]


def _like(nature: Nature, about: str) -> _Like:
    return nature.queue, about, frozenset(nature.truth.items()) - {(about, nature.truth[about])}


def _misheard(nature: Nature, mixes: Mapping[_Like, Mapping[str, float]], share: float) -> Nature:
    told = dict(nature.told)
    for about, truth in nature.truth.items():
        others = {name: often for name, often in mixes[_like(nature, about)].items() if name != truth and often > 0}
        total = sum(others.values())
        if total <= 0:
            continue
        said = nature.told.get(about, {truth: 1.0})
        names = tuple(dict.fromkeys([*said, *others]))
        told[about] = {
            name: (1 - share) * said.get(name, 0.0) + share * others.get(name, 0.0) / total for name in names
        }
    return nature.model_copy(update={"told": told})


def with_travel_noise(workload: Workload, cv: float) -> Workload:
    """Every trip longer or shorter by a factor of its own with mean 1 and this coefficient of variation, beside what varies it.

    What varies it already is kept by its mean and its spread; its shape becomes lognormal.
    """

    def noisy(course: Course) -> Course:
        return course.model_copy(update={"travel_factor": _noisy(workload, course.travel_factor, cv)})

    conducts = {
        name: {kind: noisy(course) for kind, course in courses.items()} for name, courses in workload.conducts.items()
    }
    return workload.model_copy(update={"conducts": conducts})


def _noisy(workload: Workload, factor: Duration, cv: float) -> Duration:
    mean, own_cv = _moments(workload.distribution(factor))
    if mean <= 0:
        return factor
    both = ((1 + own_cv**2) * (1 + cv**2) - 1) ** 0.5
    return DistributionEntry(lognormal=LognormalEntry(mean=mean, cv=both))


def _moments(distribution: Distribution) -> tuple[float, float]:
    values = distribution.at_many(_STEPS)
    mean = float(np.mean(values))
    return mean, float(np.std(values)) / mean if mean > 0 else 0.0


def with_stale_positions(workload: Workload, lost_share: float, delay_s: float) -> Workload:
    """`lost_share` of reported positions never come, and what crews say of their status comes `delay_s` later where it came at
    once.
    """
    radio = workload.radio or Radio()
    delay = radio.delay_s
    if workload.distribution(delay).mean < delay_s:
        delay = DistributionEntry(constant=delay_s)
    lost = max(lost_share, radio.positions_lost_share)
    return workload.model_copy(
        update={"radio": radio.model_copy(update={"delay_s": delay, "positions_lost_share": lost})}
    )


def with_overrides(workload: Workload, share: float) -> Workload:
    """In `share` of the incidents for which nothing else is done than proposed, the next best is sent in place of the best."""
    taken = sum(each.share for each in workload.compliance)
    more = Override(share=max(0.0, 1 - taken) * share, rule="next_best", because="varied compliance")
    return workload.model_copy(update={"compliance": (*workload.compliance, more)})


def some_of(centre: Centre, kinds: Sequence[str], share: float) -> tuple[str, ...]:
    """The names of `share` of the resources of each of these kinds, at least one where there are two, evenly over the list."""
    found: list[str] = []
    for kind in sorted(set(kinds)):
        names = [name for name, entry in centre.resources.items() if entry.kind == kind]
        count = min(len(names) - 1, max(1, round(share * len(names))))
        found += [names[(2 * number + 1) * len(names) // (2 * count)] for number in range(count)]
    return tuple(found)


def without(centre: Centre, names: Collection[str]) -> Centre:
    """The centre without these resources."""
    kept = {name: entry for name, entry in centre.resources.items() if name not in names}
    return centre.model_copy(update={"resources": kept})


def sent_kinds(workload: Workload, centre: Centre) -> tuple[str, ...]:
    """The centre's own kinds that go to incidents."""
    found = {kind for courses in workload.conducts.values() for kind in courses}
    return tuple(sorted(kind for kind in found if kind in centre.kinds and centre.kinds[kind].partner is None))
