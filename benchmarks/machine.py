"""The desk and the situation under anything that people, vehicles and time can do to them, for as many steps as are asked for.

    python -m benchmarks.machine --steps 100000

Runs the state machines of the suite, which it does not repeat: `DeskMachine`, of which an auditor that shares no code with the
desk keeps the books, and `SituationMachine`, with books of its own. After every step they hold that nobody is booked twice, that
no need and no assignment is lost, that no clock of an incident or a need is reset by a diversion, and that a stopped alarm asks
for nobody. A breach ends the run with the shortest way to it that was found. Told at the end: the facts that were taken, given or
entailed, and those that were refused, by kind, and how often each row of the tables of the situation was walked; a row never
walked fails the run, since nothing was shown of it.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, run_state_machine_as_test

from incidents import facts as f
from incidents.quantities import ContactId, NeedId, ResourceId
from incidents.remembering import after
from incidents.situation import ASSIGNMENT_TABLE, CONTACT_TABLE, RESOURCE_TABLE, Situation
from tests.incidents.test_desk_machine import DeskMachine
from tests.incidents.test_situation_machine import CENTRE, SituationMachine

EXAMPLES_AT_ONCE, STEPS_OF_EACH = 40, 50
"""A run is made of blocks of so many examples, each of at most so many steps; the number of the block goes into its seed."""
MOST_STEPS = 10_000_000
Row = tuple[str, str, str]
"""A table of the situation, the status in it, and the fact that was met there."""
ROWS: tuple[Row, ...] = (
    *(("contact", status.value, kind.__name__) for status, kind in CONTACT_TABLE),
    *(
        ("resource", status.value, name)
        for status, kinds in RESOURCE_TABLE.items()
        for name in sorted(kind.__name__ for kind in kinds)
    ),
    *(("assignment", status.value, kind.__name__) for status, kind in ASSIGNMENT_TABLE),
)


@dataclass
class Tally:
    """What a run has done so far."""

    steps: int = 0
    examples: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rows: Counter[Row] = field(default_factory=Counter)

    @property
    def unwalked(self) -> tuple[Row, ...]:
        """The rows of the tables of which nothing was shown."""
        return tuple(row for row in ROWS if not self.rows[row])

    def walk(self, before: Situation, fact: f.Fact) -> None:
        """Count a fact that was taken, and the rows of the tables that it walks."""
        name = type(fact).__name__
        self.taken[name] += 1
        for table, status in _statuses(before, fact):
            if (table, status, name) in _KNOWN:
                self.rows[table, status, name] += 1


_KNOWN = frozenset(ROWS)


def _statuses(before: Situation, fact: f.Fact) -> Iterator[tuple[str, str]]:
    """The table and the status in it of whatever the fact is about."""
    contact = before.contacts.get(ContactId(getattr(fact, "contact", None) or ""))
    if contact is not None:
        yield "contact", contact.status.value
    resource = before.resources.get(ResourceId(getattr(fact, "resource", None) or ""))
    if resource is not None:
        yield "resource", resource.status.value
        assignment = resource.assignment(NeedId(getattr(fact, "need", None) or ""))
        if assignment is not None:
            yield "assignment", assignment.status.value


def counted(tally: Tally) -> tuple[type[RuleBasedStateMachine], ...]:
    """Return the machines of the suite, which count into `tally` whatever they do."""

    class CountedDesk(DeskMachine):
        def __init__(self) -> None:
            super().__init__()
            tally.examples += 1
            # Before the first step of an example its invariants are asked once as well.
            tally.steps -= 1

        def keep(self, recorded: tuple[f.Fact, ...]) -> None:
            situation = getattr(self, "shadow", None) or Situation.opening(self.centre)
            for fact in recorded:
                tally.walk(situation, fact)
                situation = after(situation, fact)
            self.shadow = situation
            super().keep(recorded)

        def dare(self, *facts: f.Fact) -> bool:
            is_taken = super().dare(*facts)
            if not is_taken:
                tally.refused[type(facts[0]).__name__] += 1
            return is_taken

        @invariant()
        def the_step_is_counted(self) -> None:
            tally.steps += 1

    class CountedSituation(SituationMachine):
        def __init__(self) -> None:
            super().__init__()
            self.situation = Situation.opening(CENTRE)
            tally.examples += 1
            tally.steps -= 1

        def dare(self, fact: f.Fact) -> bool:
            before = self.situation
            is_taken = super().dare(fact)
            if is_taken:
                tally.walk(before, fact)
            else:
                tally.refused[type(fact).__name__] += 1
            return is_taken

        @invariant()
        def the_step_is_counted(self) -> None:
            tally.steps += 1

    return CountedDesk, CountedSituation


def run(steps: int, *, first_seed: int = 1, phases: Sequence[Phase] = (Phase.generate, Phase.shrink)) -> Tally:
    """Take at least `steps` steps, in turn with either machine; an `AssertionError` is a breach."""
    tally = Tally()
    machines = counted(tally)
    block = 0
    while tally.steps < steps:
        # No more than are still wanted, so that a short run is short.
        wanted = min(EXAMPLES_AT_ONCE, 1 + (steps - tally.steps) // STEPS_OF_EACH)
        machine = seed(first_seed * MOST_STEPS + block)(machines[block % len(machines)])
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=wanted,
                stateful_step_count=STEPS_OF_EACH,
                database=None,
                deadline=None,
                phases=tuple(phases),
                suppress_health_check=list(HealthCheck),
                print_blob=False,
                report_multiple_bugs=False,
            ),
        )
        block += 1
    return tally


def told(tally: Tally) -> Iterator[str]:
    """Say what a run has done, line by line."""
    yield f"{tally.steps:,} steps in {tally.examples:,} examples: no breach"
    yield f"{'fact':<28}{'taken':>10}{'refused':>10}"
    for name in f.KINDS:
        if tally.taken[name] or tally.refused[name]:
            yield f"{name:<28}{tally.taken[name]:>10,}{tally.refused[name]:>10,}"
    yield f"{'together':<28}{tally.taken.total():>10,}{tally.refused.total():>10,}"
    yield f"{'row of a table':<56}{'walked':>10}"
    for row in ROWS:
        yield f"{f'{row[0]}, {row[1]} --{row[2]}-->':<56}{tally.rows[row]:>10,}"
    yield f"{'the least of them':<56}{min(tally.rows[row] for row in ROWS):>10,}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if not 1 <= asked.steps <= MOST_STEPS:
        raise SystemExit(f"--steps: {asked.steps} cannot be taken; at least 1 and at most {MOST_STEPS:,}")
    began = time.process_time()
    tally = run(asked.steps, first_seed=asked.seed)
    print("\n".join(told(tally)))
    print(f"{time.process_time() - began:.0f} s of CPU time")
    if tally.unwalked:
        raise SystemExit(f"never walked: {', '.join(' '.join(row) for row in tally.unwalked)}")


if __name__ == "__main__":
    main()
