"""The recommendation: a log or a simulation taken apart, its bottleneck, and the changes that were tried, best first.

The only file that knows the order: play samples of today, take them apart, shorten stages, make candidates, race them, confirm
the winner, weigh aims against one another. May import everything beside it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from incidents.centre import Centre
from incidents.facts import Fact
from incidents.measures import Measures, figure_flaw, more_is_better
from incidents.procedure import Procedure
from incidents.quantities import ResourceId
from optimiser.refusals import Refusal
from simulation.arms import Arm
from simulation.default_experiment import MONDAY
from simulation.experiment_runs import Hands, Side, Wanted, measures_of, play_all
from simulation.intervals import Interval
from simulation.periods import Normal, Played, played
from simulation.recommending.aim import Aim
from simulation.recommending.bottleneck import Sensitivity, by_replay, ranked, shortened, with_played
from simulation.recommending.candidates import Grounds, candidates, sent_and_waited
from simulation.recommending.decomposition import Decomposition, decomposition
from simulation.recommending.frontier import Point, efficient
from simulation.recommending.journeys import STAGES, TO_ARRIVAL, Journeys, journeys
from simulation.recommending.race import FEWEST_RUNS, MOST_BUDGET, Race, effect, race
from simulation.replications import contacts_of, play
from simulation.scenario import Scenario

SAMPLES = 3
"""Runs of today that are taken apart."""
MOST_BEFORE = SAMPLES + (1 + len(STAGES)) * FEWEST_RUNS
"""The most runs that are played before the race."""


@dataclass(frozen=True)
class Asked:
    """What is asked: the aim, another figure that is not to suffer, runs to spend, and the week that is played.

    `log` None: the simulation is taken apart, in place of a recorded log with its centre.
    """

    scenario: Scenario
    baseline: str
    aim: Aim
    beside: str
    budget: int
    days: float = 7.0
    warm_up_h: float = 12.0
    first_seed: int = 1
    log: tuple[Sequence[Fact], Centre, Procedure | None] | None = None


@dataclass(frozen=True)
class Recommendation:
    """The answer. `today`: the aim's figure as simulated, over the runs of the race. `runs`: all that were played."""

    aim: Aim
    beside: str
    is_of_log: bool
    standing: str
    taken_apart: Decomposition
    bottleneck: tuple[Sensitivity, ...]
    race: Race
    frontier: tuple[Point, ...]
    runs: int
    days: float


def recommended(asked: Asked, hands: Hands) -> Recommendation:
    """Answer; refuses an aim that there is too little to judge by, before candidates are played. Raises `Cancelled`."""
    procedure = asked.scenario.procedure(asked.baseline)
    flaw = figure_flaw(asked.beside, priorities=procedure.priorities)
    if flaw is not None:
        raise Refusal([flaw])
    least = MOST_BEFORE + 4 * FEWEST_RUNS
    if not least <= asked.budget <= MOST_BUDGET:
        raise Refusal.of("--budget", f"{asked.budget} runs", f"{least} to {MOST_BUDGET:,}")
    baseline = Arm("today", asked.scenario.centre, procedure)
    week = played(
        "a week",
        Normal(kind="normal", start=MONDAY, days=asked.days, warm_up_h=asked.warm_up_h),
        asked.scenario,
        procedure,
    )
    samples, facts = _samples(asked, week, procedure)
    centre = asked.scenario.centre if asked.log is None else asked.log[1]
    apart = decomposition(_together(samples), asked.aim, centre.zone_info)
    side = Side(baseline, week, procedure)
    seeds = tuple(range(asked.first_seed, asked.first_seed + FEWEST_RUNS))
    sensitivities, first = _bottleneck(asked, samples, side, seeds, hands)
    stages_run = sum(each.played is not None for each in sensitivities)
    spent = SAMPLES + (1 + stages_run) * len(seeds)
    plans, queues = sent_and_waited(facts)
    grounds = Grounds(asked.scenario, baseline, apart, _busy(first[0], baseline.centre), plans, queues)
    found = race(
        candidates(grounds), side, asked.aim, asked.budget - spent, hands, first_seed=asked.first_seed + len(seeds)
    )
    return Recommendation(
        asked.aim, asked.beside, asked.log is not None, asked.scenario.standing, apart, sensitivities, found,
        _frontier(found, asked), spent + found.played, asked.days,
    )  # fmt: skip


def _samples(asked: Asked, week: Played, procedure: Procedure) -> tuple[list[Journeys], Sequence[Fact]]:
    """Journeys of the log as one run, or of `SAMPLES` runs of today; and the facts of the last."""
    clock = asked.aim.clock
    if asked.log is not None:
        facts, centre, rules = asked.log
        return [journeys(facts, centre, rules, clock=clock)], facts
    found, facts = list[Journeys](), list[Fact]()
    for seed in range(asked.first_seed, asked.first_seed + SAMPLES):
        contacts = contacts_of(week.scenario, week.span, seed)
        facts = play(week.scenario, procedure, contacts, week.span)
        since, until = week.span.since, week.span.until
        found.append(
            journeys(
                facts, week.scenario.centre, procedure,
                clock=clock, since=since, until=until, priority_of=contacts.priorities,
            )
        )  # fmt: skip
    return found, facts


def _together(runs: Sequence[Journeys]) -> Journeys:
    everything = tuple(each for run in runs for each in run.all)
    return Journeys(runs[0].clock, everything, sum(run.unended for run in runs))


def _bottleneck(
    asked: Asked, samples: Sequence[Journeys], today: Side, seeds: tuple[int, ...], hands: Hands
) -> tuple[tuple[Sensitivity, ...], tuple[Measures, ...]]:
    """Sensitivities by replay, each played where the world has a cause for it; and the runs of today."""
    found = by_replay(samples, asked.aim)
    sides: dict[str, Side] = {}
    for each in found if asked.aim.clock == TO_ARRIVAL else ():
        workload = shortened(today.workload.scenario.workload, today.arm.centre, each.stage)
        if workload is not None:
            scenario = replace(today.workload.scenario, workload=workload)
            sides[each.stage] = Side(today.arm, replace(today.workload, scenario=scenario), today.rod)
    runs = play_all("bottleneck", [Wanted(side, seeds) for side in (today, *sides.values())], hands)
    first, *others = (measures_of(each) for each in runs)
    figures = {
        stage: [run.figure(asked.aim.figure) for run in shorter] for stage, shorter in zip(sides, others, strict=True)
    }
    before = [run.figure(asked.aim.figure) for run in first]
    told = [with_played(each, before, figures[each.stage]) if each.stage in figures else each for each in found]
    return ranked(told, asked.aim), first


def _busy(run: Measures, centre: Centre) -> dict[str, float]:
    """The share of its duty that each kind was committed, over its room."""
    found = {}
    for kind, entry in centre.kinds.items():
        name = ResourceId(kind)
        used = run.counts.get(f"utilisation.{name}", 0.0)
        found[kind] = used / entry.capacity if used == used else 0.0
    return found


def _frontier(found: Race, asked: Asked) -> tuple[Point, ...]:
    """Every candidate and today, on the runs of the first round, which all have played: the aim, the figure beside, and hours.

    Nothing where a figure is never observed, and no change under which it is not.
    """
    if not found.placed:
        return ()
    runs = min(len(each) for each in found.runs.values())
    figures = (asked.aim.figure, asked.beside)
    level = 1 - 0.05 / (len(figures) * len(found.placed))
    rows: list[tuple[str, tuple[float, ...], tuple[Interval | None, ...]]] = []
    means = [effect(name, found.today[:runs], found.today[:runs], level).today for name in figures]
    if any(math.isnan(mean) for mean in means):
        return ()
    rows.append(("today", (*means, 0.0), (None, None, None)))
    for each in found.placed:
        mine = found.runs[each.candidate.name][:runs]
        effects = [effect(name, found.today[:runs], mine, level) for name in figures]
        values = tuple(told.today + told.change for told in effects)
        rows.append(
            (each.candidate.name, (*values, each.candidate.hours_a_week), (*(told.interval for told in effects), None))
        )
    rows = [row for row in rows if not any(math.isnan(value) for value in row[1])]
    good = efficient([row[1] for row in rows], [asked.aim.wants_low, not more_is_better(asked.beside), True])
    return tuple(Point(*row, is_efficient) for row, is_efficient in zip(rows, good, strict=True))
