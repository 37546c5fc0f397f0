"""A control room on a road network: the log holds the centre and not its roads, so whoever opens it again must bring them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from api.audit import audit
from api.control_room import ControlRoom
from api.log import Log, LogReader
from incidents import facts as f
from incidents.quantities import IncidentId, ResourceId
from incidents.refusals import Refusal
from incidents.road_file import as_bytes
from tests.api.rooms import HandClock
from tests.builders import a_procedure
from tests.road_builders import SQUARE, metres, on_roads

CENTRE = on_roads(SQUARE, {"A1": ("ambulance", 0), "C1": ("clerk", 0)})


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A log of a room on the square, with one incident, and the network's file beside it."""
    (tmp_path / "roads.npz").write_bytes(as_bytes(SQUARE))
    with closing(Log(tmp_path / "log.sqlite")) as log:
        room = ControlRoom.open(log, HandClock(), CENTRE, a_procedure())
        now = room.clock.now()
        room.record([f.ResourceSignedOn(now, ResourceId("A1"), metres(0, 0))], "test")
        room.record([f.IncidentOpened(now, IncidentId("i"), None, metres(0, 1000))], "test")
        room.record([f.AnswerGiven(now, IncidentId("i"), "nature", "illness")], "test")
        room.record([f.AnswerGiven(now, IncidentId("i"), "severe", "yes")], "test")
        assert [each.reach_s for each in room.present.decision.proposals] == [100]
    return tmp_path / "log.sqlite"


def test_a_room_goes_on_with_its_roads(database: Path) -> None:
    """The same proposals as before it was closed."""
    with closing(Log(database)) as log:
        room = ControlRoom.open(log, HandClock(), roads=database.with_name("roads.npz"))
        assert [each.reach_s for each in room.present.decision.proposals] == [100]


def test_a_room_goes_on_with_a_centre_that_brings_its_roads(database: Path) -> None:
    """A centre read from its file is the centre of the log, although only one of them has the network at hand."""
    with closing(Log(database)) as log:
        assert ControlRoom.open(log, HandClock(), CENTRE).centre.roads == SQUARE


def test_a_room_without_its_roads_is_refused(database: Path) -> None:
    """Falling back on straight lines would be deciding by other rules than those that were tested."""
    with closing(Log(database)) as log, pytest.raises(Refusal, match=r"not at hand.*--roads"):
        ControlRoom.open(log, HandClock())


def test_a_room_with_other_roads_is_refused(database: Path) -> None:
    """A network built anew has another hash."""
    other = replace(SQUARE, normal_ms=SQUARE.normal_ms + np.int32(1))
    database.with_name("roads.npz").write_bytes(as_bytes(other))
    with closing(Log(database)) as log, pytest.raises(Refusal, match="not the one that the centre names"):
        ControlRoom.open(log, HandClock(), roads=database.with_name("roads.npz"))


def test_an_audit_needs_the_roads_and_is_clean_with_them(database: Path) -> None:
    """What the rules entailed can only be played again on the same roads."""
    with closing(LogReader(database)) as log:
        assert audit(log, roads=database.with_name("roads.npz")).is_clean
        with pytest.raises(Refusal, match="not at hand"):
            audit(log)
