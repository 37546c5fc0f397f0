"""The fit, held against a town whose log is written by formula, and against the log it was made for."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from incidents.read import read_centre, read_document, read_procedure
from incidents.refusals import Refusal
from simulation.fit import Fitted, fit, fit_log
from simulation.fitting.natures import Pattern, choose_patterns, choose_shares
from simulation.fitting.reading import read_log
from simulation.fitting.travel import factor_of
from simulation.observed import Observed
from simulation.scenario_files import scenario_folder
from simulation.workload import Course, Nature, Workload
from tests.simulation.logged_town import (
    CITY_FILE,
    INCIDENTS,
    MAPPING,
    MEDICS,
    TURNOUT_S,
    WAIT_S,
    WITHOUT_LIGHTS,
    curve_s,
    write_town,
)

DOCUMENTS = (
    "PROVENANCE.md",
    "centre.yaml",
    "observed.yaml",
    "procedures/baseline.yaml",
    "procedures/diversion.yaml",
    "workload.yaml",
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the town's log."""
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def fitted(town: Path) -> Fitted:
    """The town as a scenario."""
    return fit_log(town, MAPPING)[1]


@pytest.fixture(scope="module")
def written(town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the files written for the town."""
    out = tmp_path_factory.mktemp("scenario")
    fit(town, MAPPING, out)
    return out


def nature(scenario: Fitted, name: str) -> Nature:
    """One nature by its id."""
    return next(each for each in scenario.workload.natures if each.id == name)


def course(scenario: Fitted, conduct: str, kind: str) -> Course:
    """What becomes of a kind under a conduct."""
    return scenario.workload.conducts[conduct][kind]


def test_the_week_has_the_level_of_the_city_and_the_shape_of_the_year(fitted: Fitted) -> None:
    """By hand: of 192 hours with ten calls each, eight hours of night are left out. In units of the year's
    nights, whose days are three times as busy, 96 + 88 hours hold 376, a week 336: 1840 * 336 / 376.
    """
    week = fitted.workload.arrivals.week
    assert (sum(week), week[12] / week[3]) == pytest.approx((1840 * 336 / 376, 3), rel=0.001)


def test_natures_have_the_shares_of_the_log(fitted: Fitted) -> None:
    """Of ten incidents 4 + 1 are routine, 3 urgent, 1 an alarm, 1 life-threatening."""
    assert {each.id: round(each.share, 3) for each in fitted.workload.natures} == {
        "alarm code-3 engine+truck": 0.1,
        "medical code-2 ambulance": 0.4,
        "medical code-2 ambulance+engine": 0.1,
        "medical code-3 ambulance+engine": 0.3,
        "medical life-threatening ambulance+engine": 0.1,
    }


def test_what_was_first_told_is_wrong_as_often_as_in_the_log(fitted: Fitted) -> None:
    """A triage tree can only be tested against callers who are sometimes wrong."""
    told = nature(fitted, "medical life-threatening ambulance+engine").told
    assert told == {"severity": {"critical": 0.5, "serious": 0.5}}


def test_call_handling_and_the_dispatchers_delay_are_found(fitted: Fitted) -> None:
    """40 to 100 seconds in tens, and always 30."""
    urgent = nature(fitted, "medical code-3 ambulance+engine")
    medians = [fitted.workload.distribution(each).at(0.5) for each in (urgent.handling_s, urgent.decision_s)]
    assert medians == [70, WAIT_S]


def test_the_law_of_travel_is_recovered_from_legs_that_begin_at_home(fitted: Fitted) -> None:
    """Within three per cent where the town has incidents; seconds are whole in a log."""
    travel = fitted.centre.travel
    assert travel.kind == "distance_curve"
    found = [travel.fixed_s + travel.scale * metres**travel.power for metres in (240, 710)]
    assert found == pytest.approx([curve_s(240), curve_s(710)], rel=0.03)
    assert travel.without_lights == pytest.approx(WITHOUT_LIGHTS, rel=0.03)


def test_stations_are_matched_to_their_zones(fitted: Fitted) -> None:
    """An engine placed at the wrong station would be late for its own quarter for ever."""
    assert fitted.centre.resources["E02"].base == "station 02"
    assert fitted.centre.stations["station 02"].latitude == 37.72


def test_ambulances_are_on_duty_in_the_number_that_was_seen(fitted: Fitted) -> None:
    """Nine that never rest are nine at every hour, in two shifts each."""
    starts = [each.shift for each in fitted.centre.resources.values() if each.kind == "medic"]
    assert (len(starts), len(set(starts))) == (2 * MEDICS, 2)


def test_stages_of_a_crew_are_found(fitted: Fitted) -> None:
    """Constant in the town, so the whole table is one number."""
    medic = course(fitted, "code-2 alone", "medic")
    stages = (medic.turnout_s, medic.before_transport_s, medic.to_facility_s, medic.handover_s)
    medians = [fitted.workload.distribution(stage).at(0.5) for stage in stages]
    assert medians == pytest.approx([TURNOUT_S["MEDIC"], 600, 400, 1200], abs=1)


def test_shares_called_off_and_transported_are_found(fitted: Fitted) -> None:
    """One in five called off when alone; four in five of those that arrive take somebody along."""
    medic = course(fitted, "code-2 alone", "medic")
    assert (medic.stood_down_share, medic.transported_share) == pytest.approx((0.2, 0.8), abs=0.01)


def test_a_resource_turned_back_by_the_first_arrival_is_told_from_one_called_off(fitted: Fitted) -> None:
    """Half of the trucks are turned back and none is called off on its own."""
    truck = course(fitted, "code-3 in company", "truck")
    assert (truck.stood_down_share, truck.unneeded_share) == pytest.approx((0.0, 0.5), abs=0.01)


def test_the_baseline_sends_what_the_logs_dispatchers_sent(fitted: Fitted) -> None:
    """The plan of the detail is the pattern of the log."""
    code = fitted.baseline.determinants["alarm serious engine+truck"]
    assert code.plan is not None
    rows = fitted.baseline.plans[code.plan].send
    assert ([(row.skill, row.quantity) for row in rows], code.priority) == ([("engine", 1), ("truck", 1)], "code-3")


def test_observed_figures_are_those_of_the_log(fitted: Fitted) -> None:
    """By hand: all wait 30 s; medians of handling by class; 1.6 resources per incident."""
    figures = fitted.observed.figures
    names = ("dispatch_wait_s.p90.code-2", "handling_s.median.all", "handling_s.n.all", "units.mean.all")
    assert [figures[name] for name in names] == [WAIT_S, 70, INCIDENTS, 1.6]


def test_every_file_is_read_back_without_a_flaw(written: Path) -> None:
    """What the fit writes is what people will edit; the reader must take it."""
    centre = read_centre(written / "centre.yaml")
    workload = read_document(written / "workload.yaml", Workload, Workload.flaws)
    baseline = read_procedure(written / "procedures/baseline.yaml", centre)
    read_procedure(written / "procedures/diversion.yaml", centre)
    read_document(written / "observed.yaml", Observed)
    assert list(workload.flaws_beside(centre, baseline)) == []


def test_what_is_read_back_is_what_was_fitted(written: Path, fitted: Fitted) -> None:
    """A number lost in writing would be a silent change of the city."""
    assert read_document(written / "workload.yaml", Workload) == fitted.workload


def test_the_same_log_gives_the_same_bytes(town: Path, written: Path, tmp_path: Path) -> None:
    """Whoever fits again must be able to see that nothing changed."""
    fit(town, MAPPING, tmp_path)
    assert [(tmp_path / name).read_bytes() for name in DOCUMENTS] == [
        (written / name).read_bytes() for name in DOCUMENTS
    ]


def test_no_row_of_the_log_is_in_what_is_written(written: Path) -> None:
    """Only figures may leave the log: no call, no incident, no instant of one."""
    text = "".join((written / name).read_text(encoding="utf-8") for name in DOCUMENTS)
    assert [word for word in ("phone", "blaze", "/2016", "/2017") if word in text] == []


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ({"incident": "blaze60", "call": "phone60"}, "rows that repeat call and unit"),
        ({"unit": "S1", "kind": "SUPPORT"}, "responses of other kinds"),
        ({"available": ""}, "rows without available"),
        ({"arrived": "12/31/2016 12:00:01 AM"}, "arrived before departed"),
        ({"kind": "AIRPORT", "incident": "another"}, "incidents with no resource of a known kind"),
    ],
)
def test_a_planted_fault_is_counted(fault: dict[str, str], named: str, town: Path, tmp_path: Path) -> None:
    """Whoever reads a fit must be able to see what it was made from."""
    clean = read_log(town, MAPPING).quality
    dirty = read_log(write_town(tmp_path, [{"call": "another", **fault}]), MAPPING).quality
    assert dirty.count(named) == clean.count(named) + 1


def test_a_folder_without_the_log_is_refused(tmp_path: Path) -> None:
    """A planner who mistypes the folder gets a sentence, not a stack."""
    with pytest.raises(Refusal, match="there is no such file"):
        fit(tmp_path, MAPPING, tmp_path / "out")


def test_a_log_without_a_column_is_refused_by_its_name(tmp_path: Path) -> None:
    """Publishers rename columns; which one is missing is what one needs to know."""
    with gzip.open(tmp_path / CITY_FILE, "wt") as lines:
        lines.write("Call Number,Unit ID\n")
    with pytest.raises(Refusal, match="Entry DtTm"):
        fit(tmp_path, MAPPING, tmp_path / "out")


def test_shares_of_patterns_keep_the_mean_number_of_each_skill() -> None:
    """How many are sent decides how many are free."""
    seen: dict[Pattern, int] = {(1, 0): 60, (1, 1): 25, (2, 1): 10, (1, 3): 5}
    patterns = choose_patterns(seen)
    shares = choose_shares(seen, patterns)
    means = [sum(p[skill] * s for p, s in zip(patterns, shares, strict=True)) for skill in (0, 1)]
    assert means == pytest.approx([1.10, 0.50], abs=0.01)


def test_a_travel_factor_turns_expected_times_into_the_times_taken() -> None:
    """By hand: with one expected time of 100 s, the factor alone has median 2 and 90th percentile 4."""
    taken_s = [100.0] * 40 + [200.0] * 20 + [400.0] * 40
    factor = factor_of([100.0] * 100, taken_s)
    assert (factor.at(0.5), factor.at(0.9)) == pytest.approx((2, 4), rel=0.05)


def test_the_scenario_is_what_the_log_gives(data_folder: Path, tmp_path: Path) -> None:
    """The files in the repository come from the fit and from nobody's hand."""
    nested = data_folder / "sf_fire_ems"
    fit(nested if nested.is_dir() else data_folder, MAPPING, tmp_path)
    kept = scenario_folder("san_francisco")
    assert [name for name in DOCUMENTS if (kept / name).read_bytes() != (tmp_path / name).read_bytes()] == []
