"""How much a need matters now: its rank, its weight, and how its loss grows. Imports `procedure` and `optimiser.objective`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from incidents.procedure import Procedure, Urgency
from incidents.situation import Need, Situation
from optimiser.objective import LinearLoss, LogisticLoss, Loss, PowerLoss, ThresholdLoss


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a need stands among others. `rank` 1 is served first; `lights`: resources travel with lights and sirens."""

    rank: int
    weight: float
    loss: Loss
    lights: bool
    priority: str | None
    """Name of the incident's priority; None for a need of a contact."""
    credit_s: float = 0.0
    """It counts as having waited so much longer than it has."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A need that resources are weighed for, and its standing."""

    need: Need
    standing: Standing


ASKING = Standing(1, 1.0, LinearLoss(), lights=False, priority=None)


def standing(situation: Situation, procedure: Procedure, need: Need) -> Standing:
    """Return the standing of an open need under `procedure`."""
    if need.incident is None:
        assert need.contact is not None
        contact = situation.contacts.get(need.contact)
        # A contact that has ended while its call-taker wraps up asks for nothing more.
        return ASKING if contact is None else _of_queue(procedure, contact.queue)
    priority = situation.incidents[need.incident].priority
    assert priority is not None, "an incident has a priority before it has needs"
    return _of_priority(procedure, priority)


def loss_of(urgency: Urgency) -> Loss:
    """Return the loss function an urgency describes."""
    match urgency.shape:
        case "linear":
            return LinearLoss()
        case "power":
            return PowerLoss(exponent=urgency.exponent, scale_s=urgency.scale_s)
        case "threshold":
            assert urgency.target_s is not None
            return ThresholdLoss(target_s=urgency.target_s, missed_s=urgency.late_s)
        case "logistic":
            return LogisticLoss(intercept=urgency.intercept, slope_per_s=urgency.slope_per_s, scale_s=urgency.scale_s)
        case never:
            assert_never(never)


def _of_priority(procedure: Procedure, name: str) -> Standing:
    priority = procedure.priorities[name]
    return Standing(
        priority.rank, priority.urgency.weight, loss_of(priority.urgency), lights=priority.lights, priority=name
    )


def _of_queue(procedure: Procedure, name: str) -> Standing:
    queue = procedure.queues[name]
    return Standing(queue.rank, 1.0, LinearLoss(), lights=False, priority=None, credit_s=queue.credit_s)
