"""The experiment that is asked where nobody has written one: five workloads, and terms worked out from the baseline's priorities.

The decision rule: the primary figure improves, and nobody pays for it. The most urgent get no slower in the tail by more
than 2 %, the least urgent by more than 5 %, nor does the worst area by more than 5 %; crews drive no more than 5 %
further; callers are answered as soon, fewer than 0.2 in 100 more give up, and hardly anybody more is left unreached. A
figure is asked for only where a run is expected to have enough of it. Imports `experiment` and what it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from incidents.procedure import Procedure
from incidents.refusals import DocumentRefused, Refusal
from simulation.arms import CandidateArm
from simulation.experiment import Budget, Experiment
from simulation.periods import Busy, MajorIncident, Night, Normal, Period, Played, Replay, played
from simulation.scenario import Scenario
from simulation.sensitivities import Sensitivities
from simulation.terms import Criterion, Looks, Terms
from simulation.variations import sent_kinds

MONDAY = date(2026, 1, 12)
"""A week in which no clock is changed anywhere; weeks of a workload differ in nothing else but their seed."""
REPLAY_SEED = 1_000_000_007
LOOKS = (10, 20, 40)
ENOUGH: Mapping[str, int] = {"mean": 20, "p90": 60, "p95": 100, "p99": 300, "p90@worst": 1_000}
"""How many samples a run has to expect for a figure of it to say something."""
MOST_CANDIDATES = 20


def default_suite() -> dict[str, Period]:
    """A normal week, a busy one, its nights, major incidents in the afternoon, and one week replayed."""
    return {
        "normal week": Normal(kind="normal", start=MONDAY),
        "busy week": Busy(kind="busy", start=MONDAY),
        "nights": Night(kind="night", start=MONDAY),
        "major incidents": MajorIncident(kind="major incident", start=MONDAY),
        "one week replayed": Replay(kind="replay", start=MONDAY, seed=REPLAY_SEED),
    }


def default_experiment(scenario: Scenario, baseline: str, candidates: Sequence[str]) -> Experiment:
    """Ask whether candidates may replace the baseline; procedures by their paths."""
    procedure = scenario.procedure(baseline)
    suite = default_suite()
    workloads = [played(name, period, scenario, procedure) for name, period in suite.items()]
    named = [Path(path).stem.replace("_", " ") for path in candidates]
    told = " or ".join(named)
    return Experiment(
        experiment=f"may {told} replace the baseline"[:80].strip(),
        question=f"Is {told} better than the baseline on what matters most, and does nobody pay for it?"[:1000],
        baseline=baseline,
        candidates={name: CandidateArm(procedure=path) for name, path in zip(named, candidates, strict=True)},
        workloads=suite,
        terms=default_terms(scenario, procedure, workloads),
        sensitivity=Sensitivities(),
        budget=Budget(runs=LOOKS[-1]),
    )


def default_terms(scenario: Scenario, procedure: Procedure, workloads: Sequence[Played]) -> Terms:
    """What must improve, and what may not get worse, as far as this centre has it."""
    ranked = sorted(procedure.priorities, key=lambda name: procedure.priorities[name].rank)
    is_sent = bool(procedure.plans) and bool(sent_kinds(scenario.workload, scenario.centre))
    clock = "response_s" if is_sent else "answer_s"
    asked: list[tuple[str, str, str, dict[str, float]]] = [
        ("p90", ranked[0], f"{clock}.p90.{ranked[0]}", {"margin_share": 0.02}),
        ("p99", ranked[-1], f"{clock}.p99.{ranked[-1]}", {"margin_share": 0.05}),
        ("p95", "all", "answer_s.p95.all", {"margin_abs": 1}),
        ("mean", "all", "abandoned.share", {"margin_abs": 0.002}),
    ]
    if is_sent:
        asked.append(("mean", "all", "unreached", {"margin_abs": 2}))
    if is_sent and scenario.centre.zones and scenario.centre.travel.kind != "none":
        asked.append(("p90@worst", "all", f"{clock}.p90.all@worst", {"margin_share": 0.05}))
        asked.append(("mean", "all", "distance_km", {"margin_share": 0.05}))
    guardrails = [
        Criterion(measure=measure, want="no_worse", workloads=enough, **margin)
        for statistic, priority, measure, margin in asked
        if (enough := _enough(workloads, statistic, priority))
    ]
    top = next((name for name in ranked if _enough(workloads, "mean", name)), "all")
    primary = Criterion(
        measure=f"{clock}.mean.{top}", want="reduce", margin_abs=0, workloads=_enough(workloads, "mean", top) or None
    )
    return Terms(primary=primary, guardrails=tuple(guardrails), looks=Looks(at=LOOKS))


def baseline_of(scenario: Scenario, candidate: str) -> str:
    """The procedure of the scenario that a candidate says it is based on; refuses where there is none, or several."""
    based_on = scenario.procedure(candidate).based_on
    others = [path for path in _procedures(scenario) if path.resolve() != (scenario.folder / candidate).resolve()]
    found = [path for path in others if based_on is not None and based_on in _names(scenario, path)]
    if len(found) != 1:
        told = "does not say what it is based on" if based_on is None else f"is based on {based_on!r}"
        known = ", ".join(str(path.relative_to(scenario.folder)) for path in others) or "none is there"
        which = "" if based_on is None else f", which {len(found)} procedures of the scenario are"
        raise Refusal.of(candidate, f"{told}{which}", f"--baseline with one of {known}")
    return str(found[0].relative_to(scenario.folder))


def scenario_of(candidate: Path) -> Path:
    """The folder of the scenario in which a procedure stands: the nearest above it that has a centre and a workload."""
    for folder in list(candidate.resolve().parents)[:4]:
        if (folder / "centre.yaml").exists() and (folder / "workload.yaml").exists():
            return folder
    raise Refusal.of(str(candidate), "stands in no scenario's folder", "--scenario with the folder of one, or its name")


def _procedures(scenario: Scenario) -> Iterator[Path]:
    yield from sorted((scenario.folder / "procedures").glob("*.yaml"))


def _names(scenario: Scenario, path: Path) -> tuple[str, ...]:
    """What a procedure may be called by one that is based on it; a broken one is called nothing."""
    try:
        procedure = scenario.procedure(str(path.relative_to(scenario.folder)))
    except DocumentRefused:
        return ()
    # A file is also known by what it says itself, without the figures of the target packs that it names.
    bare = procedure.model_copy(update={"targets": procedure.targets.model_copy(update={"held": {}})})
    return (
        procedure.fingerprint,
        bare.fingerprint,
        f"revision {procedure.revision}",
        str(procedure.revision),
        procedure.procedure,
    )


def _enough(workloads: Sequence[Played], statistic: str, priority: str) -> tuple[str, ...]:
    """The workloads on which a run is expected to have enough contacts of a priority for a figure."""
    natures = workloads[0].scenario.workload.natures
    share = sum(nature.share for nature in natures if priority in ("all", nature.priority))
    return tuple(each.name for each in workloads if each.expected * share >= ENOUGH[statistic])
