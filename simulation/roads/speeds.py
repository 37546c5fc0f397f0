"""What a speed sign says, as OpenStreetMap writes it (wiki.openstreetmap.org/wiki/Key:maxspeed). Imports nothing of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

MPH_KMH = 1.609344
KNOT_KMH = 1.852
WALK_KMH = 7.0
"""The upper end of the walking pace that `maxspeed=walk` stands for, by the wiki's own page."""
LEAST_KMH, MOST_KMH = 1.0, 200.0
_SIGN = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*(km/h|kmh|kph|mph|knots)?")
_IN_KMH = {"mph": MPH_KMH, "knots": KNOT_KMH}


def signed_kmh(text: str, implicit_kmh: Mapping[str, float]) -> float | None:
    """Return the speed that a value of `maxspeed` means; None: it says none that is known, and the road's class decides.

    Of several (`50; 30`) the lowest counts. `none` means that nothing is signed.
    """
    found = [_one(part.strip(), implicit_kmh) for part in re.split(r"[;|]", text[:200])]
    known = [each for each in found if each is not None]
    return min(known) if known else None


def _one(text: str, implicit_kmh: Mapping[str, float]) -> float | None:
    if text in implicit_kmh:
        return implicit_kmh[text]
    if text == "walk":
        return WALK_KMH
    sign = _SIGN.fullmatch(text)
    if sign is None:
        return None
    kmh = float(sign[1]) * _IN_KMH.get(sign[2] or "", 1.0)
    return kmh if LEAST_KMH <= kmh <= MOST_KMH else None
