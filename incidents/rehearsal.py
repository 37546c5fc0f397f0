"""A rehearsal: a desk played over the passing of time, which hears what is assumed to be reported and nothing more.

One interview, other incidents, the edges of shifts, who is sent and who takes up what it is told. At one instant what time alone
makes due comes first, then the edges of shifts, then whatever was planned, in the order in which it was. Imports `assumptions`,
`desk`, `shifts` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import TypeAlias

from incidents import facts as f
from incidents.assumptions import Assumptions, Other, Sent, north_of
from incidents.centre import Centre
from incidents.consequences import call_need
from incidents.desk import Desk
from incidents.escalation import proposed
from incidents.ladder_state import notice_key
from incidents.procedure import Procedure
from incidents.quantities import (
    LAST_INSTANT,
    SECONDS_IN_A_WEEK,
    ContactId,
    IncidentId,
    Instant,
    NeedId,
    Place,
    ResourceId,
    ms,
)
from incidents.refusals import Refusal
from incidents.rung_facts import of_due
from incidents.shifts import Duty, duty_spans
from incidents.taking_up import Told, taken_up, waits
from incidents.triage import Outcome

AHEAD_MS = ms(SECONDS_IN_A_WEEK)
"""How far ahead shifts are looked up: whoever has a shift has one within a week."""
MOST_FACTS = 20_000
"""The most facts of one rehearsal; a ladder within its limits, with a handful of other incidents, makes some hundreds."""

Facts: TypeAlias = tuple[f.Fact, ...]
Path: TypeAlias = tuple[tuple[str, str], ...]
Edge: TypeAlias = f.ResourceSignedOn | f.ResourceSignedOff
Subject: TypeAlias = tuple[str, IncidentId | None, ContactId | None]


class Rehearsal:
    """A desk, what is still to happen to it, and what it has recorded since the report came in."""

    def __init__(
        self,
        centre: Centre,
        procedure: Procedure,
        at: Instant,
        incident: IncidentId,
        place: Place | None,
        assumed: Assumptions,
        pace_ms: int,
    ) -> None:
        """Whoever is on duty at `at` signs on before anything is recorded."""
        self.centre, self.assumed, self.start = centre, assumed, at
        self.incident, self.place, self.pace_ms = incident, place, pace_ms
        self.desk = Desk.under(centre, _unmanned(procedure), at)
        self.desk.is_exercise = True
        self.recorded: list[f.Fact] = []
        self._now = at
        self._armed_at: Instant | None = None
        self._planned: list[tuple[Instant, int, Callable[[], Facts]]] = []
        self._order = count()
        self._duties: tuple[Duty, ...] = ()
        self._duties_end = at
        self._staying: set[ResourceId] = set()
        self._proposed: dict[Subject, Instant] = {}
        self._sign_on()

    def run(self, watched_until: Instant) -> list[f.Fact]:
        """Play until nothing is left to happen; the edges of shifts stand in it as far as that, or as long as is watched."""
        edges = self._edges()
        edge, until = next(edges, None), watched_until
        while True:
            accept_at = self._accept_at()
            planned_at = self._planned[0][0] if self._planned else None
            next_at = min((each for each in (planned_at, accept_at) if each is not None), default=None)
            if edge is not None and edge[0] <= (until if next_at is None else next_at):
                self._now = edge[0]
                if edge[1] is not None and self._may_change(edge[1]):
                    self._keep(self.desk.observe(edge[1]))
                edge = next(edges, None)
                continue
            if next_at is None:
                return self.recorded
            self._now = next_at
            happened = heappop(self._planned)[2]() if planned_at == next_at else self._accepted()
            if happened:
                self._keep(self.desk.observe(*happened))
            until = max(until, self._now)

    def _review(self) -> Facts:
        """The timer rings, as it does in every shell: the desk records what is due by itself."""
        self._keep(self.desk.review(self._now))
        return ()

    def _plan(self, at: Instant, happening: Callable[[], Facts]) -> None:
        heappush(self._planned, (at, next(self._order), happening))

    def _keep(self, recorded: Iterable[f.Fact]) -> None:
        for fact in recorded:
            self.recorded.append(fact)
            self._react(fact)
        due_at = self.desk.review_at
        if due_at is not None and due_at != self._armed_at:
            self._armed_at = due_at
            self._plan(max(due_at, self._now), self._review)
        if len(self.recorded) > MOST_FACTS:
            raise Refusal.of("the rehearsal", f"has more than {MOST_FACTS} facts", "fewer other incidents")

    # Duty.

    def duties_until(self, end: Instant) -> tuple[Duty, ...]:
        """Every span of duty that begins before `end`; looked up further ahead than asked, since it is asked often."""
        if end > self._duties_end:
            self._duties_end = min(end + AHEAD_MS, LAST_INSTANT)
            self._duties = tuple(duty_spans(self.centre, self.start, self._duties_end))
        return self._duties

    def _sign_on(self) -> None:
        if self.assumed.on_duty is not None:
            for name in self.assumed.on_duty:
                self.desk.observe(f.ResourceSignedOn(self.start, ResourceId(name), self._base(name)))
            return
        for duty in self.duties_until(self.start + 1):
            if duty.on_at <= self.start < duty.off_at:
                self.desk.observe(self._signed_on(duty))

    def _base(self, name: str) -> Place | None:
        return self.centre.base_of(name) if name in self.centre.resources else None

    def _signed_on(self, duty: Duty) -> f.ResourceSignedOn:
        return f.ResourceSignedOn(duty.on_at, duty.resource, self._base(duty.resource), duty.shift_ends_at)

    def _edges(self) -> Iterator[tuple[Instant, Edge | None]]:
        """The edges of shifts after the start, at one instant in the order of the roster; None: a week was looked through."""
        after, before = self.start, self.start + AHEAD_MS
        # What lies beyond the last edge that was looked up is cut there, so it is not one.
        while self.assumed.on_duty is None and before < LAST_INSTANT:
            edges: list[tuple[Instant, Edge]] = []
            for duty in self.duties_until(before + AHEAD_MS):
                if after < duty.on_at <= before:
                    edges.append((duty.on_at, self._signed_on(duty)))
                if after < duty.off_at <= before:
                    edges.append((duty.off_at, f.ResourceSignedOff(duty.off_at, duty.resource, "end of shift")))
            yield from sorted(edges, key=lambda each: each[0])
            yield before, None
            after, before = before, before + AHEAD_MS

    def _may_change(self, edge: Edge) -> bool:
        """Whoever serves at the end of a shift stays for good: when the work ends is not foretold."""
        if self.desk.situation.resources[edge.resource].serving:
            self._staying.add(edge.resource)
        return edge.resource not in self._staying

    # What is reported.

    def interview(self, outcome: Outcome) -> None:
        """Plan the report: with a call, or without one."""
        queue, after_s = self.assumed.queue, self.assumed.answered_after_s
        if queue is None:
            self._plan(self.start, partial(self._opened, self.incident, None, self.place, outcome))
            return
        contact = ContactId(f"{self.incident}-call")
        self._plan(self.start, lambda: (f.ContactReceived(self.start, contact, queue),))
        if after_s is not None:
            self._plan(self.start + ms(after_s), partial(self._answered, contact))
            self._plan(self.start + ms(after_s), partial(self._opened, self.incident, contact, self.place, outcome))

    def another(self, name: IncidentId, other: Other, outcome: Outcome) -> None:
        """Plan an incident that is not the one rehearsed."""
        place = None if self.place is None else north_of(self.place, other.metres)
        at = self.start + ms(other.opened_after_s)
        self._plan(at, partial(self._opened, name, None, place, outcome))
        if other.closed_after_s is not None:
            self._plan(at + ms(other.closed_after_s), partial(self._closed, name))

    def _answered(self, contact: ContactId) -> Facts:
        by = None if self.assumed.answered_by is None else ResourceId(self.assumed.answered_by)
        answered = f.ContactAnswered(self._now, contact, by)
        if by is None:
            return (answered,)
        return (f.ResourceAssigned(self._now, by, call_need(contact), 0, "assumed"), answered)

    def _opened(self, name: IncidentId, contact: ContactId | None, place: Place | None, outcome: Outcome) -> Facts:
        if name == self.incident and self.assumed.closed_after_s is not None:
            self._plan(self._now + ms(self.assumed.closed_after_s), partial(self._closed, name))
        self._ask(name, contact, outcome.path, outcome.left)
        return (f.IncidentOpened(self._now, name, contact, place),)

    def _ask(self, name: IncidentId, contact: ContactId | None, path: Path, left: tuple[str, ...]) -> None:
        """One question after the other, as a call-taker does; the conversation ends with the last."""
        if path:
            self._plan(self._now + self.pace_ms, partial(self._heard, name, contact, path, left))
        elif contact is not None:
            self._plan(self._now, partial(self._ended, contact))

    def _heard(self, name: IncidentId, contact: ContactId | None, path: Path, left: tuple[str, ...]) -> Facts:
        if name not in self.desk.situation.incidents:
            return ()
        self._ask(name, contact, path[1:], left)
        question, said = path[0]
        if question in left:
            return (f.InterviewLeft(self._now, name, question, said),)
        return (f.AnswerGiven(self._now, name, question, said),)

    def _ended(self, contact: ContactId) -> Facts:
        ended = f.ContactEnded(self._now, contact)
        if self.assumed.answered_by is None:
            return (ended,)
        by = ResourceId(self.assumed.answered_by)
        return (ended, f.ResourceReleased(self._now, by, call_need(contact), "wrapped up"))

    def _closed(self, name: IncidentId) -> Facts:
        incident = self.desk.situation.incidents.get(name)
        if incident is None:
            return ()
        needs = (self.desk.situation.needs[need] for need in incident.needs)
        held = [(each, need.id) for need in needs for each in need.filled_by]
        released = (f.ResourceReleased(self._now, resource, need, "clear") for resource, need in held)
        return (*released, f.IncidentClosed(self._now, name, "assumed"))

    # What others do about what the desk has recorded.

    def _react(self, fact: f.Fact) -> None:
        match fact:
            case f.NeedOpened():
                for each in self.assumed.sent:
                    if fact.need == f"{self.incident}/{each.need}":
                        self._plan(fact.at + ms(each.after_s), partial(self._sent, each, fact.need))
            case f.RoleNotified():
                after_s = self.assumed.acknowledges.get(fact.role)
                if after_s is not None:
                    self._plan(fact.at + ms(after_s), partial(self._taken_up, fact))
            case f.MessageSent() | f.MessageWithheld() | f.HandoverGiven():
                self._answer(fact)
            case _:
                pass

    def _answer(self, fact: Told) -> None:
        known = self.desk.situation.resources.get(ResourceId(fact.to))
        named = (fact.to, *(() if known is None else (known.kind,)))
        said = (self.assumed.acknowledges[name] for name in named if name in self.assumed.acknowledges)
        after_s = next(said, None)
        if after_s is not None:
            self._plan(fact.at + ms(after_s), partial(self._acknowledged, fact))
        elif self.assumed.acknowledged_after_s is not None:
            self._plan(fact.at + ms(self.assumed.acknowledged_after_s), partial(self._by_whoever_is_there, fact))

    def _sent(self, sent: Sent, need: NeedId) -> Facts:
        resource = ResourceId(sent.resource)
        for kind, after_s in ((f.ResourceDeparted, sent.departs_after_s), (f.ResourceArrived, sent.arrives_after_s)):
            if after_s is not None:
                self._plan(self._now + ms(after_s), partial(self._step, kind, resource, need))
        return (f.ResourceAssigned(self._now, resource, need, sent.row, "assumed"),)

    def _step(self, kind: type[f.ResourceDeparted | f.ResourceArrived], resource: ResourceId, need: NeedId) -> Facts:
        serves = self.desk.situation.resources[resource].assignment(need) is not None
        return (kind(self._now, resource, need),) if serves else ()

    def _taken_up(self, told: f.RoleNotified) -> Facts:
        notice = self.desk.situation.notices.get(notice_key(told.rung, told.incident, told.contact))
        if notice is None or notice.at != told.at:
            return ()
        return (f.RoleAcknowledged(self._now, told.rung, told.role, told.incident, told.contact),)

    def _by_whoever_is_there(self, told: Told) -> Facts:
        return taken_up(told, self.desk.situation, self.desk.procedure, self._now)

    def _acknowledged(self, told: Told) -> Facts:
        """It is taken up because it was said so, by nobody by name, whether or not the shifts have somebody for it."""
        waiting = waits(told, self.desk.situation)
        if waiting is not None and waiting.is_handover:
            return (f.HandoverAccepted(self._now, told.incident, waiting.message, told.to),)
        return self._by_whoever_is_there(told)

    # Rungs that a person accepts.

    def _accept_at(self) -> Instant | None:
        """When the next rung that only proposes is accepted: so long after it was first proposed."""
        after_s = self.assumed.accepted_after_s
        if after_s is None:
            return None
        made = proposed(self.desk.situation, self.desk.procedure, LAST_INSTANT)
        # What hangs on the situation is proposed anew with every fact, but a person saw it when it first was.
        self._proposed = {
            key: self._proposed.get(key, each.at)
            for each in made
            if (key := (each.rung, each.incident, each.contact)) is not None
        }
        return min((max(first + ms(after_s), self._now) for first in self._proposed.values()), default=None)

    def _accepted(self) -> Facts:
        situation, rules = self.desk.situation, self.desk.procedure
        due_now = proposed(situation, rules, self._now)
        first = min(due_now, key=lambda each: self._proposed[each.rung, each.incident, each.contact])
        return (of_due(first, situation, rules, self._now, because=f"accepted by somebody: {first.because}"),)


def _unmanned(procedure: Procedure) -> Procedure:
    """The procedure without what acts on a proposal at once: nobody goes whom nobody has assumed to go."""
    dispatch = procedure.dispatch.model_copy(update={"automatic": ()})
    queues = {name: queue.model_copy(update={"automatic": False}) for name, queue in procedure.queues.items()}
    # A copy keeps the fingerprint that was worked out of the original, so it has to be made anew.
    plain = procedure.model_copy(update={"dispatch": dispatch, "queues": queues})
    plain.__dict__.pop("fingerprint", None)
    return plain
