"""Small Markov chains solved by brute force: the generator written down from the rates, and one linear system.

They know nothing of any formula, so that a formula and its chain can only agree by both being right.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

State = TypeVar("State", bound=Hashable)
Moves = Callable[[State], Iterable[tuple[State, float]]]


def stationary(start: State, moves: Moves[State], *, most: int = 6_000) -> Mapping[State, float]:
    """The long-run share of time in every state that can be reached; `moves` yields states and rates."""
    index, states = {start: 0}, [start]
    entries: list[tuple[int, int, float]] = []
    for state in states:
        for after, rate in moves(state):
            if rate <= 0:
                continue
            if after not in index:
                index[after] = len(states)
                states.append(after)
            entries.append((index[state], index[after], rate))
        assert len(states) <= most, "a chain to be solved by brute force is small"
    here, there, rates = (np.array(column) for column in zip(*entries, strict=True))
    # Each row is one state's balance; the first follows from the others and says instead that the shares sum to 1.
    rows = np.concatenate([there, here])
    columns, values = np.concatenate([here, here]), np.concatenate([rates, -rates])
    kept = rows > 0
    size = len(states)
    rows = np.concatenate([rows[kept], np.zeros(size, dtype=int)])
    columns = np.concatenate([columns[kept], np.arange(size)])
    balance = sparse.csc_array((np.concatenate([values[kept], np.ones(size)]), (rows, columns)), shape=(size, size))
    right = np.zeros(size)
    right[0] = 1.0
    found = sparse_linalg.spsolve(balance, right)
    return dict(zip(states, map(float, found), strict=True))


def mean(chain: Mapping[State, float], value: Callable[[State], float]) -> float:
    """The long-run mean of a function of the state."""
    return sum(share * value(state) for state, share in chain.items())
