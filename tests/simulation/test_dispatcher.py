"""The dispatcher who does otherwise than proposed: the next best, or nobody; on record, and drawn per incident."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from incidents import facts as f
from simulation.contacts import Override, draw_contacts
from tests.builders import START, a_centre, at, spot
from tests.simulation.street_calls import ILL, UNWELL, a_world, contacts, workload

NEAR_AND_FAR = a_centre({"A1": ("ambulance", 0.0), "A2": ("ambulance", 100.0), "C1": ("clerk", 0.0)})


def sent(override: Override | None, *, automatic: bool = False) -> tuple[list[tuple[str, int, str]], list[f.Fact]]:
    """Whom a call at 100 from place 30 gets, when, and why; A1 is near and A2 is far."""
    from tests.builders import a_procedure

    given = workload([ILL])
    (call,) = contacts(given, (100, "ill", spot(30)))
    rules = a_procedure(dispatch={"automatic": ["red"]}) if automatic else a_procedure()
    log = a_world(given, [replace(call, override=override)], centre=NEAR_AND_FAR, rules=rules).run()
    assigned = [each for each in log if isinstance(each, f.ResourceAssigned) and each.resource != "C1"]
    return [(each.resource, (each.at - START) // 1000, each.because) for each in assigned], log


def test_the_nearest_goes_where_the_proposal_is_accepted() -> None:
    """The world without overrides is the baseline of the next tests."""
    assert [(name, when) for name, when, _ in sent(None)[0]] == [("A1", 115)]


def test_the_next_best_is_sent_with_the_reason_on_record() -> None:
    """Whoever debriefs finds who was proposed, and why somebody else went."""
    found, _ = sent(Override(False, 0.0, "knows the street"))
    assert found == [("A2", 115, "override: in place of A1: knows the street")]


def test_nobody_is_sent_until_the_delay_is_over() -> None:
    """The need waits for 200 s, the note says why, and then the proposal stands."""
    found, log = sent(Override(True, 200.0, "police first"))
    assert [(name, when) for name, when, _ in found] == [("A1", 315)]
    notes = [(each.at, each.text) for each in log if isinstance(each, f.NoteAdded)]
    assert notes == [(at(115), "override: nobody sent in place of A1: police first")]


def test_what_a_rule_does_by_itself_nobody_overrides() -> None:
    """An automatic assignment has no dispatcher."""
    assert [(name, when) for name, when, _ in sent(Override(False, 0.0, "no"), automatic=True)[0]] == [("A1", 110)]


def test_where_nobody_else_is_free_the_proposal_stands() -> None:
    """There is no next best of one."""
    given = workload([ILL])
    (call,) = contacts(given, (100, "ill", spot(30)))
    world = a_world(given, [replace(call, override=Override(False, 0.0, "no"))])
    assert sum(isinstance(each, f.ResourceAssigned) for each in world.run()) == 2
    assert world.tally["overrides"] == 0


def test_overrides_are_as_many_as_was_said() -> None:
    """One in five next best, one in ten nobody, of the severe; none of the others. Within four standard errors of 1,400."""
    severe = {"share": 0.2, "rule": "next_best", "because": "habit", "priorities": ["red"]}
    nobody = {"share": 0.1, "rule": "nobody", "delay_s": {"constant": 60}, "because": "wait", "priorities": ["red"]}
    given = workload([ILL, {**UNWELL, "priority": "green"}], compliance=[severe, nobody])
    drawn = draw_contacts(given, 1, START, 3600 * 50, {})
    red = [each.override for each in drawn if each.priority == "red"]
    assert {each.override for each in drawn if each.priority == "green"} == {None}
    shares = [np.mean([each is not None and each.sends_nobody is kind for each in red]) for kind in (False, True)]
    assert shares == pytest.approx([0.2, 0.1], abs=4 * np.sqrt(0.16 / len(red)))
