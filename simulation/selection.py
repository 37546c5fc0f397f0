"""Selection: the best of many candidates, by the fully sequential procedure of Kim and Nelson with common random numbers.

Of k candidates let x_i(j) be the figure in run j, in the mirror where less is better, r the runs so far, d the
indifference, 1 - a the confidence, n the first runs, and S2(i, l) the sample variance of x_i - x_l over the first n
runs. With

    c = ((2 a / (k - 1))^(-2 / (n - 1)) - 1) / 2,    h2 = 2 c (n - 1),    W(i, l; r) = max(0, d / (2 r) (h2 S2(i, l) / d^2 - r))

a candidate i is left out after r >= n runs where mean_i(r) > mean_l(r) + W(i, l; r) for some l that is still in. It
is over when one is left, or after 1 + max floor(h2 S2 / d^2) runs, and then the lowest mean is chosen. Common random
numbers make S2 small, and only normal differences are assumed (Kim and Nelson 2001, ACM TOMACS 11(3), 251-273,
doi:10.1145/502109.502111, with c = 1). A candidate whose true mean is lower than all others by d or more is chosen
with probability 1 - a at least. May import numpy and `incidents.measures`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents.measures import FloatArray, Measures
from optimiser.refusals import Flaw, Refusal

FEWEST_FIRST_RUNS = 10
MOST_CANDIDATES = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate so far: its mean over the runs it was in, and after how many runs it was left out (None: still in)."""

    name: str
    mean: float
    runs: int
    left_out_after: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """The race so far, best first. `chosen` None: not over; play one more run of each of `still_in` and ask again.

    `at_most_runs`: after how many runs of each it is over at the latest. With probability `confidence` the chosen one is within
    `indifference` (in the measure's unit) of the best.
    """

    measure: str
    standings: tuple[Standing, ...]
    still_in: tuple[str, ...]
    chosen: str | None
    at_most_runs: int
    runs_played: int
    indifference: float
    confidence: float
    because: str


def select(
    runs: Mapping[str, Sequence[Measures]],
    measure: str,
    *,
    wants_low: bool,
    indifference: float,
    confidence: float = 0.95,
    first_runs: int = FEWEST_FIRST_RUNS,
) -> Selection:
    """Where the race stands; run i of every candidate met the same contacts. A pure function, asked again as the runs grow.

    A candidate that was left out may have fewer runs than the others. Refuses fewer than 2 candidates, an indifference of 0, and
    runs that do not pair.
    """
    _refuse_unsound(runs, indifference, confidence, first_runs)
    figures = {name: _figures(name, played, measure, wants_low) for name, played in runs.items()}
    race = _Race(figures, indifference, (1 - confidence), first_runs)
    left_out, after = race.run()
    still_in = tuple(name for name in figures if name not in left_out)
    is_over = len(still_in) == 1 or after >= race.at_most
    sign = 1 if wants_low else -1
    standings = tuple(
        Standing(name, sign * race.mean(name, left_out.get(name, after)), left_out.get(name, after), left_out.get(name))
        for name in sorted(
            figures, key=lambda name: (name in left_out, race.mean(name, left_out.get(name, after)), name)
        )
    )
    chosen = standings[0].name if is_over else None
    return Selection(
        measure, standings, still_in, chosen, race.at_most, after, indifference, confidence,
        _in_words(chosen, standings, after, race.at_most),
    )  # fmt: skip


class _Race:
    """The figures of all candidates, in the mirror where less is better."""

    def __init__(self, figures: Mapping[str, FloatArray], indifference: float, error: float, first_runs: int) -> None:
        self.figures, self.indifference, self.first_runs = figures, indifference, first_runs
        self.sums = {name: np.cumsum(values) for name, values in figures.items()}
        rivals = len(figures) - 1
        constant: float = ((2 * error / rivals) ** (-2 / (first_runs - 1)) - 1) / 2
        scale = 2 * constant * (first_runs - 1) / indifference**2
        firsts = {name: values[:first_runs] for name, values in figures.items()}
        # By pair: after how many runs the two can no longer be told apart and need not be.
        self.ends = {
            (one, other): scale * float(np.var(firsts[one] - firsts[other], ddof=1))
            for one in figures
            for other in figures
            if one != other
        }
        self.at_most = max(first_runs, 1 + max(math.floor(end) for end in self.ends.values()))

    def mean(self, name: str, runs: int) -> float:
        return float(self.sums[name][runs - 1]) / runs

    def run(self) -> tuple[dict[str, int], int]:
        """Who was left out after how many runs, and after how many runs the race stands."""
        left_out: dict[str, int] = {}
        runs = self.first_runs
        while True:
            still_in = [name for name in self.figures if name not in left_out]
            left_out |= {name: runs for name in still_in if self._is_beaten(name, still_in, runs)}
            still_in = [name for name in still_in if name not in left_out]
            if len(still_in) == 1 or runs >= self.at_most:
                return left_out, runs
            if any(len(self.figures[name]) <= runs for name in still_in):
                return left_out, runs
            runs += 1

    def _is_beaten(self, name: str, still_in: Sequence[str], runs: int) -> bool:
        mine = self.mean(name, runs)
        return any(
            bool(mine > self.mean(rival, runs) + self._room(name, rival, runs)) for rival in still_in if rival != name
        )

    def _room(self, one: str, other: str, runs: int) -> float:
        return max(0.0, self.indifference / (2 * runs) * (self.ends[one, other] - runs))


def _figures(name: str, runs: Sequence[Measures], measure: str, wants_low: bool) -> FloatArray:
    found = np.array([run.figure(measure) for run in runs], dtype=np.float64)
    if np.isnan(found).any():
        what = f"{int(np.isnan(found).sum())} of {len(found)} runs observed nothing to measure {measure} by"
        raise Refusal.of(name, what, "a measure that every run has")
    return found if wants_low else -found


def _refuse_unsound(
    runs: Mapping[str, Sequence[Measures]], indifference: float, confidence: float, first_runs: int
) -> None:
    flaws: list[Flaw] = []
    if not 2 <= len(runs) <= MOST_CANDIDATES:
        flaws.append(Flaw("candidates", f"there are {len(runs)}", f"2 to {MOST_CANDIDATES}"))
    if not (math.isfinite(indifference) and indifference > 0):
        flaws.append(Flaw("indifference", f"{indifference} is no difference", "more than 0, in the measure's unit"))
    if not 0.5 <= confidence < 1:
        flaws.append(Flaw("confidence", f"{confidence} is not inside 0.5..1", "such as 0.95"))
    if first_runs < FEWEST_FIRST_RUNS:
        flaws.append(Flaw("first_runs", f"{first_runs} say too little of the scatter", f"{FEWEST_FIRST_RUNS} or more"))
    flaws += [
        Flaw(name, f"{len(played)} runs", f"at least the first {first_runs}")
        for name, played in runs.items()
        if len(played) < first_runs
    ]
    if flaws:
        raise Refusal(flaws)


def _in_words(chosen: str | None, standings: Sequence[Standing], after: int, at_most: int) -> str:
    left_out = sum(standing.left_out_after is not None for standing in standings)
    if chosen is not None:
        return f"{chosen} is chosen of {len(standings)} after {after} runs; {left_out} were left out on the way."
    return f"{len(standings) - left_out} of {len(standings)} are still in after {after} runs; over after {at_most} at the latest."
