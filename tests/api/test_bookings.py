"""Bookings: the database itself refuses what no code may let through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.bookings import Booking, Rebooking, booked, bookings_in, rebook
from incidents.quantities import NeedId, ResourceId
from tests.api.rooms import by_hand, opened, served


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    """A connection to a database of ours with no booking in it."""
    with opened(tmp_path):
        pass
    with by_hand(tmp_path, unguarded=False) as made:
        yield made


def a_booking(need: str, load: int = 1, room: int = 2, resource: str = "A1") -> Booking:
    """A booking of a resource that has room for two."""
    return Booking(ResourceId(resource), NeedId(need), load, room)


def test_what_fits_is_booked_and_what_ended_is_gone(connection: Connection) -> None:
    """The table says what the situation says."""
    one, other = a_booking("i/1"), a_booking("i/2")
    rebook(connection, Rebooking(begun=(one, other)))
    rebook(connection, Rebooking(ended=(one,), begun=(a_booking("i/3"),)))
    assert booked(connection) == (other, a_booking("i/3"))


@pytest.mark.parametrize("more", [a_booking("i/3"), a_booking("i/3", load=2)])
def test_one_more_than_there_is_room_for_is_refused_by_the_database(connection: Connection, more: Booking) -> None:
    """A second node that has not heard would book as it sees fit."""
    rebook(connection, Rebooking(begun=(a_booking("i/1"), a_booking("i/2"))))
    with pytest.raises(IntegrityError):
        rebook(connection, Rebooking(begun=(more,)))
    connection.rollback()


def test_a_piece_that_somebody_holds_is_refused_by_the_database(connection: Connection) -> None:
    """Whatever writes to the table, our code or not."""
    rebook(connection, Rebooking(begun=(a_booking("i/1"),)))
    with pytest.raises(IntegrityError):
        connection.exec_driver_sql("INSERT INTO bookings VALUES ('A1', 0, 2, 'i/9')")
    connection.rollback()


def test_bookings_follow_the_log_and_are_made_again_when_they_do_not(tmp_path: Path) -> None:
    """What is read off the log can be read off it again."""
    with served(tmp_path) as desk:
        desk.accept(desk.report(5, nature="fire"))
        stands = bookings_in(desk.room.present.situation)
        assert desk.room.log.bookings() == stands != ()
    with by_hand(tmp_path, unguarded=False) as database:
        database.exec_driver_sql("DELETE FROM bookings")
    with opened(tmp_path) as room:
        assert room.log.bookings() == stands
