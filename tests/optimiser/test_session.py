"""A session after thousands of events against a cold solve after each, ties and proof included."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from optimiser.kernels.augmenting import NEVER
from optimiser.problem import PAIR_COST_LIMIT, IntArray
from optimiser.refusals import ProblemRefused
from optimiser.session import LOWEST_RANK, Session
from optimiser.solve import solve
from optimiser.verify import verify


class Day:
    """Random events on a small city whose prices are coarse enough for ties."""

    def __init__(self, seed: int, *, needs: int, resources: int, dearest: int, share: float) -> None:
        self.draw = np.random.default_rng([seed, 13])
        self.most = {"need": needs, "resource": resources}
        self.dearest, self.share = dearest, share
        self.session = Session(needs=2, resources=2)
        self.serial = 0

    def event(self) -> str:
        """Let something happen; says what."""
        session, draw = self.session, self.draw
        side = "need" if draw.random() < 0.5 else "resource"
        known = list(session.need_at if side == "need" else session.resource_at)
        kind = draw.choice(["add", "remove", "reprice"])
        if not known or (kind == "add" and len(known) < self.most[side]):
            self.serial += 1
            name, kind = f"{side}-{self.serial}", "add"
        else:
            name, kind = str(draw.choice(known)), "remove" if kind == "remove" else "reprice"
        if side == "need":
            rank, prices = int(draw.integers(1, 4)), self.prices(session.shape[1])
            actions: dict[str, Callable[[], None]] = {
                "add": lambda: session.add_need(name, rank, prices),
                "remove": lambda: session.remove_need(name),
                "reprice": lambda: session.reprice_need(name, rank, prices),
            }
        else:
            prices = self.prices(session.shape[0])
            actions = {
                "add": lambda: session.add_resource(name, prices),
                "remove": lambda: session.remove_resource(name),
                "reprice": lambda: session.reprice_resource(name, prices),
            }
        actions[str(kind)]()
        return f"{kind} {name}"

    def prices(self, slots: int) -> IntArray:
        """Random prices, some of them never."""
        drawn = self.draw.integers(0, self.dearest, slots)
        return np.where(self.draw.random(slots) < self.share, drawn, NEVER)


DAYS = [
    {"needs": 6, "resources": 6, "dearest": 3, "share": 0.6},
    {"needs": 8, "resources": 4, "dearest": 30, "share": 0.8},
    {"needs": 4, "resources": 9, "dearest": 1000, "share": 1.0},
    {"needs": 15, "resources": 12, "dearest": 5, "share": 0.4},
]


@pytest.mark.parametrize("day", DAYS, ids=["even", "overload", "ample", "larger"])
def test_after_every_event_the_plan_is_that_of_a_cold_solve(day: dict[str, float]) -> None:
    """What a session remembers must never show in who is sent."""
    for seed in range(4):
        played = Day(seed, **day)  # type: ignore[arg-type]
        for number in range(150):
            event = played.event()
            problem = played.session.problem()
            chosen = played.session.allocation(problem).chosen
            assert chosen == solve(problem).chosen, (seed, number, event)


@pytest.mark.parametrize("day", DAYS, ids=["even", "overload", "ample", "larger"])
def test_after_every_event_the_duals_prove_the_plan(day: dict[str, float]) -> None:
    """Kept duals that had gone stale would make the next plan wrong, too late to see why."""
    played = Day(9, **day)  # type: ignore[arg-type]
    for number in range(300):
        played.event()
        problem = played.session.problem()
        assert verify(problem, played.session.allocation(problem)) == (), number


def _prices(session: Session, prices: dict[str, int]) -> IntArray:
    row = np.full(session.shape[1], NEVER, dtype=np.int64)
    for name, price in prices.items():
        row[session.resource_at[name]] = price
    return row


def a_session() -> Session:
    """Two units; `near` is the better one for both needs, and `first` has it because `second` would lose less."""
    session = Session(needs=4, resources=4)
    for name in ("near", "far"):
        session.add_resource(name, np.full(4, NEVER))
    session.add_need("first", 1, _prices(session, {"near": 10, "far": 100}))
    session.add_need("second", 1, _prices(session, {"near": 20, "far": 50}))
    return session


def test_an_arrival_moves_whom_it_must() -> None:
    """The second need leaves the near unit to the first, which would lose more."""
    assert a_session().plan() == {"first": "near", "second": "far"}


def test_a_closing_need_frees_its_resource_for_another() -> None:
    """A unit that becomes free goes where it is wanted most."""
    session = a_session()
    session.remove_need("first")
    assert session.plan() == {"second": "near"}


def test_a_lost_resource_is_replaced() -> None:
    """With one unit left, the cheaper of two equal ranks is served."""
    session = a_session()
    session.remove_resource("near")
    assert session.plan() == {"first": None, "second": "far"}


def test_a_more_urgent_rank_takes_the_last_resource() -> None:
    """Re-prioritising must be felt at once."""
    session = a_session()
    session.remove_resource("near")
    session.reprice_need("second", 2, _prices(session, {"far": 50}))
    assert session.plan() == {"first": "far", "second": None}


def test_a_resource_that_moves_away_is_let_go() -> None:
    """Yesterday's nearest is today's detour."""
    session = a_session()
    session.reprice_resource("near", np.array([500, 400, NEVER, NEVER]))
    assert session.plan() == {"first": "far", "second": "near"}


def test_prices_of_the_greatest_size_fit() -> None:
    """The guard is in the constants, so the extremes must hold."""
    session = Session(needs=3, resources=1)
    session.add_resource("only", np.full(3, NEVER))
    for rank in (LOWEST_RANK, 1):
        session.add_need(f"rank {rank}", rank, np.array([PAIR_COST_LIMIT]))
    assert session.plan() == {f"rank {LOWEST_RANK}": None, "rank 1": "only"}


@pytest.mark.parametrize(
    "act",
    [
        lambda session: session.add_need("first", 1, np.zeros(4, dtype=np.int64)),
        lambda session: session.remove_need("nobody"),
        lambda session: session.add_need("x", 0, np.zeros(4, dtype=np.int64)),
        lambda session: session.add_need("x", 1, np.zeros(3, dtype=np.int64)),
        lambda session: session.add_need("x", 1, np.zeros(4)),
        lambda session: session.add_need("x", 1, np.full(4, -1)),
        lambda session: session.add_resource("x", np.full(4, PAIR_COST_LIMIT + 1)),
    ],
    ids=["known id", "unknown id", "rank", "shape", "kind", "negative", "too dear"],
)
def test_what_makes_no_sense_is_refused(act: Callable[[Session], None]) -> None:
    """A refused event must leave the plan as it was."""
    session = a_session()
    with pytest.raises(ProblemRefused):
        act(session)
    assert session.plan() == {"first": "near", "second": "far"}


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Whoever mends one flaw should not be sent back for the next."""
    with pytest.raises(ProblemRefused) as refused:
        a_session().add_need("x", 0, np.full(4, -1))
    assert [flaw.where for flaw in refused.value.flaws] == ["rank", "prices"]


def test_prices_need_not_be_an_array_of_their_own() -> None:
    """A row that is a view, or may only be read, is a row."""
    session = a_session()
    prices = np.full((4, 2), 7)[:, 0]
    prices.flags.writeable = False
    session.reprice_need("first", 1, prices)
    assert session.costs[session.need_slot("first")].tolist().count(7) == 2
