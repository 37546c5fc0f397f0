"""The race of candidates: paired runs on common random numbers, the less promising half left out after each round.

Successive halving (Karnin, Koren and Somekh 2013, ICML 28(3), 1238-1246): of k candidates, over r = 1..R rounds with an
equal share of the budget each, the worse half by mean effect is left out. Every effect is told with an interval at level
1 - alpha / (k R), which holds for all candidates at once whenever each was left out. The winner looks better than it is
where it won, so it is played again on seeds that had no part in choosing it, and judged by those alone. May import
`experiment_runs`, `aim` and `candidates`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incidents.measures import Measures
from optimiser.refusals import Refusal
from simulation.experiment_runs import Hands, Side, Wanted, measures_of, play_all
from simulation.intervals import Interval, skewed_interval
from simulation.recommending.aim import Aim
from simulation.recommending.candidates import Candidate

ALPHA = 0.05
FEWEST_RUNS = 4
"""Fewer paired runs say nothing of scatter."""
MOST_BUDGET = 100_000
CONFIRMING = 0.25
"""The share of the budget that is kept for the winner, and for today beside it."""
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Effect:
    """How a figure changes: candidate minus today over paired runs. `interval` None: too few runs had the figure."""

    figure: str
    today: float
    change: float
    interval: Interval | None
    runs: int

    @property
    def is_shown(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval is not None and 0.0 not in self.interval

    def helps(self, aim: Aim) -> bool:
        """Whether the change is shown, and for the better."""
        return self.is_shown and (self.change < 0) == aim.wants_low


@dataclass(frozen=True, slots=True)
class Placed:
    """A candidate where it ended: its effect on the aim, and after which round it was left out (None: it stayed to the end)."""

    candidate: Candidate
    effect: Effect
    left_out_after: int | None


@dataclass(frozen=True)
class Race:
    """The race, best first. `untried`: candidates that the budget had no room for. `fresh` None: nobody was confirmed."""

    placed: tuple[Placed, ...]
    fresh: Effect | None
    untried: tuple[Candidate, ...]
    today: tuple[Measures, ...]
    runs: Mapping[str, tuple[Measures, ...]]
    rounds: int
    played: int


def race(found: Sequence[Candidate], today: Side, aim: Aim, budget: int, hands: Hands, *, first_seed: int) -> Race:
    """Play candidates against today; at most `budget` runs. Refuses too small a budget."""
    tried = found[: most_tried(budget)]
    if not tried:
        return Race((), None, tuple(found), (), {}, 0, 0)
    sides = {each.name: Side(each.arm, today.workload, today.rod) for each in tried}
    course = _Course(sides, today, hands, first_seed)
    rounds = max(1, min(MOST_ROUNDS, math.ceil(math.log2(len(tried)))))
    confirming = max(FEWEST_RUNS, int(budget * CONFIRMING / 2))
    share = (budget - 2 * confirming) / rounds
    alive, left_out = [each.name for each in tried], dict[str, int]()
    level = 1 - ALPHA / (len(tried) * rounds)
    effects: dict[str, Effect] = {}
    for number in range(1, rounds + 1):
        steps = int(share / (len(alive) + 1))
        course.play(f"round {number} of {rounds}", alive, max(steps, FEWEST_RUNS if number == 1 else 0))
        for name in alive:
            mine = course.runs[name]
            effects[name] = effect(aim.figure, course.today[: len(mine)], mine, level)
        alive = _best_first(alive, effects, aim)
        if number < rounds:
            kept = math.ceil(len(alive) / 2)
            left_out |= dict.fromkeys(alive[kept:], number)
            alive = alive[:kept]
    winner = alive[0]
    fresh = course.confirm(sides[winner], aim, confirming)
    by_name = {each.name: each for each in tried}
    dropped = sorted(left_out, key=lambda name: (-left_out[name], _key(name, effects, aim)))
    placed = tuple(Placed(by_name[name], effects[name], left_out.get(name)) for name in (*alive, *dropped))
    runs = {name: tuple(found) for name, found in course.runs.items()}
    return Race(placed, fresh, tuple(found[len(tried) :]), tuple(course.today), runs, rounds, course.played)


def most_tried(budget: int) -> int:
    """How many candidates a budget has room for: each `FEWEST_RUNS` times in the first round."""
    if not 4 * FEWEST_RUNS <= budget <= MOST_BUDGET:
        raise Refusal.of("--budget", f"{budget} runs", f"{4 * FEWEST_RUNS} to {MOST_BUDGET:,}")
    # A third of what is left after confirming is the first round's, and today is played in it too.
    return max(1, int((budget - 2 * max(FEWEST_RUNS, int(budget * CONFIRMING / 2))) / MOST_ROUNDS / FEWEST_RUNS) - 1)


def effect(figure: str, today: Sequence[Measures], changed: Sequence[Measures], level: float) -> Effect:
    """The paired difference of a figure; runs in which either lacks it are passed over."""
    both = [(a.figure(figure), b.figure(figure)) for a, b in zip(today, changed, strict=True)]
    seen = [(a, b) for a, b in both if not math.isnan(a) and not math.isnan(b)]
    if len(seen) < 2:
        return Effect(figure, math.nan, math.nan, None, len(seen))
    steps = [b - a for a, b in seen]
    interval = skewed_interval(steps, level=level)
    return Effect(figure, sum(a for a, _ in seen) / len(seen), sum(steps) / len(steps), interval, len(seen))


def _best_first(names: Sequence[str], effects: Mapping[str, Effect], aim: Aim) -> list[str]:
    return sorted(names, key=lambda name: _key(name, effects, aim))


def _key(name: str, effects: Mapping[str, Effect], aim: Aim) -> tuple[float, str]:
    change = effects[name].change
    return (math.inf if math.isnan(change) else change if aim.wants_low else -change, name)


class _Course:
    """What was played so far: run i of everybody met the same contacts."""

    def __init__(self, sides: Mapping[str, Side], today: Side, hands: Hands, first_seed: int) -> None:
        self._sides, self._side, self._hands, self._seed = sides, today, hands, first_seed
        self.today: list[Measures] = []
        self.runs: dict[str, list[Measures]] = {name: [] for name in sides}
        self.played = 0

    def play(self, stage: str, names: Sequence[str], steps: int) -> None:
        """So many more runs of today and of these."""
        if steps <= 0:
            return
        begins = self._seed + len(self.today)
        seeds = tuple(range(begins, begins + steps))
        wanted = [Wanted(side, seeds) for side in (self._side, *(self._sides[name] for name in names))]
        first, *others = play_all(stage, wanted, self._hands)
        self.today.extend(measures_of(first))
        for name, runs in zip(names, others, strict=True):
            self.runs[name].extend(measures_of(runs))
        self.played += steps * len(wanted)

    def confirm(self, winner: Side, aim: Aim, steps: int) -> Effect:
        """The winner and today on seeds that nobody has played."""
        begins = self._seed + len(self.today)
        seeds = tuple(range(begins, begins + steps))
        first, other = play_all(
            "winner, fresh seeds", [Wanted(each, seeds) for each in (self._side, winner)], self._hands
        )
        self.played += 2 * steps
        return effect(aim.figure, measures_of(first), measures_of(other), 1 - ALPHA)
