"""Whoever is told says so: they confirm messages, take handovers, and roles the notices of a rung, in time, late or never.

Imports `stage`, `scenes` and `surroundings`.
"""

from __future__ import annotations

from collections import Counter

from incidents import facts as f
from incidents.ladder_state import notice_key
from incidents.quantities import IncidentId
from incidents.taking_up import Told, taken_up
from simulation.contacts import ACKNOWLEDGED_AFTER_S
from simulation.scenes import Scenes
from simulation.stage import Stage
from simulation.surroundings import Surroundings


class Confirmations:
    """Everybody who is told something. A message that was withheld is passed on by the time it is confirmed."""

    def __init__(self, stage: Stage, scenes: Scenes, surroundings: Surroundings) -> None:
        self._stage, self._scenes, self._surroundings = stage, scenes, surroundings
        self._messages: Counter[IncidentId] = Counter()
        self._notices: Counter[str] = Counter()
        stage.react(f.MessageSent, self._on_told)
        stage.react(f.MessageWithheld, self._on_told)
        stage.react(f.HandoverGiven, self._on_told)
        if surroundings.workload is not None and surroundings.workload.acknowledging is not None:
            stage.react(f.RoleNotified, self._on_notified)

    def _on_told(self, fact: Told) -> None:
        scene = self._scenes.of(fact.incident)
        number = self._messages[fact.incident]
        self._messages[fact.incident] += 1
        after_s = ACKNOWLEDGED_AFTER_S if scene is None else scene.contact.acknowledge_s(number)
        if after_s is None:
            self._stage.tally["messages never confirmed"] += 1
        else:
            self._stage.clock.after(after_s, self._acknowledge, fact)

    def _acknowledge(self, fact: Told) -> None:
        desk = self._stage.desk
        facts = taken_up(fact, desk.working, desk.procedure, self._stage.clock.now)
        if facts:
            self._stage.record(*facts)

    def _on_notified(self, fact: f.RoleNotified) -> None:
        number = self._notices[fact.role]
        self._notices[fact.role] += 1
        after_s = self._surroundings.notice_s(fact.role, number)
        if after_s is None:
            self._stage.tally["notices never confirmed"] += 1
        else:
            self._stage.clock.after(after_s, self._take_up, fact)

    def _take_up(self, fact: f.RoleNotified) -> None:
        notice = self._stage.desk.working.notices.get(notice_key(fact.rung, fact.incident, fact.contact))
        if notice is not None and notice.at == fact.at and fact.role in notice.roles:
            now = self._stage.clock.now
            self._stage.record(f.RoleAcknowledged(now, fact.rung, fact.role, fact.incident, fact.contact))
