"""Natures with too few incidents for times of their own: whose times they take."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from simulation.fit import fit_log
from tests.simulation.small_log import small_mapping, write_log

START = datetime(2024, 1, 1)


def town(tmp_path: Path) -> Path:
    """100 common calls of 10 s each, and 70 of 100 s, of two natures with 35 each."""
    sorts = [*["common"] * 100, *["odd"] * 35, *["queer"] * 35]
    rows = []
    for number, sort in enumerate(sorts):
        opened = START + timedelta(minutes=10 * number)
        seconds = 10 if sort == "common" else 100
        noted = opened + timedelta(seconds=seconds)
        rows.append({"number": str(number), "sort": sort, "opened": opened.isoformat(), "noted": noted.isoformat()})
    return write_log(tmp_path, rows)


@pytest.mark.parametrize(("rare", "mean_s"), [("of_class", (100 * 10 + 70 * 100) / 170), ("apart", 100)])
def test_rare_natures_take_the_times_of_their_class_or_of_the_rare_ones(
    rare: Literal["of_class", "apart"], mean_s: float, tmp_path: Path
) -> None:
    """Taken from the whole class they would be too quick here, and the class with them."""
    mapping = small_mapping(
        fields={"incident": ["number"], "sort": ["sort"]},
        stages={"received": ["opened"], "entry": ["noted"]},
        natures={"common": {"when": {"sort": ["common"]}}, "odd": {"when": {"sort": ["odd"]}}, "queer": {}},
        rare=rare,
        durations="tables",
    )
    workload = fit_log(town(tmp_path), mapping)[1].workload
    found = {each.truth["nature"]: workload.distribution(each.handling_s).mean for each in workload.natures}
    assert found["common"] == pytest.approx(10)
    assert found["odd"] == found["queer"] == pytest.approx(mean_s, rel=0.1)


def test_the_earlier_and_the_later_part_are_the_log(tmp_path: Path) -> None:
    """No record is in both, and none is lost."""
    log, _ = fit_log(
        town(tmp_path), small_mapping(stages={"received": ["opened"], "entry": ["noted"]}, durations="tables")
    )
    split = log.incidents[60].received
    earlier, later = log.before(split), log.since(split)
    assert [each.id for each in (*earlier.incidents, *later.incidents)] == [each.id for each in log.incidents]
    assert (len(earlier.shape), len(later.shape)) == (60, 110)
