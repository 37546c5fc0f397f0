"""Selection: the best of many candidates, by the fully sequential procedure of Kim and Nelson with common random numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from incidents.measures import Measures
from simulation.judgement import Evidence, Judgement
from simulation.terms import Terms

FEWEST_FIRST_RUNS = 10


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


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The chosen candidate, judged on seeds that had no part in choosing it."""

    chosen: str
    judgement: Judgement
    seeds: tuple[int, ...]


def select(
    runs: Mapping[str, Sequence[Measures]],
    measure: str,
    *,
    wants_low: bool,
    indifference: float,
    confidence: float = 0.95,
    first_runs: int = FEWEST_FIRST_RUNS,
) -> Selection:
    """Where the race stands; run i of every candidate met the same contacts. A pure function of the runs, asked again as they grow.

    A candidate that was left out may have fewer runs than the others. Refuses fewer than 2 candidates, an indifference of 0, and
    runs that do not pair.
    """
    raise NotImplementedError


def confirm(
    selection: Selection,
    terms: Terms,
    fresh: Sequence[Evidence],
    *,
    look: int,
    seeds: Sequence[int],
    seeds_of_selection: Collection[int],
) -> Confirmation:
    """Judge the chosen candidate on fresh runs; refuses seeds that chose it, for a winner looks better than it is where it won."""
    raise NotImplementedError
