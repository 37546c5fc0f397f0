"""What if: the only place that knows the order in which an experiment is answered.

Read and refuse, freeze and fingerprint; race, where there are several candidates; then look by look play only what the
look adds, and judge, until it is decided or the last look is over; vary the world where the terms are met; report.
Nothing is forced: what is undecided at the end is undecided. Imports everything above it in the package.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from incidents.measures import Measures
from incidents.procedure import Procedure
from simulation.answer import Answer
from simulation.arms import Arm
from simulation.experiment import Frozen
from simulation.experiment_runs import Hands, Side, Wanted, measures_of, play_all
from simulation.judgement import Evidence, Judgement, Variation, judge
from simulation.periods import Played
from simulation.selection import FEWEST_FIRST_RUNS, Selection, select
from simulation.sensitivities import lost_units, varied

RACE_STEP = 10
"""Runs that are added to a race at a time."""
SECOND_TAKE = 2


def answered(asked: Frozen, hands: Hands | None = None) -> Answer:
    """Answer an experiment. Equal experiments get equal answers, whoever plays and whatever is kept. Raises `Cancelled`."""
    began = time.perf_counter()
    course = _Course(asked, hands or Hands())
    selection, raced = course.race() if len(asked.candidates) > 1 else (None, 0)
    named = selection.standings[0].name if selection is not None else asked.candidates[0].name
    candidate = next(arm for arm in asked.candidates if arm.name == named)
    judgements = course.look_by_look(candidate, asked.experiment.first_seed + raced)
    variations: tuple[Variation, ...] = ()
    if judgements[-1].verdict.outcome == "pass" and asked.experiment.sensitivity is not None:
        variations = course.vary(candidate, asked.experiment.first_seed + raced)
        last = judgements[-1]
        varied_too = judge(asked.experiment.terms, course.evidence(), look=last.look, sensitivities=variations)
        judgements = (*judgements[:-1], varied_too)
    first = asked.experiment.first_seed
    return Answer(
        asked=asked,
        candidate=candidate,
        judgement=judgements[-1],
        looks=judgements,
        selection=selection,
        evidence=course.evidence(),
        variations=variations,
        seeds=tuple(range(first + raced, first + raced + judgements[-1].runs)),
        seeds_of_selection=tuple(range(first, first + raced)),
        contacts=course.contacts,
        ended=course.ended,
        run_time_s=time.perf_counter() - began,
    )


@dataclass
class _Course:
    """What is played so far. `contacts`: of both sides over everything; `ended`: why no further look was taken."""

    asked: Frozen
    hands: Hands
    contacts: int = 0
    ended: str = ""
    baseline: dict[str, tuple[Measures, ...]] = field(default_factory=dict)
    candidate: dict[str, tuple[Measures, ...]] = field(default_factory=dict)
    again: dict[str, tuple[Measures, ...]] = field(default_factory=dict)

    @property
    def rod(self) -> Procedure:
        """The procedure by whose plans every arm is judged."""
        return self.asked.baseline.procedure

    def play(self, stage: str, wanted: Sequence[Wanted]) -> list[tuple[Measures, ...]]:
        """Play and count."""
        played = play_all(stage, wanted, self.hands)
        self.contacts += sum(contacts for runs in played for _, contacts, _ in runs)
        return [measures_of(runs) for runs in played]

    def evidence(self) -> tuple[Evidence, ...]:
        """All that was played to judge by."""
        names = [each.name for each in self.asked.workloads]
        return tuple(Evidence(name, self.baseline[name], self.candidate[name], self.again[name]) for name in names)

    def race(self) -> tuple[Selection, int]:
        """Choose among the candidates; how many seeds that took."""
        asked = self.asked.experiment
        primary, race, first = asked.terms.primary, asked.race, asked.first_seed
        workload = self.asked.workload(race.workload) if race.workload else self.asked.primary_workload()
        runs: dict[str, tuple[Measures, ...]] = {arm.name: () for arm in self.asked.candidates}
        still_in, until = tuple(runs), FEWEST_FIRST_RUNS
        while True:
            arms = [arm for arm in self.asked.candidates if arm.name in still_in]
            wanted = [
                Wanted(Side(arm, workload, self.rod), tuple(range(first + len(runs[arm.name]), first + until)))
                for arm in arms
            ]
            stage = f"choosing among {len(arms)} candidates"
            for arm, played in zip(arms, self.play(stage, wanted), strict=True):
                runs[arm.name] += played
            indifference = race.indifference or _margin(self.asked, [run for each in runs.values() for run in each])
            found = select(
                runs,
                primary.measure,
                wants_low=primary.wants_low,
                indifference=indifference,
                confidence=race.confidence,
            )
            if found.chosen is not None or until >= race.runs or self._is_spent(self.contacts / until * RACE_STEP):
                return found, until
            still_in, until = found.still_in, min(race.runs, until + RACE_STEP)

    def look_by_look(self, candidate: Arm, first_seed: int) -> tuple[Judgement, ...]:
        """Judge at every look until it is decided."""
        looks, workloads = self.asked.experiment.terms.looks.at, self.asked.workloads
        before, found = 0, list[Judgement]()
        contacts_before = self.contacts
        for number, until in enumerate(looks, start=1):
            if found and self._is_spent((self.contacts - contacts_before) / before * (until - before)):
                self.ended = "The budget of contacts is spent."
                break
            self._look(
                f"look {number} of {len(looks)}", candidate, workloads, range(first_seed + before, first_seed + until)
            )
            before = until
            found.append(judge(self.asked.experiment.terms, self.evidence(), look=number))
            if found[-1].verdict.outcome != "undecided":
                self.ended = "It is decided."
                break
            if any(test.outcome == "fail" for test in found[-1].self_tests):
                self.ended = "A self-test fails, and more runs would not mend that."
                break
        else:
            self.ended = "It was the last look."
        return tuple(found)

    def _look(self, stage: str, candidate: Arm, workloads: Sequence[Played], seeds: range) -> None:
        wanted: list[Wanted] = []
        for workload in workloads:
            wanted += [Wanted(Side(arm, workload, self.rod), tuple(seeds)) for arm in (self.asked.baseline, candidate)]
            # The very first run once more, as if it were another procedure: it must come out the same to the last bit.
            once_more = () if self.again.get(workload.name) else (seeds[0],)
            wanted.append(Wanted(Side(self.asked.baseline, workload, self.rod, take=SECOND_TAKE), once_more))
        played = self.play(stage, wanted)
        sides = (self.baseline, self.candidate, self.again)
        for number, measures in enumerate(played):
            name, side = workloads[number // len(sides)].name, sides[number % len(sides)]
            side[name] = side.get(name, ()) + measures

    def vary(self, candidate: Arm, first_seed: int) -> tuple[Variation, ...]:
        """Play the primary measure's workload in worlds that are a little different."""
        asked = self.asked.experiment.sensitivity
        assert asked is not None, "only an experiment that asks for it is varied"
        base = self.asked.workload(asked.workload) if asked.workload else self.asked.primary_workload()
        seeds, centre = tuple(range(first_seed, first_seed + asked.runs)), self.asked.baseline.centre
        wanted: list[Wanted] = []
        for name in asked.of:
            workload, lost = varied(base, name), lost_units(centre, base.scenario.workload, name)
            wanted += [
                Wanted(Side(arm, workload, self.rod, lacking=lost), seeds) for arm in (self.asked.baseline, candidate)
            ]
        played = self.play("varying the world", wanted)
        return tuple(
            Variation(name, base.name, played[2 * number], played[2 * number + 1])
            for number, name in enumerate(asked.of)
        )

    def _is_spent(self, more: float) -> bool:
        """Whether so many more contacts would go beyond the budget."""
        budget = self.asked.experiment.budget
        return budget is not None and budget.contacts is not None and self.contacts + more > budget.contacts


def _margin(asked: Frozen, runs: Sequence[Measures]) -> float:
    """The primary criterion's margin in the measure's unit; as a share, it is of the mean over all candidates' runs."""
    primary = asked.experiment.terms.primary
    if primary.margin_abs is not None:
        return primary.margin_abs
    assert primary.margin_share is not None, "a criterion has one margin"
    figures = [run.figure(primary.measure) for run in runs]
    return primary.margin_share * abs(sum(figures) / len(figures))
