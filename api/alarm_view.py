"""The alarm of an incident as a dispatcher sees it: where it stands, and which levels its plan has.

Imports `reasoning` and `incidents`.
"""

from __future__ import annotations

from pydantic import Field

from api.control_room import Present
from api.reasoning import View
from api.wire import iso
from incidents.alarms import next_stage, plan_of
from incidents.phrases import level_in_words
from incidents.situation import Incident


class AlarmLevelView(View):
    """One level of the plan, and what it asks for in words."""

    level: str
    asks: str


class AlarmView(View):
    """How far an attendance was made up; `level` null: what is sent at once.

    `next_at`: when time alone raises it to `next_level`.
    """

    plan: str | None
    level: str | None
    since: str | None = Field(description="since when it stands there, ISO 8601; null: it never was raised or stopped")
    is_stopped: bool = Field(description="only a person raises it any more")
    levels: tuple[AlarmLevelView, ...] = Field(description="those of the plan, the lowest first")
    next_level: str | None
    next_at: str | None


def alarm_view(present: Present, incident: Incident) -> AlarmView | None:
    """Show the alarm of an incident; None where its plan has no levels and nobody has raised it."""
    found = plan_of(incident, present.procedure)
    alarm, levels = incident.alarm, () if found is None else found[1].levels
    if not levels and alarm.at is None:
        return None
    stage = next_stage(incident, present.procedure)
    return AlarmView(
        plan=None if found is None else found[0],
        level=alarm.level,
        since=None if alarm.at is None else iso(alarm.at),
        is_stopped=alarm.is_stopped,
        levels=tuple(
            AlarmLevelView(level=each.name, asks=level_in_words(each.model_dump(mode="json"))) for each in levels
        ),
        next_level=None if stage is None else stage[0],
        next_at=None if stage is None else iso(stage[1]),
    )
