"""The smallest mapping there is, and logs written for it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from simulation.fitting.mapping import LogMapping

SMALL: Mapping[str, Any] = {
    "mapping": "small",
    "files": [{"name": "log.csv"}],
    "fields": {"incident": ["number"]},
    "stages": {"received": ["opened"]},
    "kinds": {"crew": {"skills": ["crew"], "roster": "ample"}},
    "priorities": {"call": {}},
    "natures": {"call": {}},
    "queues": {"calls": {"skill": "answering"}},
}
CREWED: Mapping[str, Any] = {
    "layout": "per_response",
    "fields": {"incident": ["number"], "kind": ["kind"], "unit": ["unit"]},
    "stages": {
        "received": ["opened"],
        "dispatched": ["sent"],
        "departed": ["left"],
        "arrived": ["there"],
        "available": ["clear"],
    },
    "duplicates": ["incident", "unit"],
    "kinds": {"crew": {"values": ["crew"], "skills": ["crew"], "roster": "ample"}},
}
"""A log of crews: a row for each that was sent."""


def small_mapping(**changes: Any) -> LogMapping:
    """The smallest mapping, with changes."""
    return LogMapping.model_validate({**SMALL, **changes})


def crewed_mapping(**changes: Any) -> LogMapping:
    """The mapping of a log of crews, with changes."""
    return small_mapping(**{**CREWED, **changes})


def write_log(folder: Path, rows: Sequence[Mapping[str, str]], name: str = "log.csv") -> Path:
    """Write a log; every row has the keys of the first."""
    with (folder / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder
