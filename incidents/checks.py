"""Checks: what has to stand in the log of an incident for the procedure to have been followed.

A procedure that does not say how one sees that it is followed cannot be monitored, so one without checks is refused.
`conformance` reads checks off a log. Imports `centre`, `moments` and `targets`.
"""

from __future__ import annotations

from pydantic import Field, model_validator

from incidents.centre import Document, Name
from incidents.moments import OF_RESOURCES, Moment
from incidents.targets import LONGEST_TARGET_S


class Check(Document):
    """One thing to be recorded: an `answer` to a question, a `note` that contains some words, a moment to `record`, or a
    `handover` to be accepted wherever it was given.

    `codes`: for incidents with these determinants; none named: for all. It is due `before` a moment, `within_s` seconds of the
    moment `after`, or else by the time the incident is closed. A moment of resources is asked of incidents that asked for any.
    """

    answer: Name | None = None
    note: str | None = Field(default=None, min_length=1, max_length=200)
    record: Moment | None = None
    handover: Name | None = None
    skill: Name | None = None
    codes: tuple[Name, ...] = Field(default=(), max_length=1000)
    before: Moment | None = None
    within_s: float | None = Field(default=None, gt=0, le=LONGEST_TARGET_S)
    after: Moment | None = None
    because: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _asks_for_one_thing(self) -> Check:
        if sum(each is not None for each in (self.answer, self.note, self.record, self.handover)) != 1:
            said = "`answer` (a question), `note` (words), `record` (a moment) and `handover` (one that was accepted)"
            raise ValueError(f"give one of {said}")
        if (self.within_s is None) != (self.after is None):
            raise ValueError("`within_s` and `after` go together: so many seconds after a moment")
        if self.skill is not None and self.record not in OF_RESOURCES:
            raise ValueError(f"only resources have a skill, so it needs `record` with {', '.join(OF_RESOURCES)}")
        moments = [each for each in (self.record, self.before, self.after) if each is not None]
        if "ended" in moments:
            raise ValueError("'ended' is a moment of contacts: an incident is closed")
        if len(set(moments)) < len(moments):
            raise ValueError("a moment cannot be asked for before or after itself")
        return self
