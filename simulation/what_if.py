"""What if: a question as a file, and the only place that knows the order in which it is answered.

Read the scenario and both procedures and refuse what is unsound; play every seed under both; hold the baseline against the log;
compare in pairs; judge by the criteria that stood in the file before anything ran. Imports everything above it in the package.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from datetime import time as clock_time
from importlib.metadata import version
from pathlib import Path

from pydantic import Field

from incidents.centre import Document, Name
from incidents.differences import differences
from incidents.measures import Measures, figure_flaw
from incidents.procedure import Procedure
from incidents.read import read_document
from incidents.refusals import Refusal
from simulation.comparison import Criterion, compare
from simulation.replication_store import Store
from simulation.replication_workers import Engine
from simulation.replications import DAY_S, Replication, Span, replications
from simulation.report import Arm, Report, concurrency_row, fidelity_rows, spreads, utilisation_rows
from simulation.scenario import Scenario

LIMITS = (
    "One workload model: what the log did not show cannot happen here.",
    "Dispatchers act on every proposal, after a delay drawn from the log; nobody overrides.",
    "Positions and statuses reach the desk at once and without error.",
)


class WhatIf(Document):
    """A question: one change, the criteria it must meet, and how long to play. Fixed before anything runs."""

    what_if: Name
    question: str = Field(min_length=1, max_length=500)
    baseline: str
    candidate: str
    start: date
    days: float = Field(default=7, gt=0, le=366)
    warm_up_h: float = Field(default=12, ge=0, le=24 * 14)
    replications: int = Field(default=20, ge=2, le=10_000)
    first_seed: int = Field(default=1, ge=0, le=2**31)
    criteria: tuple[Criterion, ...] = Field(min_length=1, max_length=50)
    also: tuple[str, ...] = ()


def read_what_if(path: Path) -> tuple[WhatIf, Scenario]:
    """Read a question and the scenario in whose `what_ifs` folder it stands."""
    question = read_document(path, WhatIf)
    return question, Scenario.read(path.resolve().parent.parent)


def run_what_if(
    question: WhatIf,
    scenario: Scenario,
    *,
    command: str,
    workers: int | None = None,
    engine: Engine | None = None,
    store: Store | None = None,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] | None = None,
) -> Report:
    """Answer a question. Everything that can be refused is refused before the first run.

    Who plays, and where it is kept, is as in `replications`; neither can change the answer.
    """
    baseline = scenario.procedure(question.baseline)
    candidate = scenario.procedure(question.candidate)
    changes = differences(baseline, candidate)
    if not changes:
        raise Refusal.of("candidate", "has the same rules as the baseline", "a procedure that changes something")
    _refuse_unknown_measures(question, scenario, baseline)
    midnight = datetime.combine(question.start, clock_time(), scenario.centre.zone_info)
    span = Span(round(midnight.timestamp() * 1000), question.warm_up_h * 3600, question.days * DAY_S)
    seeds = range(question.first_seed, question.first_seed + question.replications)
    began = time.perf_counter()
    runs = replications(
        scenario, (baseline, candidate), span, seeds,
        workers=workers, engine=engine, store=store, progress=progress, cancelled=cancelled,
    )  # fmt: skip
    return _report(question, scenario, (baseline, candidate), changes, runs, command, time.perf_counter() - began)


def _refuse_unknown_measures(question: WhatIf, scenario: Scenario, procedure: Procedure) -> None:
    """A guardrail on a misspelt priority or kind would guard nothing."""
    kinds = {entry.kind for entry in scenario.centre.resources.values()}
    names = (*(criterion.measure for criterion in question.criteria), *question.also)
    found = [figure_flaw(name, priorities=tuple(procedure.priorities), kinds=tuple(sorted(kinds))) for name in names]
    flaws = [flaw for flaw in found if flaw is not None]
    if flaws:
        raise Refusal(flaws)


def _report(
    question: WhatIf,
    scenario: Scenario,
    procedures: tuple[Procedure, Procedure],
    changes: tuple[str, ...],
    runs: Sequence[Replication],
    command: str,
    run_time_s: float,
) -> Report:
    before: list[Measures] = [run.measures[0] for run in runs]
    after: list[Measures] = [run.measures[1] for run in runs]
    observed = scenario.observed
    return Report(
        title=question.what_if,
        question=question.question,
        scenario=scenario.centre.centre,
        baseline=_arm(procedures[0]),
        candidate=_arm(procedures[1]),
        changes=changes,
        comparison=compare(before, after, question.criteria, question.also),
        command=command,
        contacts=sum(run.contacts for run in runs),
        run_time_s=run_time_s,
        seeds=tuple(run.seed for run in runs),
        run_length=f"{question.days:g} days after {question.warm_up_h:g} h of warm-up",
        provenance=scenario.workload.provenance,
        fidelity=() if observed is None else fidelity_rows(observed.figures, before, reasons=observed.reasons),
        concurrency=None if observed is None else concurrency_row(observed.figures, before),
        spreads=spreads(before, after, tuple(procedures[0].priorities)),
        utilisation=utilisation_rows(before, after),
        versions={name: version(name) for name in ("muster", "ortools", "simpy", "numpy", "scipy")},
        limits=LIMITS,
    )


def _arm(procedure: Procedure) -> Arm:
    return Arm(procedure.procedure, procedure.revision, procedure.fingerprint)
