"""The boundaries at which a procedure escalates, each with what lies just below it, at it and just above.

What is a matter of seconds is tested a millisecond to either side, what is a matter of counting by one. Imports `ladder`,
`procedure` and `quantities`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, ms


@dataclass(frozen=True, slots=True)
class Case:
    """One value of what a rung watches, in `unit`, and whether the rung acts there."""

    value: Fraction
    unit: str
    acts: bool


@dataclass(frozen=True, slots=True)
class Boundary:
    """One threshold of a rung: the key that states it, and the cases just below, at and above it."""

    rung: str
    key: str
    cases: tuple[Case, Case, Case]


def boundaries(procedure: Procedure) -> tuple[Boundary, ...]:
    """Return every threshold of every rung, in the order of the document."""
    return tuple(each for name, rung in procedure.escalation.items() for each in _of_rung(name, rung))


def _of_rung(name: str, rung: Rung) -> Iterator[Boundary]:
    for key in ("unfilled_for_s", "unarrived_for_s", "waiting_answer_s", "ack_s"):
        limit_s = getattr(rung, key)
        if limit_s is not None:
            yield _seconds(name, key, limit_s)
    if rung.shortfall is not None and rung.mode is not None:
        yield _from(name, "shortfall", rung.shortfall, "needs")
        yield _up_to(name, "mode.leaves_at", rung.mode.leaves_at, "needs")
        if rung.mode.dwell_s:
            yield _seconds(name, "mode.dwell_s", rung.mode.dwell_s)
    if rung.incidents_within is not None:
        yield _from(name, "incidents_within.count", rung.incidents_within.count, "incidents")


def _seconds(rung: str, key: str, limit_s: float) -> Boundary:
    """Time counts in whole milliseconds, so the boundary lies on one of them."""
    at = ms(limit_s)
    below, on, above = (Case(Fraction(each, MS_PER_S), "s", each >= at) for each in (at - 1, at, at + 1))
    return Boundary(rung, key, (below, on, above))


def _from(rung: str, key: str, least: int, unit: str) -> Boundary:
    below, on, above = (Case(Fraction(each), unit, each >= least) for each in (least - 1, least, least + 1))
    return Boundary(rung, key, (below, on, above))


def _up_to(rung: str, key: str, most: int, unit: str) -> Boundary:
    """A mode ends at its threshold and below; where that is 0 there is nothing below, and 0 stands for it."""
    below, on, above = (Case(Fraction(max(0, each)), unit, each <= most) for each in (most - 1, most, most + 1))
    return Boundary(rung, key, (below, on, above))
