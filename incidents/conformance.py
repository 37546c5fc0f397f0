"""Facts -> Conformance: were the procedure's checks and targets kept, and which facts show it? Of any log, lived or simulated.

Each incident is judged by the procedure that was in force when it was opened, each contact by the one when it was received,
whatever was adopted later. A check is met, missed, or pending while it may still be met. A clock that has stopped is a time; one
that runs counts with its time so far once that is over the limit, and is pending until then; one that never will stop, since its
incident is closed or its contact gave up, is left out, as in `performance`. A clock that stops before it starts took no time.
Imports `moments`, `targets`, `measures` and `procedure`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np

from incidents import facts as f
from incidents.checks import Check
from incidents.measures import statistic_of
from incidents.moments import OF_RESOURCES, Course, Courses, Shown, courses_of
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant, ms
from incidents.refusals import Flaw, Refusal
from incidents.targets import Target, TargetPack, Tick, targets_of


class Verdict(StrEnum):
    """What the log says of one rule and one contact or incident."""

    MET = "met"
    MISSED = "missed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check or target of one contact or incident (`subject`), with the facts that show it.

    `time_s`: of a target, the time its clock took, or has taken so far; for an incident on its own, met means within the limit.
    """

    subject: str
    sort: Literal["check", "target"]
    rule: str
    fingerprint: str
    verdict: Verdict
    because: str
    shown_by: tuple[Shown, ...]
    time_s: float | None = None


@dataclass(frozen=True, slots=True)
class CheckTotal:
    """How often a check was met. What is pending counts for neither."""

    rule: str
    fingerprint: str
    met: int
    missed: int
    pending: int


@dataclass(frozen=True, slots=True)
class TargetTotal:
    """A target's figure over all that it is for: seconds, or a share. NaN, and `is_met` None, where nothing was timed.

    `timed`: clocks behind the figure, of which `running` have not stopped, so that the figure can still get worse.
    """

    rule: str
    fingerprint: str
    target: Target
    figure: float
    timed: int
    running: int
    pending: int

    @property
    def is_met(self) -> bool | None:
        """Whether the figure keeps the limit."""
        if math.isnan(self.figure):
            return None
        return self.figure >= self.target.share if self.target.share is not None else self.figure <= self.target.limit_s


@dataclass(frozen=True, slots=True)
class Conformance:
    """What a log says about the rules in force: by subject in `findings`, in total in `checks` and `targets`.

    `unjudged`: contacts and incidents that began before any procedure was in force that is known.
    """

    findings: tuple[Finding, ...]
    checks: tuple[CheckTotal, ...]
    targets: tuple[TargetTotal, ...]
    unjudged: int

    @property
    def is_kept(self) -> bool:
        """Whether no check was missed and no target failed."""
        return not any(each.missed for each in self.checks) and all(each.is_met is not False for each in self.targets)

    def of(self, subject: str) -> tuple[Finding, ...]:
        """What was found of one contact or incident."""
        return tuple(each for each in self.findings if each.subject == subject)


def conformance(
    facts: Iterable[f.Fact],
    procedures: Mapping[str, Procedure],
    packs: Mapping[str, TargetPack],
    *,
    in_force: str | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    as_of: Instant | None = None,
    sequences: Sequence[int] | None = None,
) -> Conformance:
    """Hold a log, in order of time, against the procedures (by fingerprint) that it says were in force; O(facts + findings).

    `in_force`: the fingerprint in force before the first fact. Only what was received in [since, until) is judged. `as_of`:
    the instant up to which nothing else happened (None: that of the last fact). `sequences`: those of facts that are only a
    part of their log, whose corrections name others by them. Refuses a procedure that names a target pack which it does not
    hold and which is not in `packs`.
    """
    courses = courses_of(facts, in_force, sequences)
    now = courses.until if as_of is None else max(as_of, courses.until)
    judges = _judges(procedures, packs)
    findings: list[Finding] = []
    unjudged = 0
    for subject, course, of in _subjects(courses):
        received = course.first["received"].at
        if (since is not None and received < since) or (until is not None and received >= until):
            continue
        judge = judges.get(course.fingerprint or "")
        if judge is None:
            unjudged += 1
        else:
            findings.extend(judge.findings(subject, course, of, now))
    judged = dict.fromkeys(each.fingerprint for each in findings)
    return Conformance(
        tuple(findings),
        tuple(total for each in judged for total in _check_totals(judges[each], findings)),
        tuple(total for each in judged for total in _target_totals(judges[each], findings)),
        unjudged,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """The rules of one version."""

    fingerprint: str
    checks: Mapping[str, Check]
    targets: Mapping[str, Target]

    def findings(
        self, subject: str, course: Course, of: Literal["contacts", "incidents"], until: Instant
    ) -> Iterator[Finding]:
        for name, check in self.checks.items() if of == "incidents" else ():
            told = _checked(check, course, until)
            if told is not None:
                yield Finding(subject, "check", name, self.fingerprint, *told)
        for name, target in self.targets.items():
            timed = _timed(target, course, until) if target.of == of else None
            if timed is not None:
                yield Finding(subject, "target", name, self.fingerprint, *timed)


def _judges(procedures: Mapping[str, Procedure], packs: Mapping[str, TargetPack]) -> dict[str, _Judge]:
    named = {name: None for each in procedures.values() for name in each.targets.packs if name not in each.targets.held}
    flaws = [
        Flaw("targets", f"there is no target pack '{name}'", ", ".join(packs)) for name in named if name not in packs
    ]
    if flaws:
        raise Refusal(flaws)
    return {
        fingerprint: _Judge(fingerprint, each.checks, targets_of(each.targets, packs))
        for fingerprint, each in procedures.items()
    }


def _subjects(courses: Courses) -> Iterator[tuple[str, Course, Literal["contacts", "incidents"]]]:
    for contact, course in courses.contacts.items():
        yield contact, course, "contacts"
    for incident, course in courses.incidents.items():
        yield incident, course, "incidents"


# Checks.

_Told = tuple[Verdict, str, tuple[Shown, ...]]


def _checked(check: Check, course: Course, until: Instant) -> _Told | None:
    """What the log says of a check; None where it is not asked of this incident, or no longer."""
    asks_for_more = check.record in OF_RESOURCES and not course.has_asked
    is_not_owed = check.handover is not None and check.handover not in course.given
    if asks_for_more or is_not_owed or (check.codes and course.code not in check.codes):
        return None
    after = None if check.after is None else course.when(check.after)
    if check.after is not None and after is None:
        return None
    bound = None if check.before is None else course.when(check.before)
    recorded = _recorded(check, course)
    due = None if after is None or check.within_s is None else after.at + ms(check.within_s)
    if recorded is None:
        return _not_recorded(check, course, after, bound, due, until)
    if bound is not None and recorded.number > bound.number:
        return Verdict.MISSED, f"recorded only after '{check.before}'", (bound, recorded)
    shown = (recorded,) if after is None else (after, recorded)
    if due is not None and recorded.at > due:
        return Verdict.MISSED, f"recorded {(recorded.at - due) / MS_PER_S:g} s too late", shown
    return Verdict.MET, "recorded", shown


def _recorded(check: Check, course: Course) -> Shown | None:
    if check.answer is not None:
        return course.answers.get(check.answer)
    if check.note is not None:
        words = check.note.casefold()
        noted = (
            each for each in course.notes if isinstance(each.fact, f.NoteAdded) and words in each.fact.text.casefold()
        )
        return next(noted, None)
    if check.handover is not None:
        return course.taken.get(check.handover)
    assert check.record is not None, "a check asks for one thing"
    return course.when(check.record, check.skill)


def _not_recorded(
    check: Check, course: Course, after: Shown | None, bound: Shown | None, due: Instant | None, until: Instant
) -> _Told | None:
    closed = course.when("closed")
    if bound is not None:
        return Verdict.MISSED, f"not recorded before '{check.before}'", (bound,)
    if due is not None and after is not None and (until if closed is None else closed.at) > due:
        return Verdict.MISSED, f"not recorded within {check.within_s:g} s of '{check.after}'", (after,)
    if closed is None:
        return Verdict.PENDING, "not recorded yet", ()
    # Closing an incident ends what was still to come, but not what was due all along.
    if due is not None or check.before is not None:
        return None
    return Verdict.MISSED, "not recorded by the time it was closed", (closed,)


# Targets.


def _timed(target: Target, course: Course, until: Instant) -> tuple[Verdict, str, tuple[Shown, ...], float] | None:
    """What the log says of a target's clock; None where it is not for this one, has not started, or never will stop."""
    ticks = (*target.start, *target.stop)
    asks_for_more = any(tick.moment in OF_RESOURCES for tick in ticks) and not course.has_asked
    if asks_for_more or (target.for_ and course.group not in target.for_):
        return None
    start, stop = _earliest(target.start, course), _earliest(target.stop, course)
    if start is None or start[0] > until:
        return None
    if stop is not None and stop[0] <= until:
        time_s = max(0, stop[0] - start[0]) / MS_PER_S
        verdict = Verdict.MET if time_s <= target.limit_s else Verdict.MISSED
        return verdict, f"{time_s:g} s of {target.limit_s:g}", (start[1], stop[1]), time_s
    if course.is_over:
        return None
    time_s = (until - start[0]) / MS_PER_S
    verdict = Verdict.PENDING if time_s <= target.limit_s else Verdict.MISSED
    return verdict, f"{time_s:g} s of {target.limit_s:g}, and still running", (start[1],), time_s


def _earliest(ticks: Sequence[Tick], course: Course) -> tuple[Instant, Shown] | None:
    come = [(shown.at + ms(tick.after_s), shown) for tick in ticks if (shown := course.when(tick.moment, tick.skill))]
    return min(come, key=lambda each: (each[0], each[1].number), default=None)


# Totals.


def _check_totals(judge: _Judge, findings: Sequence[Finding]) -> Iterator[CheckTotal]:
    by_rule = _by_rule(judge, findings, "check")
    for name in judge.checks:
        verdicts = [each.verdict for each in by_rule.get(name, ())]
        counts = (verdicts.count(each) for each in (Verdict.MET, Verdict.MISSED, Verdict.PENDING))
        yield CheckTotal(name, judge.fingerprint, *counts)


def _target_totals(judge: _Judge, findings: Sequence[Finding]) -> Iterator[TargetTotal]:
    by_rule = _by_rule(judge, findings, "target")
    for name, target in judge.targets.items():
        found = by_rule.get(name, ())
        timed = [each for each in found if each.verdict is not Verdict.PENDING]
        ascending = np.sort(np.asarray([each.time_s for each in timed], dtype=np.float64))
        statistic = f"within_{target.limit_s:f}" if target.statistic == "share" else target.statistic
        # A clock that has stopped shows both its ends.
        running = sum(len(each.shown_by) == 1 for each in timed)
        figure = statistic_of(ascending, statistic)
        yield TargetTotal(name, judge.fingerprint, target, figure, len(timed), running, len(found) - len(timed))


def _by_rule(judge: _Judge, findings: Sequence[Finding], sort: str) -> dict[str, list[Finding]]:
    by_rule: dict[str, list[Finding]] = {}
    for each in findings:
        if each.sort == sort and each.fingerprint == judge.fingerprint:
            by_rule.setdefault(each.rule, []).append(each)
    return by_rule
