"""Look-ups that refuse, and small copies: what every fold of a fact into a situation needs.

Imports `situation` and what stands above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

from incidents.facts import Fact
from incidents.quantities import ContactId, IncidentId, NeedId, ResourceId, owner_of
from incidents.refusals import FactRefused, Flaw
from incidents.situation import Incident, Need, OpenContact, Resource, Situation

K = TypeVar("K")
V = TypeVar("V")

GONE: Any = object()
"""What an entry becomes that is taken out."""
Edit: TypeAlias = tuple[str, Any, Any]
"""One entry of a situation that a fact changes: the field it stands in, its key, and what it becomes."""
Changes: TypeAlias = tuple[Edit, ...]
"""What a fact changes, in order. Every check has been made before there are any, so nothing is ever half done."""


def incident_change(incident: Incident) -> Changes:
    """Return the change that puts `incident` in the place of its former self."""
    return (("incidents", incident.id, incident),)


def resource_change(resource: Resource) -> Changes:
    """Return the change that puts `resource` in the place of its former self."""
    return (("resources", resource.id, resource),)


def open_contact(s: Situation, contact: ContactId) -> OpenContact:
    """Find a contact that is waiting or being answered, or refuse."""
    found = s.contacts.get(contact)
    if found is None:
        state = "has ended" if contact in s.ended else "was never received"
        raise refusal("contact", f"contact {contact} {state}", "a contact that is waiting or being answered")
    return found


def open_incident(s: Situation, incident: IncidentId) -> Incident:
    """Find an open incident, or refuse."""
    found = s.incidents.get(incident)
    if found is None:
        state = "is closed" if incident in s.closed else "was never opened"
        raise refusal("incident", f"incident {incident} {state}", "an open incident")
    return found


def open_need(s: Situation, need: NeedId) -> Need:
    """Find an open need, or refuse."""
    found = s.needs.get(need)
    if found is None:
        owner, _ = owner_of(need)
        state = f"belongs to incident {owner}, which is closed" if owner in s.closed else "is not open"
        raise refusal("need", f"need {need} {state}", "a need that is open")
    return found


def centre_resource(s: Situation, resource: ResourceId) -> Resource:
    """Find a resource of the centre, or refuse."""
    found = s.resources.get(resource)
    if found is None:
        raise refusal("resource", f"the centre has no resource {resource}", "a resource of the centre")
    return found


def with_entry(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    """Copy `mapping` with one entry set."""
    changed = dict(mapping)
    changed[key] = value
    return changed


def without_entry(mapping: Mapping[K, V], key: K) -> dict[K, V]:
    """Copy `mapping` without one entry."""
    changed = dict(mapping)
    del changed[key]
    return changed


def accepted_facts(table: Mapping[tuple[Any, type[Fact]], Any], status: object) -> str:
    """Name the facts that `table` lets a thing in this status meet."""
    return ", ".join(kind.__name__ for held, kind in table if held is status) or "nothing"


def open_rows(need: Need) -> str:
    """Say which rows of a need can still be filled."""
    rows = [f"row {row} ({need.rows[row].skill})" for row, count in enumerate(need.asking) if count]
    return ", ".join(rows) or "the need is filled"


def refusal(where: str, what: str, accepted: str) -> FactRefused:
    """Refuse for one reason, pointing at a field of the fact."""
    return FactRefused([Flaw(f"/{where}", what, accepted)])
