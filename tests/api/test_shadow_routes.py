"""The shadow over HTTP: it decides beside the live room, says where it parts, and records nothing."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from api.shadow import STOP_WITHIN_S, Shadow
from incidents.procedure import Procedure
from tests.api.rooms import Dispatcher, opened, served
from tests.builders import a_procedure


def other() -> dict[str, Any]:
    """Rules to which a mild illness is a severe one."""
    document: dict[str, Any] = a_procedure().model_dump(mode="json", by_alias=True, exclude_none=True)
    severe = document["triage"]["questions"]["severe"]
    severe["answers"]["no"], severe["otherwise"] = {"code": "illness-1"}, {"code": "illness-2"}
    return {**document, "revision": 2}


def beside(desk: Dispatcher, document: dict[str, Any]) -> Shadow:
    """A shadow that takes things in when it is told to, in place of whenever its thread comes to it."""
    shadow = Shadow(desk.room, Procedure.model_validate(document))
    desk.web.app.state.shadow = shadow  # type: ignore[attr-defined]
    return shadow


def test_a_shadow_lists_where_it_parts_from_the_live_room_and_records_nothing(tmp_path: Path) -> None:
    """One mild illness, which the shadow takes for a severe one; whom it would send is the same."""
    with served(tmp_path) as desk:
        shadow = beside(desk, other())
        incident = desk.report(25, nature="illness", severe="no")
        desk.accept(incident)
        before = desk.everything()
        shadow.follow()
        found = desk.get("/v1/shadow")
        assert [(each["sort"], each["incident"]) for each in found["latest"]] == [("assessment", incident)]
        assert found["tally"]["as_proposed"] == found["tally"]["choices"] == 2
        assert (found["unseen"], found["ended"]) == (0, None)
        assert found["sequence"] == desk.room.present.situation.sequence
        assert desk.everything() == before


def test_the_procedure_in_force_as_its_own_shadow_agrees(tmp_path: Path) -> None:
    """Live facts, decided twice by the same rules."""
    with served(tmp_path) as desk:
        shadow = beside(desk, a_procedure().model_dump(mode="json", by_alias=True))
        desk.accept(desk.report(25, nature="illness", severe="no"))
        shadow.follow()
        found = desk.get("/v1/shadow")
        assert found["latest"] == []
        assert found["tally"]["agreed"] == found["tally"]["decisions"] > 0


def test_a_shadow_that_was_started_is_told_of_what_happens(tmp_path: Path) -> None:
    """Its own thread takes in what the room records; this waits for it no longer than its limit."""
    with served(tmp_path) as desk:
        assert desk.post("/v1/shadow", other(), 201)["tally"]["facts"] == 0
        heard = threading.Event()
        shadow: Shadow = desk.web.app.state.shadow  # type: ignore[attr-defined]
        shadow.after_following = heard.set
        desk.report(25, nature="illness", severe="no")
        assert heard.wait(STOP_WITHIN_S)
        assert desk.get("/v1/shadow")["tally"]["facts"] > 0


def test_a_shadow_is_ended_once_and_is_then_not_there(tmp_path: Path) -> None:
    """What is not there says so."""
    with served(tmp_path) as desk:
        assert desk.web.delete("/v1/shadow").status_code == 404
        desk.post("/v1/shadow", other(), 201)
        assert desk.web.delete("/v1/shadow").json()["procedure"]["revision"] == 2
        desk.get("/v1/shadow", 404)


def test_a_flawed_procedure_is_refused_and_the_shadow_goes_on(tmp_path: Path) -> None:
    """The one that decides is not ended for one that cannot."""
    with served(tmp_path) as desk:
        desk.post("/v1/shadow", other(), 201)
        problem = desk.refused("/v1/shadow", {**other(), "plans": {}}, 422)
        assert problem["flaws"]
        assert desk.get("/v1/shadow")["procedure"]["revision"] == 2


def test_what_comes_faster_than_it_decides_is_left_out_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A room that remembers one batch, and a shadow that was asleep for several."""
    monkeypatch.setattr("api.control_room.BATCHES_REMEMBERED", 1)
    with opened(tmp_path) as room:
        shadow = Shadow(room, Procedure.model_validate(other()))
        began = room.present.situation.sequence
        desk_facts = _three_facts(room)
        shadow.follow()
        view = shadow.view()
        assert (view.unseen, view.sequence) == (desk_facts, began + desk_facts)
        shadow.stop()


def _three_facts(room: Any) -> int:
    from incidents import facts as f
    from incidents.quantities import ResourceId
    from tests.builders import START

    for name in ("A1", "A2", "E1"):
        room.record([f.ResourceSignedOn(START, ResourceId(name), room.centre.base_of(name))], "test")
    return 3
