"""What may go otherwise in a world than in an easy one, as data: parts of a workload, each of them optional.

What a part leaves out does not happen, and nothing is drawn for it. `docs/world.md` says what each of them plays. Imports
`durations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from incidents.centre import Name
from simulation.durations import ZERO, DistributionEntry, Duration, Share, Timed

MOST_REDIALS = 10
MOST_DUPLICATES = 1_000
Factor = Annotated[float, Field(gt=0, le=100)]


class Redial(Timed):
    """Of those who give up, `share` ring again after `after_s`, each time anew, at most `attempts` times."""

    share: Share
    after_s: Duration
    attempts: int = Field(default=3, ge=1, le=MOST_REDIALS)


class Duplicates(Timed):
    """Others ring about the same: `mean` further contacts on average, `after_s` after the first.

    Of the contacts that a call-taker answers while an incident of the same matter is open, `recognised_share` are linked to it.
    The others open an incident of their own, at which each crew stays for `found_out_s`.
    """

    mean: float = Field(ge=0, le=MOST_DUPLICATES)
    after_s: Duration
    recognised_share: Share = 1.0
    found_out_s: Duration = ZERO


class Further(Timed):
    """In `share` of the incidents the first crew at the scene asks for `quantity` more with `skill`, `after_s` later."""

    share: Share = 1.0
    after_s: Duration
    skill: Name
    quantity: int = Field(default=1, ge=1, le=100)


class Override(Timed):
    """In `share` of the incidents the dispatcher does otherwise than first proposed, and says why.

    `next_best`: sends the cheapest resource that the plan leaves free. `nobody`: sends nobody for `delay_s`.
    """

    share: Share
    rule: Literal["next_best", "nobody"]
    delay_s: Duration = ZERO
    because: Name
    priorities: tuple[Name, ...] = Field(default=(), description="of incidents of these true priorities; none: of all")


class Facility(Timed):
    """Where crews bring somebody. `places`: how many may be handed over at once; None: as many as come."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    places: int | None = Field(default=None, ge=1, le=1_000)
    handover_by_hour: tuple[Factor, ...] = Field(
        default=(), max_length=24, description="factors by local hour of the day"
    )

    @model_validator(mode="after")
    def _a_whole_day(self) -> Facility:
        if self.handover_by_hour and len(self.handover_by_hour) != 24:
            raise ValueError("give 24 factors, or none")
        return self


class Breakdown(Timed):
    """A resource of the kind fails after `every_s` on duty, and is back after `repair_s`."""

    every_s: Duration
    repair_s: Duration


class Lending(Timed):
    """How a partner answers. Of requests, `declined_share` are declined and the rest offered, after `answer_s`; the offer is
    taken up after `commit_s`. Of its resources that are sent, `refused_share` do not come: they say so after `answer_s` and
    are not to be had for `away_s`. Those that come set off `delay_s` later than they would.
    """

    answer_s: Duration = ZERO
    declined_share: Share = 0.0
    commit_s: Duration = ZERO
    refused_share: Share = 0.0
    away_s: Duration = DistributionEntry(constant=1800.0)
    delay_s: Duration = ZERO


class Acknowledging(Timed):
    """When whoever is told confirms it: a message after `messages_s`, a rung's notice after `notices_s`; the shares never do."""

    messages_s: Duration = DistributionEntry(constant=30.0)
    messages_never_share: Share = 0.0
    notices_s: Duration = ZERO
    notices_never_share: Share = 0.0


class Radio(Timed):
    """What becomes of a crew's status messages on their way to the desk, and of the positions that vehicles report.

    Each message comes after `delay_s`; `lost_share` never come, `repeated_share` come twice, and in place of `wrong_share`
    another status comes. Whose `clear` was lost is asked after `poll_s`. `positions_lost_share` of positions never come.
    """

    delay_s: Duration = ZERO
    lost_share: Share = 0.0
    repeated_share: Share = 0.0
    wrong_share: Share = 0.0
    poll_s: Duration = DistributionEntry(constant=900.0)
    positions_lost_share: Share = 0.0


class Surge(Timed):
    """From `begins_s` after the start for `lasts_s`, `factor` times as many contacts; of `natures` or in `zones`, if named."""

    begins_s: float = Field(ge=0)
    lasts_s: float = Field(gt=0)
    factor: float = Field(ge=1, le=1_000)
    natures: tuple[Name, ...] = ()
    zones: tuple[Name, ...] = ()


class Major(Timed):
    """Major incidents of a nature, whose `duplicates` and `further` say how many ring and what is asked for.

    They begin at `begins_s` after the start, or by chance, `per_week` of them on average.
    """

    nature: Name
    begins_s: tuple[Annotated[float, Field(ge=0)], ...] = Field(default=(), max_length=1_000)
    per_week: float = Field(default=0.0, ge=0, le=10_000)


Facilities = Literal["nearest"] | Mapping[Name, Share]
"""Which facility a crew drives to: the nearest, or one of a mix."""
