"""What the live log says of the checks and targets of the rules, over HTTP. Nothing is recorded.

Imports `judging`, `submission` and `wire`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.judging import Judgement, judge_incident, judge_window
from api.log_chain import Entry
from api.problems import NobodyCalled, documented
from api.submission import Room
from api.wire import EPOCH, LATEST, FactOnWire, Id, instant, iso, on_wire
from incidents.conformance import CheckTotal, Conformance, Finding, TargetTotal
from incidents.quantities import IncidentId
from incidents.refusals import Flaw, Refusal
from simulation.scenario_files import known_packs

routes = APIRouter(prefix="/v1", tags=["conformance"], responses=documented())

MOST_FINDINGS = 1_000
"""The most findings that are sent at once."""

Moment = Annotated[AwareDatetime, Field(ge=EPOCH, le=LATEST)]


class CheckTotalView(BaseModel):
    """How often a check was met; what is pending counts for neither."""

    rule: str
    procedure: str = Field(description="fingerprint of the rules")
    met: int
    missed: int
    pending: int


class TargetTotalView(BaseModel):
    """A target's figure over all that it is for: seconds, or a share; null where nothing was timed."""

    rule: str
    procedure: str
    statistic: str
    limit_s: float
    share: float | None
    figure: float | None
    met: bool | None
    timed: int
    running: int
    pending: int


class FindingView(BaseModel):
    """One check or target of one contact or incident, and the facts that show it."""

    subject: str
    sort: Literal["check", "target"]
    rule: str
    procedure: str
    verdict: Literal["met", "missed", "pending"]
    because: str
    time_s: float | None
    shown_by: tuple[FactOnWire, ...]


class ConformanceView(BaseModel):
    """What was found as of an instant; `complete` false: the log goes on after `as_of`, beyond what is read at once.

    Totals are over all that was judged, findings a page of them: `next` is the `after` of the following page, null at the end.
    """

    as_of: str
    complete: bool
    kept: bool
    unjudged: int = Field(description="contacts and incidents that began before any procedure was in force")
    checks: tuple[CheckTotalView, ...]
    targets: tuple[TargetTotalView, ...]
    findings: tuple[FindingView, ...]
    next: str | None


@routes.get("/conformance")
def read_conformance(
    room: Room,
    since: Annotated[
        Moment | None, Query(description="received at this instant or later, ISO 8601 with a zone")
    ] = None,
    until: Annotated[Moment | None, Query(description="received before this instant")] = None,
    incident: Annotated[Id | None, Query(description="this incident and its contacts alone, and no window")] = None,
    verdict: Annotated[Literal["met", "missed", "pending"] | None, Query(description="findings with it alone")] = None,
    after: Annotated[str | None, Query(max_length=100, description="findings after those of this subject")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_FINDINGS)] = 100,
) -> ConformanceView:
    """Hold the log against the checks and targets of the rules in force when each contact or incident began."""
    if incident is not None and (since is not None or until is not None):
        raise Refusal([Flaw("query/incident", "goes without a window", "either `incident`, or `since` and `until`")])
    packs = known_packs()
    if incident is None:
        window = [None if each is None else instant(each) for each in (since, until)]
        judgement = judge_window(room.log, packs, since=window[0], until=window[1])
    else:
        of_one = judge_incident(room.log, packs, IncidentId(incident))
        if of_one is None:
            raise NobodyCalled(f"There is no incident {incident}.")
        judgement = of_one
    return _view(judgement, verdict, after, limit)


def _view(judgement: Judgement, verdict: str | None, after: str | None, limit: int) -> ConformanceView:
    found = judgement.found
    asked = [each for each in found.findings if verdict in (None, each.verdict.value)]
    page, following = _page(asked, _subjects(found), after, limit)
    # A finding shows the very facts that were read, so each is its own entry's.
    entries = {id(entry.fact): entry for entry in judgement.read}
    return ConformanceView(
        as_of=iso(judgement.as_of),
        complete=judgement.is_whole,
        kept=found.is_kept,
        unjudged=found.unjudged,
        checks=tuple(_check(each) for each in found.checks),
        targets=tuple(_target(each) for each in found.targets),
        findings=tuple(_finding(each, entries) for each in page),
        next=following,
    )


def _subjects(found: Conformance) -> Sequence[str]:
    return tuple(dict.fromkeys(each.subject for each in found.findings))


def _page(
    findings: Sequence[Finding], subjects: Sequence[str], after: str | None, limit: int
) -> tuple[tuple[Finding, ...], str | None]:
    """The findings of as many subjects as fit, those of one whole; and the last subject where there are more."""
    if after is not None and after not in subjects:
        raise Refusal(
            [Flaw("query/after", f"nothing was found of {after!r}", "the `next` of a page before, of the same window")]
        )
    begun = set(subjects[: subjects.index(after) + 1]) if after is not None else set()
    shown: list[Finding] = []
    last: str | None = None
    for subject, of_one in groupby((each for each in findings if each.subject not in begun), key=lambda e: e.subject):
        together = list(of_one)
        if shown and len(shown) + len(together) > limit:
            return tuple(shown), last
        shown += together
        last = subject
    return tuple(shown), None


def _check(total: CheckTotal) -> CheckTotalView:
    return CheckTotalView(
        rule=total.rule, procedure=total.fingerprint, met=total.met, missed=total.missed, pending=total.pending
    )


def _target(total: TargetTotal) -> TargetTotalView:
    target, is_met = total.target, total.is_met
    return TargetTotalView(
        rule=total.rule,
        procedure=total.fingerprint,
        statistic=target.statistic,
        limit_s=target.limit_s,
        share=target.share,
        figure=None if is_met is None else total.figure,
        met=is_met,
        timed=total.timed,
        running=total.running,
        pending=total.pending,
    )


def _finding(finding: Finding, entries: Mapping[int, Entry]) -> FindingView:
    return FindingView(
        subject=finding.subject,
        sort=finding.sort,
        rule=finding.rule,
        procedure=finding.fingerprint,
        verdict=finding.verdict.value,
        because=finding.because,
        time_s=finding.time_s,
        shown_by=tuple(_shown(finding, entries)),
    )


def _shown(finding: Finding, entries: Mapping[int, Entry]) -> Iterator[FactOnWire]:
    return (on_wire(entries[id(each.fact)]) for each in finding.shown_by)
