"""The rungs of escalation as data: what sets one off, when it may act, whom it tells, what it changes, and how it ends.

A rung has one trigger, or none where only another's `then` leads to it. What depends on time is due at an instant; what depends
on the situation acts at the fact that made it so. Every loop is bounded: a rung acts at most `most` times on one incident.
Imports `centre`, `goals` and `plan_row`; `ladder_soundness` checks what one field alone cannot.
"""

from __future__ import annotations

from functools import cached_property

from pydantic import Field, model_validator

from incidents.centre import Document, Name, Shift
from incidents.goals import Serves
from incidents.plan_row import PlanRow
from incidents.quantities import SECONDS_IN_A_WEEK

TRIGGERS = (
    "unfilled_for_s", "unarrived_for_s", "unacknowledged", "waiting_answer_s", "at_once", "shortfall", "incidents_within",
)  # fmt: skip
"""What can set a rung off; each rung has at most one of them."""
ON_INCIDENTS = ("unfilled_for_s", "unarrived_for_s", "unacknowledged", "at_once", "incidents_within")
"""The triggers of rungs that act on one incident."""


class Crowding(Document):
    """So many open incidents, reported within `seconds` and lying within `metres` of one of them, that one included."""

    count: int = Field(ge=2, le=1000)
    metres: float = Field(gt=0, le=1_000_000)
    seconds: float = Field(gt=0, le=SECONDS_IN_A_WEEK)


class Unacknowledged(Document):
    """A message about an incident, or a handover of it, that nobody has acknowledged `after_s` after it was first owed.

    Naming no `messages`, `to` or `media` means any; `to` names roles, partners and kinds of resource. What was withheld went by
    no medium.
    """

    after_s: float = Field(gt=0, le=SECONDS_IN_A_WEEK)
    messages: tuple[Name, ...] = Field(default=(), max_length=100)
    to: tuple[Name, ...] = Field(default=(), max_length=100)
    media: tuple[Name, ...] = Field(default=(), max_length=20)

    def is_about(self, message: str, to: str, kind: str | None, medium: str | None) -> bool:
        """Whether a message is one of those meant; `kind` is that of the resource it is for, None where it is for another."""
        is_named = not self.messages or message in self.messages
        is_theirs = not self.to or to in self.to or kind in self.to
        return is_named and is_theirs and (not self.media or medium in self.media)


class Mode(Document):
    """How a mode of the whole centre ends: once no more than `leaves_at` needs stand open, but not before `dwell_s`.

    The gap between the threshold that enters and the one that leaves keeps a mode from flapping.
    """

    leaves_at: int = Field(ge=0, le=10_000)
    dwell_s: float = Field(default=0.0, ge=0, le=SECONDS_IN_A_WEEK)


class Recipient(Document):
    """Whom a rung tells: a role (a skill; whoever on duty has it) or an organisation outside the centre."""

    role: Name | None = None
    organisation: Name | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Recipient:
        if (self.role is None) == (self.organisation is None):
            raise ValueError("give either `role` or `organisation`")
        return self

    @property
    def name(self) -> str:
        """The role or the organisation."""
        name = self.role or self.organisation
        assert name is not None
        return name


class AidAsked(Document):
    """Mutual aid that a rung asks for: so many of a partner's resources with one skill, asked for in the name of `role`."""

    partner: Name
    skill: Name
    quantity: int = Field(default=1, ge=1, le=100)
    role: Name | None = None


class Authority(Document):
    """Who may contact whom: a role of the centre, an organisation, what about and by which media (none named: any)."""

    role: Name
    organisation: Name
    about: tuple[Name, ...] = Field(default=(), max_length=100)
    media: tuple[Name, ...] = Field(default=(), max_length=20)


class Rung(Document):
    """A step of escalation: when its trigger holds, in its `hours` and `during` its modes, it acts, at most `most` times.

    `alarm_to`, `alarm_up`: it raises the alarm of its incident to a level of the plan, or by one.
    `then`: the rung that follows when nobody acknowledges within `ack_s`, or nobody is there to be told.
    """

    unfilled_for_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    unarrived_for_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    unacknowledged: Unacknowledged | None = None
    waiting_answer_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    at_once: bool = False
    shortfall: int | None = Field(default=None, ge=1, le=10_000)
    incidents_within: Crowding | None = None
    priorities: tuple[Name, ...] = ()
    queues: tuple[Name, ...] = ()
    hours: tuple[Shift, ...] = Field(default=(), max_length=20)
    during: tuple[Name, ...] = Field(default=(), max_length=20)
    raises_to: Name | None = None
    opens: PlanRow | None = None
    requests: AidAsked | None = None
    alarm_to: Name | None = None
    alarm_up: bool = False
    notifies: tuple[Recipient, ...] = Field(default=(), max_length=20)
    ack_s: float | None = Field(default=None, gt=0, le=SECONDS_IN_A_WEEK)
    then: Name | None = None
    mode: Mode | None = None
    proposes: bool = False
    stands_down: bool = False
    most: int = Field(default=1, ge=1, le=10)
    serves: Serves = ()

    @cached_property
    def trigger(self) -> str | None:
        """The name of what sets the rung off; None: another's `then` alone."""
        return next((name for name in TRIGGERS if getattr(self, name)), None)

    @cached_property
    def limit_s(self) -> float | None:
        """After how many seconds its trigger holds, where it is a matter of time on an incident."""
        if self.unacknowledged is not None:
            return self.unacknowledged.after_s
        return self.unarrived_for_s if self.unfilled_for_s is None else self.unfilled_for_s

    @property
    def changes_its_incident(self) -> bool:
        """Whether it does something that only an incident can undergo."""
        acts = (self.raises_to, self.opens, self.requests, self.alarm_to)
        return self.alarm_up or any(each is not None for each in acts)

    @model_validator(mode="after")
    def _fits_together(self) -> Rung:
        wrong = [what for is_wrong, what in self._misfits() if is_wrong]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _misfits(self) -> tuple[tuple[bool, str], ...]:
        trigger, named = self.trigger, [name for name in TRIGGERS if getattr(self, name)]
        acts = self.changes_its_incident or bool(self.notifies) or self.mode is not None
        on_priorities = trigger is not None and trigger != "waiting_answer_s"
        on_incident = trigger is None or trigger in ON_INCIDENTS
        has_ended = self.limit_s is not None or self.stands_down
        return (
            (len(named) > 1, f"a rung has one trigger, not {', '.join(named)}"),
            (not acts, "a rung raises the priority (`raises_to`), opens a need (`opens`), asks for aid (`requests`), "
             "raises the alarm (`alarm_to`, `alarm_up`), notifies (`notifies`) or enters a mode (`mode`)"),
            (self.alarm_up and self.alarm_to is not None, "a rung raises the alarm to a level or by one level, not both"),
            (self.stands_down and (self.alarm_up or self.alarm_to is not None),
             "an alarm is stopped by a person: a rung that raises it does not stand down (`stands_down`)"),
            (on_priorities and not self.priorities, f"`{trigger}` needs `priorities`, at least one"),
            (trigger == "waiting_answer_s" and bool(self.priorities), "a contact has no priority; give `queues`"),
            (bool(self.queues) and trigger != "waiting_answer_s", "`queues` is for `waiting_answer_s` alone"),
            (self.changes_its_incident and not on_incident, f"`{trigger}` is about no incident that the rung could change"),
            ((self.shortfall is not None) != (self.mode is not None), "`shortfall` and `mode` go together"),
            (self.mode is not None and self.shortfall is not None and self.mode.leaves_at >= self.shortfall,
             "a mode ends below the shortfall that begins it"),
            (self.stands_down and trigger not in ON_INCIDENTS, "`stands_down` is for triggers on an incident"),
            (self.most > 1 and not has_ended,
             "a rung acts again (`most`) after a time or once it has stood down (`stands_down`)"),
            (self.ack_s is not None and not self.notifies, "`ack_s` is for rungs that notify somebody"),
            (self.then is not None and not self.notifies, "`then` follows when nobody whom the rung notifies answers"),
            (self.proposes and trigger is None, "a rung that others lead to acts; it does not propose"),
        )  # fmt: skip
