"""An experiment: a question as a file, with everything that decides it fixed and fingerprinted before anything runs.

The YAML of an experiment file is exactly `Experiment`. `frozen` reads all that it refers to, refuses what is unsound, and says by
one hash what is asked. Imports `arms`, `periods`, `sensitivities` and `terms`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from incidents.centre import Document, Loc, Name
from incidents.measures import figure_flaw
from incidents.read import read_document
from incidents.refusals import DocumentRefused, Flaw
from incidents.yardsticks import unmeasurable
from simulation.arms import Arm, CandidateArm, arm_of, differences_of_arms, flaws_of_arm
from simulation.fitting.yaml import yaml_of
from simulation.periods import Night, Period, Played, Replay, flaws_of_period, played
from simulation.replications import DAY_S
from simulation.scenario import Scenario
from simulation.sensitivities import Sensitivities
from simulation.terms import CLOSEST_LOOKS, MOST_RUNS_AT_A_LOOK, Criterion, Terms
from simulation.trace import origin_fingerprint

BASELINE = "baseline"
MOST_SEED = 2**31
Found = Iterator[tuple[Loc, str, str]]


class Budget(Document):
    """The most that may be played: paired runs of each workload, and contacts over everything. None: no limit on contacts."""

    runs: int = Field(ge=1, le=MOST_RUNS_AT_A_LOOK)
    contacts: int | None = Field(default=None, ge=1)


class Race(Document):
    """How the best of several candidates is chosen before it is judged: on the primary measure, on one workload.

    One that is better than all others by `indifference` (in the measure's unit; None: the primary criterion's margin) is chosen
    with at least this confidence. `runs`: the most that are played of each candidate for it. `workload` None: the first on
    which the primary measure is judged.
    """

    indifference: float | None = Field(default=None, gt=0)
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    runs: int = Field(default=100, ge=10, le=MOST_RUNS_AT_A_LOOK)
    workload: Name | None = None


class Experiment(Document):
    """A question: a baseline, the changes that are asked about, the workloads they must stand, and the terms they are judged by.

    `also`: figures that are shown and decide nothing. `sensitivity` None: the world is not varied. `budget` None: the last look
    is all that may be played. Paths are relative to the scenario's folder.
    """

    experiment: Name
    question: str = Field(min_length=1, max_length=1000)
    baseline: str = Field(min_length=1, max_length=500)
    candidates: Mapping[Name, CandidateArm] = Field(min_length=1, max_length=100)
    workloads: Mapping[Name, Period] = Field(min_length=1, max_length=50)
    terms: Terms
    also: tuple[str, ...] = Field(default=(), max_length=200)
    sensitivity: Sensitivities | None = None
    race: Race = Race()
    budget: Budget | None = None
    first_seed: int = Field(default=1, ge=0, le=MOST_SEED)


@dataclass(frozen=True)
class Frozen:
    """An experiment with everything that it refers to: nothing is read after this. `changes`: in words, by candidate."""

    experiment: Experiment
    scenario: Scenario
    baseline: Arm
    candidates: tuple[Arm, ...]
    workloads: tuple[Played, ...]
    changes: Mapping[str, tuple[str, ...]]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the experiment and all that it refers to, whatever the files are called and where they stand."""
        documents = [self.experiment, self.scenario.centre, self.scenario.workload]
        for arm in (self.baseline, *self.candidates):
            documents += [arm.centre, arm.procedure]
        told = [each.model_dump_json(by_alias=True) for each in documents]
        for workload in self.workloads:
            replayed = workload.scenario.replayed
            told += [workload.name, "" if replayed is None else origin_fingerprint(replayed)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def workload(self, name: str) -> Played:
        """The workload of this name."""
        return next(each for each in self.workloads if each.name == name)

    def primary_workload(self) -> Played:
        """The first on which the primary measure is judged; one that is drawn anew in each run, where there is one."""
        judged = [each for each in self.workloads if self.experiment.terms.primary.covers(each.name)]
        return next((each for each in judged if each.scenario.replayed is None), judged[0])


def read_experiment(path: Path) -> Frozen:
    """Read an experiment that stands in the `what_ifs` folder of its scenario; refuse it with file, line and column."""
    scenario = Scenario.read(path.resolve().parent.parent)
    experiment = read_document(path, Experiment, lambda given: flaws_of(given, scenario))
    return _frozen(experiment, scenario)


def frozen(experiment: Experiment, scenario: Scenario) -> Frozen:
    """Read all that an experiment refers to; refuse it, with every flaw, where it is unsound."""
    found = list(flaws_of(experiment, scenario))
    if found:
        raise DocumentRefused([Flaw(".".join(map(str, loc)) or "experiment", *rest) for loc, *rest in found])
    return _frozen(experiment, scenario)


def _frozen(experiment: Experiment, scenario: Scenario) -> Frozen:
    procedure = scenario.procedure(experiment.baseline)
    baseline = Arm(BASELINE, scenario.centre, procedure)
    candidates = tuple(
        arm_of(name, asked, scenario, experiment.baseline) for name, asked in experiment.candidates.items()
    )
    workloads = tuple(played(name, period, scenario, procedure) for name, period in experiment.workloads.items())
    changes = {arm.name: differences_of_arms(baseline, arm) for arm in candidates}
    return Frozen(experiment, scenario, baseline, candidates, workloads, changes)


def flaws_of(experiment: Experiment, scenario: Scenario) -> Found:
    """Yield all that an experiment cannot mean beside its scenario: location, what is wrong, what would be accepted."""
    try:
        baseline = scenario.procedure(experiment.baseline)
    except DocumentRefused as refused:
        yield from ((("baseline",), f"{flaw.where}: {flaw.what}", flaw.accepted) for flaw in refused.flaws)
        return
    arms = [Arm(BASELINE, scenario.centre, baseline)]
    yield from _flaws_of_candidates(experiment, scenario, arms)
    for name, period in experiment.workloads.items():
        for loc, what, accepted in flaws_of_period(period, scenario, baseline):
            yield ("workloads", name, *loc), what, accepted
    yield from _flaws_of_terms(experiment, scenario, arms)
    yield from _flaws_of_plan(experiment, scenario)


def _flaws_of_candidates(experiment: Experiment, scenario: Scenario, arms: list[Arm]) -> Found:
    """The sound ones join `arms`, of which the first is the baseline."""
    for name, asked in experiment.candidates.items():
        if name == BASELINE:
            yield ("candidates", name, "[key]"), f"a candidate is called '{BASELINE}'", "another name"
        found = list(flaws_of_arm(asked, scenario, experiment.baseline))
        yield from ((("candidates", name, *loc), what, accepted) for loc, what, accepted in found)
        if not found:
            arm = arm_of(name, asked, scenario, experiment.baseline)
            arms.append(arm)
            if not differences_of_arms(arms[0], arm):
                yield ("candidates", name), f"'{name}' has the same rules as the baseline", "something that changes"


def _flaws_of_terms(experiment: Experiment, scenario: Scenario, arms: Sequence[Arm]) -> Found:
    terms = experiment.terms
    places: list[tuple[Loc, str, tuple[str, ...] | None]] = [
        (("terms", "primary"), terms.primary.measure, terms.primary.workloads)
    ]
    for part in ("guardrails", "hard"):
        for index, entry in enumerate(getattr(terms, part)):
            places.append((("terms", part, index), entry.measure, entry.workloads))
    priorities = [
        name for name in arms[0].procedure.priorities if all(name in arm.procedure.priorities for arm in arms)
    ]
    kinds = sorted(set.intersection(*({entry.kind for entry in arm.centre.resources.values()} for arm in arms)))
    known = {"priorities": priorities, "kinds": kinds, "areas": tuple(scenario.centre.zones)}
    for where, measure, workloads in places:
        flaw = figure_flaw(measure, **known) or _lacking(measure, arms)
        if flaw is not None:
            yield (*where, "measure"), f"{flaw.where}: {flaw.what}", flaw.accepted
        for index, name in enumerate(workloads or ()):
            if name not in experiment.workloads:
                accepted = ", ".join(experiment.workloads)
                yield (*where, "workloads", index), f"unknown workload {name!r}", accepted
    for index, measure in enumerate(experiment.also):
        flaw = figure_flaw(measure, **known) or _lacking(measure, arms)
        if flaw is not None:
            yield ("also", index), f"{flaw.where}: {flaw.what}", flaw.accepted


def _lacking(measure: str, arms: Sequence[Arm]) -> Flaw | None:
    """Why a figure of that name cannot be told of one of the arms: it or its centre declares nothing to tell it by."""
    found = (unmeasurable(measure, arm.procedure, arm.centre) for arm in arms)
    return next((flaw for flaw in found if flaw is not None), None)


def _flaws_of_plan(experiment: Experiment, scenario: Scenario) -> Found:
    """What budget, race and sensitivity cannot be."""
    budget, looks, race = experiment.budget, experiment.terms.looks, experiment.race
    if budget is not None and looks.last > budget.runs:
        yield ("terms", "looks", "at", len(looks.at) - 1), f"the budget ends after {budget.runs} runs", "that at most"
    if budget is not None and budget.contacts is not None:
        first = 2 * looks.at[0] * _contacts_of_a_run(experiment, scenario)
        if first > budget.contacts:
            yield (
                ("budget", "contacts"),
                f"the first look takes about {first:,.0f} contacts",
                "as many, or a nearer look",
            )
    seeds = looks.last + (race.runs if len(experiment.candidates) > 1 else 0)
    if experiment.first_seed + seeds > MOST_SEED:
        yield ("first_seed",), f"{seeds} seeds from there end after {MOST_SEED}", f"at most {MOST_SEED - seeds}"
    if race.workload is not None and race.workload not in experiment.workloads:
        accepted = ", ".join(experiment.workloads)
        yield ("race", "workload"), f"unknown workload {race.workload!r}", accepted
    if len(experiment.candidates) > 1 and race.indifference is None and _has_no_margin(experiment.terms.primary):
        yield (
            ("race",),
            "the primary criterion has no margin, so no difference is too small to matter",
            "`indifference`",
        )
    if experiment.sensitivity is not None:
        yield from (
            (("sensitivity", *loc), what, accepted)
            for loc, what, accepted in experiment.sensitivity.flaws(experiment.workloads, experiment.terms.primary)
        )


def _has_no_margin(criterion: Criterion) -> bool:
    return not criterion.margin_abs and not criterion.margin_share


def _contacts_of_a_run(experiment: Experiment, scenario: Scenario) -> float:
    """About how many contacts one run of every workload has; a replay is reckoned by its days."""
    week = scenario.workload.arrivals.week
    a_day = 24 * sum(week) / len(week)
    total = 0.0
    for period in experiment.workloads.values():
        share = 1.0
        match period:
            case Night(hours=(begins, ends)):
                share = ((ends - begins) % 24 or 24) / 24
        load = 1.0 if isinstance(period, Replay) else period.load
        total += a_day * share * load * (period.days + period.warm_up_h * 3600 / DAY_S)
    return total


def shortened(experiment: Experiment, *, runs: int | None = None, days: float | None = None) -> Experiment:
    """The same question over fewer, or more, runs and days: another experiment, with another fingerprint."""
    update: dict[str, object] = {}
    if runs is not None:
        looks = experiment.terms.looks
        at = (*(each for each in looks.at if each * CLOSEST_LOOKS <= runs and each < runs), runs)
        update["terms"] = experiment.terms.model_copy(update={"looks": looks.model_copy(update={"at": at})})
        if experiment.budget is not None:
            update["budget"] = experiment.budget.model_copy(update={"runs": runs})
        if experiment.sensitivity is not None:
            fewer = min(runs, experiment.sensitivity.runs)
            update["sensitivity"] = experiment.sensitivity.model_copy(update={"runs": fewer})
    if days is not None:
        update["workloads"] = {
            name: period.model_copy(update={"days": days}) for name, period in experiment.workloads.items()
        }
    return Experiment.model_validate(experiment.model_copy(update=update).model_dump())


def as_yaml(asked: Frozen) -> str:
    """An experiment as the file that asks it, with its fingerprint as a comment."""
    return f"# {asked.fingerprint}\n{yaml_of(asked.experiment)}"
