"""A recorded log as incidents, whatever it looked like before.

Times are seconds of local wall-clock time since 1970, because logs name no zone; only differences and hours of the week are ever
taken of them. A record of a centre that sends nobody has no responses. Imports `mapping` and quantities.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from incidents.quantities import Place
from simulation.fitting.mapping import LogMapping
from simulation.fitting.quality import Quality

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """Local seconds from `start` to `until`, and why they say nothing about an ordinary week."""

    start: float
    until: float
    because: str

    @classmethod
    def of(cls, start: str, until: str, because: str) -> Span:
        """Make a span of two local times, ISO 8601 without zone."""
        from_s, until_s = (datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() for text in (start, until))
        return cls(from_s, until_s, because)


def spans_of(mapping: LogMapping) -> tuple[Span, ...]:
    """The spans that a mapping leaves out of the level of the week."""
    return tuple(Span.of(each.start, each.until, each.because) for each in mapping.spans)


@dataclass(frozen=True, slots=True)
class Response:
    """One resource sent to one incident; seconds of local time, None where the log has no time for the stage.

    `transports`: its kind takes people to a facility; others only follow it there.
    """

    unit: str
    kind: str
    transports: bool
    dispatched: float
    departed: float | None = None
    arrived: float | None = None
    transport: float | None = None
    facility: float | None = None
    available: float | None = None


@dataclass(frozen=True, slots=True)
class LoggedIncident:
    """One incident with its responses in order of dispatch. `told` is the severity first recorded, `line` where it stands.

    `answered`, `abandoned` and `ended` are those of its contact, None where the log does not show them or they never happened;
    `agent` "" where it names nobody. `entry` is when it was handed over for dispatch.
    """

    id: str
    line: int
    nature: str
    priority: str
    severity: str
    told: str
    area: str
    place: Place | None
    received: float
    entry: float
    responses: tuple[Response, ...] = ()
    answered: float | None = None
    abandoned: float | None = None
    ended: float | None = None
    agent: str = ""

    @property
    def dispatched(self) -> float:
        """When the first resource was assigned."""
        return self.responses[0].dispatched

    @property
    def has_waited(self) -> bool:
        """Whether its contact had to wait before it was answered or given up."""
        leaves = self.answered if self.answered is not None else self.abandoned
        return leaves is not None and leaves > self.received

    @property
    def first_arrival(self) -> float | None:
        """When the first resource reached the scene; None: none did."""
        return min((each.arrived for each in self.responses if each.arrived is not None), default=None)

    @property
    def spot(self) -> Place:
        """Where it happened, of a log that has positions."""
        assert self.place is not None, "a log with positions was read"
        return self.place


@dataclass(frozen=True, slots=True)
class Log:
    """What was read: incidents in order of receipt, the instants that lend the week its shape, and what was found wrong.

    `until` is the last instant the log shows anything at: what is open then is censored, not lost.
    """

    incidents: tuple[LoggedIncident, ...]
    shape: tuple[float, ...]
    quality: Quality
    until: float
    sources: Mapping[str, str]
    """SHA-256 of every file read, by name."""

    @property
    def first_day(self) -> float:
        """Midnight before the first receipt."""
        return self.incidents[0].received // DAY_S * DAY_S

    @property
    def end_of_last_day(self) -> float:
        """Midnight after the last receipt."""
        return self.incidents[-1].received // DAY_S * DAY_S + DAY_S

    def sent(self) -> tuple[Log, tuple[LoggedIncident, ...]]:
        """The log of what somebody was sent to, and apart from it what still waited when the log ended."""
        waiting = tuple(each for each in self.incidents if not each.responses)
        return replace(self, incidents=tuple(each for each in self.incidents if each.responses)), waiting

    def before(self, instant: float) -> Log:
        """The part of the log that somebody could have had at `instant`: later stages are unknown, later records not there.

        A shape of the week from another period is kept: it says when people call, not how the tested days went.
        """
        kept = tuple(_known_by(each, instant) for each in self.incidents if each.received < instant)
        shape = tuple(at for at in self.shape if at < instant) if self._is_own_shape else self.shape
        return replace(self, incidents=kept, shape=shape, until=min(self.until, instant))

    def since(self, instant: float) -> Log:
        """The part of the log that came later; a shape of the week from another period is kept."""
        kept = tuple(each for each in self.incidents if each.received >= instant)
        shape = tuple(at for at in self.shape if at >= instant) if self._is_own_shape else self.shape
        return replace(self, incidents=kept, shape=shape)

    @property
    def _is_own_shape(self) -> bool:
        return not self.shape or (
            self.shape[0] >= self.incidents[0].received and self.shape[-1] <= self.incidents[-1].received
        )


def _known_by(incident: LoggedIncident, instant: float) -> LoggedIncident:
    if incident.ended is None and not incident.responses:
        return incident
    responses = tuple(
        replace(
            each,
            departed=_cut(each.departed, instant),
            arrived=_cut(each.arrived, instant),
            transport=_cut(each.transport, instant),
            facility=_cut(each.facility, instant),
            available=_cut(each.available, instant),
        )
        for each in incident.responses
        if each.dispatched < instant
    )
    return replace(
        incident,
        responses=responses,
        answered=_cut(incident.answered, instant),
        abandoned=_cut(incident.abandoned, instant),
        ended=_cut(incident.ended, instant),
    )


def _cut(at: float | None, instant: float) -> float | None:
    return None if at is None or at >= instant else at
