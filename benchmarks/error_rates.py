"""Error rates of the judgement, measured on runs of the twin: how often it claims what is not so, and finds what is.

    python -m benchmarks.error_rates [--store FOLDER] [--runs 250] [--experiments 500] [--looks 10 20 40]

A bank of independent days of Auckland is played on five workloads, and once more with the same seeds in a world where every way
takes `SHORTER` of its time: a planted effect with common random numbers. Experiments draw their runs from the bank with
replacement, so that the bank is the whole truth and its means are known exactly. The bank is kept in the store and not played
again; what is drawn has a fixed seed.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats

from incidents.centre import HOURS_IN_A_WEEK
from incidents.measures import Measures, nearest_rank
from simulation.conditions import Surge
from simulation.intervals import Interval, mean_interval, quantile_interval, skewed_interval
from simulation.judgement import Evidence, Judgement, judge
from simulation.replication_store import Store
from simulation.replications import DAY_S, Span, replications
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.terms import Criterion, Looks, Terms
from simulation.workload import Workload

START = 1_700_000_000_000
WARM_UP_S = 2 * 3600
SHORTER = 0.965
SEED = 20
MEASURES = (
    "response_s.p90.all",
    "response_s.mean.all",
    "response_s.p90.high",
    "response_s.within_900.high",
    "dispatch_wait_s.mean.all",
    "utilisation.ambulance",
)
PRIMARY = MEASURES[0]
COUNTED = ("response_s.n.high", "contacts")
"""What a share is of, which the judgement asks for."""
COVERED_AT = (10, 20, 40)
BOOTSTRAPS, BOOTSTRAPPED = 999, 60

Runs = Sequence[Measures]


@dataclass(frozen=True)
class Bank:
    """Run i of both arms on a workload met the same contacts; `planted` in the world with shorter ways."""

    plain: Mapping[str, Runs]
    planted: Mapping[str, Runs]


def workloads(workload: Workload) -> dict[str, Workload]:
    """Five loads: as it is, busier, quieter, with a surge, and with longer stays at the scene."""
    rate = workload.arrivals.week[0]

    def at(factor: float) -> Workload:
        arrivals = workload.arrivals.model_copy(update={"rate_per_h": rate * factor, "day_factor_cv": 0.1})
        return workload.model_copy(update={"arrivals": arrivals})

    surge = Surge(begins_s=WARM_UP_S + 8 * 3600, lasts_s=2 * 3600, factor=2.5)
    longer = {"travel_by_hour": (1.1,) * HOURS_IN_A_WEEK}
    return {
        "normal": at(1.0),
        "busy": at(1.15),
        "quiet": at(0.85),
        "surge": at(0.9).model_copy(update={"surges": (surge,)}),
        "slow roads": at(0.9).model_copy(update=longer),
    }


def play_bank(store: Store, runs: int, console: Console) -> Bank:
    """Play what the store does not have."""
    scenario = Scenario.read(scenario_folder("auckland"))
    procedure = scenario.procedure("procedures/baseline.yaml")
    span = Span(START, WARM_UP_S, DAY_S)

    def played(workload: Workload) -> Runs:
        one = replace(scenario, workload=workload)
        seeds = range(1, runs + 1)
        found = replications(one, (procedure,), span, seeds, workers=1, store=store, batch=20)
        return [_compact(run.measures[0]) for run in found]

    plain: dict[str, Runs] = {}
    planted: dict[str, Runs] = {}
    for name, workload in workloads(scenario.workload).items():
        ways = workload.travel_by_hour or (1.0,) * HOURS_IN_A_WEEK
        plain[name] = played(workload)
        planted[name] = played(workload.model_copy(update={"travel_by_hour": tuple(SHORTER * way for way in ways)}))
        console.print(f"{name}: {len(plain[name])} days and as many with shorter ways")
    return Bank(plain, planted)


def _compact(run: Measures) -> Measures:
    """Only the figures that are asked for, so that reading one is looking it up."""
    return Measures(run.since, run.until, {}, {name: run.figure(name) for name in (*MEASURES, *COUNTED)}, {}, ("high",))


def terms(margin_share: float, looks: Looks) -> Terms:
    """Thirty tests: the primary measure is lower at all, and the others not worse by more than the margin; on five workloads."""
    guards = tuple(Criterion(measure=name, want="no_worse", margin_share=margin_share) for name in MEASURES[1:])
    return Terms(primary=Criterion(measure=PRIMARY, want="reduce", margin_share=0), guardrails=guards, looks=looks)


def looked_at(asked: Terms, evidence: Sequence[Evidence]) -> Iterator[Judgement]:
    """What every look says, in order."""
    for look, runs in enumerate(asked.looks.at, 1):
        yield judge(asked, [Evidence(e.workload, e.baseline[:runs], e.candidate[:runs]) for e in evidence], look=look)


def same(bank: Bank, last: int, chance: np.random.Generator) -> list[Evidence]:
    """Two arms of one procedure on different contacts: whatever is found is wrong."""

    def drawn(runs: Runs) -> list[Measures]:
        return [runs[index] for index in chance.integers(len(runs), size=last)]

    return [Evidence(name, drawn(runs), drawn(runs)) for name, runs in bank.plain.items()]


def planted(bank: Bank, last: int, chance: np.random.Generator, *, is_paired: bool) -> list[Evidence]:
    """The plain world against the one with shorter ways, on the same contacts or on others."""
    found: list[Evidence] = []
    for name, runs in bank.plain.items():
        indices = chance.integers(len(runs), size=last)
        others = indices if is_paired else chance.integers(len(runs), size=last)
        found.append(Evidence(name, [runs[at] for at in indices], [bank.planted[name][at] for at in others]))
    return found


def false_claims(bank: Bank, looks: Looks, experiments: int, console: Console) -> None:
    """How often any of 30 tests, at any of the looks, claims a difference between a procedure and itself."""
    chance, asked = np.random.default_rng(SEED), terms(0, looks)
    passes = fails = either = plain = alarms = verdicts = 0
    for _ in range(experiments):
        evidence = same(bank, looks.last, chance)
        has_passed = has_failed = is_wrong = False
        for judgement in looked_at(asked, evidence):
            has_passed |= any(found.outcome == "pass" for found in judgement.findings)
            has_failed |= any(found.outcome == "fail" for found in judgement.findings)
            is_wrong |= any(test.outcome == "fail" for test in judgement.self_tests)
            verdicts += judgement.verdict.outcome == "pass"
        passes, fails, either = passes + has_passed, fails + has_failed, either + (has_passed or has_failed)
        alarms += is_wrong
        plain += any(found.p_value <= 0.05 for found in judgement.findings)
    told = partial(_rate, of=experiments)
    console.print(
        f"{experiments} experiments of 30 tests between a procedure and itself, looks after {list(looks.at)} runs: "
        f"any false pass {told(passes)}, any false fail {told(fails)}, either {told(either)}; "
        f"the verdict passes {told(verdicts)}; "
        f"a self-test alarms {told(alarms)}; uncorrected, at the last look alone, {told(plain)}"
    )


def power(bank: Bank, looks: Looks, experiments: int, console: Console) -> None:
    """How often the planted effect is found, and how often at each look; beside it on other contacts."""
    effects = {
        name: 100 * (_mean(bank.planted[name], PRIMARY) / _mean(runs, PRIMARY) - 1) for name, runs in bank.plain.items()
    }
    table = Table(
        "contacts", "found on", *(f"after {runs} runs" for runs in looks.at), title="planted effect found by then"
    )
    for is_paired in (True, False):
        chance, asked = np.random.default_rng(SEED + 1), terms(0.02, looks)
        seen = {name: [0] * len(looks.at) for name in (*bank.plain, "all five")}
        for _ in range(experiments):
            done = dict.fromkeys(bank.plain, False)
            for at, judgement in enumerate(looked_at(asked, planted(bank, looks.last, chance, is_paired=is_paired))):
                for found in judgement.findings[: len(done)]:
                    done[found.workload] |= found.outcome == "pass"
                    seen[found.workload][at] += done[found.workload]
                seen["all five"][at] += all(done.values())
        for name, counts in seen.items():
            effect = f" ({effects[name]:+.1f} %)" if name in effects else ""
            table.add_row(
                "the same" if is_paired else "others", f"{name}{effect}", *(_rate(n, experiments) for n in counts)
            )
    console.print(table)


def coverage(bank: Bank, experiments: int, console: Console) -> None:
    """How often intervals hold the bank's own mean or quantile, over single days and over paired differences."""
    table = Table("95 % interval of", "runs", "t", "ours", "ours, the two worst figures")
    singles = {(name, figure): _values(runs, figure) for name, runs in bank.plain.items() for figure in MEASURES}
    steps = {key: _values(bank.planted[key[0]], key[1]) - values for key, values in singles.items()}
    for what, series in (("mean of a day's figure", singles), ("mean paired difference", steps)):
        for kind, wanted in (("means and shares", False), ("quantiles", True)):
            mine = {key: values for key, values in series.items() if (".p90." in key[1]) is wanted}
            for runs in COVERED_AT:
                plain = [
                    _covered(values, runs, mean_interval, experiments, float(values.mean())) for values in mine.values()
                ]
                ours = {
                    key: _covered(values, runs, skewed_interval, experiments, float(values.mean()))
                    for key, values in mine.items()
                }
                means = (statistics.fmean(plain), statistics.fmean(ours.values()))
                worst = sorted(ours.items(), key=lambda found: -abs(found[1] - 0.95))[:2]
                told = "; ".join(f"{100 * share:.1f} % {figure} ({name})" for (name, figure), share in worst)
                table.add_row(f"{what}, {kind}", str(runs), *(f"{100 * share:.1f} %" for share in means), told)
    console.print(table)
    _quantiles_between_days(singles, experiments, console)
    _beside_bootstrap(steps, console)


def _quantiles_between_days(singles: Mapping[tuple[str, str], np.ndarray], experiments: int, console: Console) -> None:
    found = []
    for share in (0.5, 0.9):
        for values in singles.values():
            truth = nearest_rank(np.sort(values), share)
            found.append(_covered(values, 60, partial(quantile_interval, share=share), experiments, truth))
    console.print(
        f"median and 90 % quantile between days, by order statistics of 60 days: held in {100 * statistics.fmean(found):.1f} % "
        f"(from {100 * min(found):.1f} to {100 * max(found):.1f} % over {len(found)}; never fewer than 95 % are promised)"
    )


def _beside_bootstrap(steps: Mapping[tuple[str, str], np.ndarray], console: Console) -> None:
    chance = np.random.default_rng(SEED + 3)
    held = tried = ours = 0
    for values in steps.values():
        for _ in range(BOOTSTRAPPED):
            drawn = chance.choice(values, COVERED_AT[1])
            if np.ptp(drawn) == 0:
                continue
            low, high = stats.bootstrap(
                (drawn,), np.mean, n_resamples=BOOTSTRAPS, method="BCa", random_state=chance
            ).confidence_interval
            tried, held = tried + 1, held + bool(low <= values.mean() <= high)
            ours += float(values.mean()) in skewed_interval(drawn.tolist())
    console.print(
        f"paired differences of {COVERED_AT[1]} runs, {tried} tries: "
        f"BCa bootstrap {_rate(held, tried)}, ours {_rate(ours, tried)}"
    )


def _covered(
    values: np.ndarray, runs: int, interval: Callable[[Sequence[float]], Interval], experiments: int, truth: float
) -> float:
    chance = np.random.default_rng(SEED + 2)
    return statistics.fmean(truth in interval(chance.choice(values, runs).tolist()) for _ in range(experiments))


def _values(runs: Runs, figure: str) -> np.ndarray:
    return np.array([run.figure(figure) for run in runs])


def _mean(runs: Runs, figure: str) -> float:
    return math.fsum(run.figure(figure) for run in runs) / len(runs)


def _rate(count: int, of: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    interval = stats.binomtest(count, of).proportion_ci(method="wilson")
    return f"{100 * count / of:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def main() -> None:
    """Play the bank and print everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.error_rates")
    parser.add_argument("--store", type=Path, help="where the bank is kept; without it, it is played anew")
    parser.add_argument("--runs", type=int, default=250, help="days in the bank, by workload and world")
    parser.add_argument("--experiments", type=int, default=500)
    parser.add_argument("--looks", type=int, nargs="+", default=[10, 20, 40])
    asked = parser.parse_args()
    console = Console(width=190)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(asked.store or Path(folder), notice=console.print)
        bank = play_bank(store, asked.runs, console)
        console.print(f"bank: {time.process_time():.0f} s of processor time, {store.reused} days from the store")
    looks = Looks(at=tuple(asked.looks))
    false_claims(bank, looks, asked.experiments, console)
    power(bank, looks, asked.experiments, console)
    coverage(bank, asked.experiments, console)
    console.print(f"{time.process_time():.0f} s of processor time in all")


if __name__ == "__main__":
    main()
