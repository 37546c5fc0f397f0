"""Steps on a sheet: with loops and with arrays the same matching, duals and words, which is all that a session adds to."""

from __future__ import annotations

import numpy as np

from optimiser.kernels import sheet_arrays, sheet_loops
from optimiser.kernels.augmenting import NEVER, NOBODY, OPENS, PARTNER
from optimiser.kernels.sheet import Sheet, Stepping, room_to_say
from optimiser.problem import PAIR_COST_LIMIT, IntArray

STEPS: tuple[Stepping, ...] = (sheet_loops, sheet_arrays)


def a_day(steps: Stepping, seed: int, events: int) -> tuple[Sheet, list[IntArray]]:
    """Lines of a sheet of six by seven come and go; the sheet, and what was said of every row that is here."""
    draw, sheet, said = np.random.default_rng([seed, 31]), Sheet.blank(6, 7), []
    words = room_to_say(sheet)
    for _ in range(events):
        side = sheet if draw.random() < 0.5 else sheet.flipped()
        rows, columns = map(int, side.costs.shape)
        row, prices = int(draw.integers(0, rows)), draw.integers(0, 9, columns)
        prices[draw.random(columns) < 0.3] = NEVER
        opens, key, stays = int(draw.integers(1, 4)) * 1000, int(draw.integers(-(2**62), 2**62)), draw.random() < 0.7
        if stays:
            assert steps.take(side, row, prices, opens if side is sheet else 0, key)
        else:
            steps.leave(side, row)
        asked = int(draw.integers(0, 6))
        said.append(words[: steps.explained(sheet, words, asked, 500, 3)].copy())
    return sheet, said


def test_loops_and_arrays_leave_the_same_sheet_behind() -> None:
    """With and without numba the same people are sent, and told the same."""
    for seed in range(25):
        with np.errstate(over="ignore"):
            (loops, said), (arrays, also_said) = (a_day(steps, seed, 60) for steps in STEPS)
        assert loops.costs.tolist() == arrays.costs.tolist(), seed
        assert loops.by_row[: OPENS + 1].tolist() == arrays.by_row[: OPENS + 1].tolist(), seed
        assert [one.tolist() for one in said] == [one.tolist() for one in also_said], seed


def test_both_copies_of_the_prices_agree() -> None:
    """A search from the other side must see the same city."""
    for steps in STEPS:
        with np.errstate(over="ignore"):
            sheet, _ = a_day(steps, 3, 80)
        assert sheet.turned.T.tolist() == sheet.costs.tolist()


def test_a_price_out_of_range_changes_nothing() -> None:
    """What is refused must not have happened by half."""
    for steps in STEPS:
        with np.errstate(over="ignore"):
            sheet, _ = a_day(steps, 4, 40)
            before = [part.tolist() for part in sheet]
            for price in (-1, PAIR_COST_LIMIT + 1):
                assert not steps.take(sheet, 0, np.array([1, 2, 3, 4, 5, 6, price]), 1000, 1)
        assert [part.tolist() for part in sheet] == before


def test_a_line_that_leaves_is_open_and_priced_at_never() -> None:
    """A slot is lent to the next who comes."""
    for steps in STEPS:
        with np.errstate(over="ignore"):
            sheet, _ = a_day(steps, 5, 40)
            steps.leave(sheet, 2)
        assert sheet.costs[2].tolist() == [NEVER] * 7
        assert sheet.by_row[PARTNER, 2] == NOBODY


def test_the_smallest_sheet_will_do() -> None:
    """A desk begins with one need and one resource."""
    for steps in STEPS:
        sheet = Sheet.blank(1, 1)
        words = room_to_say(sheet)
        with np.errstate(over="ignore"):
            assert steps.take(sheet.flipped(), 0, np.array([NEVER]), 0, 1)
            assert steps.take(sheet, 0, np.array([7]), 1000, 2)
            lines = steps.explained(sheet, words, 0, 500, 3)
        assert words[:lines].tolist() == [[0, 7, 1, 0, 0]]
