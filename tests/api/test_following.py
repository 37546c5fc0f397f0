"""Two nodes on one log: they take turns, hear each other, and none decides on what is no longer so."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from api.control_room import ControlRoom, Once, Recorded
from api.following import following
from api.judging import adoptions
from api.log import Log, LogUnavailable
from api.registry import dossier, hand_in
from api.rollout_keeper import put_in_force, roll_back
from incidents.facts import ContactReceived, IncidentOpened, NoteAdded
from incidents.quantities import ContactId, IncidentId
from incidents.refusals import FactRefused
from incidents.rollout import Step
from tests.api.rooms import HandClock, street
from tests.builders import START, a_procedure, at, spot
from tests.databases import new_database

PATIENCE_S = 10.0


@contextmanager
def node(address: str) -> Iterator[ControlRoom]:
    """A control room of its own on the log at `address`."""
    with closing(Log(address)) as log:
        yield ControlRoom.open(log, HandClock(), street(), a_procedure())


@pytest.fixture
def nodes() -> Iterator[tuple[ControlRoom, ControlRoom]]:
    """Two nodes on a new log."""
    address = new_database()
    with node(address) as one, node(address) as other:
        yield one, other


def received(number: int) -> ContactReceived:
    """A contact of that number."""
    return ContactReceived(at(number), ContactId(f"c{number}"), "emergency")


def test_the_second_node_takes_up_the_log_as_the_first_began_it(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """The rules are put in force once, whoever comes first."""
    one, other = nodes
    assert one.present.head == other.present.head
    assert other.present.situation.sequence == 1


def test_whoever_records_has_seen_what_the_other_recorded(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """Each of two people at two nodes answers the next contact, and neither the same one twice."""
    one, other = nodes
    one.record((received(1),), "Ada")
    other.record((received(2),), "Bob")
    with pytest.raises(FactRefused):
        one.record((received(2),), "Ada")
    assert [str(entry.actor) for entry in one.log.read(1) if entry.actor != "procedure"] == ["Ada", "Bob"]
    assert one.present.head == other.present.head


def test_a_node_hears_the_other_within_moments(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """A board that shows the other node's dispatch a minute late is a board that double-books in people's heads."""
    one, other = nodes
    heard = threading.Event()
    with following(other):
        other.subscribe(heard.set)
        one.record((received(1),), "Ada")
        assert heard.wait(PATIENCE_S)
    assert other.present.head == one.present.head


def test_a_request_that_both_nodes_get_has_its_effect_once(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """A client whose node died sends the same request to the other."""
    one, other = nodes
    once = Once("key", "hash", lambda recorded: (200, str(recorded.sequence)))
    outcomes = [room.act(lambda _present, _at: (received(1),), "Ada", once=once) for room in (one, other)]
    assert [isinstance(outcome, Recorded) for outcome in outcomes] == [True, False]


def test_many_writers_at_two_nodes_leave_one_whole_log(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """Nothing lost, nothing twice, one chain."""
    one, other = nodes
    one.record((received(1),), "Ada")
    one.record((IncidentOpened(at(1), IncidentId("i"), ContactId("c1"), spot(5)),), "Ada")

    def note(number: int) -> None:
        room = nodes[number % 2]
        room.act(lambda _present, now: (NoteAdded(now, IncidentId("i"), str(number)),), "Ada")

    with ThreadPoolExecutor(8) as several:
        list(several.map(note, range(60)))
    one.catch_up()
    other.catch_up()
    notes = [entry.fact.text for entry in one.log.verified() if isinstance(entry.fact, NoteAdded)]
    assert sorted(notes, key=int) == [str(number) for number in range(60)]
    assert one.present.head == other.present.head


def test_a_node_that_stops_in_its_turn_is_passed_over(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """A process that hangs with the pen in its hand must not silence the other."""
    one, other = nodes
    began = time.monotonic()

    def stop_in_one_s_turn() -> None:
        with one.log.turn():
            other.record((received(1),), "Bob")

    with pytest.raises(LogUnavailable):
        stop_in_one_s_turn()
    assert time.monotonic() - began < PATIENCE_S
    one.record((received(2),), "Ada")
    assert one.present.situation.sequence == other.log.read(0)[-1].sequence


def test_two_nodes_put_a_version_in_force_once_and_go_back_once(nodes: tuple[ControlRoom, ControlRoom]) -> None:
    """Both look at the same register at the same second; the second must not undo what the first has done."""
    one, other = nodes
    first = one.present.procedure.fingerprint
    changed = a_procedure(revision=2, dispatch={"reach_limit_s": 1234.0})
    one.change(lambda connection: hand_in(connection, changed, who="Ada", now=START, follows=None))
    put_in_force(one, changed.fingerprint, "muster", instead_of=first)
    with pytest.raises(FactRefused, match="meanwhile"):
        put_in_force(other, changed.fingerprint, "muster", instead_of=first)
    roll_back(other, "muster", "guardrail", leaving=changed.fingerprint)
    with pytest.raises(FactRefused, match="meanwhile"):
        roll_back(one, "muster", "guardrail", leaving=changed.fingerprint)
    assert [fact.fingerprint for _, fact in adoptions(one.log)] == [first, changed.fingerprint, first]
    record = one.log.look(lambda connection: dossier(connection, changed.fingerprint))
    assert record is not None
    assert [act.step for act in record.acts] == [Step.ADOPTED, Step.HALTED]
