"""How many call-takers meet the answer targets: from calls, handling times and patience to numbers, hour by hour, in closed form.

    callers wait for ever           Erlang C (Erlang 1917)
    patience of one mean            Erlang A (Palm 1957)
    patience of any distribution    M/M/c+G (Baccelli and Hebuterne 1981)

With one rate the queue is taken as settled. With a rate for every hour of the week each hour is staffed as a settled
queue of the modified offered load: m' = l - m / s, what would be busy if nobody had to wait (Jennings, Mandelbaum,
Massey and Whitt 1996, Management Science 42(10), 1383-1394, doi:10.1287/mnsc.42.10.1383), at its highest in the hour,
which is the safe choice of Green, Kolesar and Soares 2001 ("lag max"; Operations Research 49(4), 549-564,
doi:10.1287/opre.49.4.549.11228), or on average ("lag avg").

The answer says `answered within` of all calls: whoever gives up was not answered in time. Handling times count by their
mean, as if exponential. May import `queueing`, `workload`, `incidents.targets`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from incidents.centre import HOURS_IN_A_WEEK, Document, Name
from incidents.targets import Target, TargetPack
from optimiser.refusals import Flaw, Refusal
from simulation.queueing.delay import erlang_c, mean_wait_s, wait_within_share
from simulation.queueing.impatience import Impatience, exponential_impatience, impatient_queue_within, mixed_impatience
from simulation.queueing.unlimited import HOUR_S, HourLoad, loads_by_hour
from simulation.workload import Rate, Workload

MOST_LOAD = 20_000.0
"""Erlangs in one hour. A centre of more is several."""
MOST_HANDLING_S = 24 * HOUR_S
LEAST_S = 0.01
"""A shorter call, or patience, is a slip of the pen."""
Of = Literal["highest", "mean"]
"""Which load of an hour it is staffed for."""
ERLANG_C = "Erlang C (Erlang 1917)"
ERLANG_A = "Erlang A (Palm 1957)"
GENERAL = "M/M/c+G (Baccelli and Hebuterne 1981)"


class AnswerTarget(Document):
    """A share of all calls, and the seconds in which they are to be answered."""

    share: float = Field(gt=0, lt=1)
    within_s: float = Field(ge=0, le=MOST_HANDLING_S)


class Goals(Document):
    """What is to be met, all of it: targets, those of packs by name, and limits on what a caller and a call-taker bear."""

    targets: tuple[AnswerTarget, ...] = Field(default=(), max_length=20)
    packs: tuple[Name, ...] = Field(default=(), max_length=20)
    most_abandoned: float | None = Field(default=None, gt=0, lt=1, description="the share of calls that give up")
    most_wait_s: float | None = Field(default=None, gt=0, description="the mean wait of those answered")
    most_occupied: float | None = Field(default=None, gt=0, le=1, description="the share of time on calls")

    @model_validator(mode="after")
    def _asks_for_something(self) -> Goals:
        limits = (self.most_abandoned, self.most_wait_s, self.most_occupied)
        if not self.targets and not self.packs and all(each is None for each in limits):
            raise ValueError("give a target, a pack or a limit: without one, no number of call-takers is too few")
        return self


class CallTakerQuestion(Goals):
    """Calls an hour, one rate or one for every hour of the local week from Monday 00:00, and what they are like."""

    calls_per_h: Rate | tuple[Rate, ...]
    handling_s: float = Field(ge=LEAST_S, le=MOST_HANDLING_S, description="mean, wrap-up included")
    patience_s: float | None = Field(default=None, ge=LEAST_S, le=1e7, description="mean; none: callers wait for ever")
    of: Of = Field(default="highest", description="which load of an hour it is staffed for")

    @model_validator(mode="after")
    def _a_whole_week(self) -> CallTakerQuestion:
        if isinstance(self.calls_per_h, tuple) and len(self.calls_per_h) != HOURS_IN_A_WEEK:
            raise ValueError(f"give one rate or {HOURS_IN_A_WEEK}, not {len(self.calls_per_h)}")
        return self

    def demand(self) -> Demand:
        """What is asked for, without what is to be met."""
        rates = self.calls_per_h if isinstance(self.calls_per_h, tuple) else (self.calls_per_h,)
        patience = None if self.patience_s is None else exponential_impatience(self.patience_s)
        return Demand(rates, self.handling_s, patience, ERLANG_C if patience is None else ERLANG_A)


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls an hour (one rate: settled; otherwise the hours come round), their mean handling and patience; None: for ever."""

    calls_per_h: tuple[float, ...]
    handling_s: float
    impatience: Impatience | None
    formula: str


@dataclass(frozen=True, slots=True)
class Service:
    """What so many call-takers achieve: `answered_within` for every target, in their order; shares are of all calls."""

    call_takers: int
    answered_within: tuple[float, ...]
    answered_wait_s: float
    waiting: float
    abandoned: float
    occupancy: float


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour, or the one rate: what comes, the load in erlangs it is staffed for, and what the fewest achieve."""

    calls_per_h: float
    load: float
    fewest: Service
    one_fewer: Service | None
    one_more: Service


@dataclass(frozen=True, slots=True)
class CallTakers:
    """The answer. `targets` are those of the question and of its packs; one hour for one rate, otherwise all of the week."""

    formula: str
    of: Of
    handling_s: float
    targets: tuple[AnswerTarget, ...]
    hours: tuple[Hour, ...]

    @property
    def hours_of_work(self) -> float:
        """Call-taker hours in all hours together."""
        return float(sum(hour.fewest.call_takers for hour in self.hours))


def call_takers(demand: Demand, goals: Goals, packs: Mapping[str, TargetPack], *, of: Of = "highest") -> CallTakers:
    """The fewest call-takers that meet every goal, each hour; refuses goals that no number of them meets.

    Equal hours are reckoned once; a week of a hundred call-takers takes about a second.
    """
    told = _with_packs(goals, packs)
    loads = _loads(demand, of)
    excessive = max(loads)
    if excessive > MOST_LOAD:
        raise Refusal.of("/calls_per_h", f"{excessive:,.0f} erlangs at once", f"at most {MOST_LOAD:,.0f}")
    found: dict[float, tuple[Service, Service | None, Service]] = {}
    for load in sorted(set(loads)):
        found[load] = _fewest(load, demand, told)
    hours = tuple(Hour(rate, load, *found[load]) for rate, load in zip(demand.calls_per_h, loads, strict=True))
    return CallTakers(demand.formula, of, demand.handling_s, told.targets, hours)


def achieved(load: float, count: int, demand: Demand, targets: tuple[AnswerTarget, ...]) -> Service:
    """What `count` call-takers achieve at a load. Where callers wait for ever and are too many, nobody is answered in time."""
    if load == 0:
        return Service(count, (1.0,) * len(targets), 0.0, 0.0, 0.0, 0.0)
    if count == 0:
        return Service(0, (0.0,) * len(targets), math.inf, 1.0, 1.0 if demand.impatience else 0.0, 1.0)
    service_s = demand.handling_s
    if demand.impatience is None:
        if count <= load:
            return Service(count, (0.0,) * len(targets), math.inf, 1.0, 0.0, 1.0)
        within = tuple(wait_within_share(load, count, service_s, each.within_s) for each in targets)
        waiting = erlang_c(load, count)
        return Service(count, within, mean_wait_s(load, count, service_s), waiting, 0.0, load / count)
    if load * demand.impatience.endless >= count:
        return Service(count, (0.0,) * len(targets), math.inf, 1.0, 1 - demand.impatience.endless, 1.0)
    limits_s = [each.within_s for each in targets] or [0.0]
    found = impatient_queue_within(load, count, service_s, demand.impatience, limits_s)
    within = tuple(each.answered_within for each in found[: len(targets)])
    return Service(count, within, found[0].answered_wait_s, found[0].waiting, found[0].abandoned, found[0].occupancy)


def demand_of(workload: Workload, queue: str | None = None, *, busy: float = 1.0) -> Demand:
    """The demand of a workload, or of one of its queues: mean handling and wrap-up by share, and everybody's own patience.

    `busy` multiplies every rate. A nature's handling is that of the questions it stands for; a procedure that asks more
    takes longer.
    """
    natures = [each for each in workload.natures if queue in (None, each.queue) and each.share > 0]
    if not natures:
        known = ", ".join(sorted({each.queue for each in workload.natures}))
        raise Refusal.of("/queue", f"nobody rings at queue {queue!r}", known)
    share = math.fsum(each.share for each in natures)
    handling_s = math.fsum(each.share * workload.distribution(each.handling_s).mean for each in natures) / share
    handling_s += workload.distribution(workload.wrap_up_s).mean
    if not handling_s > 0:
        raise Refusal.of("/handling_s", "these calls take no time", "a handling time above 0")
    entries = [each.patience_s if each.patience_s is not None else workload.patience_s for each in natures]
    rates = tuple(rate * share * busy for rate in workload.arrivals.week)
    if all(each is None for each in entries):
        return Demand(rates, handling_s, None, ERLANG_C)
    parts = [
        (nature.share / share, None if entry is None else workload.distribution(entry))
        for nature, entry in zip(natures, entries, strict=True)
    ]
    return Demand(rates, handling_s, mixed_impatience(parts), GENERAL)


def answer_targets(pack: TargetPack) -> tuple[tuple[AnswerTarget, ...], float | None]:
    """A pack's targets from received to answered: shares within seconds, and the least limit on a mean, None if it has none.

    A quantile is a share within its limit; a maximum is refused, since no number of call-takers promises one.
    """
    shares: list[AnswerTarget] = []
    means: list[float] = []
    for name, target in pack.targets.items():
        if not _is_of_answering(target):
            continue
        if target.statistic == "max":
            raise Refusal.of(
                "/packs", f"target '{name}' of '{pack.pack}' is a maximum", "a share, a quantile or a mean"
            )
        if target.statistic == "mean":
            means.append(target.limit_s)
        else:
            shares.append(AnswerTarget(share=_share_of(target), within_s=target.limit_s))
    if not shares and not means:
        raise Refusal.of("/packs", f"pack '{pack.pack}' has no target on answering", "a pack for contacts")
    return tuple(shares), min(means, default=None)


def _is_of_answering(target: Target) -> bool:
    start, stop = target.start, target.stop
    return (
        target.of == "contacts"
        and any(tick.moment == "received" and tick.after_s == 0 for tick in start)
        and all(tick.moment == "answered" and tick.after_s == 0 for tick in stop)
    )


def _share_of(target: Target) -> float:
    if target.statistic == "share":
        # Everybody is more than any number of call-takers can promise; the next thing is a flaw of the pack's.
        assert target.share is not None
        return min(target.share, 1 - 1e-9)
    return 0.5 if target.statistic == "median" else float(target.statistic.removeprefix("p")) / 100


def _with_packs(goals: Goals, packs: Mapping[str, TargetPack]) -> Goals:
    """The goals with those of their packs written out."""
    flaws = [
        Flaw(f"/packs/{index}", f"there is no target pack '{name}'", ", ".join(sorted(packs)))
        for index, name in enumerate(goals.packs)
        if name not in packs
    ]
    if flaws:
        raise Refusal(flaws)
    found = [answer_targets(packs[name]) for name in goals.packs]
    means = [each for each in (goals.most_wait_s, *(mean for _, mean in found)) if each is not None]
    targets = (*goals.targets, *(target for shares, _ in found for target in shares))
    return goals.model_copy(update={"targets": tuple(dict.fromkeys(targets)), "most_wait_s": min(means, default=None)})


def _loads(demand: Demand, of: Of) -> tuple[float, ...]:
    if len(demand.calls_per_h) == 1:
        return (demand.calls_per_h[0] * demand.handling_s / HOUR_S,)
    pick: Callable[[HourLoad], float] = (lambda hour: hour.highest) if of == "highest" else (lambda hour: hour.mean)
    # What is left of a load after an hour is rounded off, so that equal hours are reckoned once.
    return tuple(float(f"{pick(hour):.6g}") for hour in loads_by_hour(demand.calls_per_h, demand.handling_s))


def _fewest(load: float, demand: Demand, goals: Goals) -> tuple[Service, Service | None, Service]:
    """The fewest that meet every goal, with one fewer and one more; more call-takers never serve worse."""
    if load == 0:
        nobody = achieved(0.0, 0, demand, goals.targets)
        return nobody, None, achieved(0.0, 1, demand, goals.targets)

    def meets(count: int) -> bool:
        return _meets(achieved(load, count, demand, goals.targets), goals)

    enough, too_few = _bracket(load, meets)
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        enough, too_few = (middle, too_few) if meets(middle) else (enough, middle)
    around = [achieved(load, count, demand, goals.targets) for count in (enough, enough - 1, enough + 1)]
    return around[0], around[1], around[2]


def _bracket(load: float, meets: Callable[[int], bool]) -> tuple[int, int]:
    """A number that is enough and one that is too few, found by steps that double from the load on."""
    start = max(1, math.ceil(load))
    if meets(start):
        below = list(_steps(start, down=True))
        enough = start
        for count in below:
            if not meets(count):
                return enough, count
            enough = count
        return enough, 0
    too_few = start
    for count in _steps(start, down=False):
        if meets(count):
            return count, too_few
        too_few = count
    raise Refusal.of(
        "/targets", f"{too_few:,} call-takers do not meet them", "goals that some number of call-takers meets"
    )


def _steps(start: int, *, down: bool) -> Iterator[int]:
    # About a standard deviation of the load first: answers lie a few of those away from it.
    step = max(1, round(math.sqrt(start) / 2))
    count = start
    for _ in range(40):
        count = count - step if down else count + step
        if count < 1 or count > 4 * MOST_LOAD:
            return
        yield count
        step *= 2


def _meets(service: Service, goals: Goals) -> bool:
    limits = (
        (service.abandoned, goals.most_abandoned),
        (service.answered_wait_s, goals.most_wait_s),
        (service.occupancy, goals.most_occupied),
    )
    is_in_time = all(found >= each.share for found, each in zip(service.answered_within, goals.targets, strict=True))
    return is_in_time and all(limit is None or found <= limit for found, limit in limits)


__all__ = [
    "AnswerTarget",
    "CallTakerQuestion",
    "CallTakers",
    "Demand",
    "Goals",
    "Hour",
    "Service",
    "achieved",
    "answer_targets",
    "call_takers",
    "demand_of",
]
