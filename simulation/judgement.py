"""Judgement: pass, fail or undecided, with the error that was stated beforehand and nothing forced at the end.

Where less is better (in the mirror where more is), with the margin m in the measure's own unit or as a share of the
baseline:

    reduce, increase    the primary measure improves by more than m    pass: surely so     fail: surely not
    no_worse            a guardrail is worse by m at most              pass: surely so     fail: surely not

and whatever is neither is undecided. Each criterion on each workload is one test that it passes and one that it
fails. Either family shares alpha / 2 over all its tests by Holm's steps, and each test over the looks by a spending
function (`shared_error`); `paired` says what a test is of. So the chance that anything at all is called a pass and is
none is at most alpha / 2, whenever one stops looking, and likewise for what is called a fail. The change passes where
every criterion passes, every hard limit is kept, no varied world turns the primary effect round, and the self-tests
find nothing wrong. Non-inferiority and superiority by intervals: Piaggio et al. 2012, JAMA 308(24), 2594-2604,
doi:10.1001/jama.2012.87802. Imports `paired`, `shared_error`, `self_tests` and `judgement_words`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from incidents.measures import Measures
from optimiser.refusals import Flaw, Refusal
from simulation.difference import Difference
from simulation.judgement_words import Outcome, advice, finding_in_words, hard_in_words, sameness, sensitivity_in_words
from simulation.paired import Distance, Pairs
from simulation.self_tests import SelfTest, planted_effect, same_contacts, same_procedure
from simulation.shared_error import holm, nominal_levels, spent
from simulation.terms import Criterion, HardLimit, Looks, Terms

__all__ = [
    "Evidence", "Finding", "HardFinding", "Judgement", "Outcome", "SelfTest", "SensitivityFinding", "Variation",
    "Verdict", "judge",
]  # fmt: skip

SENSITIVITY_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was played on one workload: run i of both sides met the same contacts.

    `again`: the baseline played once more on the first of these runs, for the self-test: it must be the same to the last bit.
    """

    workload: str
    baseline: Sequence[Measures]
    candidate: Sequence[Measures]
    again: Sequence[Measures] = ()


@dataclass(frozen=True, slots=True)
class Variation:
    """The same question in a world that is a little different, such as 20 % more load: only the primary measure is read."""

    name: str
    workload: str
    baseline: Sequence[Measures]
    candidate: Sequence[Measures]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion came to on one workload.

    `difference` has the interval that decides (level 1 - `held_against`), `margin` is in the measure's unit, `bar` is the
    difference that separates pass from fail. `p_value` is two-sided and of this look alone; it decides where it is at most
    `held_against`, which looks, workloads and criteria leave of alpha. `power`: how surely these runs would tell a difference as
    large as the margin, None where the margin is 0. `more_runs`: about how many further runs would decide, None where that is not
    the question or no number would. Figures are NaN and `interval` None where a run observed nothing.
    """

    criterion: Criterion
    workload: str
    is_primary: bool
    outcome: Outcome
    because: str
    difference: Difference
    margin: float
    bar: float
    p_value: float
    held_against: float
    power: float | None
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class HardFinding:
    """Whether every run of the candidate kept a hard limit on one workload; `worst` is the figure furthest beyond or nearest."""

    limit: HardLimit
    workload: str
    outcome: Outcome
    because: str
    worst: float
    broken: int
    runs: int


@dataclass(frozen=True, slots=True)
class SensitivityFinding:
    """Whether the primary measure still moves as wanted in a varied world: `pass` if so, `fail` if surely the other way."""

    name: str
    workload: str
    outcome: Outcome
    because: str
    difference: Difference


@dataclass(frozen=True, slots=True)
class Verdict:
    """Fail if anything that must hold surely does not; pass if all of it holds; otherwise undecided."""

    outcome: Outcome
    because: str
    more_runs: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything that one look says. `spent` is how much of `alpha` this look and those before it have used up."""

    verdict: Verdict
    findings: tuple[Finding, ...]
    hard: tuple[HardFinding, ...]
    sensitivities: tuple[SensitivityFinding, ...]
    self_tests: tuple[SelfTest, ...]
    look: int
    looks: Looks
    runs: int
    alpha: float
    spent: float

    @property
    def is_last(self) -> bool:
        """Whether no look is left."""
        return self.look == len(self.looks.at)


def judge(
    terms: Terms,
    evidence: Sequence[Evidence],
    *,
    look: int,
    sensitivities: Sequence[Variation] = (),
) -> Judgement:
    """Judge the candidate at a look (1 is the first), when every workload has `terms.looks.at[look - 1]` paired runs.

    A sensitivity that is not played yet is simply not handed in. Refuses, all at once: runs that do not pair or are not as many
    as the look says, workloads that are named by the terms and missing, and names of figures that mean nothing in these runs.
    """
    _refuse_unsound(terms, evidence, look, sensitivities)

    def levels(tests_left: int) -> tuple[float, ...]:
        return nominal_levels(terms.looks.at, terms.looks.spending, terms.alpha / tests_left)

    tests = [
        _Test.of(criterion, each)
        for criterion in terms.criteria
        for each in evidence
        if criterion.covers(each.workload)
    ]
    passing = holm([test.p_values[0] for test in tests], lambda left: levels(left)[look - 1])
    failing = holm([test.p_values[1] for test in tests], lambda left: levels(left)[look - 1])
    findings = tuple(
        _finding(test, test.criterion is terms.primary, passes, fails, lambda left: levels(left)[-1], len(tests))
        for test, passes, fails in zip(tests, passing, failing, strict=True)
    )
    hard = tuple(_hard(limit, each) for limit in terms.hard for each in evidence if limit.covers(each.workload))
    varied = tuple(_sensitivity(terms.primary, each) for each in sensitivities)
    self_tests = _self_tests(terms, evidence, levels(len(tests))[-1])
    share = terms.looks.at[look - 1] / terms.looks.last
    return Judgement(
        verdict=_verdict(findings, hard, varied, self_tests),
        findings=findings,
        hard=hard,
        sensitivities=varied,
        self_tests=self_tests,
        look=look,
        looks=terms.looks,
        runs=terms.looks.at[look - 1],
        alpha=terms.alpha,
        spent=2 * spent(terms.looks.spending, terms.alpha / 2, share),
    )


@dataclass(frozen=True, slots=True)
class _Test:
    """One criterion on one workload. `distance` None: a run observed nothing to measure it by, and neither p-value is small."""

    criterion: Criterion
    workload: str
    pairs: Pairs
    distance: Distance | None
    p_values: tuple[float, float]

    @classmethod
    def of(cls, criterion: Criterion, evidence: Evidence) -> _Test:
        pairs = Pairs.of(criterion.measure, evidence.baseline, evidence.candidate)
        if pairs.missing:
            return cls(criterion, evidence.workload, pairs, None, (1.0, 1.0))
        distance = Distance.of(criterion, pairs)
        return cls(criterion, evidence.workload, pairs, distance, distance.p_values)


def _finding(
    test: _Test,
    is_primary: bool,
    passes: tuple[bool, float],
    fails: tuple[bool, float],
    last_level: Callable[[int], float],
    tests: int,
) -> Finding:
    outcome: Outcome = "pass" if passes[0] else "fail" if fails[0] else "undecided"
    held_against = {"pass": passes[1], "fail": fails[1], "undecided": min(passes[1], fails[1])}[outcome]
    level, distance = 1 - held_against, test.distance
    if distance is None:
        because = (
            f"{test.pairs.missing} of {test.pairs.missing + test.pairs.runs} runs observed nothing to measure it by."
        )
        difference = test.pairs.difference(level)
        return Finding(
            test.criterion, test.workload, is_primary, "undecided", because, difference,
            margin=math.nan, bar=math.nan, p_value=math.nan, held_against=held_against, power=None,
        )  # fmt: skip
    difference, bar = test.pairs.difference(level, distance.interval(level)), distance.sign * distance.bar + 0.0
    because, more = finding_in_words(test.criterion, difference, bar, outcome), None
    if not test.pairs.differing:
        because += sameness(difference.runs)
    if outcome == "undecided":
        wanted = distance.runs_to_decide(1 - last_level(tests))
        more = None if wanted is None else max(1, wanted - difference.runs)
        because += advice(more)
    return Finding(
        test.criterion, test.workload, is_primary, outcome, because, difference,
        margin=abs(distance.bar), bar=bar, p_value=min(test.p_values), held_against=held_against,
        power=distance.power(level), more_runs=more,
    )  # fmt: skip


def _hard(limit: HardLimit, evidence: Evidence) -> HardFinding:
    figures = [run.figure(limit.measure) for run in evidence.candidate]
    seen = [figure for figure in figures if not math.isnan(figure)]
    broken = sum(not limit.is_kept_by(figure) for figure in figures)
    worst = math.nan if not seen else max(seen) if limit.at_most is not None else min(seen)
    because = hard_in_words(limit, worst, broken, len(seen), len(figures))
    return HardFinding(limit, evidence.workload, "fail" if broken else "pass", because, worst, broken, len(figures))


def _sensitivity(primary: Criterion, played: Variation) -> SensitivityFinding:
    pairs = Pairs.of(primary.measure, played.baseline, played.candidate)
    difference = pairs.difference(SENSITIVITY_LEVEL)
    sign = 1 if primary.wants_low else -1
    outcome: Outcome = "undecided"
    if difference.interval is not None and not pairs.missing:
        furthest = min(sign * difference.interval.low, sign * difference.interval.high)
        outcome = "pass" if sign * difference.mean_difference < 0 else "fail" if furthest > 0 else "undecided"
    because = sensitivity_in_words(primary.measure, difference, outcome)
    return SensitivityFinding(played.name, played.workload, outcome, because, difference)


def _self_tests(terms: Terms, evidence: Sequence[Evidence], level: float) -> tuple[SelfTest, ...]:
    mine = [each for each in evidence if terms.primary.covers(each.workload)]
    pairs = [Pairs.of(terms.primary.measure, each.baseline, each.candidate) for each in mine]
    return (
        same_contacts([pair for each in evidence for pair in zip(each.baseline, each.again, strict=False)]),
        same_procedure([pair.baseline for pair in pairs if not pair.missing]),
        planted_effect([Distance.of(terms.primary, pair) for pair in pairs if not pair.missing], level),
    )


def _verdict(
    findings: Sequence[Finding],
    hard: Sequence[HardFinding],
    varied: Sequence[SensitivityFinding],
    self_tests: Sequence[SelfTest],
) -> Verdict:
    wrong = [test for test in self_tests if test.outcome == "fail"]
    if wrong:
        told = " ".join(test.because for test in wrong)
        return Verdict("undecided", f"A self-test fails, so nothing here can be relied on. {told}")
    named = (
        *((f"{found.criterion.measure} ({found.workload})", found.outcome) for found in findings),
        *((f"{found.limit.measure} ({found.workload}, hard limit)", found.outcome) for found in hard),
        *((f"{found.name} ({found.workload}, sensitivity)", found.outcome) for found in varied),
    )
    failed = [name for name, outcome in named if outcome == "fail"]
    undecided = [name for name, outcome in named if outcome == "undecided"]
    if failed:
        return Verdict("fail", f"{len(failed)} of {len(named)} conditions fail: {', '.join(failed)}.")
    if not undecided:
        return Verdict("pass", f"All {len(named)} conditions are met." if len(named) > 1 else "The condition is met.")
    waits = [found.more_runs for found in findings if found.outcome == "undecided"]
    is_only_runs = not any(found.outcome == "undecided" for found in varied)
    known = [wait for wait in waits if wait is not None]
    more = max(known) if is_only_runs and len(known) == len(waits) else None
    told = advice(more) if is_only_runs else " The primary effect does not keep its sign in every varied world."
    return Verdict(
        "undecided", f"{len(undecided)} of {len(named)} conditions undecided: {', '.join(undecided)}.{told}", more
    )


def _refuse_unsound(terms: Terms, evidence: Sequence[Evidence], look: int, varied: Sequence[Variation]) -> None:
    flaws: list[Flaw] = []
    if not 1 <= look <= len(terms.looks.at):
        raise Refusal.of("look", f"there is no look {look}", f"1 to {len(terms.looks.at)}")
    wanted = terms.looks.at[look - 1]
    names = [each.workload for each in evidence]
    if not evidence or len(set(names)) < len(names):
        flaws.append(Flaw("evidence", f"workloads {', '.join(names) or 'none'}", "at least one, and each once"))
    for name in terms.workloads:
        if name not in names:
            flaws.append(Flaw("workloads", f"the terms name {name!r}, which was not played", ", ".join(names)))
    for each in evidence:
        if not len(each.baseline) == len(each.candidate) == wanted or len(each.again) > wanted:
            what = f"{len(each.baseline)} runs of the baseline, {len(each.candidate)} of the candidate, {len(each.again)} again"
            flaws.append(
                Flaw(each.workload, what, f"{wanted} of both at look {look}, and no more of the baseline again")
            )
        flaws.extend(_unknown(terms.measures, [*each.baseline[:1], *each.candidate[:1]]))
    for variation in varied:
        if len(variation.baseline) != len(variation.candidate) or len(variation.baseline) < 2:
            what = f"{len(variation.baseline)} runs of the baseline, {len(variation.candidate)} of the candidate"
            flaws.append(Flaw(variation.name, what, "as many of one as of the other, and at least 2"))
        flaws.extend(_unknown((terms.primary.measure,), [*variation.baseline[:1], *variation.candidate[:1]]))
    if flaws:
        raise Refusal(list(dict.fromkeys(flaws)))


def _unknown(measures: Sequence[str], runs: Sequence[Measures]) -> list[Flaw]:
    found: list[Flaw] = []
    for run in runs:
        for name in measures:
            try:
                run.figure(name)
            except Refusal as refusal:
                found.extend(refusal.flaws)
    return found
