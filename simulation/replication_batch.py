"""A batch of replications as bytes: what it is called, how it is played, and how it is written down.

The name is SHA-256 over all that can change the result: the code of the lower three floors and of what they stand on, centre,
workload, procedures, span and seeds. The bytes are a function of the name, wherever the batch is played: floats are written to
the last bit and nothing else is. Imports `scenario` and `incidents.measures`.

    muster replications 1\\n            the format
    SHA-256 of all that follows\\n
    {"name": ..., "runs": [...]}\\n     seeds, counts and the lengths of the samples, as JSON
    samples                            eight bytes each, little end first
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import incidents
import optimiser
from incidents.measures import FloatArray, Measures
from incidents.procedure import Procedure
from incidents.quantities import ResourceId
from optimiser.refusals import Refusal
from simulation.scenario import Scenario
from simulation.trace import origin_fingerprint

if TYPE_CHECKING:
    from simulation.replications import Span

Run: TypeAlias = tuple[int, int, tuple[Measures, ...]]
"""A seed, the contacts that were measured, and the measures of every procedure."""
FORMAT = b"muster replications 1"
FOUNDATIONS = ("immutables", "numpy", "ortools", "pydantic", "scipy", "simpy")
LARGEST_BYTES = 4_000_000_000
"""A batch of more is refused: play fewer days, or smaller batches."""


@dataclass(frozen=True)
class Job:
    """What every seed is played under. `take`: 2 where it is played a second time, to see that it comes out the same.

    `rod`: the procedure whose plans say what the truth asks for; None: the first of those that are played.
    """

    scenario: Scenario
    procedures: tuple[Procedure, ...]
    span: Span
    take: int = 1
    rod: Procedure | None = None

    def batch_name(self, seeds: Sequence[int]) -> str:
        """The name of the batch of these seeds, for this code on this kind of machine."""
        return hashlib.sha256(f"{self._played} {code_version()} {list(seeds)}".encode()).hexdigest()

    @property
    def measured_by(self) -> Procedure:
        """The procedure whose plans say what the truth asks for."""
        return self.rod or self.procedures[0]

    @cached_property
    def _played(self) -> str:
        # Written out whole and in the order of the file: what a document keeps in memory of itself is not asked.
        documents = (self.scenario.centre, self.scenario.workload, self.measured_by, *self.procedures)
        span = {each.name: float(getattr(self.span, each.name)).hex() for each in fields(self.span)}
        came = None if self.scenario.replayed is None else origin_fingerprint(self.scenario.replayed)
        told = [FORMAT.decode(), *(each.model_dump_json(by_alias=True) for each in documents), span, came, self.take]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@lru_cache(maxsize=1)
def code_version() -> str:
    """SHA-256 over every module that a replication may run, and the versions of what they stand on."""
    found = hashlib.sha256()
    packages = (optimiser.__file__, incidents.__file__, __file__)
    for root in (Path(str(file)).resolve().parent for file in packages):
        for path in sorted(root.rglob("*.py")):
            found.update(f"{root.name}/{path.relative_to(root)}\n".encode())
            found.update(path.read_bytes())
    stands_on = [*(f"{name} {version(name)}" for name in FOUNDATIONS), sys.version, platform.machine()]
    found.update("\n".join(stands_on).encode())
    return found.hexdigest()


def batch_bytes(name: str, runs: Sequence[Run]) -> bytes:
    """The batch as it is kept and sent."""
    samples: list[FloatArray] = []
    told = json.dumps({"name": name, "runs": [_run_as_json(run, samples) for run in runs]})
    arrays = b"".join(np.asarray(each, dtype="<f8").tobytes() for each in samples)
    body = told.encode() + b"\n" + arrays
    return FORMAT + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def runs_in(batch: bytes, name: str) -> tuple[Run, ...]:
    """The replications of a batch; refuses bytes that are damaged, or are another batch than `name`."""
    head, _, rest = batch.partition(b"\n")
    digest, _, body = rest.partition(b"\n")
    if head != FORMAT or hashlib.sha256(body).hexdigest().encode() != digest:
        raise Refusal.of(name, "is damaged", "a batch as it was written")
    line, _, arrays = body.partition(b"\n")
    told = json.loads(line)
    if told["name"] != name:
        raise Refusal.of(name, f"holds the batch {told['name']}, of other code or another question", "its own batch")
    values = np.frombuffer(arrays, dtype="<f8")
    runs, at = [], 0
    for run in told["runs"]:
        measures = []
        for each in run["measures"]:
            samples: dict[tuple[str, str], FloatArray] = {}
            for clock, priority, count in each["samples"]:
                samples[clock, priority] = values[at : at + count]
                at += count
            measures.append(_measures(each, samples))
        runs.append((run["seed"], run["contacts"], tuple(measures)))
    return tuple(runs)


def _run_as_json(run: Run, samples: list[FloatArray]) -> dict[str, Any]:
    seed, contacts, found = run
    told = []
    for measures in found:
        samples.extend(measures.samples.values())
        told.append(
            {
                "since": measures.since,
                "until": measures.until,
                "priorities": list(measures.priorities),
                # As hexadecimal, which is one text for one number.
                "counts": {name: float(value).hex() for name, value in measures.counts.items()},
                "busy_s": {name: float(value).hex() for name, value in measures.busy_s.items()},
                "limits": [[*key, float(limit).hex()] for key, limit in measures.limits.items()],
                "lacks": dict(measures.lacks),
                "samples": [[*key, len(values)] for key, values in measures.samples.items()],
            }
        )
    return {"seed": seed, "contacts": contacts, "measures": told}


def _measures(told: Mapping[str, Any], samples: Mapping[tuple[str, str], FloatArray]) -> Measures:
    return Measures(
        since=told["since"],
        until=told["until"],
        samples=samples,
        counts={name: float.fromhex(value) for name, value in told["counts"].items()},
        busy_s={ResourceId(name): float.fromhex(value) for name, value in told["busy_s"].items()},
        priorities=tuple(told["priorities"]),
        limits={(clock, priority): float.fromhex(limit) for clock, priority, limit in told["limits"]},
        lacks=told["lacks"],
    )
