"""How driving goes by the hour of the week. Imports the local time of `incidents`."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from incidents.centre import TravelByHour
from incidents.local_time import hour_of_week
from incidents.quantities import Instant


@dataclass(frozen=True, slots=True)
class Hours:
    """By how many times driving is longer than planned at any hour, for each hour of the local week."""

    factors: TravelByHour
    zone: ZoneInfo

    def factor(self, at: Instant) -> float:
        """Return the factor of the hour in which `at` lies."""
        return self.factors[hour_of_week(at, self.zone)]
