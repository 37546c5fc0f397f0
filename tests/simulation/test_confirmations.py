"""Whoever is told confirms it: in the time that was drawn, or never."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from incidents import facts as f
from simulation.surroundings import draw_surroundings
from tests.builders import START, a_centre, a_procedure, spot
from tests.simulation.street_calls import ILL, a_world, contacts, workload

TELLS = {"late": {"unfilled_for_s": 30, "priorities": ["red"], "notifies": [{"role": "advanced"}], "ack_s": 120}}
NOBODY_TO_SEND = a_centre({"M1": ("medic", 50_000.0), "C1": ("clerk", 0.0)})


def told(acknowledging: dict[str, Any] | None) -> list[tuple[str, int]]:
    """What becomes of a notice to whoever is advanced, given at 140 since the only crew is out of reach."""
    more = {} if acknowledging is None else {"acknowledging": acknowledging}
    given = workload([ILL], **more)
    rules = a_procedure(escalation=TELLS, dispatch={"reach_limit_s": 600})
    log = a_world(given, contacts(given, (100, "ill", spot(40))), centre=NOBODY_TO_SEND, rules=rules).run()
    kinds = (f.RoleNotified, f.RoleAcknowledged, f.AcknowledgementMissed)
    return [(type(fact).__name__, (fact.at - START) // 1000) for fact in log if isinstance(fact, kinds)]


def test_a_role_confirms_a_notice_in_its_time() -> None:
    """25 s after it was told."""
    assert told({"notices_s": {"constant": 25}}) == [("RoleNotified", 140), ("RoleAcknowledged", 165)]


@pytest.mark.parametrize("rule", [None, {"notices_never_share": 1.0}], ids=["not said", "never"])
def test_a_notice_that_nobody_confirms_is_missed_in_the_end(rule: dict[str, Any] | None) -> None:
    """The rung's own limit of 120 s."""
    assert told(rule) == [("RoleNotified", 140), ("AcknowledgementMissed", 260)]


def test_a_late_confirmation_is_one_all_the_same() -> None:
    """Missed at 260, taken up at 340."""
    assert told({"notices_s": {"constant": 200}})[1:] == [("AcknowledgementMissed", 260), ("RoleAcknowledged", 340)]


def test_messages_are_confirmed_as_was_drawn() -> None:
    """Half never, the others after 45 s."""
    said = {"medium": "data", "text": "go", "ack_s": 60, "on": "assessment", "to": {"role": "chief"}}
    rules = a_procedure(wording={"media": {"data": {"most_characters": 60}}, "messages": {"chief": said}})
    given = workload([ILL], acknowledging={"messages_s": {"constant": 45}, "messages_never_share": 0.5})
    calls = contacts(given, *((200.0 * number, "ill", spot(40)) for number in range(100)))
    world = a_world(given, calls, rules=rules, until_s=20_000 + 100)
    log = world.run()
    sent = {fact.incident: fact.at for fact in log if isinstance(fact, f.MessageSent)}
    waits = [fact.at - sent[fact.incident] for fact in log if isinstance(fact, f.MessageAcknowledged)]
    assert set(waits) == {45_000}
    assert len(waits) == pytest.approx(50, abs=20)
    assert world.tally["messages never confirmed"] == len(sent) - len(waits)


def test_each_role_has_luck_of_its_own() -> None:
    """Two roles that answer in the same second would be one."""
    given = workload([ILL], acknowledging={"notices_s": {"exponential": 60}, "notices_never_share": 0.25})
    drawn = draw_surroundings(given, a_centre({"M1": ("medic", 0.0)}), 1, START, 3600)
    one, other = (np.array([drawn.notice_s(role, n) or 0 for n in range(256)]) for role in ("advanced", "transport"))
    assert np.mean(one == 0) == pytest.approx(0.25, abs=0.11)
    assert not np.array_equal(one, other)
