"""What people are told about an incident: messages that arrive and are acknowledged, its M/ETHANE packet, and advice.

Imports `submission`, `wire` and `message_view`.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.control_room import ControlRoom
from api.incident_routes import IncidentName
from api.message_view import AdviceList, PacketView, advice_list, packet_view
from api.problems import NobodyCalled, documented
from api.submission import Room, Submitted
from api.wire import Acknowledgement, Happening, Word
from incidents import facts as f
from incidents.methane import methane
from incidents.quantities import IncidentId
from incidents.situation import Incident

routes = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=documented(409))


class Reached(Happening):
    """Which message, and whom it was for."""

    message: Word
    to: Word


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
