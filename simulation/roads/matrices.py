"""Matrices of seconds between the places that matter, kept on disk under the network's hash.

What is kept is a copy of what can be worked out again: a file that is missing, cut off, altered or of other places is worked out
anew and written in its place, whole or not at all. Imports `incidents.roads` and `build`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from incidents.quantities import Place, coordinates
from incidents.refusals import Refusal
from incidents.roads import RoadNetwork
from simulation.roads.build import put

MOST_CELLS = 25_000_000
"""The largest matrix: five thousand places by as many."""
BATCH_BYTES = 8_000_000
"""The memory that one batch of destinations may take while the network is searched."""
_DIGEST_BYTES = 32

Matrix = NDArray[np.int32]


def matrix_ms(
    network: RoadNetwork, origins: Sequence[Place], destinations: Sequence[Place], *, lights: bool,
    folder: Path | None = None,
) -> Matrix:  # fmt: skip
    """(origins, destinations) milliseconds on the road between the nodes nearest to the places; -1 where no road leads there.

    `folder` None: nothing is kept.
    """
    if len(origins) * len(destinations) > MOST_CELLS:
        asked = f"{len(origins):,} by {len(destinations):,} places"
        raise Refusal.of("places", asked, f"at most {MOST_CELLS:,} pairs")
    here, there = (network.snap(coordinates(places)).nodes for places in (origins, destinations))
    if folder is None:
        return _worked_out(network, here, there, lights)
    file = folder / network.hash / f"{_key(here, there, lights)}.matrix"
    kept = _kept(file, (len(here), len(there)))
    if kept is not None:
        return kept
    found = _worked_out(network, here, there, lights)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        data = found.astype("<i4").tobytes()
        put(file, hashlib.sha256(data).digest() + data)
    except OSError as error:
        raise Refusal.of(str(file), f"cannot be written: {error}", "a folder that may be written to") from None
    return found


def _worked_out(network: RoadNetwork, here: NDArray[np.intp], there: NDArray[np.intp], lights: bool) -> Matrix:
    """Search the network once for each node that is a destination, some at a time."""
    goals, which = np.unique(there, return_inverse=True)
    found = np.empty((len(here), len(goals)), dtype=np.int32)
    batch = max(1, BATCH_BYTES // (8 * len(network.latitudes)))
    for first in range(0, len(goals), batch):
        found[:, first : first + batch] = network.work_out_ms(
            goals[first : first + batch], lights=lights, origins=here
        ).T
    return found[:, which]


def _key(here: NDArray[np.intp], there: NDArray[np.intp], lights: bool) -> str:
    digest = hashlib.sha256(b"lights" if lights else b"normal")
    for nodes in (here, there):
        digest.update(len(nodes).to_bytes(8, "little") + nodes.astype("<i8").tobytes())
    return digest.hexdigest()


def _kept(file: Path, shape: tuple[int, int]) -> Matrix | None:
    try:
        # One byte more than there should be tells a file that is too long from one that is whole.
        with file.open("rb") as kept:
            data = kept.read(_DIGEST_BYTES + 4 * shape[0] * shape[1] + 1)
    except OSError:
        return None
    digest, cells = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    if len(cells) != 4 * shape[0] * shape[1] or hashlib.sha256(cells).digest() != digest:
        return None
    return np.frombuffer(cells, dtype="<i4").reshape(shape).astype(np.int32)
