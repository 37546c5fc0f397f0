"""The workloads of an experiment: each is the scenario's own world over a span, changed as its kind says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from simulation.periods import (
    Busy,
    MajorIncident,
    Night,
    Normal,
    Replay,
    flaws_of_period,
    most_urgent_nature,
    played,
)
from simulation.replications import contacts_of
from simulation.scenario import Scenario
from simulation.trace import save_trace
from tests.builders import a_centre, a_procedure
from tests.simulation.street_calls import ILL, ONE_AMBULANCE, UNWELL, workload

MONDAY = date(2026, 1, 12)
RULES = a_procedure()
SCENARIO = Scenario(Path(), a_centre(ONE_AMBULANCE), workload([ILL, {**UNWELL, "priority": "green"}]), None)
REPLAY = Replay(kind="replay", seed=5, start=MONDAY, days=0.5, warm_up_h=1)


def test_a_period_is_measured_from_after_its_warm_up_for_its_days() -> None:
    """A Monday with six hours of warm-up is measured from six, local time."""
    span = played("a", Normal(kind="normal", start=MONDAY, days=2, warm_up_h=6), SCENARIO, RULES).span
    assert span.since == datetime(2026, 1, 12, 6, tzinfo=UTC).timestamp() * 1000
    assert span.until == datetime(2026, 1, 14, 6, tzinfo=UTC).timestamp() * 1000


def test_a_busy_period_has_its_factor_more_contacts_and_a_night_those_of_its_hours() -> None:
    """60 an hour: a quarter more by default, and a third of the day from 22 to 6."""
    busy = Busy(kind="busy", start=MONDAY, days=1, warm_up_h=0)
    night = Night(kind="night", start=MONDAY, days=1, warm_up_h=0)
    half = Normal(kind="normal", start=MONDAY, days=1, warm_up_h=0, load=0.5)
    found = [played("a", each, SCENARIO, RULES).expected for each in (busy, night, half)]
    assert found == pytest.approx([75 * 24, 60 * 8, 30 * 24])


def test_major_incidents_come_every_afternoon_that_is_measured_unless_hours_are_given() -> None:
    """Warm-up until noon, two days: at 15 h and 39 h after midnight; hours that are given count from the end of warm-up."""
    two_days = MajorIncident(kind="major incident", start=MONDAY, days=2, warm_up_h=12)
    given = two_days.model_copy(update={"at_h": (1.0,)})
    morning = MajorIncident(kind="major incident", start=MONDAY, days=0.25, warm_up_h=1)
    worlds = [played("a", each, SCENARIO, RULES).scenario.workload for each in (two_days, given, morning)]
    begins_h = [[begins_s / 3600 for begins_s in world.majors[-1].begins_s] for world in worlds]
    assert begins_h == [[15, 39], [13], [4]]


def test_the_major_incident_is_of_what_is_served_first() -> None:
    """`ill` is red, `unwell` green."""
    assert most_urgent_nature(SCENARIO, RULES) == "ill"


def test_in_a_replay_the_same_contacts_come_under_every_seed_with_other_luck() -> None:
    """When, where and what come again; how long anything takes is drawn anew, so runs differ and do not pretend to certainty."""
    again = played("a", REPLAY, SCENARIO, RULES)
    one, other = (contacts_of(again.scenario, again.span, seed) for seed in (1, 2))
    assert len(one) > 500
    assert [(each.id, each.at, each.nature, each.place) for each in one] == [
        (each.id, each.at, each.nature, each.place) for each in other
    ]
    assert not np.array_equal(one[0]._luck["course/ambulance"], other[0]._luck["course/ambulance"])


def test_a_replay_of_a_file_is_the_replay_of_what_it_was_drawn_from(tmp_path: Path) -> None:
    """Whoever kept the contacts of a week can ask of just that week."""
    drawn = played("a", Normal(kind="normal", start=MONDAY, days=0.5, warm_up_h=1), SCENARIO, RULES)
    save_trace(contacts_of(drawn.scenario, drawn.span, 5), tmp_path / "week.npz")
    here = replace(SCENARIO, folder=tmp_path)
    kept = Replay(kind="replay", file="week.npz", warm_up_h=1)
    assert list(flaws_of_period(kept, here, RULES)) == []
    of_file, of_seed = played("a", kept, here, RULES), played("a", REPLAY, SCENARIO, RULES)
    assert of_file.span == of_seed.span
    first, second = (contacts_of(each.scenario, each.span, 3) for each in (of_file, of_seed))
    assert list(first) == list(second)


@pytest.mark.parametrize(
    ("period", "where", "told"),
    [
        (MajorIncident(kind="major incident", start=MONDAY, nature="flood"), ("nature",), "flood"),
        (MajorIncident(kind="major incident", start=MONDAY, days=1, at_h=(30,)), ("at_h", 0), "after the end"),
        (Replay(kind="replay", file="nowhere.npz"), ("file",), "no such file"),
    ],
)
def test_a_period_that_cannot_be_played_is_told_before_it_is(
    period: MajorIncident | Replay, where: tuple[str | int, ...], told: str
) -> None:
    """Each with the place in the document where it was said."""
    ((loc, what, _),) = list(flaws_of_period(period, SCENARIO, RULES))
    assert loc == where
    assert told in what


def test_a_recorded_period_of_another_centre_is_refused(tmp_path: Path) -> None:
    """Its contacts ring at a queue that the baseline does not have."""
    drawn = played("a", Normal(kind="normal", start=MONDAY, days=0.1, warm_up_h=0), SCENARIO, RULES)
    elsewhere = drawn.scenario.workload.model_copy(
        update={"natures": tuple(n.model_copy(update={"queue": "police"}) for n in drawn.scenario.workload.natures)}
    )
    save_trace(contacts_of(replace(drawn.scenario, workload=elsewhere), drawn.span, 5), tmp_path / "week.npz")
    kept = Replay(kind="replay", file="week.npz", warm_up_h=0)
    found = list(flaws_of_period(kept, replace(SCENARIO, folder=tmp_path), RULES))
    assert {loc for loc, _, _ in found} == {("file",)}
    assert "no queue 'police'" in found[0][1]
