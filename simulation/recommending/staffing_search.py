"""The fewest on duty that meet an aim at least cost: closed form for the start, simulation for the answer.

The day is cut into blocks, and n_b of a kind are on duty in block b, every day. Let cost be the sum of n_b times the hours
of block b. More staff never serve worse, so in `least_cost`:

    u_b    the fewest in b that are enough with `most` everywhere else: no answer has fewer there
    search ascending in cost over all n >= u, and the first that is enough is the least

A choice below one that was not enough is not tried, nor one above one that was. Simulated figures are means over the same
seeds for every choice, so they are nearly, not wholly, monotone: the answer is told with its interval. May import
`call_takers_needed`, `experiment_runs`, `aim` and `candidates`.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from incidents.centre import Centre, ResourceEntry, ShiftEntry
from incidents.measures import figure_name
from optimiser.refusals import Refusal
from simulation.arms import Arm
from simulation.call_takers_needed import AnswerTarget, Goals, call_takers, demand_of
from simulation.experiment_runs import Hands, Side, Wanted, measures_of, play_all
from simulation.intervals import Interval, skewed_interval
from simulation.periods import Played
from simulation.recommending.aim import Aim
from simulation.recommending.journeys import TO_ANSWER
from simulation.variations import HOURS_IN_A_DAY

MOST_STAFF = 1000
"""On duty at once in one block."""
MOST_BLOCKS = 6
MOST_TRIALS = 500
"""Choices that are tried before the search gives up."""
Choice = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Staffing:
    """The answer: how many in each block (by the local hour it begins), what they cost in hours a week, and how they serve.

    `by_formula`: what the closed form says, None where it has none for the aim. `trials`: choices that were simulated.
    """

    kind: str
    begins: tuple[int, ...]
    staff: Choice
    hours_a_week: float
    value: float
    interval: Interval
    by_formula: Choice | None
    trials: int


def least_cost(is_enough: Callable[[Choice], bool], hours: Sequence[float], most: int) -> Choice:
    """The cheapest choice that is enough, from 0 to `most` a block; refuses where `most` is not, or after `MOST_TRIALS`."""
    known = _Known(is_enough)
    top = (most,) * len(hours)
    if not known.is_enough(top):
        raise Refusal.of("target", f"{most} in every block do not meet it", "another target, or more staff")
    floor = tuple(_fewest(known, top, block) for block in range(len(hours)))
    waiting = [(_cost(floor, hours), floor)]
    seen = {floor}
    while waiting:
        _, choice = heapq.heappop(waiting)
        if known.is_enough(choice):
            return choice
        for block in range(len(hours)):
            larger = (*choice[:block], choice[block] + 1, *choice[block + 1 :])
            if larger not in seen and larger[block] <= most:
                seen.add(larger)
                heapq.heappush(waiting, (_cost(larger, hours), larger))
    raise AssertionError("the most is enough and is reached at the latest")


def _fewest(known: _Known, top: Choice, block: int) -> int:
    """The fewest in a block with the most in all others, by halving."""
    enough, too_few = top[block], -1
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if known.is_enough((*top[:block], middle, *top[block + 1 :])):
            enough = middle
        else:
            too_few = middle
    return enough


def _cost(choice: Choice, hours: Sequence[float]) -> float:
    return sum(count * each for count, each in zip(choice, hours, strict=True))


class _Known:
    """What was tried, and what follows from it."""

    def __init__(self, is_enough: Callable[[Choice], bool]) -> None:
        self._ask, self._enough, self._too_few = is_enough, list[Choice](), list[Choice]()

    def is_enough(self, choice: Choice) -> bool:
        if any(_is_below(each, choice) for each in self._enough):
            return True
        if any(_is_below(choice, each) for each in self._too_few):
            return False
        if len(self._enough) + len(self._too_few) >= MOST_TRIALS:
            raise Refusal.of(
                "staff", f"no answer after {MOST_TRIALS} choices", "fewer blocks, or a target that is nearer"
            )
        found = self._ask(choice)
        (self._enough if found else self._too_few).append(choice)
        return found


def _is_below(one: Choice, other: Choice) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))


def staffed(centre: Centre, kind: str, begins: Sequence[int], staff: Choice) -> Centre:
    """The centre with so many of a kind in each block of every day, and none of those it had."""
    resources = {name: entry for name, entry in centre.resources.items() if entry.kind != kind}
    shifts = dict(centre.shifts)
    for start, until, count in zip(begins, [*begins[1:], begins[0]], staff, strict=True):
        shift = f"searched {start:02}"
        shifts[shift] = ShiftEntry(start=f"{start:02}:00", until=f"{until:02}:00")
        for number in range(count):
            resources[f"{kind} {start:02} {number + 1}"[:80]] = ResourceEntry(kind=kind, shift=shift)
    return centre.model_copy(update={"resources": resources, "shifts": shifts})


def least_staff(
    baseline: Arm, week: Played, kind: str, blocks: int, aim: Aim, seeds: Sequence[int], hands: Hands
) -> Staffing:
    """The cheapest staffing of a kind in so many equal blocks of the day, by the mean of the aim's figure over seeds."""
    _refuse_unsound(baseline, kind, blocks, seeds)
    width = HOURS_IN_A_DAY // blocks
    begins = tuple(width * block for block in range(blocks))
    formula = by_formula(baseline, week, kind, begins, aim)
    trials = _Trials(baseline, week, kind, begins, aim, tuple(seeds), hands)
    hours = [7.0 * width] * blocks
    most = max(formula or (sum(entry.kind == kind for entry in baseline.centre.resources.values()),)) + 2
    while not aim.is_met(trials.mean((most,) * blocks)):
        most *= 2
        if most > MOST_STAFF:
            raise Refusal.of(
                str(aim), f"{most // 2} {kind} in every block do not meet it", "another target, or another kind"
            )
    staff = least_cost(lambda choice: aim.is_met(trials.mean(choice)), hours, most)
    figures = trials.found[staff]
    interval = skewed_interval(figures)
    mean = trials.mean(staff)
    return Staffing(kind, begins, staff, _cost(staff, hours), mean, interval, formula, len(trials.found))


def by_formula(baseline: Arm, week: Played, kind: str, begins: Sequence[int], aim: Aim) -> Choice | None:
    """What the closed form says, each block staffed for its worst hour; None where the aim is no share of answers in time."""
    statistic = figure_name(aim.figure).statistic
    if (
        aim.clock != TO_ANSWER
        or not statistic.startswith("within_")
        or aim.priority is not None
        or not 0 < aim.limit < 1
    ):
        return None
    goals = Goals(targets=(AnswerTarget(share=aim.limit, within_s=aim.late_after_s),))
    hours = [hour.fewest.call_takers for hour in call_takers(demand_of(week.scenario.workload), goals, {}).hours]
    days = [hours[at::HOURS_IN_A_DAY] for at in range(HOURS_IN_A_DAY)]
    ends = [*begins[1:], HOURS_IN_A_DAY]
    return tuple(max(max(days[at]) for at in range(start, end)) for start, end in zip(begins, ends, strict=True))


def _refuse_unsound(baseline: Arm, kind: str, blocks: int, seeds: Sequence[int]) -> None:
    if kind not in baseline.centre.kinds:
        raise Refusal.of("--staff", f"unknown kind {kind!r}", ", ".join(baseline.centre.kinds))
    if any(entry.kind == kind and entry.base is not None for entry in baseline.centre.resources.values()):
        raise Refusal.of("--staff", f"{kind} has bases: how many is not all there is to say", "a kind without bases")
    if not 1 <= blocks <= MOST_BLOCKS or HOURS_IN_A_DAY % blocks:
        raise Refusal.of("--blocks", f"{blocks} blocks of the day", "1, 2, 3, 4 or 6")
    if len(seeds) < 2:
        raise Refusal.of("seeds", f"{len(seeds)} runs of a choice", "at least 2, so that it has an interval")


class _Trials:
    """The aim's figure of every choice that was played, each under the same seeds."""

    def __init__(
        self,
        baseline: Arm,
        week: Played,
        kind: str,
        begins: Sequence[int],
        aim: Aim,
        seeds: tuple[int, ...],
        hands: Hands,
    ) -> None:
        self._arm, self._week, self._kind, self._begins = baseline, week, kind, begins
        self._aim, self._seeds, self._hands = aim, seeds, hands
        self.found: dict[Choice, list[float]] = {}

    def mean(self, choice: Choice) -> float:
        """The mean over the seeds; of nobody at all, and where a run has no figure, the worst there is."""
        worst = float("inf") if self._aim.wants_low else 0.0
        centre = staffed(self._arm.centre, self._kind, self._begins, choice)
        if not centre.resources:
            return worst
        if choice not in self.found:
            side = Side(Arm("searched", centre, self._arm.procedure), self._week, self._arm.procedure)
            told = f"staff {', '.join(map(str, choice))}"
            runs = measures_of(play_all(told, [Wanted(side, self._seeds)], self._hands)[0])
            figures = [run.figure(self._aim.figure) for run in runs]
            self.found[choice] = [worst if figure != figure else figure for figure in figures]
        return sum(self.found[choice]) / len(self.found[choice])


def staffing_lines(found: Staffing, aim: Aim) -> Iterator[str]:
    """The answer in words."""
    low, high = found.interval.low, found.interval.high
    yield f"{found.kind} for {aim}: {found.hours_a_week:g} h of duty a week, {found.trials} choices played"
    for at, (start, count) in enumerate(zip(found.begins, found.staff, strict=True)):
        until = found.begins[(at + 1) % len(found.begins)]
        formula = "" if found.by_formula is None else f" (by formula {found.by_formula[at]})"
        yield f"  {start:02}:00 to {until:02}:00  {count}{formula}"
    yield f"  {aim.figure} is {found.value:.4g} on average, 95 % interval {low:.4g} to {high:.4g}"
