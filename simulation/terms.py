"""Terms: what a candidate must show, fixed before anything runs. Parts of the experiment file.

One primary measure that must improve by more than a minimum effect; guardrails that may not get worse by more than their margin;
hard limits that no run of the candidate may break; the looks at which all of it is judged, and the error that they share.
May import what stands below, and nothing of this package.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from incidents.centre import Document
from incidents.measures import figure_flaw, more_is_better

Spending: TypeAlias = Literal["obrien-fleming", "pocock"]

MOST_LOOKS = 20
MOST_RUNS_AT_A_LOOK = 10_000
CLOSEST_LOOKS = 1.01
"""Each look has at least so many times the runs of the one before: closer ones say nothing new and cannot be told apart."""
MOST_GUARDRAILS = 200


class Criterion(Document):
    """What the candidate must show against the baseline. `measure` is the name of a figure.

    Exactly one margin: a share of the baseline's mean (0.02 is 2 %), or an amount in the measure's own unit. For `reduce` and
    `increase` it is the minimum effect, for `no_worse` what is still borne. `workloads` None: on every one.
    """

    measure: str = Field(min_length=1, max_length=200)
    want: Literal["reduce", "increase", "no_worse"]
    margin_share: float | None = Field(default=None, ge=0, le=10)
    margin_abs: float | None = Field(default=None, ge=0, le=1e9)
    workloads: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _one_margin(self) -> Criterion:
        if (self.margin_share is None) == (self.margin_abs is None):
            raise ValueError("give either `margin_share` (of the baseline's mean) or `margin_abs` (in its own unit)")
        return self

    @model_validator(mode="after")
    def _known_measure(self) -> Criterion:
        _refuse_unknown(self.measure)
        return self

    @property
    def wants_low(self) -> bool:
        """Whether the criterion passes below its bar; otherwise it passes above."""
        if self.want == "no_worse":
            return not more_is_better(self.measure)
        return self.want == "reduce"

    def covers(self, workload: str) -> bool:
        """Whether the criterion is judged on this workload."""
        return self.workloads is None or workload in self.workloads


class HardLimit(Document):
    """What no run of the candidate may break, whatever the baseline does. Judged on each run's figure, without statistics."""

    measure: str = Field(min_length=1, max_length=200)
    at_most: float | None = Field(default=None, ge=-1e12, le=1e12)
    at_least: float | None = Field(default=None, ge=-1e12, le=1e12)
    workloads: tuple[str, ...] | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _one_bound(self) -> HardLimit:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give either `at_most` or `at_least`, in the measure's own unit")
        return self

    @model_validator(mode="after")
    def _known_measure(self) -> HardLimit:
        _refuse_unknown(self.measure)
        return self

    def covers(self, workload: str) -> bool:
        """Whether the limit holds on this workload."""
        return self.workloads is None or workload in self.workloads

    def is_kept_by(self, figure: float) -> bool:
        """Whether a run with this figure keeps the limit; where nothing was observed, nothing was broken."""
        if math.isnan(figure):
            return True
        return figure <= self.at_most if self.at_most is not None else figure >= (self.at_least or 0.0)


class Looks(Document):
    """After how many paired runs it is judged, in ascending order, and how the error is spent over these looks.

    `obrien-fleming` hardly spends any of it early, so that the last look is nearly a plain test; `pocock` spends it evenly.
    """

    at: tuple[int, ...] = Field(default=(10, 20, 40), min_length=1, max_length=MOST_LOOKS)
    spending: Spending = "obrien-fleming"

    @model_validator(mode="after")
    def _ascending(self) -> Looks:
        if any(later <= earlier for earlier, later in zip(self.at, self.at[1:], strict=False)):
            raise ValueError(f"looks {list(self.at)} do not ascend (accepted: such as [10, 20, 40])")
        crowded = [
            later for earlier, later in zip(self.at, self.at[1:], strict=False) if later < earlier * CLOSEST_LOOKS
        ]
        if crowded:
            raise ValueError(
                f"the look after {crowded[0]} runs is too close to the one before (accepted: 1 % more runs or over)"
            )
        if self.at[0] < 2 or self.at[-1] > MOST_RUNS_AT_A_LOOK:
            raise ValueError(f"looks after {self.at[0]}..{self.at[-1]} runs (accepted: 2 to {MOST_RUNS_AT_A_LOOK:,})")
        return self

    @property
    def last(self) -> int:
        """The runs of the last look: the budget."""
        return self.at[-1]


class Terms(Document):
    """All that decides. `alpha`: the error that criteria, workloads and looks share, half for passing, half for failing."""

    primary: Criterion
    guardrails: tuple[Criterion, ...] = Field(default=(), max_length=MOST_GUARDRAILS)
    hard: tuple[HardLimit, ...] = Field(default=(), max_length=MOST_GUARDRAILS)
    alpha: float = Field(default=0.05, ge=0.0001, le=0.5)
    looks: Looks = Looks()

    @model_validator(mode="after")
    def _primary_improves(self) -> Terms:
        if self.primary.want == "no_worse":
            raise ValueError(
                "the primary measure must improve: `want` is reduce or increase (no_worse is for guardrails)"
            )
        wrong = [criterion.measure for criterion in self.guardrails if criterion.want != "no_worse"]
        if wrong:
            raise ValueError(
                f"guardrails {', '.join(wrong)}: `want` is no_worse; what must improve is the primary measure"
            )
        return self

    @model_validator(mode="after")
    def _said_once(self) -> Terms:
        said = [(criterion.measure, criterion.workloads) for criterion in self.guardrails]
        twice = sorted({measure for measure, workloads in said if said.count((measure, workloads)) > 1})
        if twice:
            raise ValueError(f"guardrails stand twice: {', '.join(twice)}")
        return self

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The primary criterion, then the guardrails."""
        return (self.primary, *self.guardrails)

    @property
    def measures(self) -> tuple[str, ...]:
        """Every figure that decides, each once."""
        judged: tuple[Criterion | HardLimit, ...] = (*self.criteria, *self.hard)
        return tuple(dict.fromkeys(entry.measure for entry in judged))

    @property
    def workloads(self) -> tuple[str, ...]:
        """Every workload that is named, each once."""
        judged: tuple[Criterion | HardLimit, ...] = (*self.criteria, *self.hard)
        named = (entry.workloads or () for entry in judged)
        return tuple(dict.fromkeys(workload for workloads in named for workload in workloads))


def _refuse_unknown(measure: str) -> None:
    flaw = figure_flaw(measure)
    if flaw is not None:
        raise ValueError(f"{flaw.what} (accepted: {flaw.accepted})")
