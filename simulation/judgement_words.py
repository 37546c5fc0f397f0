"""Judgements in words: one sentence for each finding. Imports `comparison`'s words for measures, and `terms`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from incidents.measure_words import in_words, measure_in_words
from simulation.difference import Difference
from simulation.terms import Criterion, HardLimit

Outcome: TypeAlias = Literal["pass", "fail", "undecided"]

_REACHED: dict[tuple[str, Outcome], str] = {
    ("reduce", "pass"): "falls",
    ("reduce", "fail"): "does not fall",
    ("reduce", "undecided"): "may or may not fall",
    ("increase", "pass"): "rises",
    ("increase", "fail"): "does not rise",
    ("increase", "undecided"): "may or may not rise",
    ("no_worse", "pass"): "is not worse",
    ("no_worse", "fail"): "is worse",
    ("no_worse", "undecided"): "may or may not be worse",
}


def finding_in_words(criterion: Criterion, difference: Difference, bar: float, outcome: Outcome) -> str:
    """What a criterion came to, with the change, its interval and the number of runs."""
    measure, interval = criterion.measure, difference.interval
    assert interval is not None, "a sentence speaks of an interval"
    share = f" ({100 * criterion.margin_share:g} %)" if criterion.margin_share is not None else ""
    margin = f" by more than {in_words(measure, abs(bar), is_step=True).removeprefix('+')}{share}" if bar else ""
    change, low, high = (
        in_words(measure, step, is_step=True) for step in (difference.mean_difference, interval.low, interval.high)
    )
    surely = f"{100 * interval.level:.6g} % interval {low} to {high}, {difference.runs} runs"
    return f"{_subject(measure)} {_REACHED[criterion.want, outcome]}{margin}: {change} on average, {surely}."


def advice(more: int | None) -> str:
    """How many more runs would decide; None: no sensible number would."""
    if more is None:
        return " No sensible number of further runs would decide it."
    return f" About {more:,} more run{'s' if more > 1 else ''} would decide, if later runs scatter like these."


def sameness(runs: int) -> str:
    """What runs that are all the same under both procedures say of runs that were not played."""
    share = 1 - 0.05 ** (1 / runs)
    return f" No run differs; with 95 % certainty fewer than {100 * share:.2g} % of all runs would."


def hard_in_words(limit: HardLimit, worst: float, broken: int, seen: int, runs: int) -> str:
    """Whether every run of the candidate kept a hard limit."""
    bound = limit.at_most if limit.at_most is not None else limit.at_least
    assert bound is not None, "a limit has one bound"
    side = "at most" if limit.at_most is not None else "at least"
    told = f"{_subject(limit.measure)} has to be {side} {in_words(limit.measure, bound)} in every run"
    if not seen:
        return f"{told}: nothing was observed in {runs} runs, so nothing broke it."
    kept = f"broken in {broken} of {runs} runs" if broken else f"kept in all {runs} runs"
    return f"{told}: {kept}, at worst {in_words(limit.measure, worst)}."


def sensitivity_in_words(measure: str, difference: Difference, outcome: Outcome) -> str:
    """Whether the primary effect keeps its sign in a varied world."""
    if difference.interval is None or difference.missing:
        return f"{difference.missing} of {difference.missing + difference.runs} runs observed nothing to measure it by."
    change, low, high = (
        in_words(measure, step, is_step=True)
        for step in (difference.mean_difference, difference.interval.low, difference.interval.high)
    )
    told = {
        "pass": "still improves",
        "fail": "surely gets worse here",
        "undecided": "does not improve here, though it is not surely worse",
    }[outcome]
    return f"{_subject(measure)} {told}: {change} on average, {low} to {high}, {difference.runs} runs."


def _subject(measure: str) -> str:
    subject = measure_in_words(measure)
    return f"{subject[0].upper()}{subject[1:]}"
