"""Readings: what a procedure makes of an incident from its answers, and a situation as another procedure would have read it.

Facts are nobody's rules: who rang, what they said, who is where. What the rules in force made of them (a code, a priority, what
is asked for) another procedure may read in its own way, and only that is put in place of what the log says; what people decided
over the rules' heads, and what is half filled already, stays as it is. Imports `asking`, `alarms`, `jump_outs`, `procedure`,
`situation` and `facts`.
"""

from __future__ import annotations

from dataclasses import dataclass

from incidents import facts as f
from incidents.asking import attendance_needs, because_of, need_row_of
from incidents.jump_outs import standing_of
from incidents.light import replace
from incidents.procedure import Procedure
from incidents.quantities import ContactId, IncidentId, NeedId
from incidents.situation import Incident, Need, OpenContact, Situation
from incidents.triage import Outcome


@dataclass(frozen=True, slots=True)
class Reading:
    """What a procedure concludes from the answers of an incident; all None while it still asks.

    `asks`: what its plan asks for at once, by the name of the plan (None: it sends nothing). `path`: the answers that led there.
    """

    code: str | None = None
    priority: str | None = None
    plan: str | None = None
    asks: tuple[f.NeedOpened, ...] = ()
    path: str = ""

    @property
    def attendance(self) -> tuple[tuple[tuple[f.NeedRow, ...], bool, bool], ...]:
        """What is asked for, whatever it is called."""
        return tuple((each.rows, each.whole, each.shared) for each in self.asks)

    @property
    def attendance_in_words(self) -> str:
        """What is asked for, for people."""
        rows = [f"{row.quantity} x {row.skill}" for each in self.asks for row in each.rows if not row.alternative]
        return f"plan {self.plan}: {', '.join(rows)}" if self.asks else "nothing is sent"


def reading(incident: Incident, situation: Situation, procedure: Procedure) -> Reading:
    """Return what `procedure` makes of an incident's answers."""
    step = standing_of(incident, procedure.triage)
    if not isinstance(step, Outcome) or step.code not in procedure.determinants:
        return Reading()
    determinant = procedure.determinants[step.code]
    path = ", ".join(f"{question}={answer}" for question, answer in step.path)
    name, asks = determinant.plan, tuple[f.NeedOpened, ...]()
    if name is not None:
        bare = replace(incident, needs=(), needs_opened=0)
        asks = attendance_needs(situation.at, bare, name, procedure.plans[name], situation, up_to=0)
    return Reading(step.code, determinant.priority, name, asks, path)


class Reader:
    """Reads situations of one centre by a second procedure; remembers what it has read of incidents that have not changed."""

    def __init__(self, first: Procedure, second: Procedure) -> None:
        self.first, self.second = first, second
        self._read: dict[IncidentId, tuple[Incident, Reading, Reading]] = {}
        self._most_urgent = min(second.priorities, key=lambda name: second.priorities[name].rank)

    def readings(self, incident: Incident, situation: Situation) -> tuple[Reading, Reading]:
        """What the first and the second procedure make of an incident."""
        known = self._read.get(incident.id)
        if known is None or known[0] is not incident:
            known = (
                incident,
                reading(incident, situation, self.first),
                reading(incident, situation, self.second),
            )
            self._read[incident.id] = known
        return known[1], known[2]

    def forget(self, incident: IncidentId) -> None:
        """An incident is over."""
        self._read.pop(incident, None)

    def by_second(self, situation: Situation) -> Situation:
        """Return the situation as the second procedure would have read it: the same value, where it reads everything alike."""
        draft = _Draft(dict(situation.incidents), dict(situation.needs), dict(situation.contacts))
        for incident in situation.incidents.values():
            self._reread(incident, situation, draft)
        for contact in situation.contacts.values():
            self._requeued(contact, draft)
        if not draft.is_changed:
            return situation
        return replace(situation, incidents=draft.incidents, needs=draft.needs, contacts=draft.contacts)

    def _reread(self, incident: Incident, situation: Situation, draft: _Draft) -> None:
        one, two = self.readings(incident, situation)
        priority, code = self._priority(incident, one, two), incident.determinant
        if two.code is not None and two.code != one.code and not incident.assessed_by_person:
            code = two.code
        if (code, priority) != (incident.determinant, incident.priority):
            draft.put(replace(incident, determinant=code, priority=priority))
        if incident.assessed_by_person or two.code is None or one.attendance == two.attendance:
            return
        for name in incident.needs:
            need = situation.needs[name]
            if need.because == because_of(one.plan or "", None) and _is_untouched(need):
                draft.ask(need, two.asks)

    def _priority(self, incident: Incident, one: Reading, two: Reading) -> str | None:
        """Its own where the log's is the first procedure's own; a person's or a rung's stands, where the second knows it."""
        if incident.priority is None:
            return None
        is_rules_own = not incident.assessed_by_person and incident.priority == one.priority
        if is_rules_own and two.priority is not None:
            return two.priority
        if incident.priority in self.second.priorities:
            return incident.priority
        return two.priority or self._most_urgent

    def _requeued(self, contact: OpenContact, draft: _Draft) -> None:
        before, queue = self.first.queues.get(contact.queue), self.second.queues.get(contact.queue)
        need = None if contact.need is None else draft.needs.get(contact.need)
        if queue is None:
            draft.leave_out(contact, need)
            return
        alike = before is not None and (before.skill, before.load) == (queue.skill, queue.load)
        if need is not None and _is_untouched(need) and not alike:
            draft.ask_for(replace(need, rows=(need_row_of(queue.skill, 1, 1, queue.load),), open=(1,)))


@dataclass(slots=True)
class _Draft:
    """The parts of a situation that are read anew."""

    incidents: dict[IncidentId, Incident]
    needs: dict[NeedId, Need]
    contacts: dict[ContactId, OpenContact]
    is_changed: bool = False

    def put(self, incident: Incident) -> None:
        self.incidents[incident.id], self.is_changed = incident, True

    def ask_for(self, need: Need) -> None:
        self.needs[need.id], self.is_changed = need, True

    def ask(self, need: Need, asks: tuple[f.NeedOpened, ...]) -> None:
        """Ask for what another plan asks for, which may be nothing."""
        if asks:
            self.ask_for(_asking(need, asks[0]))
            return
        assert need.incident is not None, "plans are for incidents"
        del self.needs[need.id]
        here = self.incidents[need.incident]
        self.put(replace(here, needs=tuple(each for each in here.needs if each != need.id)))

    def leave_out(self, contact: OpenContact, need: Need | None) -> None:
        del self.contacts[contact.id]
        if need is not None:
            del self.needs[need.id]
        self.is_changed = True


def _is_untouched(need: Need) -> bool:
    """Whether nobody fills, or has filled, any of it."""
    return not need.filled_by and tuple(need.open) == tuple(row.quantity for row in need.rows)


def _asking(need: Need, asked: f.NeedOpened) -> Need:
    quantities = tuple(row.quantity for row in asked.rows)
    return replace(
        need, rows=asked.rows, open=quantities, whole=asked.whole, shared=asked.shared, because=asked.because
    )
