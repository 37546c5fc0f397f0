"""An answer: all that an experiment came to, from which every report is made.

Imports `experiment`, `judgement` and `selection`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.arms import Arm
from simulation.difference import Difference
from simulation.experiment import Frozen
from simulation.judgement import Evidence, Judgement, Outcome, Variation
from simulation.paired import Pairs
from simulation.selection import Selection

LEVEL = 0.95
"""Of the intervals of differences that decide nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked, what was played, and what it was judged to be.

    `candidate`: the one that was judged, on `seeds`, none of which had a part in choosing it. `looks`: the judgement at every
    look, the last of which is `judgement`. `evidence` has the measures of every run by workload. `contacts`: of all that was
    played, kept or not. `ended`: why no further look was taken.
    """

    asked: Frozen
    candidate: Arm
    judgement: Judgement
    looks: tuple[Judgement, ...]
    selection: Selection | None
    evidence: tuple[Evidence, ...]
    variations: tuple[Variation, ...]
    seeds: tuple[int, ...]
    seeds_of_selection: tuple[int, ...]
    contacts: int
    ended: str
    run_time_s: float

    @property
    def outcome(self) -> Outcome:
        """Pass, fail or undecided."""
        return self.judgement.verdict.outcome

    @property
    def fingerprint(self) -> str:
        """What was asked, as one hash."""
        return self.asked.fingerprint

    def evidence_of(self, workload: str) -> Evidence:
        """What was played on one workload."""
        return next(each for each in self.evidence if each.workload == workload)

    def differences(self, workload: str, measures: Sequence[str]) -> tuple[Difference, ...]:
        """Candidate minus baseline on one workload, each at the plain level."""
        played = self.evidence_of(workload)
        pairs = (Pairs.of(measure, played.baseline, played.candidate) for measure in measures)
        return tuple(pair.difference(LEVEL) for pair in pairs)
