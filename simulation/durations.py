"""How a document says how long something takes: a distribution in place, or the name of a table. Imports `distributions`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from simulation.distributions import Constant, Distribution, Exponential, Lognormal, Quantiles

Share = Annotated[float, Field(ge=0, le=1)]


class LognormalEntry(Document):
    """Expected value in seconds and coefficient of variation."""

    mean: float = Field(gt=0)
    cv: float = Field(gt=0, le=20)


class DistributionEntry(Document):
    """A distribution, given in exactly one way."""

    constant: float | None = Field(default=None, ge=0)
    exponential: float | None = Field(default=None, gt=0, description="expected value")
    lognormal: LognormalEntry | None = None
    quantiles: tuple[Annotated[float, Field(ge=0)], ...] | None = Field(default=None, min_length=2, max_length=1001)

    @model_validator(mode="after")
    def _one_way(self) -> DistributionEntry:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of constant, exponential, lognormal, quantiles")
        if self.quantiles is not None and list(self.quantiles) != sorted(self.quantiles):
            raise ValueError("quantiles must not decrease")
        return self

    def distribution(self) -> Distribution:
        """The distribution that is meant."""
        if self.exponential is not None:
            return Exponential(self.exponential)
        if self.lognormal is not None:
            return Lognormal(self.lognormal.mean, self.lognormal.cv)
        if self.quantiles is not None:
            return Quantiles(self.quantiles)
        assert self.constant is not None, "an entry is given in exactly one way"
        return Constant(self.constant)


Duration = Name | DistributionEntry
"""A distribution of seconds, in place or by the name of one of the workload's tables."""
ZERO = DistributionEntry(constant=0.0)
AS_PLANNED = DistributionEntry(constant=1.0)


class Timed(Document):
    """A document some of whose fields are durations; their names end in `_s`, or in `_factor`."""

    def durations(self) -> Iterator[tuple[str, Duration]]:
        """Every field that names a distribution, with its name."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, DistributionEntry) or (isinstance(value, str) and name.endswith(("_s", "_factor"))):
                yield name, value
