"""Changes that are worth a try: of the centre (who, when, where) and of the rules. Data, before anything is played.

Where one more unit would stand is screened by what the next call would gain of it (`optimiser.cover`: Daskin 1983); only the
best places are played. What a change costs is said in hours of duty a week, and in money where the centre says what an
hour costs. May import
`arms`, `rule_candidates`, `decomposition` and what stands below.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents import facts as f
from incidents.centre import HOURS_IN_A_WEEK, Centre, ResourceEntry, ShiftEntry
from incidents.measures import FloatArray
from incidents.quantities import MS_PER_S, ContactId, Instant, coordinates
from incidents.travel import travel_times
from optimiser.cover import lost_cover_s
from simulation.arms import Arm, CandidateArm, Reassigned, changed_centre, differences_of_arms
from simulation.recommending.decomposition import Decomposition
from simulation.recommending.rule_candidates import rule_edits
from simulation.scenario import Scenario
from simulation.variations import HOURS_IN_A_DAY, sent_kinds

PLACES_TRIED = 3
KINDS_TRIED = 2
STAFF_KINDS_TRIED = 3
BLOCK_H = 8
"""The hours of a shift that is added."""
MOST_CANDIDATES = 40
SHIFT = "recommended"
MOST_BUSY = 0.95


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change: its sort (staff, unit, move, plan, rung, dispatch), what differs in words, and more hours of duty a week.

    `cost_a_week`: what those hours cost, in the centre's currency; None where it says of no hour what it costs.
    """

    sort: str
    arm: Arm
    words: tuple[str, ...]
    hours_a_week: float
    cost_a_week: float | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.arm.name


@dataclass(frozen=True, slots=True)
class Grounds:
    """What candidates are made from: the world, the arm of today, where its time goes, and how busy each kind is."""

    scenario: Scenario
    baseline: Arm
    taken_apart: Decomposition
    busy: Mapping[str, float]
    plans: tuple[str, ...]
    queues: tuple[str, ...]


def candidates(grounds: Grounds) -> tuple[Candidate, ...]:
    """Every change that is worth a try, one of each sort first; at most `MOST_CANDIDATES`."""
    found = [*_staff(grounds), *_units(grounds), *_rules(grounds)]
    by_sort: dict[str, list[Candidate]] = {}
    for each in found:
        by_sort.setdefault(each.sort, []).append(each)
    longest = max(map(len, by_sort.values()), default=0)
    turns = [group[turn] for turn in range(longest) for group in by_sort.values() if turn < len(group)]
    return tuple(turns[:MOST_CANDIDATES])


def sent_and_waited(facts: Iterable[f.Fact]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The plans that were sent, the commonest first, and the queues, those whose callers waited longest together first."""
    plans, waits = Counter[str](), Counter[str]()
    received: dict[ContactId, tuple[str, Instant]] = {}
    for fact in facts:
        match fact:
            case f.NeedOpened() if fact.incident is not None and fact.because.startswith("plan "):
                plans[fact.because.removeprefix("plan ")] += 1
            case f.ContactReceived():
                received[fact.contact] = fact.queue, fact.at
            case f.ContactAnswered() | f.ContactAbandoned() if fact.contact in received:
                queue, at = received[fact.contact]
                waits[queue] += (fact.at - at) // MS_PER_S
            case _:
                pass
    return _commonest(plans), _commonest(waits)


def _commonest(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def changed(sort: str, name: str, asked: CandidateArm, baseline: Arm) -> Candidate:
    """A change of the centre as a candidate."""
    arm = Arm(name, changed_centre(baseline.centre, asked), baseline.procedure)
    more_h = duty_hours(arm.centre) - duty_hours(baseline.centre)
    before, after = duty_cost(baseline.centre), duty_cost(arm.centre)
    more = None if before is None or after is None else after - before
    return Candidate(sort, arm, differences_of_arms(baseline, arm), more_h, more)


def duty_hours(centre: Centre) -> float:
    """Hours of duty that the centre's roster holds in a week."""
    return sum(_hours(centre, entry) for entry in centre.resources.values())


def duty_cost(centre: Centre) -> float | None:
    """What those hours cost by kind of resource; None where the centre declares no costs."""
    if centre.costs is None:
        return None
    return sum(centre.costs.hour.get(entry.kind, 0.0) * _hours(centre, entry) for entry in centre.resources.values())


def _hours(centre: Centre, entry: ResourceEntry) -> float:
    return HOURS_IN_A_WEEK if entry.shift is None else shift_hours(centre.shifts[entry.shift])


def shift_hours(shift: ShiftEntry) -> float:
    """Hours of a shift in a week; `until` at or before `start` is the next day."""
    start, until = (int(text[:2]) + int(text[3:]) / 60 for text in (shift.start, shift.until))
    return len(shift.days) * ((until - start) % HOURS_IN_A_DAY or HOURS_IN_A_DAY)


def worst_block(taken_apart: Decomposition) -> int:
    """The local hour at which the `BLOCK_H` hours begin in which callers wait longest together for an answer."""
    waited = {int(hour.name): hour.calls * hour.stages[0].mean_s for hour in taken_apart.hours}
    sums = [
        sum(waited.get((at + step) % HOURS_IN_A_DAY, 0.0) for step in range(BLOCK_H)) for at in range(HOURS_IN_A_DAY)
    ]
    return max(range(HOURS_IN_A_DAY), key=lambda at: (sums[at], -at))


def _staff(grounds: Grounds) -> Iterator[Candidate]:
    """One more who answers, of the busiest kinds that do, in the hours that need it most; nobody where callers do not wait."""
    if grounds.taken_apart.whole.stages[0].mean_s <= 0:
        return
    centre, procedure = grounds.baseline.centre, grounds.baseline.procedure
    answering = {queue.skill for queue in procedure.queues.values()}
    kinds = {entry.kind for entry in centre.resources.values() if answering & set(centre.kinds[entry.kind].levels)}
    begins = worst_block(grounds.taken_apart)
    shift = ShiftEntry(start=f"{begins:02}:00", until=f"{(begins + BLOCK_H) % HOURS_IN_A_DAY:02}:00")
    for kind in sorted(kinds, key=lambda name: (-grounds.busy.get(name, 0.0), name))[:STAFF_KINDS_TRIED]:
        entry = ResourceEntry(kind=kind, shift=SHIFT)
        asked = CandidateArm(shifts={SHIFT: shift}, add={_fresh(centre, kind): entry})
        yield changed("staff", f"one more {kind}, {shift.start} to {shift.until}", asked, grounds.baseline)


def _units(grounds: Grounds) -> Iterator[Candidate]:
    """One more unit of the busiest kinds at the places that gain most by it, and the one missed least moved to the best."""
    centre = grounds.baseline.centre
    based = {entry.kind for entry in centre.resources.values() if entry.base is not None}
    kinds = [kind for kind in sent_kinds(grounds.scenario.workload, centre) if kind in based]
    for kind in sorted(kinds, key=lambda name: (-grounds.busy.get(name, 0.0), name))[:KINDS_TRIED]:
        ground = _Ground(grounds, kind)
        for station in ground.best_places(ground.units)[:PLACES_TRIED]:
            asked = CandidateArm(add={_fresh(centre, kind): ResourceEntry(kind=kind, base=station)})
            yield changed("unit", f"one more {kind} at {station}", asked, grounds.baseline)
        if len(ground.units) > 1:
            moved = ground.least_missed()
            station = ground.best_places([name for name in ground.units if name != moved])[0]
            if station != centre.resources[moved].base:
                asked = CandidateArm(change={moved: Reassigned(base=station)})
                yield changed("move", f"{moved} moved to {station}", asked, grounds.baseline)


def _rules(grounds: Grounds) -> Iterator[Candidate]:
    baseline = grounds.baseline
    for sort, name, procedure in rule_edits(baseline.procedure, baseline.centre, grounds.plans, grounds.queues):
        arm = Arm(name, baseline.centre, procedure)
        words = differences_of_arms(baseline, arm)
        if words:
            yield Candidate(sort, arm, words, 0.0, None if baseline.centre.costs is None else 0.0)


def _fresh(centre: Centre, kind: str) -> str:
    name = f"extra {kind}"[:76]
    numbered = (f"{name} {number}" for number in range(2, len(centre.resources) + 3))
    return name if name not in centre.resources else next(each for each in numbered if each not in centre.resources)


class _Ground:
    """Where units of a kind stand, and how far each station is from where the calls are that they are sent to."""

    def __init__(self, grounds: Grounds, kind: str) -> None:
        self._centre, self._busy = grounds.baseline.centre, min(grounds.busy.get(kind, 0.0), MOST_BUSY)
        self._far_s = grounds.baseline.procedure.dispatch.reach_limit_s
        self.units = [
            name
            for name, entry in sorted(self._centre.resources.items())
            if entry.kind == kind and entry.base is not None
        ]
        self._stations = sorted(self._centre.stations)
        demand = demand_by_zone(grounds.scenario, kind)
        self._rates = np.array([demand[zone] for zone in sorted(demand)])
        origins = coordinates([self._centre.station(name) for name in self._stations])
        travel = travel_times(self._centre)
        zones = [self._centre.zone(zone) for zone in sorted(demand)]
        rows = [travel.travel_many_s(origins, zone, lights=True) for zone in zones]
        self._reach_s: FloatArray = np.array(rows).reshape(len(zones), len(self._stations))

    def best_places(self, units: Sequence[str]) -> list[str]:
        """Stations, the one first at which another unit beside these saves callers most seconds."""
        gains = [float(self._lost([*self._at(units), place])[-1]) for place in range(len(self._stations))]
        order = sorted(range(len(self._stations)), key=lambda place: (-gains[place], self._stations[place]))
        return [self._stations[place] for place in order]

    def least_missed(self) -> str:
        """The unit without which callers would wait least longer."""
        lost = self._lost(self._at(self.units))
        return self.units[int(np.argmin(lost))]

    def _at(self, units: Sequence[str]) -> list[int]:
        return [self._stations.index(str(self._centre.resources[name].base)) for name in units]

    def _lost(self, places: Sequence[int]) -> FloatArray:
        idle = np.ones(len(places), dtype=np.bool_)
        reach_s = self._reach_s[:, list(places)]
        return lost_cover_s(reach_s, idle, self._rates, busy=self._busy, unreached_s=self._far_s)


def demand_by_zone(scenario: Scenario, kind: str) -> Mapping[str, float]:
    """The share of contacts that come from each zone and are of natures to which units of a kind are sent."""
    workload, found = scenario.workload, dict.fromkeys(scenario.centre.zones, 0.0)
    for nature in workload.natures:
        if nature.places is not None and nature.conduct is not None and kind in workload.conducts[nature.conduct]:
            for zone, share in workload.places[nature.places].items():
                found[zone] += nature.share * share
    return found
