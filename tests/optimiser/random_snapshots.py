"""Random small snapshots that mix everything a snapshot may say, as plain documents."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from optimiser.refusals import DocumentRefused
from optimiser.snapshot_format import Snapshot
from optimiser.snapshot_read import read_snapshot

SKILLS = ("s", "t", "u")


def random_snapshot(seed: int, *, is_small: bool = False) -> tuple[dict[str, Any], Snapshot]:
    """Draw a document and read it; what reading refuses, such as a pin that breaks a rule, is drawn again.

    A small one has few enough plans to try them all, no forced pins and no caps on regret.
    """
    for attempt in range(1000):
        document = _drawn(np.random.default_rng([seed, attempt, 23]), is_small)
        try:
            return document, read_snapshot(json.dumps(document))
        except DocumentRefused:
            continue
    raise AssertionError("no snapshot drawn in a thousand attempts")


def _drawn(draw: np.random.Generator, is_small: bool) -> dict[str, Any]:
    def some(share: float) -> bool:
        return bool(draw.random() < share)

    def number(low: int, high: int) -> int:
        return int(draw.integers(low, high))

    needs = [_need(draw, f"n{i}") for i in range(number(1, 4 if is_small else 5))]
    resources = [_resource(draw, f"r{j}") for j in range(number(1, 5 if is_small else 7))]
    ids = [one["id"] for one in resources]
    reach = {need["id"]: {one: round(float(draw.random()) * 900, 1) for one in ids if some(0.85)} for need in needs}
    made: dict[str, Any] = {
        "needs": needs, "resources": resources, "travel": {"kind": "matrix", "reach_s": reach}, "skills": list(SKILLS),
        "weights": {"1": 4, "2": 2}, "precedence": 0.3, "disruption_s": number(0, 200), "spare_skill_s": number(0, 9),
        "spare_level_s": number(0, 9),
    }  # fmt: skip
    if some(0.5):
        made["overtime_price"] = 2
    if is_small:
        made["regret_caps_s"] = {}
    elif some(0.6):
        made["regret_caps_s"] = {"1": number(0, 100)} if some(0.7) else {}
    pairs = [(need["id"], one) for need in needs for one in ids]
    for name in ("pins", "barred", "standing"):
        chosen = [pair for pair in pairs if some(0.06)]
        made[name] = [{"need": need, "resource": one} for need, one in chosen]
    for pin in made["pins"]:
        pin["forced"] = not is_small and some(0.5)
    if some(0.5):
        inner = [one for one in ids if some(0.5)] or ids[:1]
        made["reserves"] = [
            {"id": "inner", "skill": "s", "resources": inner, "keep": 1, "price_s": number(1, 300)},
            {"id": "outer", "skill": "s", "resources": ids, "keep": number(1, 4), "price_s": number(1, 300)},
        ]
    return made


def _need(draw: np.random.Generator, name: str) -> dict[str, Any]:
    def rows() -> list[dict[str, Any]]:
        return [
            {
                "skill": SKILLS[int(draw.integers(0, 3))], "quantity": int(draw.integers(1, 3)),
                "level": int(draw.integers(1, 3)), "load": int(draw.integers(1, 3)),
            }
            for _ in range(int(draw.integers(1, 3)))
        ]  # fmt: skip

    made: dict[str, Any] = {
        "id": name, "priority": int(draw.integers(1, 4)), "waited_s": float(draw.integers(0, 600)),
        "shared": bool(draw.random() < 0.3), "work_s": float(draw.integers(0, 600)),
    }  # fmt: skip
    if draw.random() < 0.25:
        return made | {"alternatives": [rows(), rows()]}
    if draw.random() < 0.3:
        made["wait_price_s"] = float(draw.integers(0, 1500))
    return made | {"rows": rows(), "whole": bool(draw.random() < 0.6)}


def _resource(draw: np.random.Generator, name: str) -> dict[str, Any]:
    capacity = int(draw.integers(1, 4))
    made: dict[str, Any] = {
        "id": name, "skills": {skill: int(draw.integers(1, 4)) for skill in SKILLS if draw.random() < 0.7},
        "capacity": capacity, "current_load": int(draw.integers(0, capacity + 1)) if draw.random() < 0.3 else 0,
        "available": bool(draw.random() < 0.9), "price_s": float(draw.integers(0, 2) * draw.integers(0, 400)),
    }  # fmt: skip
    if draw.random() < 0.3:
        made["shift_ends_in_s"] = float(draw.integers(200, 1500))
    return made
