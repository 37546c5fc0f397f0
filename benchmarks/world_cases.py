"""Two worlds to measure the speed of a desk in: a queue that has a formula, and a service that sends units.

Both are ordinary documents: a centre, a procedure, a workload. Nothing of the desk is switched off.
"""

from __future__ import annotations

from incidents.centre import Centre
from incidents.procedure import Procedure
from simulation.workload import Workload

SERVERS, MEAN_S = 10, 180.0
RHO = 0.9
RATE_PER_S = RHO * SERVERS / MEAN_S
SHARES = (0.2, 0.3, 0.5)
"""Of the three ranks, the most urgent first."""
NAMES = ("first", "second", "third")


def queue_centre() -> Centre:
    """So many call-takers, and nowhere to drive."""
    return Centre.model_validate(
        {
            "centre": "queue",
            "kinds": {"agent": {"skills": ["answering"]}},
            "resources": {f"A{number}": {"kind": "agent"} for number in range(SERVERS)},
            "travel": {"kind": "none"},
        }
    )


def queue_procedure() -> Procedure:
    """Three queues by rank, one question, and nobody is sent."""
    return Procedure.model_validate(
        {
            "procedure": "queue",
            "revision": 1,
            "queues": {name: {"skill": "answering", "rank": rank} for rank, name in enumerate(NAMES, 1)},
            "priorities": {name: {"rank": rank} for rank, name in enumerate(NAMES, 1)},
            "triage": {
                "start": "matter",
                "questions": {
                    "matter": {"text": "?", "about": "matter", "answers": {name: {"code": name} for name in NAMES}}
                },
            },
            "determinants": {name: {"priority": name} for name in NAMES},
        }
    )


def queue_workload(rate_per_s: float = RATE_PER_S) -> Workload:
    """Poisson contacts with exponential handling, so that Cobham's formula holds."""
    return Workload.model_validate(
        {
            "workload": "queue",
            "arrivals": {"rate_per_h": rate_per_s * 3600},
            "natures": [
                {
                    "id": name,
                    "share": share,
                    "queue": name,
                    "priority": name,
                    "truth": {"matter": name},
                    "handling_s": {"exponential": MEAN_S},
                }
                for name, share in zip(NAMES, SHARES, strict=True)
            ],
        }
    )
