"""Six ways to test a procedure side by side: what was done of each, what it found, and what it can and cannot show.

No method does for all: a static check sees every rule and no caller, a simulation every caller and no crew that knows a short
cut. So a report gives a row for each, and says "not run" where it was not. Sources: National Occupational Standard CC41, 3.7
(strengths and weaknesses of test methods); Law, "Simulation Modeling and Analysis", 5th edition, 2015, chapter 5, for what a
model can be held against. Imports `incidents.second_mind`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from incidents.second_mind import Tally

R = TypeVar("R")

Method: TypeAlias = Literal["static check", "worked examples", "replay of a log", "simulation", "stress", "shadow"]
NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading the procedure found; a sound one has no flaws, and warnings forbid nothing."""

    flaws: int
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Worked:
    """How many of its own examples came out as its authors say."""

    passed: int
    examples: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What an experiment came to: its outcome, on how many workloads and paired runs."""

    outcome: str
    workloads: int
    runs: int


@dataclass(frozen=True, slots=True)
class Tried:
    """The results that there are; None: that method was not run. `replayed`: of a log; `shadowed`: of live facts."""

    checked: Checked | None = None
    worked: Worked | None = None
    replayed: Tally | None = None
    simulated: Judged | None = None
    stressed: Judged | None = None
    shadowed: Tally | None = None


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method: what was done, what it found, and how far that carries. `passed` None: it was not run, or decides nothing."""

    method: Method
    was_run: bool
    done: str
    found: str
    passed: bool | None
    shows: str
    hides: str


SHOWS: Mapping[Method, tuple[str, str]] = {
    "static check": (
        "every rule on its own: dead ends, answers that lead nowhere, plans that nobody can fill, targets that cannot be read",
        "whether the rules are good ones, and how they work together once several incidents compete",
    ),
    "worked examples": (
        "that cases which its authors thought of come out as they meant",
        "cases that nobody thought of, and anything that depends on who is free",
    ),
    "replay of a log": (
        "at which real decisions it would have differed, with the reason, on what was known just then",
        "what would have come of the other choice: the next facts are again those of the log",
    ),
    "simulation": (
        "what comes of it: times and counts over many paired runs, with intervals, on ordinary days",
        "what its model leaves out: people who adapt, rules that are not written down, a twin that was never held against a log",
    ),
    "stress": (
        "whether it still holds with more callers, fewer crews, worse triage or a major incident",
        "how likely such a day is, and strains that nobody wrote into the test",
    ),
    "shadow": (
        "the same as a replay, on today's callers and crews, with nothing at stake",
        "what would have come of it, and how people take to it; rare incidents, until it has run for long",
    ),
}
"""What each method can show, and what it cannot."""


def methods(tried: Tried) -> tuple[MethodRow, ...]:
    """Return a row for each of the six methods, in the order of what they cost."""
    return (
        _row("static check", tried.checked, _check_words),
        _row("worked examples", tried.worked, _example_words),
        _row("replay of a log", tried.replayed, lambda tally: _tally_words(tally, "a log was decided again")),
        _row("simulation", tried.simulated, lambda judged: _verdict_words(judged, "played")),
        _row("stress", tried.stressed, lambda judged: _verdict_words(judged, "played under strain")),
        _row("shadow", tried.shadowed, lambda tally: _tally_words(tally, "it decided beside the live room")),
    )


_Words: TypeAlias = tuple[str, str, bool | None]


def _row(method: Method, result: R | None, words: Callable[[R], _Words]) -> MethodRow:
    done, found, passed = (NOT_RUN, "nothing", None) if result is None else words(result)
    return MethodRow(method, result is not None, done, found, passed, *SHOWS[method])


def _check_words(checked: Checked) -> _Words:
    warnings = f", {_count(checked.warnings, 'warning')}" if checked.warnings else ""
    return "every rule was read", f"{_count(checked.flaws, 'flaw')}{warnings}", not checked.flaws


def _example_words(worked: Worked) -> _Words:
    # Without examples nothing was shown, so nothing was passed.
    passed = worked.passed == worked.examples if worked.examples else None
    return f"{_count(worked.examples, 'example')} walked", f"{worked.passed} came out as they should", passed


def _verdict_words(judged: Judged, how: str) -> _Words:
    passed = {"pass": True, "fail": False}.get(judged.outcome)
    done = f"{_count(judged.runs, 'paired run')} on {_count(judged.workloads, 'workload')} {how}"
    return done, judged.outcome, passed


def _tally_words(tally: Tally, how: str) -> _Words:
    """Two procedures may part for good reason, so agreement is told and decides nothing."""
    done = f"{how}: {_count(tally.facts, 'fact')}, {_count(tally.decisions, 'decision')}"
    if not tally.decisions:
        return done, "no decision was there to compare", None
    parted = sorted(tally.parted.items(), key=lambda each: (-each[1], each[0]))[:3]
    most = "; most often " + ", ".join(f"{rule} ({count})" for (_, rule), count in parted) if parted else ""
    return done, f"{100 * tally.agreed / tally.decisions:.1f} % decided alike{most}", None


def _count(number: int, of: str) -> str:
    return f"{number:,} {of}" + ("" if number == 1 else "s")
