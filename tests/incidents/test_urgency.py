"""How much a need matters: its priority's words, or its queue's."""

from __future__ import annotations

from typing import Any

import pytest

from incidents import facts as f
from incidents.procedure import Urgency
from incidents.quantities import ContactId, NeedId, ResourceId
from incidents.urgency import ASKING, loss_of, standing
from optimiser import LinearLoss, LogisticLoss, Loss, PowerLoss, ThresholdLoss
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, spot


@pytest.mark.parametrize(
    ("urgency", "loss"),
    [
        ({}, LinearLoss()),
        ({"shape": "power", "exponent": 3, "scale_s": 60}, PowerLoss(exponent=3, scale_s=60)),
        ({"shape": "threshold", "target_s": 90, "late_s": 30}, ThresholdLoss(target_s=90, missed_s=30)),
        ({"shape": "logistic", "scale_s": 3600}, LogisticLoss(scale_s=3600)),
        (
            {"shape": "logistic", "scale_s": 60, "intercept": 2, "slope_per_s": 0.5},
            LogisticLoss(intercept=2, slope_per_s=0.5, scale_s=60),
        ),
    ],
)
def test_an_urgency_names_a_loss(urgency: dict[str, Any], loss: Loss) -> None:
    """What a designer writes is what the optimiser weighs."""
    assert loss_of(Urgency.model_validate(urgency)) == loss


def test_a_need_of_an_incident_stands_where_its_priority_does() -> None:
    """Rank, weight and lights come from one place."""
    priorities = {"red": {"rank": 1}, "green": {"rank": 7, "urgency": {"weight": 3}, "lights": False}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(priorities=priorities))
    an_incident(desk, "i", spot(0), at(0), nature="illness", severe="no")
    found = standing(desk.situation, desk.procedure, desk.situation.needs[NeedId("i/1")])
    assert (found.rank, found.weight, found.lights, found.priority) == (7, 3, False, "green")


def test_a_call_stands_where_its_queue_does() -> None:
    """Emergency lines go before the others."""
    queues = {"emergency": {"skill": "answering", "rank": 2, "credit_s": 90}}
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), a_procedure(queues=queues))
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))
    found = standing(desk.situation, desk.procedure, desk.situation.needs[NeedId("c/call")])
    assert (found.rank, found.priority, found.credit_s) == (2, None, 90)


def test_a_call_that_is_being_wrapped_up_still_has_a_standing() -> None:
    """Its contact is gone, and whoever looks at the need must not trip over that."""
    desk = a_desk(a_centre({"C1": ("clerk", 0)}))
    desk.observe(f.ContactReceived(at(0), ContactId("c"), "emergency"))
    desk.observe(f.ContactAnswered(at(1), ContactId("c"), ResourceId("C1")))
    desk.observe(f.ContactEnded(at(2), ContactId("c")))
    assert standing(desk.situation, desk.procedure, desk.situation.needs[NeedId("c/call")]) == ASKING
