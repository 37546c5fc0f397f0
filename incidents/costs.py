"""What the work of a log cost, by what the centre says of an hour on duty, a kilometre and a contact. Imports `centre`."""

from __future__ import annotations

import math
from collections.abc import Mapping

from incidents.centre import Costs


def cost_counts(
    costs: Costs | None, hours: Mapping[str, float], kilometres: Mapping[str, float], contacts: float
) -> dict[str, float]:
    """The figures of cost, from hours and kilometres by kind; NaN where the centre declares no costs."""
    if costs is None:
        return dict.fromkeys(("cost", "cost.duty", "cost.distance", "cost.calls"), math.nan)
    duty = math.fsum(costs.hour.get(kind, 0.0) * amount for kind, amount in sorted(hours.items()))
    distance = math.fsum(costs.km.get(kind, 0.0) * amount for kind, amount in sorted(kilometres.items()))
    calls = costs.contact * contacts
    return {"cost": duty + distance + calls, "cost.duty": duty, "cost.distance": distance, "cost.calls": calls}
