"""Response plans as data: what is sent at once, and the alarm levels by which an attendance is made up.

A plan sends its first attendance when an incident is assessed. Each of its levels, in order, asks for more: because somebody on
scene makes up the attendance, because a rung raises the alarm, or because so much time has passed. Imports `centre`, `goals` and
`plan_row`; `alarm_soundness` checks what one field alone cannot.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.goals import Serves
from incidents.plan_row import PlanRow
from incidents.quantities import SECONDS_IN_A_WEEK

MOST_ROWS = 50
"""The most rows that one need may have, so that its fact stays small."""
MOST_LEVELS = 20
"""The most alarm levels of one plan."""
Way = tuple[PlanRow, ...]


class Attendance(Document):
    """What is asked for together. `whole`: all of it or nothing; otherwise whatever can be sent goes.

    `instead`: further ways to fill it, each as good as `send`. `shared`: one resource may fill several rows at once.
    """

    send: Way = Field(min_length=1, max_length=MOST_ROWS)
    whole: bool = False
    instead: tuple[Annotated[Way, Field(min_length=1)], ...] = Field(default=(), max_length=9)
    shared: bool = False

    @property
    def ways(self) -> tuple[Way, ...]:
        """Every way to fill it, `send` first."""
        return (self.send, *self.instead)

    @model_validator(mode="after")
    def _ways_have_a_measure(self) -> Attendance:
        if self.instead and not self.whole:
            raise ValueError("`instead` needs `whole: true`: parts of two different ways have no common measure")
        if sum(map(len, self.ways)) > MOST_ROWS:
            raise ValueError(f"all ways to fill a plan have at most {MOST_ROWS} rows together")
        return self


class AlarmLevel(Attendance):
    """An alarm level of a plan. `counts` added: it asks for its rows on top of all below; in all: for what they lack of its rows.

    `after_s`: it is reached by time alone, so long after the level below (or the assessment), unless somebody stops it;
    `unless_arrived`: nor once anybody has arrived.
    """

    name: Name
    counts: Literal["added", "in all"]
    after_s: float | None = Field(default=None, ge=1, le=SECONDS_IN_A_WEEK)
    unless_arrived: bool = False

    @model_validator(mode="after")
    def _arrival_stops_what_time_does(self) -> AlarmLevel:
        if self.unless_arrived and self.after_s is None:
            raise ValueError("`unless_arrived` is for levels that time alone reaches: give `after_s`")
        if self.counts == "in all" and self.instead:
            raise ValueError(
                "`instead` is for levels that are added: what is lacking of several ways has no common measure"
            )
        return self


class Plan(Attendance):
    """A response plan (run card): the first attendance, and in `levels` what each alarm level above it asks for."""

    levels: tuple[AlarmLevel, ...] = Field(default=(), max_length=MOST_LEVELS)
    serves: Serves = ()

    def rank(self, level: str | None) -> int:
        """Return how high a level stands, from 1; 0: the first attendance, and for a name that the plan does not know."""
        return next((number for number, each in enumerate(self.levels, start=1) if each.name == level), 0)
