"""Goals: what the rules are for. Aim -> objective -> indicator -> the parameters of the procedure that move it.

The parts of a procedure say which objectives they serve (`serves`), and `check_soundness` says which serve none. Imports `centre`
and `measures`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.measures import Measures

Serves = Annotated[tuple[Name, ...], Field(max_length=50)]
"""The objectives that a part serves, by their names in the goals."""


class Indicator(Document):
    """A figure that shows whether an objective is met (see `measures.MEASURES_HELP`), with the bound it is held against.

    `parameters`: the places in the procedure that move it, as dotted paths such as `priorities.red.urgency.target_s`.
    """

    measure: str = Field(min_length=1, max_length=200)
    at_most: float | None = None
    at_least: float | None = None
    parameters: tuple[Annotated[str, Field(min_length=1, max_length=300)], ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _has_one_bound(self) -> Indicator:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("give either `at_most` or `at_least`")
        return self

    @property
    def said(self) -> str:
        """The indicator in one line."""
        bound = f"at most {self.at_most:g}" if self.at_most is not None else f"at least {self.at_least:g}"
        return f"{self.measure} {bound}"

    def is_met_by(self, figure: float) -> bool:
        """Whether a figure keeps the bound; one that was not observed (NaN) does not."""
        return figure <= self.at_most if self.at_most is not None else figure >= (self.at_least or 0.0)


class Objective(Document):
    """What is to be reached, and by which figures one sees it."""

    indicators: tuple[Indicator, ...] = Field(min_length=1, max_length=20)


class Aim(Document):
    """What the organisation wants, `because` of what, and the objectives that add up to it."""

    because: str = Field(default="", max_length=500)
    objectives: Mapping[Name, Objective] = Field(min_length=1, max_length=50)


@dataclass(frozen=True, slots=True)
class Reached:
    """One indicator of one objective, with its figure in some log; NaN where nothing was observed."""

    aim: str
    objective: str
    indicator: Indicator
    figure: float

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps the indicator's bound."""
        return self.indicator.is_met_by(self.figure)


def reached(goals: Mapping[str, Aim], measures: Measures) -> Iterator[Reached]:
    """Yield every indicator with its figure, in the order of the document."""
    for title, aim in goals.items():
        for name, objective in aim.objectives.items():
            for indicator in objective.indicators:
                yield Reached(title, name, indicator, measures.figure(indicator.measure))
