"""Who is booked, as the database keeps it: each assignment holds pieces of its resource's room, and no piece is held twice.

Read off the situation before and after a batch, so that the log and its bookings cannot say different things. Imports `tables`
and `incidents.situation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, tuple_

from api.tables import bookings
from incidents.quantities import NeedId, ResourceId
from incidents.situation import Resource, Situation


@dataclass(frozen=True, slots=True, order=True)
class Booking:
    """An assignment: it takes `load` pieces of a resource that has `room` for so many."""

    resource: ResourceId
    need: NeedId
    load: int
    room: int


@dataclass(frozen=True, slots=True)
class Rebooking:
    """What a batch changes: these end, and then those begin. `is_anew`: whatever there was has ended."""

    ended: tuple[Booking, ...] = ()
    begun: tuple[Booking, ...] = ()
    is_anew: bool = False

    @classmethod
    def between(cls, before: Situation, after: Situation) -> Rebooking:
        """Return what changed from one situation to a later one."""
        ended: set[Booking] = set()
        begun: set[Booking] = set()
        for name, resource in after.resources.items():
            earlier = before.resources.get(name)
            if earlier is not resource:
                was, stands = set(_of(earlier)), set(_of(resource))
                ended |= was - stands
                begun |= stands - was
        return cls(tuple(sorted(ended)), tuple(sorted(begun)))

    @classmethod
    def anew(cls, held: Sequence[Booking]) -> Rebooking:
        """Begin all of these, in place of whatever there is."""
        return cls(begun=tuple(held), is_anew=True)


def bookings_in(situation: Situation) -> tuple[Booking, ...]:
    """Return every booking that a situation knows of, in order."""
    return tuple(sorted(booking for resource in situation.resources.values() for booking in _of(resource)))


def booked(connection: Connection) -> tuple[Booking, ...]:
    """Return every booking that the database holds, in order."""
    rows = connection.execute(select(bookings.c.resource, bookings.c.need, bookings.c.room)).all()
    pieces = Counter((row.resource, row.need, row.room) for row in rows)
    return tuple(
        sorted(Booking(ResourceId(who), NeedId(what), load, room) for (who, what, room), load in pieces.items())
    )


def rebook(connection: Connection, change: Rebooking) -> None:
    """Make the change, in the caller's transaction; the database refuses a piece that is held or that does not exist."""
    if change.is_anew:
        connection.execute(delete(bookings))
    elif change.ended:
        gone = [(booking.resource, booking.need) for booking in change.ended]
        connection.execute(delete(bookings).where(tuple_(bookings.c.resource, bookings.c.need).in_(gone)))
    if change.begun:
        connection.execute(insert(bookings), _pieces(change.begun, _held(connection, change.begun)))


def _of(resource: Resource | None) -> Iterable[Booking]:
    if resource is None:
        return ()
    return [Booking(resource.id, each.need, each.load, resource.capacity) for each in resource.serving]


def _held(connection: Connection, begun: Iterable[Booking]) -> Mapping[str, set[int]]:
    """The pieces that are held of the resources which are to be booked."""
    resources = sorted({booking.resource for booking in begun})
    chosen = select(bookings.c.resource, bookings.c.piece).where(bookings.c.resource.in_(resources))
    held: dict[str, set[int]] = {resource: set() for resource in resources}
    for row in connection.execute(chosen):
        held[row.resource].add(row.piece)
    return held


def _pieces(begun: Iterable[Booking], held: Mapping[str, set[int]]) -> list[dict[str, object]]:
    """The lowest free pieces for each; where there are too few, one outside the room, which the database refuses."""
    rows: list[dict[str, object]] = []
    for booking in begun:
        taken = held[booking.resource]
        for _ in range(booking.load):
            piece = next(number for number in range(booking.room + len(taken) + 1) if number not in taken)
            taken.add(piece)
            rows.append({"resource": booking.resource, "piece": piece, "room": booking.room, "need": booking.need})
    return rows
