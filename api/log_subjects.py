"""What a fact is about, which is how the log files it. Imports `incidents.facts` and `incidents.quantities`."""

from __future__ import annotations

from incidents import facts as f
from incidents.quantities import filed_under

PROCEDURE_SUBJECT = "procedure"
"""Where facts are filed that are about no incident, contact or resource: the rules, and the centre as a whole."""


def subject_of(fact: f.Fact) -> str:
    """Return what a fact is about, as `kind:id`: its incident, else its contact, else its resource, else the rules."""
    incident, contact = filed_under(fact)
    if incident is not None:
        return f"incident:{incident}"
    if contact is not None:
        return f"contact:{contact}"
    resource = getattr(fact, "resource", None)
    return PROCEDURE_SUBJECT if resource is None else f"resource:{resource}"
