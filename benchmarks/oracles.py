"""The simulated world against closed forms: a grid of queues, loss systems, priorities, patience, chats and units on a street.

Each figure is a ratio over replications of independent seeds: with numerators Y and denominators X (waits and the number of them,
say), Y - expected X has mean 0 if the world is right, whatever the length of a run; the interval of that mean is Student's.
A grid is sound if about 95 % of its figures lie inside their 95 % interval, and none outside that of four standard errors
of a normal variable (0.99994). Runs are warmed up for `WARM_UP` times the settling time, and played on beyond the measured
stretch so that every wait that counts has ended.

    python -m benchmarks.oracles [--contacts N] [--replications R] [--workers W] [--only WORD]
"""

from __future__ import annotations

import argparse
import hashlib
import math
import multiprocessing
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.oracle_cases import Case, cases
from incidents.measures import Measures
from incidents.performance import measure
from incidents.quantities import ResourceId
from simulation.intervals import student_reach
from simulation.replications import Span, contacts_of, play

MONDAY = 1_767_571_200_000
"""Monday 2026-01-05, midnight UTC."""
WARM_UP, COOL_DOWN, LEAST = 6.0, 2.5, 10.0
"""In settling times: before what is measured, after it, and the least that is measured."""
CONTACTS, REPLICATIONS = 120, 10
RARE = 30
"""Fewer late calls than this in all runs together say nothing by Student's t."""
LEVEL, FAR = 0.95, 1 - math.erfc(4 / math.sqrt(2))
SOUND = (0.93, 0.97)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a case says of one figure: the estimate, the half-width of its 95 % interval, and how it stands to the formula."""

    case: str
    formula: str
    name: str
    expected: float
    found: float
    half_width: float
    is_inside: bool
    is_far: bool


@dataclass(frozen=True, slots=True)
class Played:
    """The figures of a case, and what they took."""

    figures: tuple[Figure, ...]
    contacts: int
    cpu_s: float


def run_case(name: str, contacts: int, replications: int) -> Played:
    """Play a case by its name, so that it may be played in another process."""
    return figures_of(next(each for each in cases() if each.name == name), contacts, replications)


def figures_of(case: Case, contacts: int, replications: int) -> Played:
    """Play a case and hold each of its figures against the formula."""
    began = time.process_time()
    span, cool_s = _span(case, contacts)
    first = _first_seed(case.name)
    runs = [_replicate(case, span, cool_s, seed) for seed in range(first, first + replications)]
    told = [name for name in case.expected if not _is_rare(case, name, span, replications)]
    figures = tuple(_figure(case, figure, [run for run, _ in runs]) for figure in told)
    return Played(figures, sum(count for _, count in runs), time.process_time() - began)


def _first_seed(name: str) -> int:
    """Every case has luck of its own: with the same seeds, all cases of a kind would be lucky or unlucky together."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "big") * 128


def _is_rare(case: Case, name: str, span: Span, replications: int) -> bool:
    """Whether hardly a call would show the difference: a share within a time near to all, a mean of next to no waits."""
    head, _, tail = name.partition(".")
    statistic, _, priority = tail.rpartition(".")
    in_time = f"{head}.within_0.{priority}" if statistic == "mean" else name if "within_" in statistic else None
    share = None if in_time is None else case.expected.get(in_time)
    return share is not None and (1 - share) * case.per_s * span.measured_s * replications < RARE


def _span(case: Case, contacts: int) -> tuple[Span, float]:
    if case.measured_s is not None:
        return Span(MONDAY, 0.0 if case.from_empty else WARM_UP * case.settles_s, case.measured_s), 0.0
    measured_s = max(contacts / case.per_s, LEAST * case.settles_s)
    return Span(MONDAY, WARM_UP * case.settles_s, measured_s), COOL_DOWN * case.settles_s


def _replicate(case: Case, span: Span, cool_s: float, seed: int) -> tuple[Measures, int]:
    scenario, procedure = case.world()
    whole = Span(span.start, span.warm_up_s, span.measured_s + cool_s)
    contacts = contacts_of(scenario, whole, seed)
    kinds = {ResourceId(name): entry.kind for name, entry in scenario.centre.resources.items()}
    facts = play(scenario, procedure, contacts, whole)
    measures = measure(facts, since=span.since, until=span.until, priority_of=contacts.priorities, kinds=kinds)
    return measures, len(contacts)


def _figure(case: Case, name: str, runs: Sequence[Measures]) -> Figure:
    expected = case.expected[name]
    pairs = np.array([_ratio(name, run) for run in runs])
    over, under = pairs[:, 0], pairs[:, 1]
    gaps = over - expected * under
    scatter = float(np.std(gaps, ddof=1)) / math.sqrt(len(runs))
    gap, weight = float(gaps.mean()), float(under.mean())
    inside, far = (student_reach(len(runs), level) * scatter for level in (LEVEL, FAR))
    found = float(over.mean()) / weight
    return Figure(
        case.name,
        case.formula,
        name,
        expected,
        found,
        inside / weight,
        abs(gap) <= inside + 1e-12,
        abs(gap) > far + 1e-9,
    )


def _ratio(name: str, run: Measures) -> tuple[float, float]:
    """The numerator and the denominator of a figure in one run."""
    head, _, tail = name.partition(".")
    measured_s = (run.until - run.since) / 1000
    if head == "busy":
        return run.busy_s.get(ResourceId(tail), 0.0), measured_s
    if name == "abandoned.share":
        return run.figure("abandoned"), run.figure("contacts")
    if head == "contacts":
        return run.figure("contacts"), 1.0
    if head == "answered":
        return run.figure(f"answer_s.n.{tail}"), run.figure("answer_s.n.all")
    if head == "utilisation":
        return run.figure(f"busy_s.{tail}"), run.figure(f"duty_s.{tail}")
    statistic, priority = tail.rsplit(".", 1)
    count = run.figure(f"{head}.n.{priority}")
    return (run.figure(f"{head}.{statistic}.{priority}") * count, count) if count else (0.0, 0.0)


def run_grid(names: Sequence[str], contacts: int, replications: int, workers: int) -> list[Played]:
    """Play the cases, in their order."""
    if workers == 1:
        return [run_case(name, contacts, replications) for name in names]
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("forkserver")) as pool:
        futures = [pool.submit(run_case, name, contacts, replications) for name in names]
        return [future.result() for future in futures]


def main() -> None:
    """Print what lies outside, and how the grid stands as a whole."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--contacts", type=int, default=CONTACTS, help="measured in each run, at least")
    asked.add_argument("--replications", type=int, default=REPLICATIONS)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--only", default="", help="only cases whose formula or name holds this")
    told = asked.parse_args()
    names = [case.name for case in cases() if told.only.lower() in f"{case.formula} {case.name}".lower()]
    played = run_grid(names, told.contacts, told.replications, told.workers)
    figures = [figure for each in played for figure in each.figures]
    _print(figures, played)


def _print(figures: Sequence[Figure], played: Sequence[Played]) -> None:
    console = Console(width=140)
    by_formula = Counter(figure.formula for figure in figures)
    within = Counter(figure.formula for figure in figures if figure.is_inside)
    far = Counter(figure.formula for figure in figures if figure.is_far)
    table = Table("formula", "cases", "figures", "inside 95 %", "outside 4 standard errors", "half-width, median")
    for formula, count in by_formula.items():
        case_count = len({figure.case for figure in figures if figure.formula == formula})
        widths = [each.half_width / each.expected for each in figures if each.formula == formula and each.expected]
        share = f"{within[formula]} ({within[formula] / count:.1%})"
        table.add_row(formula, str(case_count), str(count), share, str(far[formula]), f"{np.median(widths):.1%}")
    console.print(table)
    outside = Table("outside", "formula", "figure", "expected", "found", "half-width")
    for each in figures:
        if not each.is_inside:
            numbers = (f"{value:.4g}" for value in (each.expected, each.found, each.half_width))
            outside.add_row(each.case + (" FAR" if each.is_far else ""), each.formula, each.name, *numbers)
    console.print(outside)
    whole = sum(within.values()) / len(figures)
    is_sound = SOUND[0] <= whole <= SOUND[1] and not sum(far.values())
    console.print(
        f"{len(played)} cases, {len(figures)} figures: {whole:.1%} inside their 95 % interval, {sum(far.values())} outside four "
        f"standard errors; {'sound' if is_sound else 'NOT SOUND'}. {sum(each.contacts for each in played):,} contacts, "
        f"{sum(each.cpu_s for each in played):.0f} s of processor time"
    )


if __name__ == "__main__":
    main()
