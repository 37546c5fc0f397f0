"""The M/ETHANE packet: from facts alone, and nothing made up."""

from __future__ import annotations

from incidents import facts as f
from incidents.methane import Packet, methane
from incidents.quantities import IncidentId, NeedId, Place, ResourceId
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, gone, sent, spot

I1 = IncidentId("I-1")
RULES = {"determinants": ["crash-1"], "hazards": ["severe"], "casualties": ["nature"]}
WORDING = {
    "media": {"voice": {"most_characters": 400}},
    "methane": RULES,
    "codes": {"crash-1": {"words": "road collision"}},
}


def packet(*facts: f.Fact, place: Place | None = None, sent_off: bool = False) -> Packet:
    """The packet of a crash that asks for an engine and an ambulance; after an engine set off, if it did, and `facts`."""
    units = {"E1": ("engine", 0.0), "A1": ("ambulance", 0.0)}
    desk = a_desk(a_centre(units), a_procedure(wording=WORDING))
    an_incident(desk, "I-1", place, at(1), nature="crash")
    if sent_off:
        gone(desk, "E1", "I-1/1", at(2))
    for fact in facts:
        desk.observe(fact)
    return methane(desk.situation.incidents[I1], desk.situation, desk.procedure)


def test_the_packet_has_its_letters_in_order() -> None:
    """Whoever writes along expects the same order from every service."""
    assert packet(place=Place(51.5, -0.1)).text == (
        "M declared; E 51.50000, -0.10000; T road collision; H not known; A not known; N nature: crash; "
        "E present none, coming none, required 1 fire + 1 transport"
    )


def test_services_move_from_required_to_coming_to_present() -> None:
    """The second E is what the next commander reads first."""
    coming = packet(sent_off=True)
    assert (coming.present, coming.coming, coming.required) == ({}, {"engine": 1}, {"transport": 1})
    there = packet(f.ResourceArrived(at(3), ResourceId("E1"), NeedId("I-1/1")), sent_off=True)
    assert (there.present, there.coming) == ({"engine": 1}, {})


def test_a_rung_may_make_an_incident_major() -> None:
    """Some incidents grow into it."""
    rungs = {"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "transport"}}}
    rules = a_procedure(escalation=rungs, wording={**WORDING, "methane": {"rungs": ["late"]}})
    desk = a_desk(a_centre({"E1": ("engine", 0.0)}), rules)
    an_incident(desk, "I-1", spot(0), at(0), nature="fire")
    assert not methane(desk.situation.incidents[I1], desk.situation, rules).is_major
    desk.review(at(60))
    assert methane(desk.situation.incidents[I1], desk.situation, rules).is_major


def test_rules_without_wording_still_give_a_packet() -> None:
    """A neighbour asks for one whether our procedure foresaw it or not."""
    desk = a_desk(a_centre({"E1": ("engine", 0.0)}))
    an_incident(desk, "I-1", spot(0), at(0), nature="fire")
    sent(desk, "E1", "I-1/1", at(1))
    found = methane(desk.situation.incidents[I1], desk.situation, desk.procedure)
    assert (found.is_major, found.type, found.hazards, found.coming) == (False, "fire-1", None, {"engine": 1})
