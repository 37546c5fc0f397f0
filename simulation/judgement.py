"""Judgement: pass, fail or undecided, with the error that was stated beforehand and nothing forced at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from incidents.measures import Measures
from simulation.comparison import Difference
from simulation.terms import Criterion, HardLimit, Looks, Terms

Outcome: TypeAlias = Literal["pass", "fail", "undecided"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was played on one workload: run i of both sides met the same contacts.

    `again`: the baseline played once more on the first of these runs, for the self-test; it must come out the same to the last bit.
    """

    workload: str
    baseline: Sequence[Measures]
    candidate: Sequence[Measures]
    again: Sequence[Measures] = ()


@dataclass(frozen=True, slots=True)
class Variation:
    """The same question in a world that is a little different, such as 20 % more load: only the primary measure is read."""

    name: str
    workload: str
    baseline: Sequence[Measures]
    candidate: Sequence[Measures]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion came to on one workload.

    `difference` has the interval that decides (level 1 - `held_against`), `margin` is in the measure's unit, `bar` is the
    difference that separates pass from fail. `p_value` is two-sided and of this look alone; it decides where it is at most
    `held_against`, which looks, workloads and criteria leave of alpha. `power`: how surely these runs would tell a difference as
    large as the margin, None where the margin is 0. `more_runs`: about how many further runs would decide, None where that is not
    the question or no number would. Figures are NaN and `interval` None where a run observed nothing.
    """

    criterion: Criterion
    workload: str
    is_primary: bool
    outcome: Outcome
    because: str
    difference: Difference
    margin: float
    bar: float
    p_value: float
    held_against: float
    power: float | None
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class HardFinding:
    """Whether every run of the candidate kept a hard limit on one workload; `worst` is the figure furthest beyond or nearest."""

    limit: HardLimit
    workload: str
    outcome: Outcome
    because: str
    worst: float
    broken: int
    runs: int


@dataclass(frozen=True, slots=True)
class SensitivityFinding:
    """Whether the primary measure still moves as wanted in a varied world: `pass` if so, `fail` if surely the other way."""

    name: str
    workload: str
    outcome: Outcome
    because: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class SelfTest:
    """One test of the judging itself on this evidence; `outcome` is `undecided` where there was nothing to test with."""

    name: Literal["same procedure, same contacts", "same procedure, other contacts", "planted effect"]
    outcome: Outcome
    because: str
    figure: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fail if anything that must hold surely does not; pass if all of it holds; otherwise undecided."""

    outcome: Outcome
    because: str
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that one look says. `spent` is how much of `alpha` this look and those before it have used up."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    hard: tuple[HardFinding, ...]
    sensitivities: tuple[SensitivityFinding, ...]
    self_tests: tuple[SelfTest, ...]
    look: int
    looks: Looks
    runs: int
    alpha: float
    spent: float

    @property
    def is_last(self) -> bool:
        """Whether no look is left."""
        return self.look == len(self.looks.at)


def judge(
    terms: Terms,
    evidence: Sequence[Evidence],
    *,
    look: int,
    sensitivities: Sequence[Variation] = (),
) -> Judgement:
    """Judge the candidate at a look (1 is the first), when every workload has `terms.looks.at[look - 1]` paired runs.

    A sensitivity that is not played yet is simply not handed in. Refuses, all at once: runs that do not pair or are not as many as
    the look says, workloads that are named by the terms and missing, and names of figures that mean nothing in these runs.
    """
    raise NotImplementedError
