"""Draws in columns: whatever else is drawn, each stays as it was; and surges and major incidents are as many as was said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.quantities import Place
from simulation.contacts import contacts_in
from simulation.draws import draw_columns
from simulation.surroundings import draw_surroundings
from simulation.workload import Workload
from tests.builders import START, a_centre
from tests.simulation.street_calls import ILL, STAGES, UNWELL, workload

SPAN_S = 6 * 3600.0
KINDS = ("ambulance", "medic", "engine")
NEAR = {"latitude": 0.0, "longitude": 0.1}
FEATURES: dict[str, dict[str, Any]] = {
    "patience": {"patience_s": {"exponential": 60}},
    "redial": {"redial": {"share": 0.5, "after_s": {"exponential": 60}}},
    "duplicates": {"duplicates": {"mean": 0.7, "after_s": {"exponential": 90}, "recognised_share": 0.8}},
    "compliance": {"compliance": [{"share": 0.2, "rule": "next_best", "because": "habit"}]},
    "acknowledging": {"acknowledging": {"messages_s": {"exponential": 20}}},
    "radio": {"radio": {"lost_share": 0.1}},
    "breakdowns": {"breakdowns": {"ambulance": {"every_s": {"exponential": 9000}, "repair_s": {"constant": 60}}}},
    "partners": {"partners": {"county": {"answer_s": {"exponential": 60}}}},
    "facilities": {
        "facilities": {"near": NEAR},
        "conducts": {"crews": {kind: {**STAGES, "facility": {"near": 1.0}} for kind in KINDS}},
    },
    "surge": {"surges": [{"begins_s": 3600, "lasts_s": 3600, "factor": 2}]},
    "major": {"majors": [{"nature": "ill", "begins_s": [7200]}]},
    "travel by hour": {"travel_by_hour": [1.5] * 168},
    "times by day": {"times_by_day": {"handover_s": 0.2}},
}
CENTRE = a_centre(
    {"A1": ("ambulance", 0.0), "M1": ("medic", 0.0), "C1": ("clerk", 0.0)},
    shifts={
        "all day": {"start": "00:00", "until": "00:00", "breaks": [{"earliest_s": 0, "latest_s": 900, "lasts_s": 60}]}
    },
    resources={"A1": {"kind": "ambulance", "base": "A1", "shift": "all day"}, "C1": {"kind": "clerk"}},
)


def street(features: frozenset[str]) -> Workload:
    """The street with some of the features."""
    changes: dict[str, Any] = {}
    for name in sorted(features - {"further"}):
        changes |= FEATURES[name]
    further = [{"share": 0.3, "after_s": {"exponential": 60}, "skill": "fire"}] if "further" in features else []
    return workload([{**ILL, "further": further}, UNWELL], **changes)


def by_name(features: frozenset[str], seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Every drawn number under the name of its call or its matter: rows that more features add have names of their own."""
    columns = draw_columns(street(features), seed, START, SPAN_S)
    calls = [str(name) for name in columns["id"]]
    matters = {int(row): name for name, row in zip(calls, columns["row"], strict=True) if "d" not in name}
    found: dict[str, np.ndarray[Any, Any]] = {}
    for column, values in columns.items():
        is_of_matters = column.startswith(OF_MATTERS)
        if column not in ("row", "id"):
            found |= {
                f"{matters[at] if is_of_matters else calls[at]}: {column}": value for at, value in enumerate(values)
            }
    tables = draw_surroundings(street(features), CENTRE, seed, START, SPAN_S).tables
    return {**found, **{f"surroundings: {name}": table for name, table in tables.items()}}


OF_MATTERS = ("nature", "spot", "override", "further_s", "acknowledge_s", "course/", "facility/", "radio/")
PARTS = st.frozensets(st.sampled_from([*FEATURES, "further"]), max_size=6)


@settings(max_examples=40, deadline=None)
@given(PARTS, PARTS, st.integers(0, 2**32))
def test_one_more_feature_leaves_every_other_draw_as_it_was(
    some: frozenset[str], more: frozenset[str], seed: int
) -> None:
    """Otherwise a question about breaks would be answered by other callers, and nobody could tell."""
    few, many = by_name(some, seed), by_name(some | more, seed)
    # Patience is the one cause that other causes share a column with.
    changed = {"patience_s", "redial_patience_s"} if "patience" in more - some else set()
    for key, value in few.items():
        if key.rsplit(": ", 1)[1] not in changed:
            np.testing.assert_array_equal(many[key], value, err_msg=key)


@settings(max_examples=10, deadline=None)
@given(PARTS, st.integers(0, 2**32))
def test_equal_seeds_draw_equal_columns(some: frozenset[str], seed: int) -> None:
    """Whatever is switched on."""
    one, other = (draw_columns(street(some), seed, START, SPAN_S) for _ in range(2))
    assert one.keys() == other.keys()
    for name, column in one.items():
        np.testing.assert_array_equal(column, other[name])


def test_a_surge_multiplies_what_comes_in_its_window_alone() -> None:
    """60 an hour, three times as many for two of six hours: 120 more; four standard errors over 30 seeds."""
    surge = {"begins_s": 7200, "lasts_s": 7200, "factor": 3}
    added, outside = [], 0
    for seed in range(30):
        columns = draw_columns(workload([ILL], surges=[surge]), seed, START, SPAN_S)
        extra = columns["at"][np.char.startswith(columns["id"], "cs1-")]
        outside += int(np.sum((extra < START + 7_200_000) | (extra >= START + 14_400_000)))
        added.append(len(extra))
    assert outside == 0
    assert np.mean(added) == pytest.approx(240, abs=4 * np.sqrt(240 / 30))


def test_a_surge_of_one_nature_in_one_zone_brings_only_that() -> None:
    """Half are ill, a quarter of them in the north: an eighth of 60 an hour, nine times more, is 67.5 in an hour."""
    places = {"town": {"north": 0.25, "south": 0.75}}
    surge = {"begins_s": 0, "lasts_s": 3600, "factor": 10, "natures": ["ill"], "zones": ["north"]}
    document = workload([{**ILL, "places": "town"}, {**UNWELL, "places": "town"}], places=places, surges=[surge])
    zones = {"north": Place(0.0, 0.0, "north"), "south": Place(0.0, 1.0, "south")}
    counts = []
    for seed in range(30):
        drawn = contacts_in(document, draw_columns(document, seed, START, 3600), zones)
        extra = [each for each in drawn if each.id.startswith("cs1-")]
        assert {(each.nature, each.place and each.place.zone) for each in extra} <= {("ill", "north")}
        counts.append(len(extra))
    assert np.mean(counts) == pytest.approx(67.5, abs=4 * np.sqrt(67.5 / 30))


def test_a_major_incident_is_a_burst_of_contacts_about_one_matter() -> None:
    """One matter at 7200 s, of which 40 others ring on average within minutes."""
    nature = {**UNWELL, "share": 0.0, "id": "crash", "duplicates": {"mean": 40, "after_s": {"exponential": 120}}}
    document = workload([{**ILL, "share": 1.0}, nature], majors=[{"nature": "crash", "begins_s": [7200]}])
    counts = []
    for seed in range(30):
        columns = draw_columns(document, seed, START, SPAN_S)
        burst = np.char.startswith(columns["id"], "cm1-")
        assert len(set(columns["row"][burst])) == 1
        assert columns["at"][burst].min() == START + 7_200_000
        counts.append(int(burst.sum()) - 1)
    assert np.mean(counts) == pytest.approx(40, abs=4 * np.sqrt(40 / 30))


def test_major_incidents_by_chance_are_as_many_as_was_said() -> None:
    """14 a week are two a day; four standard errors over 200 days."""
    document = workload([ILL], majors=[{"nature": "ill", "per_week": 14}])
    counts = []
    for seed in range(200):
        columns = draw_columns(document, seed, START, 86_400)
        counts.append(int(np.char.startswith(columns["id"], "cm1-").sum()))
    assert np.mean(counts) == pytest.approx(2, abs=4 * np.sqrt(2 / 200))
