"""What all who act in a simulated world share: the desk, the clock, the log, and word of what was recorded.

It decides nothing. Imports `clock` and the desk.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from incidents import facts as f
from incidents.desk import Desk
from incidents.quantities import Instant
from incidents.refusals import FactRefused
from simulation.clock import Clock

WORTH_A_LOOK = frozenset(
    {
        f.ResourceReleased, f.ResourceSignedOn, f.ResourceStoodUp, f.ResourceMoved, f.NeedOpened, f.IncidentAssessed,
        f.IncidentEscalated, f.AidCommitted,
    }
)  # fmt: skip
"""The facts after which a need that had to wait may be proposed for."""


class Stage:
    """The desk with its log, and who reacts to which fact. `record` is the twin of the control room's verb."""

    def __init__(self, desk: Desk, clock: Clock, until: Instant) -> None:
        self.desk, self.clock, self.until = desk, clock, until
        self.log: list[f.Fact] = []
        self.tally: Counter[str] = Counter()
        """What the desk cannot know, counted: alarms, messages lost, duplicates not recognised, and so on."""
        self._reactions: dict[type[f.Fact], list[Callable[[Any], None]]] = defaultdict(list)
        self._at_news: list[Callable[[], None]] = []
        self._armed_at: Instant | None = None

    def react(self, kind: type[f.Fact], reaction: Callable[[Any], None]) -> None:
        """Tell `reaction` of every fact of this kind, as soon as it is recorded."""
        self._reactions[kind].append(reaction)

    def at_news(self, reaction: Callable[[], None]) -> None:
        """Call `reaction` after facts that may have changed what is proposed."""
        self._at_news.append(reaction)

    def record(self, *facts: f.Fact) -> None:
        """Tell the desk, keep what it recorded, and react to what follows."""
        self._keep(self.desk.observe(*facts))

    def report(self, *facts: f.Fact) -> bool:
        """Tell the desk what may be wrong; what it refuses is counted as an alarm, and False is returned."""
        try:
            recorded = self.desk.observe(*facts)
        except FactRefused:
            self.tally["alarms"] += 1
            self.tally[f"alarms: {type(facts[0]).__name__}"] += 1
            return False
        self._keep(recorded)
        return True

    def _keep(self, recorded: Iterable[f.Fact]) -> None:
        is_news = False
        for fact in recorded:
            kind = type(fact)
            self.log.append(fact)
            is_news |= kind in WORTH_A_LOOK
            if kind in self._reactions:
                for reaction in self._reactions[kind]:
                    reaction(fact)
        self._arm()
        if is_news:
            for reaction_to_news in self._at_news:
                reaction_to_news()

    def _arm(self) -> None:
        due_at = self.desk.review_at
        if due_at is not None and due_at != self._armed_at and due_at < self.until:
            self._armed_at = due_at
            self.clock.at(max(due_at, self.clock.now), self._review)

    def _review(self) -> None:
        self._keep(self.desk.review(self.clock.now))
