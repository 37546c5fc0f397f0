"""The M/ETHANE packet of an incident: what every service agrees to pass on first (JESIP, Joint Doctrine, edition 3, 2021).

Major incident declared or not, Exact location, Type, Hazards, Access, Number of casualties, Emergency services present and
required. Nothing is made up: what no fact says is "not known". Imports `procedure` and `situation`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents.procedure import Procedure
from incidents.quantities import Place
from incidents.situation import UNDER_WAY, AssignmentStatus, Incident, Situation
from incidents.wording import Methane

NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Packet:
    """One M/ETHANE packet; None: not known. `present` and `coming` count resources by kind, `required` positions by skill."""

    is_major: bool
    location: str | None
    type: str | None
    hazards: str | None
    access: str | None
    casualties: str | None
    present: Mapping[str, int]
    coming: Mapping[str, int]
    required: Mapping[str, int]

    @property
    def text(self) -> str:
        """The packet in its fixed order, in words."""
        services = (("present", self.present), ("coming", self.coming), ("required", self.required))
        emergency = ", ".join(f"{word} {_counted(counts)}" for word, counts in services)
        return (
            f"M {'declared' if self.is_major else 'standby'}; E {self.location or NOT_KNOWN}; T {self.type or NOT_KNOWN}; "
            f"H {self.hazards or NOT_KNOWN}; A {self.access or NOT_KNOWN}; N {self.casualties or NOT_KNOWN}; E {emergency}"
        )


def methane(incident: Incident, situation: Situation, procedure: Procedure) -> Packet:
    """Return the packet of an open incident, from its facts alone.

    Without `wording.methane` no question is known to tell hazards, access or casualties, and nothing is declared major.
    """
    wording = procedure.wording
    rules = (wording.methane if wording else None) or Methane.model_construct()
    code = wording.codes.get(incident.determinant or "") if wording else None
    needs = [situation.needs[need] for need in incident.needs]
    present, coming, required = Counter[str](), Counter[str](), Counter[str]()
    for need in needs:
        for row, count in zip(need.rows, need.asking, strict=True):
            required[row.skill] += count
        for name in need.filled_by:
            resource = situation.resources[name]
            assignment = resource.assignment(need.id)
            if assignment is not None and assignment.status in UNDER_WAY:
                coming[resource.kind] += 1
            elif assignment is not None and assignment.status is AssignmentStatus.ON_SCENE:
                present[resource.kind] += 1
    return Packet(
        is_major=is_major(incident, procedure),
        location=located(incident.place),
        type=code.words if code is not None else incident.determinant,
        hazards=_said(rules.hazards, incident),
        access=_said(rules.access, incident),
        casualties=_said(rules.casualties, incident),
        present=present,
        coming=coming,
        required=+required,
    )


def is_major(incident: Incident, procedure: Procedure) -> bool:
    """Whether its determinant or a rung that it has passed makes the incident major."""
    rules = procedure.wording.methane if procedure.wording else None
    if rules is None:
        return False
    return incident.determinant in rules.determinants or any(rung in rules.rungs for rung in incident.rungs)


def located(place: Place | None) -> str | None:
    """A place in words: degrees to about a metre, and the zone if it is known."""
    if place is None:
        return None
    degrees = f"{place.latitude:.5f}, {place.longitude:.5f}"
    return degrees if place.zone is None else f"{degrees} ({place.zone})"


def _said(questions: Iterable[str], incident: Incident) -> str | None:
    said = [f"{question}: {incident.answers[question]}" for question in questions if question in incident.answers]
    return ", ".join(said) or None


def _counted(counts: Mapping[str, int]) -> str:
    return " + ".join(f"{count} {name}" for name, count in counts.items() if count) or "none"
