"""The boundaries at which a procedure escalates: every threshold of every rung, and what lies just below, at and above it.

What is a matter of seconds is looked at a millisecond to either side, what is a matter of counting by one. `thresholds` reads
them off the document; `boundaries` says on one way through the tree what happens there, by rehearsing it. Imports `dry_run`,
`ladder` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from incidents import facts as f
from incidents.assumptions import NOTHING_ELSE, Assumptions, Other
from incidents.centre import Centre
from incidents.dry_run import INCIDENT, Step, timeline
from incidents.escalation import is_about_message, is_about_need
from incidents.handovers import HANDOVER
from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant, Place, ms
from incidents.triage import NEVER_LEFT, Left

SECONDS = "s"
CLOSED_AFTER_S = 1.0
"""How soon the incidents end whose end is to bring a mode to its own: before anything else may have changed what is due."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value in a rung: the key that states it, and in which unit. `up_to`: it is passed at the value and below."""

    rung: str
    key: str
    value: Fraction
    unit: str
    up_to: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One value of what a rung watches, whether it acts (or, of `leaves_at` and `dwell_s`, ends) there, and the priority then.

    Seconds count from when the clock of the need, or of the message, that sets the rung off started, so they are more than the
    threshold where hours, a mode or the priority came later. `at`: the instant of a case in time; None: it is one of counting.
    """

    value: Fraction
    acts: bool
    priority: str | None
    at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Boundary:
    """A threshold on one way through the tree, with the cases just below, at and above it."""

    threshold: Threshold
    cases: tuple[Case, Case, Case]


def thresholds(procedure: Procedure) -> tuple[Threshold, ...]:
    """Return every threshold of every rung, in the order of the document."""
    return tuple(each for name, rung in procedure.escalation.items() for each in _of_rung(name, rung))


def boundaries(
    centre: Centre,
    procedure: Procedure,
    at: Instant,
    answers: Mapping[str, str],
    *,
    left: Left = NEVER_LEFT,
    place: Place | None = None,
    assumed: Assumptions = NOTHING_ELSE,
) -> tuple[Boundary, ...]:
    """Return what happens at every threshold that the incident comes to, in the order of the document.

    What it was waiting for comes a millisecond before the instant, at it, or just after: what is due at an instant comes before
    whatever else happens then. For a count, so many other incidents with the same answers stand beside it, none in `assumed`.
    """
    steps = timeline(centre, procedure, at, answers, left=left, place=place, assumed=assumed)

    def played(others: tuple[Other, ...], closed_after_s: float | None) -> tuple[Step, ...]:
        counted = assumed.model_copy(update={"others": others, "closed_after_s": closed_after_s})
        return timeline(centre, procedure, at, answers, left=left, place=place, assumed=counted)

    found = (
        _in_time(each, procedure.escalation[each.rung], steps, centre)
        if each.unit == SECONDS
        else _in_number(each, procedure.escalation[each.rung], played)
        for each in thresholds(procedure)
    )
    return tuple(each for each in found if each is not None)


def _of_rung(name: str, rung: Rung) -> Iterator[Threshold]:
    for key in ("unfilled_for_s", "unarrived_for_s", "waiting_answer_s", "ack_s"):
        limit_s = getattr(rung, key)
        if limit_s is not None:
            yield _seconds(name, key, limit_s)
    if rung.unacknowledged is not None:
        yield _seconds(name, "unacknowledged.after_s", rung.unacknowledged.after_s)
    if rung.shortfall is not None and rung.mode is not None:
        yield Threshold(name, "shortfall", Fraction(rung.shortfall), "needs")
        yield Threshold(name, "mode.leaves_at", Fraction(rung.mode.leaves_at), "needs", up_to=True)
        if rung.mode.dwell_s:
            yield _seconds(name, "mode.dwell_s", rung.mode.dwell_s)
    if rung.incidents_within is not None:
        yield Threshold(name, "incidents_within.count", Fraction(rung.incidents_within.count), "incidents")


def _seconds(rung: str, key: str, limit_s: float) -> Threshold:
    """Time counts in whole milliseconds, so the boundary lies on one of them."""
    return Threshold(rung, key, Fraction(ms(limit_s), MS_PER_S), SECONDS)


def _in_time(threshold: Threshold, rung: Rung, steps: tuple[Step, ...], centre: Centre) -> Boundary | None:
    """What a threshold of time does where it is first reached; None: it is not on this way."""
    first = next((step for step in steps if _shows(threshold, step.fact)), None)
    if first is None:
        return None
    reached = first.at
    clocks = (step for step in steps if _starts(threshold, rung, step.fact, centre))
    began = next((step.at for step in clocks if _is_of(step.fact, first.fact)), reached)
    below, on, above = (_case(threshold, began, at, steps) for at in (max(began, reached - 1), reached, reached + 1))
    return Boundary(threshold, (below, on, above))


def _case(threshold: Threshold, began: Instant, at: Instant, steps: tuple[Step, ...]) -> Case:
    before = [step.fact for step in steps if step.at <= at]
    return Case(Fraction(at - began, MS_PER_S), any(_shows(threshold, fact) for fact in before), _priority(before), at)


def _starts(threshold: Threshold, rung: Rung, fact: f.Fact, centre: Centre) -> bool:
    """Whether a fact starts the clock of a threshold."""
    match threshold.key, fact:
        case ("unfilled_for_s", f.NeedOpened(contact=None)) | ("unarrived_for_s", f.ResourceAssigned()):
            return True
        case "waiting_answer_s", f.ContactReceived():
            return True
        case "ack_s", f.RoleNotified():
            return fact.rung == threshold.rung
        case "mode.dwell_s", f.ModeEntered():
            return fact.mode == threshold.rung
        case "unacknowledged.after_s", f.MessageSent() | f.MessageWithheld() | f.HandoverGiven():
            assert rung.unacknowledged is not None, "it has the key"
            entry = centre.resources.get(fact.to)
            name = fact.handover if isinstance(fact, f.HandoverGiven) else fact.message
            medium = (
                fact.medium
                if isinstance(fact, f.MessageSent)
                else HANDOVER
                if isinstance(fact, f.HandoverGiven)
                else None
            )
            return rung.unacknowledged.is_about(name, fact.to, None if entry is None else entry.kind, medium)
        case _:
            return False


def _is_of(start: f.Fact, acted: f.Fact) -> bool:
    """Whether the clock that a fact starts is the one that ran out when a rung acted: an incident has as many as it has needs."""
    if not isinstance(acted, f.IncidentEscalated):
        return True
    match start:
        case f.NeedOpened() | f.ResourceAssigned():
            return is_about_need(acted.because, start.need)
        case f.MessageSent() | f.MessageWithheld():
            return is_about_message(acted.because, start.message, start.to)
        case f.HandoverGiven():
            return is_about_message(acted.because, start.handover, start.to)
        case _:
            return True


def _shows(threshold: Threshold, fact: f.Fact) -> bool:
    """Whether a fact says that a rung has passed a threshold."""
    match threshold.key:
        case "ack_s":
            return isinstance(fact, f.AcknowledgementMissed) and fact.rung == threshold.rung
        case "shortfall":
            return isinstance(fact, f.ModeEntered) and fact.mode == threshold.rung
        case "mode.leaves_at" | "mode.dwell_s":
            return isinstance(fact, f.ModeLeft) and fact.mode == threshold.rung
        case _:
            return isinstance(fact, f.IncidentEscalated | f.ContactEscalated) and fact.rung == threshold.rung


def _priority(facts: list[f.Fact]) -> str | None:
    """The priority of the incident after these facts; None: it has none yet."""
    held = [
        fact.priority
        for fact in facts
        if isinstance(fact, f.IncidentAssessed | f.IncidentEscalated | f.IncidentDeescalated)
        and fact.incident == INCIDENT
        and fact.priority is not None
    ]
    return held[-1] if held else None


_Played = Callable[[tuple[Other, ...], float | None], tuple[Step, ...]]


def _in_number(threshold: Threshold, rung: Rung, played: _Played) -> Boundary | None:
    """What a threshold of counting does, rehearsed with so many incidents; None: this way never comes to it."""
    at = int(threshold.value)
    cases = []
    # There are never fewer than none, so for none below stands none.
    for number in (max(0, at - 1), at, at + 1):
        facts = _settled(threshold, rung, played(*_crowd(threshold, rung, number)))
        cases.append(Case(Fraction(number), any(_shows(threshold, fact) for fact in facts), _priority(facts)))
    below, on, above = cases
    is_reached = below.acts if threshold.up_to else above.acts
    return Boundary(threshold, (below, on, above)) if is_reached else None


def _settled(threshold: Threshold, rung: Rung, steps: tuple[Step, ...]) -> list[f.Fact]:
    """The facts up to when the count is made, so that what time does to it later is left out."""
    counted = max((step.at for step in steps if isinstance(step.fact, f.IncidentAssessed)), default=steps[0].at)
    if threshold.up_to:
        assert rung.mode is not None, "what ends is a mode"
        counted += max(ms(rung.mode.dwell_s), ms(CLOSED_AFTER_S))
    return [step.fact for step in steps if step.at <= counted]


def _crowd(threshold: Threshold, rung: Rung, number: int) -> tuple[tuple[Other, ...], float | None]:
    """The other incidents that make the number, and when the one that is rehearsed ends (None: never).

    For the end of a mode enough stand open to begin it, and all but the number end soon after; the one rehearsed is the last to.
    """
    if not threshold.up_to:
        return (Other(count=number - 1),) if number > 1 else (), None if number else 0.0
    assert rung.shortfall is not None, "a mode has a shortfall that begins it"
    needed = max(rung.shortfall, number) - 1
    staying = max(0, number - 1)
    others = [
        Other(count=count, closed_after_s=ends)
        for count, ends in ((staying, None), (needed - staying, CLOSED_AFTER_S))
        if count
    ]
    return tuple(others), CLOSED_AFTER_S if number == 0 else None
