"""What people see of messages, handovers, packets and advice. Imports `control_room`, `reasoning` and `wire`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.control_room import Present
from api.reasoning import View
from api.wire import iso
from incidents.advice import offered
from incidents.facts import HandoverGiven
from incidents.messaging import text_of
from incidents.methane import Packet
from incidents.quantities import Instant
from incidents.situation import Incident, OpenMessage


class MessageView(View):
    """A message that nobody has acknowledged."""

    incident: str
    message: str
    to: str
    state: Literal["sent", "delivered", "overdue", "withheld"] = Field(
        description="withheld: it could not go out as agreed, and somebody has to say it in another way"
    )
    medium: str | None = Field(description="None: it was withheld")
    text: str = Field(description="the words it went out in, or why it was withheld")
    sent_at: str
    acknowledge_by: str | None
    is_overdue: bool
    is_handover: bool = Field(description="it is accepted, not acknowledged")
    waited_s: float


class HandoverView(View):
    """A handover packet: the fields that are known, those that it has to hold and nobody knows, and all of it in words."""

    incident: str
    handover: str
    to: str
    giver: str | None = Field(description="who holds the incident; null: nobody of the centre")
    accept_by: str
    missing: tuple[str, ...]
    packet: dict[str, str]
    text: str


class PacketView(View):
    """A M/ETHANE packet; null: not known. `present` and `coming` count resources by kind, `required` positions by skill."""

    is_major: bool
    location: str | None
    type: str | None
    hazards: str | None
    access: str | None
    casualties: str | None
    present: dict[str, int]
    coming: dict[str, int]
    required: dict[str, int]
    text: str


class AdviceView(View):
    """An item of advice, to be given word for word; empty `roles` and `qualifications` set no limit."""

    advice: str
    text: str
    roles: tuple[str, ...]
    qualifications: tuple[str, ...]


class AdviceList(View):
    """What the caller may be advised now."""

    incident: str
    offered: tuple[AdviceView, ...]


def messages(present: Present, now: Instant) -> tuple[MessageView, ...]:
    """Return every message that waits for an acknowledgement: overdue first, then in the order they were sent."""
    waiting = sorted(present.situation.messages.values(), key=lambda each: (not each.is_overdue, each.sent_at))
    return tuple(_message(each, now) for each in waiting)


def handover_view(given: HandoverGiven) -> HandoverView:
    """Show a handover."""
    return HandoverView(
        incident=given.incident,
        handover=given.handover,
        to=given.to,
        giver=given.giver,
        accept_by=iso(given.accept_by),
        missing=given.missing,
        packet={line.field: line.says for line in given.packet},
        text=text_of(given),
    )


def packet_view(packet: Packet) -> PacketView:
    """Show a packet."""
    return PacketView(
        is_major=packet.is_major,
        location=packet.location,
        type=packet.type,
        hazards=packet.hazards,
        access=packet.access,
        casualties=packet.casualties,
        present=dict(packet.present),
        coming=dict(packet.coming),
        required=dict(packet.required),
        text=packet.text,
    )


def advice_list(present: Present, incident: Incident) -> AdviceList:
    """Show the advice that the questions asked and the determinant offer."""
    items = present.procedure.advice
    return AdviceList(
        incident=incident.id,
        offered=tuple(
            AdviceView(
                advice=name,
                text=items[name].text,
                roles=items[name].roles,
                qualifications=items[name].qualifications,
            )
            for name in offered(incident, present.procedure)
        ),
    )


def _message(message: OpenMessage, now: Instant) -> MessageView:
    state: Literal["sent", "delivered", "overdue", "withheld"] = "sent"
    if message.medium is None:
        state = "withheld"
    elif message.is_overdue:
        state = "overdue"
    elif message.delivered_at is not None:
        state = "delivered"
    by = message.acknowledge_by
    return MessageView(
        incident=message.incident,
        message=message.message,
        to=message.to,
        state=state,
        medium=message.medium,
        text=message.text,
        sent_at=iso(message.sent_at),
        acknowledge_by=None if by is None else iso(by),
        is_overdue=message.is_overdue,
        is_handover=message.is_handover,
        waited_s=(now - message.sent_at) / 1000,
    )
