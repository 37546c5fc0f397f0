"""An answer as a report. Imports `answer` and `report`."""

from __future__ import annotations

from importlib.metadata import version

from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S
from simulation.answer import Answer
from simulation.periods import HOUR_S, Played
from simulation.replications import DAY_S
from simulation.report import OnWorkload, Report, Rules, concurrency_row, fidelity_rows, spreads, utilisation_rows

LIMITS = (
    "One workload model: what the log did not show cannot happen here.",
    "A resource that is added is one like those that are there: nothing is known of its crew.",
)
ALL_FOLLOW = "Dispatchers act on every proposal, after a delay drawn from the log; nobody overrides."
NOTHING_IS_LOST = "Positions and statuses reach the desk at once and without error."


def report_of(answer: Answer, command: str) -> Report:
    """Everything that a reader needs, of an answer and the command that gives it again."""
    asked, scenario = answer.asked, answer.asked.scenario
    experiment, observed = asked.experiment, asked.scenario.observed
    shown = answer.evidence_of(asked.primary_workload().name)
    measures = tuple(dict.fromkeys((*experiment.terms.measures, *experiment.also)))
    before, after = shown.baseline, shown.candidate
    return Report(
        title=experiment.experiment,
        question=experiment.question,
        scenario=scenario.centre.centre,
        baseline=_rules(asked.baseline.procedure),
        candidate=_rules(answer.candidate.procedure),
        candidate_name=answer.candidate.name,
        changes=asked.changes[answer.candidate.name],
        judgement=answer.judgement,
        workloads=tuple(
            OnWorkload(each.name, answer.differences(each.name, measures), _length(each)) for each in asked.workloads
        ),
        command=command,
        contacts=answer.contacts,
        run_time_s=answer.run_time_s,
        seeds=answer.seeds,
        fingerprint=answer.fingerprint,
        selection=answer.selection,
        ended=answer.ended,
        provenance=scenario.workload.provenance,
        fidelity=() if observed is None else fidelity_rows(observed.figures, before, reasons=observed.reasons),
        concurrency=None if observed is None else concurrency_row(observed.figures, before),
        spreads=spreads(before, after, tuple(asked.baseline.procedure.priorities)),
        utilisation=utilisation_rows(before, after),
        versions={name: version(name) for name in ("muster", "ortools", "simpy", "numpy", "scipy")},
        limits=_limits(answer),
        calibration=scenario.standing,
    )


def _limits(answer: Answer) -> tuple[str, ...]:
    workload = answer.asked.scenario.workload
    assumed = ((ALL_FOLLOW, not workload.compliance), (NOTHING_IS_LOST, workload.radio is None))
    return (*LIMITS, *(told for told, holds in assumed if holds))


def _rules(procedure: Procedure) -> Rules:
    return Rules(procedure.procedure, procedure.revision, procedure.fingerprint)


def _length(played: Played) -> str:
    span = played.span
    days = (span.until - span.since) / MS_PER_S / DAY_S
    return f"{days:g} days after {span.warm_up_s / HOUR_S:g} h of warm-up"
