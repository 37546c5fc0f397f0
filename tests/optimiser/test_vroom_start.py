"""When VROOM is asked for a start, and that what it says can be used."""

from __future__ import annotations

import numpy as np
import pytest

from optimiser import vroom_start
from optimiser.sequence import plan
from optimiser.sequence_plan import SequenceLimits, SequenceTermination
from optimiser.sequence_report import described
from optimiser.sequence_verify import verify_sequence
from optimiser.vroom_start import has_vroom, vroom_routes
from tests.optimiser.street import Crew, House, changed, random_street, street

needs_vroom = pytest.mark.skipif(not has_vroom(), reason="pyvroom is an extra")


def test_small_problems_are_planned_without_it() -> None:
    """It would take longer than the search that makes it needless."""
    assert vroom_routes(random_street(1)) is None


@needs_vroom
def test_its_routes_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every constraint we have is one that it has, or its start could not be used."""
    monkeypatch.setattr(vroom_start, "FEWEST_NEEDS", 1)
    for seed in range(60):
        problem = random_street(seed)
        routes = vroom_routes(problem)
        assert routes is not None
        found = described(problem, routes, "vroom, search", 1, SequenceTermination("limit", None, 0))
        assert not verify_sequence(problem, found), seed


@needs_vroom
def test_the_better_start_is_the_one_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a maze insertion loses its way; the engine that is named made the plan."""
    monkeypatch.setattr(vroom_start, "FEWEST_NEEDS", 1)
    problem = street({f"h{i:02}": House(0) for i in range(40)}, {"a": Crew(0), "b": Crew(0)}, "travel")
    problem = changed(problem, travel_s=np.random.default_rng(1).integers(1, 1000, problem.travel_s.shape))
    assert plan(problem, SequenceLimits(5)).engine == "vroom, search"
