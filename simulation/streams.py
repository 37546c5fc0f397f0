"""Named random streams: one generator per cause, so that one draw more in one never disturbs another.

A stream is a function of (seed, name) alone. Philox is counter based (Salmon, Moraes, Dror and Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3", SC '11, doi:10.1145/2063384.2063405); the name enters through
SHA-256, which is the same in every process, unlike Python's own hash of a string. Imports nothing of ours.
"""

from __future__ import annotations

import hashlib

import numpy as np

_WORDS = 4


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of the cause `name` under `seed` (0 or more); equal arguments give equal draws,
    everywhere.
    """
    digest = hashlib.sha256(name.encode()).digest()
    words = tuple(int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(_WORDS))
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=words)))
