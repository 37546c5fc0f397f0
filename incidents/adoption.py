"""Putting another procedure in force while work is open: may it be done now?

Open contacts and incidents keep the words of the rules under which they began. A procedure that does not know those words could
not rank them, so it must wait, or carry them over. Answers it does not know are harmless: triage walks past them. Imports
`procedure`, `situation` and `refusals`.
"""

from __future__ import annotations

from collections.abc import Iterable

from incidents.procedure import Procedure
from incidents.refusals import Flaw
from incidents.situation import Situation


def obstacles(situation: Situation, procedure: Procedure) -> tuple[Flaw, ...]:
    """Return what stands against adopting `procedure` in `situation`; empty: nothing does."""
    where = f"procedure {procedure.procedure!r} revision {procedure.revision}"
    queues = sorted({each.queue for each in situation.contacts.values()} - set(procedure.queues))
    incidents = situation.incidents.values()
    priorities = sorted({each.priority for each in incidents if each.priority is not None} - set(procedure.priorities))
    return (
        *(Flaw(where, f"lacks queue {name!r}, in which a contact is open", _some(procedure.queues)) for name in queues),
        *(
            Flaw(where, f"lacks priority {name!r}, which an open incident has", _some(procedure.priorities))
            for name in priorities
        ),
    )


def _some(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
