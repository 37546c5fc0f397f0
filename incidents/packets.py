"""Handover packets: the state of an incident as its facts tell it, and when one is owed to whom.

A packet says what is known and names what it should hold and nobody knows. It is never withheld for that: who takes over is told
what to ask for. Imports `handovers`, `methane`, `procedure`, `situation` and `facts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from incidents import facts as f
from incidents.handovers import PACKET_FIELDS, Handover, Owed
from incidents.known import open_incident, refusal
from incidents.methane import is_major, located, methane
from incidents.procedure import Procedure
from incidents.quantities import IncidentId, Instant, ms
from incidents.situation import Incident, Situation

NOTES_SHOWN = 20
"""The latest notes that a packet repeats; of those before them it says how many there are."""


def handover(
    name: str, incident: IncidentId, situation: Situation, procedure: Procedure, at: Instant, because: str
) -> f.HandoverGiven:
    """Assemble a handover of an open incident as of now; refuse one that the procedure does not have."""
    rule = procedure.handovers.get(name)
    if rule is None:
        known = ", ".join(procedure.handovers) or "the procedure has none"
        raise refusal("handover", f"unknown handover {name!r}", known)
    state = _State(open_incident(situation, incident), situation, procedure)
    said = {field: tell(state) for field, tell in _FIELDS.items()}
    packet = tuple(f.PacketLine(field, value) for field, value in said.items() if value is not None)
    missing = tuple(field for field in dict.fromkeys(rule.requires) if not state.holds(field, said))
    by = at + ms(rule.accept_s)
    return f.HandoverGiven(at, incident, name, rule.to.name, because, packet, by, missing, state.incident.holder)


def owed(fact: f.Fact, situation: Situation, procedure: Procedure) -> Iterator[f.HandoverGiven]:
    """Yield the handovers that `fact` makes due; `situation` is the one after it and what it entails."""
    if not procedure.handovers or type(fact) not in _OCCASIONS:
        return
    for occasion, incident, because in _occasions(fact, situation, procedure):
        for name, rule in procedure.handovers.items():
            if rule.on == occasion and _is_meant(rule, name, fact, incident):
                yield handover(name, incident.id, situation, procedure, fact.at, because)


_OCCASIONS = frozenset({f.IncidentEscalated, f.IncidentAssessed, f.AidCommitted, f.ResourceSignedOff})


def _occasions(fact: f.Fact, situation: Situation, procedure: Procedure) -> Iterator[tuple[Owed, Incident, str]]:
    match fact:
        case f.IncidentEscalated() | f.IncidentAssessed():
            incident = situation.incidents[fact.incident]
            if isinstance(fact, f.IncidentEscalated):
                yield "escalation", incident, f"rung {fact.rung}"
            if is_major(incident, procedure):
                yield "major", incident, "the incident is a major one"
        case f.AidCommitted():
            owner = situation.needs[fact.need].incident
            if owner is not None:
                yield "aid", situation.incidents[owner], f"{fact.partner} has committed aid"
        case f.ResourceSignedOff():
            for incident in situation.incidents.values():
                if incident.holder == fact.resource:
                    yield "shift end", incident, f"{fact.resource} has gone off duty"
        case _:
            pass


def _is_meant(rule: Handover, name: str, fact: f.Fact, incident: Incident) -> bool:
    if rule.priorities and incident.priority not in rule.priorities:
        return False
    match fact:
        case f.IncidentEscalated() if rule.on == "escalation":
            return not rule.rungs or fact.rung in rule.rungs
        case f.AidCommitted():
            return fact.partner == rule.to.organisation
        case _:
            # An incident becomes a major one once.
            return rule.on != "major" or name not in incident.told


@dataclass(frozen=True, slots=True)
class _State:
    """What one packet is filled from."""

    incident: Incident
    situation: Situation
    procedure: Procedure

    def holds(self, field: str, said: Mapping[str, str | None]) -> bool:
        """Whether a required field is known; M/ETHANE only has to be there for a major incident."""
        owner, dot, question = field.partition(".")
        if dot:
            return question in self.incident.answers
        if owner == "methane" and not is_major(self.incident, self.procedure):
            return True
        return said[owner] is not None

    def resources(self) -> str:
        """Who serves it and how far they have got, and what nobody has been found for."""
        serving, lacking = [], []
        for name in self.incident.needs:
            need = self.situation.needs[name]
            lacking += [f"{count} x {row.skill}" for row, count in zip(need.rows, need.asking, strict=True) if count]
            for each in need.filled_by:
                held = self.situation.resources[each].assignment(name)
                assert held is not None, "who fills a need serves it"
                serving.append(f"{each} {held.status}")
        wanted = f"; nobody yet for {', '.join(lacking)}" if lacking else ""
        return (", ".join(serving) or "nobody") + wanted

    def notes(self) -> str | None:
        """What was written down, the latest last."""
        texts = list(self.incident.notes.values())
        more = len(texts) - NOTES_SHOWN
        earlier = [f"({more} earlier ones stand in the log)"] if more > 0 else []
        return " / ".join((*earlier, *texts[-NOTES_SHOWN:])) or None


_FIELDS: Mapping[str, Callable[[_State], str | None]] = {
    "incident": lambda state: state.incident.id,
    "place": lambda state: located(state.incident.place),
    "determinant": lambda state: state.incident.determinant,
    "priority": lambda state: state.incident.priority,
    "answers": lambda state: ", ".join(f"{name}={said}" for name, said in state.incident.answers.items()) or None,
    "resources": lambda state: state.resources(),
    "hazards": lambda state: methane(state.incident, state.situation, state.procedure).hazards,
    "notes": lambda state: state.notes(),
    "methane": lambda state: (
        methane(state.incident, state.situation, state.procedure).text
        if is_major(state.incident, state.procedure)
        else None
    ),
}
assert tuple(_FIELDS) == PACKET_FIELDS, "every field of a packet is told"
