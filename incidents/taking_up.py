"""What becomes of what somebody is told, where it is played: messages are acknowledged, handovers accepted by whoever is there.

Imports `rung_facts`, `procedure`, `situation` and `facts`.
"""

from __future__ import annotations

from typing import TypeAlias

from incidents import facts as f
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.rung_facts import staff
from incidents.situation import OpenMessage, Situation

Told: TypeAlias = f.MessageSent | f.MessageWithheld | f.HandoverGiven


def taken_up(told: Told, situation: Situation, procedure: Procedure, at: Instant) -> tuple[f.Fact, ...]:
    """Return what is reported when somebody takes up what they were told; nothing where it no longer waits as it was told then.

    A handover to a role is accepted by the first who is on duty with it, in the order of their ids, and by nobody if nobody is.
    """
    waiting = waits(told, situation)
    if waiting is None:
        return ()
    if not waiting.is_handover:
        return (f.MessageAcknowledged(at, told.incident, waiting.message, told.to),)
    by = None
    if procedure.handovers[waiting.message].to.organisation is None:
        by = min((each.id for each in staff(situation, told.to)), default=None)
        if by is None:
            return ()
    return (f.HandoverAccepted(at, told.incident, waiting.message, told.to, by),)


def waits(told: Told, situation: Situation) -> OpenMessage | None:
    """The message or handover that still waits as it was told; None: it was acknowledged, or told anew, since."""
    name = told.handover if isinstance(told, f.HandoverGiven) else told.message
    waiting = situation.messages.get((told.incident, name, told.to))
    return waiting if waiting is not None and waiting.sent_at == told.at else None
