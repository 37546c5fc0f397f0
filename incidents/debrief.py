"""The debrief of one incident, or of a stretch of a log: what happened, in words, and what was decided at each point and why.

Beside every choice stands what the procedure in force proposed just then, and beside every point at which a second procedure
parts from it what that one says. Clocks are those of `performance`, targets and checks those of `conformance`, so a debrief can
say nothing else than the figures do. Pure; imports those, `replaying` and `facts_in_words`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from incidents import facts as f
from incidents.centre import Centre
from incidents.choices import Choice
from incidents.conformance import Finding, conformance
from incidents.corrections import as_corrected
from incidents.escalation import Change, due
from incidents.facts_in_words import in_words
from incidents.measure_words import clock_in_words
from incidents.measures import EVERY
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import LAST_INSTANT, IncidentId, Instant, filed_under
from incidents.refusals import Refusal
from incidents.replaying import Replay, replay
from incidents.second_mind import Disagreement
from incidents.situation import Situation
from incidents.targets import TargetPack
from incidents.travel import TravelTimes

MOST_LINES = 20_000
"""The most facts that one debrief tells; how many more there are is said."""
MOST_VALUES = 20
"""The most times of one clock that are told one by one."""
CLOCKS = (
    "answer_s", "handling_s", "dispatch_wait_s", "turnout_s", "travel_s", "response_s", "on_scene_s", "transport_s",
    "handover_s", "commitment_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the log, in words. `actor` None: nobody says who; `corrected_by`: the later fact that puts it right."""

    sequence: int
    at: Instant
    actor: str | None
    fact: f.Fact
    words: str
    corrected_by: int | None
    choice: Choice | None
    disagreements: tuple[Disagreement, ...]

    @property
    def subject(self) -> str:
        """The incident, contact or resource that the fact is about; empty where it is about the centre."""
        incident, contact = filed_under(self.fact)
        return str(incident or contact or getattr(self.fact, "resource", None) or "")


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock: how many times it took, which (the first of them), their median and 90th percentile; seconds."""

    name: str
    words: str
    count: int
    values_s: tuple[float, ...]
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Told:
    """A message or handover: when it went out, arrived, was confirmed and became overdue; None: it did not, or nobody said."""

    what: str
    to: str
    incident: IncidentId
    sent_at: Instant
    withheld: str | None = None
    delivered_at: Instant | None = None
    acknowledged_at: Instant | None = None
    overdue_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class RungLine:
    """What became of a rung. `due`: it had not acted by the end of the log, and would at `at` if nothing changed."""

    at: Instant
    rung: str
    subject: str
    state: str
    because: str


@dataclass(frozen=True, slots=True)
class Debrief:
    """Everything about one incident (`incident` None: of a stretch of the log), from `since` to the last instant told."""

    centre: str
    time_zone: str
    incident: IncidentId | None
    since: Instant
    until: Instant
    lines: tuple[Line, ...]
    left_out: int
    clocks: tuple[Clock, ...]
    findings: tuple[Finding, ...]
    rungs: tuple[RungLine, ...]
    told: tuple[Told, ...]
    choices: tuple[Choice, ...]
    disagreements: tuple[Disagreement, ...]
    replay: Replay
    in_force: tuple[str, ...]
    second: str | None

    @property
    def overrides(self) -> tuple[Choice, ...]:
        """Choices that the procedure in force had not proposed."""
        return tuple(each for each in self.choices if not each.is_as_proposed)


def debrief(
    facts: Sequence[f.Fact],
    centre: Centre,
    procedures: Mapping[str, Procedure],
    packs: Mapping[str, TargetPack],
    *,
    incident: IncidentId | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    second: Procedure | None = None,
    actors: Sequence[str] | None = None,
    in_force: str | None = None,
    travel: TravelTimes | None = None,
) -> Debrief:
    """Debrief one incident, or what happened in [since, until), of a log given whole; `actors`: who recorded each fact.

    Refuses an incident that the log does not have, and a stretch in which nothing happened.
    """
    found = _chosen(facts, incident, since, until)
    if not found:
        what = "nothing happened in this stretch" if incident is None else "the log has no such incident"
        raise Refusal.of(incident or "from", what, "an incident or a stretch of the log")
    first, last = facts[found[0]].at, facts[found[-1]].at
    own = frozenset(found)
    contacts = frozenset() if incident is None else _contacts_of(facts, incident)
    decided = replay(
        facts, centre, procedures, second, in_force=in_force, travel=travel, since=first, until=last + 1
    )  # fmt: skip
    choices = tuple(each for each in decided.choices if each.sequence - 1 in own)
    parted = tuple(each for each in decided.disagreements if incident is None or _is_about(each, incident, contacts))
    judged = conformance(
        facts, procedures, packs, in_force=in_force, since=None if incident else since, until=None if incident else until
    )  # fmt: skip
    subjects = None if incident is None else {incident, *contacts}
    return Debrief(
        centre.centre, centre.time_zone, incident, first, last,
        tuple(_lines(facts, found[:MOST_LINES], actors, choices, parted)), max(0, len(found) - MOST_LINES),
        tuple(_clocks(facts, found, incident)),
        tuple(each for each in judged.findings if subjects is None or each.subject in subjects),
        tuple(_rungs(facts, found, decided.situation, procedures, incident)),
        tuple(_told(facts, found)), choices, parted, decided, _adopted(facts, procedures, in_force, first, last),
        None if second is None else _called(second),
    )  # fmt: skip


def _called(procedure: Procedure) -> str:
    return f"{procedure.procedure}, revision {procedure.revision}"


def _contacts_of(facts: Iterable[f.Fact], incident: IncidentId) -> frozenset[str]:
    about = (fact for fact in facts if isinstance(fact, f.IncidentOpened | f.ContactLinked))
    return frozenset(fact.contact for fact in about if fact.incident == incident and fact.contact is not None)


def _chosen(
    facts: Sequence[f.Fact], incident: IncidentId | None, since: Instant | None, until: Instant | None
) -> list[int]:
    """The places of the facts that are told."""
    if incident is None:
        start, end = since or 0, LAST_INSTANT if until is None else until
        return [number for number, fact in enumerate(facts) if start <= fact.at < end]
    contacts, found = _contacts_of(facts, incident), list[int]()
    for number, fact in enumerate(facts):
        of, contact = filed_under(fact)
        if of == incident or (of is None and contact in contacts):
            found.append(number)
    return found


def _is_about(each: Disagreement, incident: IncidentId, contacts: frozenset[str]) -> bool:
    # What is about a need is called after the contact or the incident that it belongs to.
    return incident in (each.incident, each.subject) or each.subject.partition("/")[0] in contacts


def _lines(
    facts: Sequence[f.Fact],
    found: Sequence[int],
    actors: Sequence[str] | None,
    choices: Iterable[Choice],
    parted: Iterable[Disagreement],
) -> Iterator[Line]:
    corrections = {fact.corrects: number + 1 for number, fact in enumerate(facts) if isinstance(fact, f.Corrected)}
    chosen = {each.sequence: each for each in choices}
    beside: dict[int, list[Disagreement]] = {}
    numbers = [number + 1 for number in found]
    for each in parted:
        # It stands beside the last line that had been told when the two parted.
        place = max(0, int(np.searchsorted(numbers, each.sequence, side="right")) - 1)
        beside.setdefault(numbers[place], []).append(each)
    for number in numbers:
        fact = facts[number - 1]
        actor = None if actors is None else actors[number - 1]
        yield Line(
            number, fact.at, actor, fact, in_words(fact), corrections.get(number), chosen.get(number),
            tuple(beside.get(number, ())),
        )  # fmt: skip


def _clocks(facts: Sequence[f.Fact], found: Sequence[int], incident: IncidentId | None) -> Iterator[Clock]:
    read = facts
    if incident is not None:
        right = dict(as_corrected(facts))
        read = sorted((right[number + 1] for number in found), key=lambda fact: fact.at)
    measured = measure(read, since=facts[found[0]].at, until=facts[found[-1]].at + 1)
    for name in CLOCKS:
        samples = measured.samples.get((name, EVERY))
        if samples is not None and len(samples):
            values = tuple(float(each) for each in samples[:MOST_VALUES])
            median, p90 = (measured.figure(f"{name}.{statistic}.{EVERY}") for statistic in ("median", "p90"))
            words = clock_in_words(name)
            yield Clock(name, words, len(samples), values, median, p90)


def _told(facts: Sequence[f.Fact], found: Sequence[int]) -> Iterator[Told]:
    sent: dict[tuple[IncidentId, str, str], dict[str, Instant | str | None]] = {}
    for number in found:
        fact = facts[number]
        match fact:
            case f.MessageSent() | f.MessageWithheld():
                key = fact.incident, fact.message, fact.to
                withheld = fact.because if isinstance(fact, f.MessageWithheld) else None
                sent.setdefault(key, {"sent_at": fact.at, "withheld": withheld})
            case f.HandoverGiven():
                sent.setdefault((fact.incident, f"handover {fact.handover}", fact.to), {"sent_at": fact.at})
            case f.MessageDelivered():
                _step(sent, (fact.incident, fact.message, fact.to), "delivered_at", fact.at)
            case f.MessageAcknowledged():
                _step(sent, (fact.incident, fact.message, fact.to), "acknowledged_at", fact.at)
            case f.MessageOverdue():
                _step(sent, (fact.incident, fact.message, fact.to), "overdue_at", fact.at)
            case f.HandoverAccepted():
                _step(sent, (fact.incident, f"handover {fact.handover}", fact.to), "acknowledged_at", fact.at)
            case _:
                pass
    for (incident, what, to), steps in sent.items():
        yield Told(what, to, incident, **steps)  # type: ignore[arg-type]


def _step(
    sent: dict[tuple[IncidentId, str, str], dict[str, Instant | str | None]],
    key: tuple[IncidentId, str, str], name: str, at: Instant,
) -> None:  # fmt: skip
    if key in sent:
        sent[key].setdefault(name, at)


def _rungs(
    facts: Sequence[f.Fact],
    found: Sequence[int],
    situation: Situation,
    procedures: Mapping[str, Procedure],
    incident: IncidentId | None,
) -> Iterator[RungLine]:
    """Rungs that acted, were passed over, stood down, taken up or missed; then those that an open incident still waits for."""
    states: Mapping[type, str] = {
        f.IncidentEscalated: "acted", f.ContactEscalated: "acted", f.RungSkipped: "passed over",
        f.IncidentDeescalated: "stood down", f.RoleAcknowledged: "taken up", f.AcknowledgementMissed: "not taken up",
    }  # fmt: skip
    for number in found:
        fact = facts[number]
        state = states.get(type(fact))
        if state is not None:
            subject = getattr(fact, "incident", None) or getattr(fact, "contact", None) or ""
            yield RungLine(fact.at, getattr(fact, "rung", ""), subject, state, getattr(fact, "because", ""))
    rules = None if situation.procedure is None else procedures.get(situation.procedure)
    # What is still to come belongs to the end of the log alone.
    if rules is None or incident is None or incident not in situation.incidents:
        return
    for each in due(situation, rules, LAST_INSTANT):
        if each.incident == incident and each.change is Change.ACTS:
            yield RungLine(each.at, each.rung, incident, "due", each.because)


def _adopted(
    facts: Iterable[f.Fact], procedures: Mapping[str, Procedure], in_force: str | None, first: Instant, last: Instant
) -> tuple[str, ...]:
    """The procedures in force in the stretch, in order."""
    names = [] if in_force is None else [in_force]
    for fact in facts:
        if isinstance(fact, f.ProcedureAdopted) and fact.at <= last:
            names = [*(names if fact.at > first else []), fact.fingerprint]
    return tuple(_called(procedures[name]) for name in names if name in procedures)
