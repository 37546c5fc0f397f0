"""The facts of making an attendance up and of stopping it. `facts` lists them with all others. Imports `quantities`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from incidents.quantities import IncidentId, Instant, NeedId


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """The alarm of an incident was raised to a `level` of its `plan`; to the level it has: what that lacks is asked for again.

    `by_person`: somebody made it up, which also takes back an earlier stop; otherwise a rung or the passing of time did.
    """

    at: Instant
    incident: IncidentId
    plan: str
    level: str
    because: str
    by_person: Annotated[bool, Field(strict=True)] = False


@dataclass(frozen=True, slots=True)
class AlarmLowered:
    """A stop: the alarm falls to `level` (None: what is sent at once), and neither time nor a rung raises it any more."""

    at: Instant
    incident: IncidentId
    because: str
    level: str | None = None


@dataclass(frozen=True, slots=True)
class NeedReduced:
    """What nobody fills of a need is no longer asked for; whoever serves it goes on."""

    at: Instant
    need: NeedId
    because: str
