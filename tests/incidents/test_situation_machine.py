"""Needs of every shape under anything that people can tell of them, in any order; the books are kept by another reading.

Only folding is tested here, and no proposal is made: what a situation lets happen is wider than what a desk would propose. The
books below know rows, positions and room, and share no code with the situation.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from incidents import facts as f
from incidents.quantities import IncidentId, NeedId, ResourceId
from incidents.refusals import FactRefused
from incidents.remembering import after
from incidents.situation import Situation
from tests.builders import START, a_centre, spot

CAPACITY = {"A1": 1, "A2": 1, "B1": 4, "E1": 1, "M1": 2}
SKILLS = {
    "A1": {"transport"}, "A2": {"transport"}, "B1": {"transport"}, "E1": {"fire"}, "M1": {"transport", "advanced"},
}  # fmt: skip
CENTRE = a_centre(
    {name: (name.lower(), 0.0) for name in CAPACITY},
    kinds={name.lower(): {"skills": sorted(SKILLS[name]), "capacity": CAPACITY[name]} for name in CAPACITY},
)
SHAPES = (
    (False, False, (f.NeedRow("transport", 2), f.NeedRow("fire"))),
    (True, False, (f.NeedRow("transport", 2), f.NeedRow("fire", alternative=1), f.NeedRow("transport", alternative=1))),
    (True, True, (f.NeedRow("transport", load=2), f.NeedRow("advanced"), f.NeedRow("transport", 3, alternative=1))),
    (False, True, (f.NeedRow("transport", 2), f.NeedRow("advanced", load=2))),
    (False, False, (f.NeedRow("transport", 2, load=3),)),
)
I = IncidentId("i")  # noqa: E741
NUMBERS = st.integers(0, 40)


class SituationMachine(RuleBasedStateMachine):
    """Five resources with different room, and one incident whose needs are opened by hand."""

    @initialize()
    def everybody_comes_on_duty(self) -> None:
        """And an incident is known."""
        self.now = START
        self.situation = Situation.opening(CENTRE)
        self.rows: dict[NeedId, tuple[f.NeedRow, ...]] = {}
        self.shared: dict[NeedId, bool] = {}
        self.held: dict[tuple[str, NeedId], tuple[int, ...]] = {}
        self.done: Counter[tuple[NeedId, int]] = Counter()
        self.unfilled_since: dict[NeedId, int | None] = {}
        for name in sorted(CAPACITY):
            assert self.dare(f.ResourceSignedOn(self.now, ResourceId(name), spot(0)))
        assert self.dare(f.IncidentOpened(self.now, I, None, spot(0)))
        assert self.dare(f.IncidentAssessed(self.now, I, "fire-1", "red", "seen"))

    def dare(self, fact: f.Fact) -> bool:
        """Tell the situation, a second later than the last time; say whether it took the fact."""
        try:
            self.situation = after(self.situation, fact)
        except FactRefused:
            return False
        self.now += 1000
        return True

    @precondition(lambda self: len(self.rows) < 4)
    @rule(shape=st.sampled_from(SHAPES))
    def a_need_is_opened(self, shape: tuple[bool, bool, tuple[f.NeedRow, ...]]) -> None:
        """Of one shape or another."""
        whole, shared, rows = shape
        need = NeedId(f"i/{len(self.rows) + 1}")
        self.rows[need], self.shared[need] = rows, shared
        self.unfilled_since[need] = self.now
        assert self.dare(f.NeedOpened(self.now, need, rows, whole, "by hand", I, shared=shared))

    @precondition(lambda self: self.rows)
    @rule(
        number=NUMBERS,
        resource=st.sampled_from(sorted(CAPACITY)),
        row=st.integers(0, 2),
        also=st.sampled_from([(), (), (0,), (1,), (2,), (1, 2)]),
        forced=st.booleans(),
    )
    def somebody_is_sent(self, number: int, resource: str, row: int, also: tuple[int, ...], forced: bool) -> None:
        """Taken exactly where the books see positions, skill and room for it."""
        need = sorted(self.rows)[number % len(self.rows)]
        may_go = self.may_go(need, resource, (row, *also), forced)
        fact = f.ResourceAssigned(self.now, ResourceId(resource), need, row, "sent", also, forced=forced)
        was_taken = self.dare(fact)
        assert was_taken is may_go
        if was_taken:
            self.held[resource, need] = (row, *also)
            if self.is_filled(need):
                self.unfilled_since[need] = None

    @precondition(lambda self: self.held)
    @rule(number=NUMBERS, leaves_open=st.booleans())
    def somebody_is_released(self, number: int, leaves_open: bool) -> None:
        """With the work done, or taken away from it."""
        resource, need = sorted(self.held)[number % len(self.held)]
        at = self.now
        assert self.dare(f.ResourceReleased(at, ResourceId(resource), need, "released", leaves_open))
        rows = self.held.pop((resource, need))
        if not leaves_open:
            self.done.update((need, row) for row in rows)
        elif self.unfilled_since[need] is None:
            self.unfilled_since[need] = at

    def taken(self, need: NeedId, row: int) -> int:
        """Positions of a row that somebody fills or has done the work of."""
        return self.done[need, row] + sum(row in rows for (_, held), rows in self.held.items() if held == need)

    def ways(self, need: NeedId) -> list[int]:
        """The ways to fill a need that are still open to it: the one begun, or all of them."""
        begun = {row.alternative for index, row in enumerate(self.rows[need]) if self.taken(need, index)}
        assert len(begun) <= 1, "nobody works at half of two plans"
        return sorted(begun) or sorted({row.alternative for row in self.rows[need]})

    def is_filled(self, need: NeedId) -> bool:
        """Whether one way is complete."""
        return any(
            all(
                self.taken(need, index) == row.quantity
                for index, row in enumerate(self.rows[need])
                if row.alternative == way
            )
            for way in self.ways(need)
        )

    def may_go(self, need: NeedId, resource: str, wanted: tuple[int, ...], forced: bool) -> bool:
        """Whether the books would let a resource take positions of these rows."""
        rows, ways = self.rows[need], self.ways(need)
        if any(index >= len(rows) for index in wanted) or len(set(wanted)) < len(wanted):
            return False
        if len(wanted) > 1 and not (self.shared[need] and len({rows[index].alternative for index in wanted}) == 1):
            return False
        has_positions = all(
            rows[index].alternative in ways and self.taken(need, index) < rows[index].quantity for index in wanted
        )
        is_able = forced or all(rows[index].skill in SKILLS[resource] for index in wanted)
        load = max(rows[index].load for index in wanted)
        return (
            has_positions
            and is_able
            and (resource, need) not in self.held
            and self.used(resource) + load <= CAPACITY[resource]
        )

    def used(self, resource: str) -> int:
        """Room that is taken: at each need the greatest load of the rows held there."""
        return sum(
            max(self.rows[need][row].load for row in rows)
            for (held, need), rows in self.held.items()
            if held == resource
        )

    @invariant()
    def nobody_has_more_in_hand_than_room(self) -> None:
        """By the books and by the situation alike."""
        for name, resource in self.situation.resources.items():
            assert resource.room == CAPACITY[name] - self.used(name) >= 0
            assert {each.need: each.rows for each in resource.serving} == {
                need: rows for (held, need), rows in self.held.items() if held == name
            }

    @invariant()
    def each_need_asks_for_what_the_way_it_goes_still_lacks(self) -> None:
        """Positions of ways not taken are asked of nobody, and the clock of a need runs while it asks."""
        for need in self.situation.needs.values():
            lacking = tuple(row.quantity - self.taken(need.id, index) for index, row in enumerate(need.rows))
            ways = self.ways(need.id)
            asked = tuple(n if row.alternative in ways else 0 for row, n in zip(need.rows, lacking, strict=True))
            assert (need.open, need.asking) == (lacking, asked)
            assert need.is_filled is self.is_filled(need.id)
            assert need.unfilled_since == self.unfilled_since[need.id]


TestSituationMachine = SituationMachine.TestCase
TestSituationMachine.settings = settings(max_examples=200, stateful_step_count=30)
