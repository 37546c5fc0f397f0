"""What is tested is what runs: one log through the simulated world, the live control room and a replay, proposals identical.

Three weeks of San Francisco, more than 10,000 contacts, under rules with diversion, escalation and an automatic priority. Every
fact that the world told its desk is told to the control room, one record after another; everything each desk recorded and
proposed is compared. Then the control room is closed, and its log is read from the database and thought through again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from api.control_room import ControlRoom
from api.log import Log
from incidents import facts as f
from incidents.decision import Proposal, decide
from incidents.desk import Desk
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.remembering import after
from incidents.roster import Roster
from incidents.situation import Situation
from incidents.travel import travel_times
from simulation.replications import DAY_S, Span, contacts_of
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.world import World
from tests.api.rooms import HandClock

CONTACTS = 10_000
RULES = {
    "dispatch": {
        "automatic": ["life-threatening"],
        "diversion": {"to": ["life-threatening"], "from": ["code-3", "code-2"], "least_gain_s": 30},
    },
    "escalation": {
        "code 2 grows old": {"unfilled_for_s": 600, "priorities": ["code-2"], "raises_to": "code-3"},
        "tell a chief": {
            "unfilled_for_s": 900,
            "priorities": ["code-3", "life-threatening"],
            "opens": {"skill": "chief"},
        },
    },
}


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

    turns: list[Turn]

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

    scenario: Scenario
    rules: Procedure
    start: Instant
    turns: tuple[Turn, ...]


@pytest.fixture(scope="module")
def played() -> Played:
    """The simulated log."""
    scenario = Scenario.read(scenario_folder("san_francisco"))
    plain = scenario.procedure("procedures/baseline.yaml").model_dump(mode="json", by_alias=True, exclude_none=True)
    rules = Procedure.model_validate({**plain, **RULES})
    start = round(datetime(2017, 1, 9, tzinfo=scenario.centre.zone_info).timestamp() * 1000)
    span = Span(start, 0, 24 * DAY_S)
    contacts = contacts_of(scenario, span, 1)[: CONTACTS + 50]
    desk = Witness(scenario.centre, {rules.fingerprint: rules})
    desk.turns = []
    desk.observe(f.ProcedureAdopted(start, rules.procedure, rules.revision, rules.fingerprint))
    World(desk, contacts, start=start, end=span.until).run()
    received = sum(isinstance(fact, f.ContactReceived) for turn in desk.turns for fact in turn.told)
    assert received >= CONTACTS
    return Played(scenario, rules, start, tuple(desk.turns))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory where there is one: this is about minds, and 300,000 commits to a disk are about disks."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


def test_the_live_control_room_and_its_replay_propose_what_the_simulation_proposed(
    played: Played, folder: Path
) -> None:
    """0 mismatches in what was recorded, proposed, and when time alone would change it; live, and again after a restart."""
    path = folder / "muster.sqlite3"
    assert list(_live_mismatches(played, path)) == []
    assert list(_replay_mismatches(played, path)) == []


def test_the_log_had_something_to_disagree_about(played: Played) -> None:
    """Diversions, escalations, holds and automatic assignments all occur, or their agreement would mean nothing."""
    recorded = [fact for turn in played.turns for fact in turn.recorded]
    assert any(isinstance(fact, f.ResourceReleased) and fact.leaves_open for fact in recorded)
    assert any(isinstance(fact, f.IncidentEscalated) for fact in recorded)
    assert sum(bool(turn.proposals) for turn in played.turns) > CONTACTS
    automatic = [turn for turn in played.turns if any(isinstance(fact, f.AnswerGiven) for fact in turn.told)]
    assert any(isinstance(fact, f.ResourceAssigned) for turn in automatic for fact in turn.recorded)


def _live_mismatches(played: Played, path: Path) -> Iterator[str]:
    clock = HandClock(played.start)
    with closing(Log(path)) as log:
        room = ControlRoom.open(log, clock, played.scenario.centre, played.rules)
        for turn in played.turns[1:]:
            clock.at = turn.at
            recorded = room.record(turn.told, "world") if turn.told else room.review()
            assert recorded is not None
            if recorded.facts != turn.recorded:
                yield f"{turn.at}: recorded {recorded.facts}, simulated {turn.recorded}"
            if (recorded.decision.proposals, recorded.decision.review_at) != (turn.proposals, turn.review_at):
                yield f"{turn.at}: proposed {recorded.decision.proposals}, simulated {turn.proposals}"


def _replay_mismatches(played: Played, path: Path) -> Iterator[str]:
    centre, travel = played.scenario.centre, travel_times(played.scenario.centre)
    situation = Situation.opening(centre)
    turns = iter(played.turns)
    with closing(Log(path)) as log:
        room = ControlRoom.open(log, HandClock(played.turns[-1].at))
        batch: list[f.Fact] = []
        for entry, following in zip_longest(log.verified(), islice(log.verified(), 1, None)):
            assert entry is not None
            situation = after(situation, entry.fact)
            batch.append(entry.fact)
            if following is None or following.batch != entry.batch:
                turn = next(turns)
                # A roster of its own each time: what the live desk remembers between decisions must not show.
                decision = decide(situation, played.rules, Roster(centre, travel))
                if tuple(batch) != turn.recorded or decision.proposals != turn.proposals:
                    yield f"{turn.at}: replayed {decision.proposals}, simulated {turn.proposals}"
                batch = []
        if room.present.situation != situation:
            yield "the restarted control room stands elsewhere"
    assert next(turns, None) is None, "the log holds every turn"
