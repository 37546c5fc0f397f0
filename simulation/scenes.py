"""What is really going on: which contact stands behind each open incident, who is under way to it, and who has been there.

Imports `stage`, `contacts` and `trips`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from incidents import facts as f
from incidents.quantities import IncidentId, NeedId
from simulation.contacts import Contact, Further
from simulation.stage import Stage
from simulation.trips import Trip


@dataclass(slots=True)
class Scene:
    """The truth of one open incident. `is_double`: somebody else's incident is about the same matter."""

    contact: Contact
    is_double: bool = False
    sent: Counter[str] = field(default_factory=Counter)
    active: list[Trip] = field(default_factory=list)
    is_reached: bool = False
    is_overridden: bool = False


class Scenes:
    """Every open incident's truth."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._by_incident: dict[IncidentId, Scene] = {}
        self._by_matter: dict[int, IncidentId] = {}

    def of(self, incident: IncidentId) -> Scene | None:
        """The scene of an incident; None: it is over, or no contact of this world opened it."""
        return self._by_incident.get(incident)

    def known(self, contact: Contact) -> IncidentId | None:
        """The open incident about the same matter; None: there is none."""
        return None if contact.matter is None else self._by_matter.get(contact.matter)

    def open(self, incident: IncidentId, contact: Contact) -> None:
        """An incident was opened by a contact."""
        is_double = self.known(contact) is not None
        self._by_incident[incident] = Scene(contact, is_double)
        if contact.matter is not None and not is_double:
            self._by_matter[contact.matter] = incident

    def ask_for_more(self, incident: IncidentId, scene: Scene) -> None:
        """The first crew is there, and will ask for what the contact's truth holds."""
        for number, further in enumerate(scene.contact.further):
            self._stage.clock.after(further.after_s, self._request, incident, further, number)

    def _request(self, incident: IncidentId, further: Further, number: int) -> None:
        stage = self._stage
        known = stage.desk.working.incidents.get(incident)
        if known is None or known.priority is None:
            stage.tally["further needs too late"] += 1
            return
        stage.tally["further needs"] += 1
        need, row = NeedId(f"{incident}/scene-{number + 1}"), f.NeedRow(further.skill, further.quantity)
        stage.record(f.NeedOpened(stage.clock.now, need, (row,), False, "asked for from the scene", incident=incident))

    def close_if_done(self, incident: IncidentId) -> None:
        """Close an incident of which nobody is owed anything more."""
        scene, situation = self._by_incident.get(incident), self._stage.desk.working
        known = situation.incidents.get(incident)
        if known is None or (scene is not None and scene.active):
            return
        needs = [situation.needs[need] for need in known.needs]
        if known.assessed_at is not None and all(need.is_filled and not need.filled_by for need in needs):
            self._stage.record(f.IncidentClosed(self._stage.clock.now, incident, "nothing more is owed"))
            if scene is not None:
                del self._by_incident[incident]
                matter = scene.contact.matter
                if matter is not None and self._by_matter.get(matter) == incident:
                    del self._by_matter[matter]
