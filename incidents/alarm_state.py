"""What is known of the alarm of an incident at an instant. Imports `quantities`."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.quantities import Instant


@dataclass(frozen=True, slots=True)
class Alarm:
    """How far an attendance was made up. `level` None: what is sent at once; `at`: since when (None: it never was raised).

    `is_stopped`: only a person raises it any more.
    """

    level: str | None = None
    at: Instant | None = None
    is_stopped: bool = False


FIRST = Alarm()
"""The alarm of an incident that nobody has made up or stopped."""
