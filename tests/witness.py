"""A desk that keeps every turn, and what tells whether other shells, given the same facts, come to the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

from api.control_room import ControlRoom
from api.log import Log
from incidents import facts as f
from incidents.centre import Centre
from incidents.decision import Proposal, decide
from incidents.desk import Desk
from incidents.messages import as_live
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.remembering import after
from incidents.roster import Roster
from incidents.situation import Situation
from incidents.travel import travel_times
from tests.api.rooms import HandClock


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing a shell told its desk, and what the desk made of it. `told` empty: only time had passed."""

    at: Instant
    told: tuple[f.Fact, ...]
    recorded: tuple[f.Fact, ...]
    proposals: tuple[Proposal, ...]
    review_at: Instant | None


class Witness(Desk):
    """A desk that keeps every turn."""

    def __init__(self, centre: Centre, procedures: Mapping[str, Procedure]) -> None:
        super().__init__(centre, procedures)
        self.turns: list[Turn] = []

    def observe(self, *observed: f.Fact) -> tuple[f.Fact, ...]:
        recorded = super().observe(*observed)
        self._keep(observed[-1].at, observed, recorded)
        return recorded

    def review(self, now: Instant) -> tuple[f.Fact, ...]:
        recorded = super().review(now)
        if recorded:
            self._keep(now, (), recorded)
        return recorded

    def _keep(self, now: Instant, told: tuple[f.Fact, ...], recorded: tuple[f.Fact, ...]) -> None:
        decision = self.decision
        self.turns.append(Turn(now, told, recorded, decision.proposals, decision.review_at))


@dataclass(frozen=True, slots=True)
class Played:
    """A simulated log, turn by turn, and the world it was played in."""

    centre: Centre
    rules: Procedure
    start: Instant
    turns: tuple[Turn, ...]


def _live(turn: Turn) -> tuple[f.Fact, ...]:
    """What a live desk has to record: the same, but for the mark of an exercise on messages."""
    return tuple(as_live(fact) for fact in turn.recorded)


def live_mismatches(played: Played, path: Path) -> Iterator[str]:
    """Tell a control room everything that the simulated desk was told; yield where it thinks otherwise."""
    clock = HandClock(played.start)
    with closing(Log(path)) as log:
        room = ControlRoom.open(log, clock, played.centre, played.rules)
        for turn in played.turns[1:]:
            clock.at = turn.at
            recorded = room.record(turn.told, "world") if turn.told else room.review()
            assert recorded is not None
            if recorded.facts != _live(turn):
                yield f"{turn.at}: recorded {recorded.facts}, simulated {turn.recorded}"
            if (recorded.decision.proposals, recorded.decision.review_at) != (turn.proposals, turn.review_at):
                yield f"{turn.at}: proposed {recorded.decision.proposals}, simulated {turn.proposals}"


def replay_mismatches(played: Played, path: Path) -> Iterator[str]:
    """Read the log that the control room kept and think it through again; yield where that leads elsewhere."""
    centre, travel = played.centre, travel_times(played.centre)
    situation = Situation.opening(centre)
    turns = iter(played.turns)
    with closing(Log(path)) as log:
        room = ControlRoom.open(log, HandClock(played.turns[-1].at), played.centre)
        batch: list[f.Fact] = []
        for entry, following in pairwise(chain(log.verified(), (None,))):
            assert entry is not None
            situation = after(situation, entry.fact)
            batch.append(entry.fact)
            if following is None or following.batch != entry.batch:
                turn = next(turns)
                # A roster of its own each time: what the live desk remembers between decisions must not show.
                decision = decide(situation, played.rules, Roster(centre, travel))
                if tuple(batch) != _live(turn) or decision.proposals != turn.proposals:
                    yield f"{turn.at}: replayed {decision.proposals}, simulated {turn.proposals}"
                batch = []
        if room.present.situation != situation:
            yield "the restarted control room stands elsewhere"
    assert next(turns, None) is None, "the log holds every turn"
