"""Records whose nature the log learns only while they wait: those who did not wait are shared out as those who waited are.

A caller who is answered at once may stand in the log under a commoner nature, since nobody had the time to look them up. Whether
somebody is free does not hang on who calls, so of those who were answered at once the share is that of those who waited. It is
taken from the records before each one, never from later ones, and dealt out evenly. Imports `log`, `mapping`, `quality`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from simulation.fitting.log import LoggedIncident
from simulation.fitting.mapping import LogMapping
from simulation.fitting.quality import Quality


@dataclass(slots=True)
class _Share:
    """Those who waited, so far; `owed` is what rounding has left to the rarer nature."""

    rarer: int = 0
    all: int = 0
    owed: float = 0.0
    like: LoggedIncident | None = None
    """The last one known to be of the rarer nature."""


def shared_out(
    incidents: Sequence[LoggedIncident], mapping: LogMapping, quality: Quality
) -> tuple[LoggedIncident, ...]:
    """The records with the natures that nobody saw; all as they are where the mapping knows of none."""
    if all(rule.veiled_as is None for rule in mapping.natures.values()):
        return tuple(incidents)
    return tuple(_shared(incidents, mapping, quality))


def _shared(incidents: Sequence[LoggedIncident], mapping: LogMapping, quality: Quality) -> Iterator[LoggedIncident]:
    veils = {name: rule.veiled_as for name, rule in mapping.natures.items() if rule.veiled_as is not None}
    shares = {name: _Share() for name in veils}
    for each in incidents:
        found = each
        for name, veil in veils.items():
            if each.nature not in (name, veil):
                continue
            share = shares[name]
            if each.has_waited or each.nature == name:
                share.all += each.has_waited
                share.rarer += each.has_waited and each.nature == name
                share.like = each if each.nature == name else share.like
                continue
            share.owed += share.rarer / share.all if share.all else 0.0
            if share.owed >= 1 and share.like is not None:
                share.owed -= 1
                like = share.like
                found = replace(each, nature=name, priority=like.priority, severity=like.severity, told=like.told)
                quality.note("rows", f"records without a wait, taken for {name}")
                break
        yield found
