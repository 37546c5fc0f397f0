"""Logs that must not change: whole scenarios played, and the bytes of their logs and proposals held against those of before.

A change of how the desk keeps its state, or of how fast it decides, must leave every one of them as it is. A change of what it
decides alters some, says so in the changelog under Decisions, and takes their new hashes from this test's own message.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import Instant
from incidents.records import as_record
from simulation.replications import Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World

FILE = Path(__file__).with_name("golden_logs.json")
START = 1_700_035_200_000
"""A Wednesday, 08:00 UTC."""
EVERY = 5
"""A decision is looked at after so many observations: each costs more than the rest of the run together."""
GOLDEN: dict[str, str] = json.loads(FILE.read_text())


class Witnessed(Desk):
    """A desk that says nothing else, and whose reviews and proposals somebody takes down."""

    def observe(self, *observed: f.Fact) -> tuple[f.Fact, ...]:
        """Take down what the desk comes to."""
        return self._taken_down(super().observe(*observed))

    def review(self, now: Instant) -> tuple[f.Fact, ...]:
        """Take down what the desk comes to."""
        return self._taken_down(super().review(now))

    def _taken_down(self, recorded: tuple[f.Fact, ...]) -> tuple[f.Fact, ...]:
        self.count: int = getattr(self, "count", 0) + 1
        self.said: Sequence[object] = [*getattr(self, "said", []), self.review_at]
        if self.count % EVERY == 0:
            decision = self.decision
            self.said = [hashlib.sha256(repr((self.said, decision)).encode()).hexdigest()]
        return recorded


def played(case: str) -> str:
    """The hash of everything that a run writes and proposes."""
    name, procedure, seed, hours = case.split()
    scenario = Scenario.read(scenario_folder(name))
    span = Span(START, warm_up_s=0, measured_s=float(hours) * 3600)
    contacts = contacts_of(scenario, span, int(seed))
    desk = Witnessed.under(scenario.centre, scenario.procedure(f"procedures/{procedure}.yaml"), span.start)
    assert isinstance(desk, Witnessed)
    log = World(desk, contacts, start=span.start, end=span.until).run()
    written = "\n".join(json.dumps(as_record(fact), sort_keys=True) for fact in log)
    return hashlib.sha256(f"{written}\n{desk.said}".encode()).hexdigest()[:32]


@pytest.mark.parametrize("case", GOLDEN)
def test_a_log_is_what_it_was(case: str) -> None:
    """Somebody's procedure was tested on it."""
    assert played(case) == GOLDEN[case], f"{case} is now {played(case)!r}"
