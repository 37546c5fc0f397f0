"""What people are told about an incident: messages that arrive and are acknowledged, handovers, its M/ETHANE packet, and advice.

Imports `submission`, `wire` and `message_view`.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.control_room import ControlRoom
from api.incident_routes import IncidentName
from api.message_view import AdviceList, HandoverView, PacketView, advice_list, handover_view, packet_view
from api.problems import NobodyCalled, documented
from api.submission import Room, Submitted
from api.wire import Acknowledgement, Happening, Id, Text, Word
from incidents import facts as f
from incidents.methane import methane
from incidents.packets import handover
from incidents.quantities import IncidentId, ResourceId
from incidents.situation import Incident

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented(409))


class Reached(Happening):
    """Which message, and whom it was for."""

    message: Word
    to: Word


class HandedOver(Happening):
    """Which handover of the procedure is given, and why."""

    handover: Word
    reason: Text


class TakenOver(Happening):
    """Which handover is accepted, in which role or organisation; `by`: the resource that holds the incident from here on."""

    handover: Word
    to: Word
    by: Id | None = None


class Advised(Happening):
    """Which advice was given, by somebody in which role, with which qualification if it asks for one."""

    advice: Word
    role: Word
    qualification: Word | None = None


@routes.post("/{incident}/messages/acknowledge", response_model=Acknowledgement)
def acknowledge_message(incident: IncidentName, reached: Reached, submission: Submitted) -> Response:
    """Record that whom a message is for has confirmed it, or was told what it says in another way."""
    return submission.record(
        lambda _present, at: (f.MessageAcknowledged(at, IncidentId(incident), reached.message, reached.to),),
        happened_at=reached.happened_at,
    )


@routes.post("/{incident}/messages/deliver", response_model=Acknowledgement)
def deliver_message(incident: IncidentName, reached: Reached, submission: Submitted) -> Response:
    """Record that a message has arrived; it still waits for an acknowledgement."""
    return submission.record(
        lambda _present, at: (f.MessageDelivered(at, IncidentId(incident), reached.message, reached.to),),
        happened_at=reached.happened_at,
    )


@routes.get("/{incident}/handovers/{handover_name}")
def read_handover(incident: IncidentName, handover_name: Word, room: Room) -> HandoverView:
    """Show the packet of a handover as it would be given now, and what it lacks; nothing is recorded."""
    present = room.present
    known = _open(room, incident)
    now = max(room.clock.now(), present.situation.at)
    return handover_view(handover(handover_name, known.id, present.situation, present.procedure, now, "a preview"))


@routes.post("/{incident}/handovers", response_model=Acknowledgement)
def give_handover(incident: IncidentName, given: HandedOver, submission: Submitted) -> Response:
    """Give a handover now, with what is known by now; whoever it is for still has to accept it."""
    because = f"{submission.actor}: {given.reason}"
    return submission.record(
        lambda present, at: (
            handover(given.handover, IncidentId(incident), present.situation, present.procedure, at, because),
        ),
        happened_at=given.happened_at,
    )


@routes.post("/{incident}/handovers/accept", response_model=Acknowledgement)
def accept_handover(incident: IncidentName, taken: TakenOver, submission: Submitted) -> Response:
    """Record that whom a handover is for has taken it."""
    by = None if taken.by is None else ResourceId(taken.by)
    return submission.record(
        lambda _present, at: (f.HandoverAccepted(at, IncidentId(incident), taken.handover, taken.to, by),),
        happened_at=taken.happened_at,
    )


@routes.get("/{incident}/methane")
def read_methane(incident: IncidentName, room: Room) -> PacketView:
    """Show the M/ETHANE packet of an open incident, major or not."""
    present = room.present
    return packet_view(methane(_open(room, incident), present.situation, present.procedure))


@routes.get("/{incident}/advice")
def read_advice(incident: IncidentName, room: Room) -> AdviceList:
    """Show what the caller may be advised, and by whom."""
    return advice_list(room.present, _open(room, incident))


@routes.post("/{incident}/advice", response_model=Acknowledgement)
def give_advice(incident: IncidentName, advised: Advised, submission: Submitted) -> Response:
    """Record that advice was given; refused where it is not for such an incident or not for that role to give."""
    return submission.record(
        lambda _present, at: (
            f.AdviceGiven(at, IncidentId(incident), advised.advice, advised.role, advised.qualification),
        ),
        happened_at=advised.happened_at,
    )


def _open(room: ControlRoom, incident: str) -> Incident:
    found = room.present.situation.incidents.get(IncidentId(incident))
    if found is None:
        raise NobodyCalled(f"There is no open incident {incident}.")
    return found
