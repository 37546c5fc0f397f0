"""From a draft to the rules in force: which step may be taken, by whom, and what stands against it.

    draft -> tested -> approved -> scheduled -> in force -> retired
                                                        -> halted, rolled back

A step is a function of what is on record about one fingerprint, of who takes it, and of what is in force. Whoever wrote a draft,
or any draft that it goes back to, does not approve it; an approval holds for just this fingerprint, and rests on a test that
passed with it or on a waiver by somebody who neither wrote nor approves it. Imports `quantities` and `refusals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from incidents.quantities import Instant
from incidents.refusals import Flaw


class Stage(StrEnum):
    """How far a version has come."""

    DRAFT = "draft"
    TESTED = "tested"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    IN_FORCE = "in force"
    RETIRED = "retired"
    HALTED = "halted"


class Step(StrEnum):
    """What may be put on record about a version."""

    COMMENT = "comment"
    EVIDENCE = "evidence"
    WAIVER = "waiver"
    APPROVAL = "approval"
    SCHEDULE = "schedule"
    ADOPTED = "adopted"
    HALTED = "halted"
    READ = "read"


DATED_STEPS = (Step.SCHEDULE, Step.ADOPTED, Step.HALTED)
"""Of these the last says whether a version is still to be put in force."""


@dataclass(frozen=True, slots=True)
class Act:
    """One step that somebody took. `said`: their words; `outcome`: of a test, as the report has it."""

    step: Step
    who: str
    at: Instant
    said: str = ""
    outcome: str | None = None
    due_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything on record about one version. `authors`: who wrote it and every draft it goes back to, the last editor first."""

    fingerprint: str
    authors: tuple[str, ...]
    acts: tuple[Act, ...] = ()

    def acts_of(self, step: Step) -> tuple[Act, ...]:
        """Return the acts of one kind, the latest last."""
        return tuple(act for act in self.acts if act.step is step)

    def latest(self, *steps: Step) -> Act | None:
        """Return the last act of these kinds."""
        return next((act for act in reversed(self.acts) if act.step in steps), None)

    @property
    def is_tested(self) -> bool:
        """Whether its last test passed, or somebody has waived one."""
        evidence = self.latest(Step.EVIDENCE)
        return (evidence is not None and evidence.outcome == "pass") or self.latest(Step.WAIVER) is not None

    @property
    def scheduled_for(self) -> Instant | None:
        """When it is to be put in force; None: nobody said, or it has happened, or it was halted since."""
        last = self.latest(*DATED_STEPS)
        return last.due_at if last is not None and last.step is Step.SCHEDULE else None

    def stage(self, in_force: str | None) -> Stage:
        """Return how far it has come, given the fingerprint of the rules in force."""
        if self.fingerprint == in_force:
            return Stage.IN_FORCE
        last = self.latest(*DATED_STEPS)
        if last is not None:
            ended = {Step.SCHEDULE: Stage.SCHEDULED, Step.ADOPTED: Stage.RETIRED, Step.HALTED: Stage.HALTED}
            return ended[last.step]
        if self.latest(Step.APPROVAL) is not None:
            return Stage.APPROVED
        return Stage.TESTED if self.is_tested else Stage.DRAFT


def against(dossier: Dossier, act: Act, in_force: str | None) -> Sequence[Flaw]:
    """Return what stands against taking this step now; empty: nothing does."""
    flaws: list[Flaw] = []
    if act.step is Step.WAIVER:
        if act.who in dossier.authors:
            flaws.append(Flaw("/who", f"{act.who} wrote it", "a waiver by somebody who did not"))
        if not act.said.strip():
            flaws.append(Flaw("/reason", "is missing", "why it may go without a test that passed"))
    if act.step is Step.APPROVAL:
        flaws += _against_approval(dossier, act)
    if act.step is Step.SCHEDULE:
        approval, halt = dossier.latest(Step.APPROVAL), dossier.latest(Step.HALTED)
        if approval is None:
            flaws.append(Flaw("/fingerprint", "is not approved", "an approved version"))
        elif halt is not None and halt.at >= approval.at:
            flaws.append(Flaw("/fingerprint", "was halted after it was approved", "a draft that mends what halted it"))
        if dossier.fingerprint == in_force:
            flaws.append(Flaw("/fingerprint", "is in force", "another version"))
    return flaws


def _against_approval(dossier: Dossier, act: Act) -> list[Flaw]:
    flaws: list[Flaw] = []
    if act.who in dossier.authors:
        flaws.append(Flaw("/who", f"{act.who} wrote it", "an approver who did not"))
    waiver = dossier.latest(Step.WAIVER)
    passed = (evidence := dossier.latest(Step.EVIDENCE)) is not None and evidence.outcome == "pass"
    if not passed and waiver is None:
        last = "no test is on record" if evidence is None else f"its last test came out {evidence.outcome}"
        flaws.append(Flaw("/fingerprint", last, "a test of just this version that passed, or a waiver"))
    if not passed and waiver is not None and waiver.who == act.who:
        flaws.append(Flaw("/who", f"{act.who} waived its test", "an approver who did not"))
    if dossier.latest(Step.APPROVAL) is not None:
        flaws.append(Flaw("/fingerprint", "is approved already", "a version that is not"))
    return flaws
