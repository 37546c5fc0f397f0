"""Random cities for sequence plans: needs of five ranks, crews of three speeds, and a share of crews that may serve each."""

from __future__ import annotations

import numpy as np

from optimiser.problem import BoolArray, IntArray
from optimiser.sequence_problem import Aim, SequenceProblem

CLASS_WEIGHTS = (16, 8, 4, 2, 1)
CLASS_SHARES = (0.10, 0.15, 0.25, 0.30, 0.20)
CLASS_DUE_S = (1800, 3600, 5400, 7200, 7200)
SERVICE_S = (900, 3000)
SPEEDS_MPS = (8.0, 11.0, 14.0)
CITY_M = 24_000
SHIFTS_S = (14_400, 28_800)
SKILLS = {"medium": (6, 0.55, 1), "sparse": (12, 0.25, 2)}
"""Density: number of skills, share of them a crew holds, most skills a need asks for."""


def a_city(needs: int, crews: int, density: str, seed: int, aim: Aim = "response") -> SequenceProblem:
    """Draw one instance; the same arguments give the same city."""
    draw = np.random.default_rng([needs, crews, sorted(SKILLS).index(density), seed])
    classes = draw.choice(5, needs, p=CLASS_SHARES)
    weights = np.array(CLASS_WEIGHTS)[classes]
    kinds, share, most = SKILLS[density]
    return SequenceProblem(
        aim=aim,
        skills=tuple(f"skill {k}" for k in range(kinds)),
        need_ids=tuple(f"need {i:04d}" for i in range(needs)),
        ranks=classes + 1,
        points=np.array((100, 60, 30, 12, 5))[classes],
        weights=weights,
        unserved_prices=weights * 36_000 if aim == "response" else np.zeros(needs, dtype=np.int64),
        places=np.arange(needs),
        released_s=-draw.integers(0, 1800, needs),
        due_s=np.array(CLASS_DUE_S)[classes],
        service_s=draw.integers(*SERVICE_S, needs),
        asked=_asked(draw, needs, kinds, most),
        resource_ids=tuple(f"crew {j:04d}" for j in range(crews)),
        profiles=draw.integers(0, len(SPEEDS_MPS), crews),
        start_places=needs + np.arange(crews),
        starts_s=draw.integers(0, 1800, crews),
        end_places=needs + np.arange(crews),
        returns=np.zeros(crews, dtype=np.bool_),
        ends_s=draw.integers(*SHIFTS_S, crews),
        capacities=np.full(crews, 12),
        held=draw.random((crews, kinds)) < share,
        travel_s=_travel_s(draw, needs + crews),
    )


def _asked(draw: np.random.Generator, needs: int, kinds: int, most: int) -> BoolArray:
    asked = np.zeros((needs, kinds), dtype=np.bool_)
    for need in range(needs):
        asked[need, draw.choice(kinds, int(draw.integers(1, most + 1)), replace=False)] = True
    return asked


def _travel_s(draw: np.random.Generator, places: int) -> IntArray:
    xy = draw.random((places, 2)) * CITY_M
    metres = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) * 1.3
    return np.stack([np.ceil(metres / speed).astype(np.int64) for speed in SPEEDS_MPS])
