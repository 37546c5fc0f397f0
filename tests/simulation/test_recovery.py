"""A log played by our own world from a known workload, fitted again: what went in must come out."""

from __future__ import annotations

import csv
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest

from incidents import facts as f
from incidents.centre import Centre
from incidents.procedure import Procedure
from simulation.back_test import back_test
from simulation.echo import echo
from simulation.fit import Fitted, fit_log
from simulation.fitting.mapping import LogMapping
from simulation.fitting.reading import read_log
from simulation.replications import DAY_S, Span, contacts_of, play
from simulation.scenario import Scenario
from simulation.workload import Workload
from tests.simulation.small_log import crewed_mapping, write_log

DAYS = 12
RATE_PER_H = 5.0
SHARES = {"fire": 0.3, "flood": 0.7}
MEANS = {"handling_s": 90.0, "turnout_s": 60.0, "scene_s": 900.0, "decision_s": 40.0}
START = datetime(2024, 1, 8, tzinfo=UTC)
SEEDS = (1, 2, 3)
CENTRE = Centre.model_validate(
    {
        "centre": "known town",
        "kinds": {"taker": {"skills": ["answering"]}, "crew": {"skills": ["crew"], "capacity": 1000}},
        "resources": {f"T{n}": {"kind": "taker"} for n in range(6)} | {f"C{n}": {"kind": "crew"} for n in range(2)},
        "travel": {"kind": "none"},
    }
)
PROCEDURE = Procedure.model_validate(
    {
        "procedure": "known town",
        "revision": 1,
        "queues": {"calls": {"skill": "answering"}},
        "priorities": {"call": {"rank": 1}},
        "triage": {
            "start": "what",
            "questions": {
                "what": {"text": "What?", "about": "what", "answers": {"fire": {"code": "go"}, "flood": {"code": "go"}}}
            },
        },
        "determinants": {"go": {"priority": "call", "plan": "one"}},
        "plans": {"one": {"send": [{"skill": "crew"}]}},
        "dispatch": {},
    }
)
MAPPING = crewed_mapping(
    fields={"incident": ["number"], "kind": ["kind"], "unit": ["unit"], "what": ["what"]},
    stages={
        "received": ["received"],
        "entry": ["assessed"],
        "dispatched": ["sent"],
        "departed": ["left"],
        "arrived": ["there"],
        "available": ["clear"],
    },
    natures={"fire": {"when": {"what": ["fire"]}}, "flood": {}},
    assumed={"call_takers": 6, "wrap_up_s": 0, "patience_s": None},
    back_test={"first": "2024-01-16", "days": 1, "warm_up_h": 2, "tail_h": 6},
)


def known_workload(**changes: object) -> Workload:
    """What the town throws at its centre."""
    return Workload.model_validate(
        {
            "workload": "known town",
            "arrivals": {"rate_per_h": RATE_PER_H},
            "conducts": {
                "usual": {
                    "crew": {
                        "turnout_s": {"gamma": {"mean": MEANS["turnout_s"], "cv": 0.4}},
                        "scene_s": {"exponential": MEANS["scene_s"]},
                    }
                }
            },
            "natures": [
                {
                    "id": name,
                    "share": share,
                    "queue": "calls",
                    "priority": "call",
                    "truth": {"what": name},
                    "handling_s": {"lognormal": {"mean": MEANS["handling_s"], "cv": 0.5}},
                    "decision_s": {"constant": MEANS["decision_s"]},
                    "conduct": "usual",
                }
                for name, share in SHARES.items()
            ],
            **changes,
        }
    )


def played_log(folder: Path, seed: int, workload: Workload | None = None, days: int = DAYS) -> Path:
    """Play the town and write down what an ordinary log of it would hold, in whole seconds."""
    scenario = Scenario(folder, CENTRE, workload or known_workload(), None)
    span = Span(round(START.timestamp() * 1000), 0.0, days * DAY_S)
    contacts = contacts_of(scenario, span, seed)
    rows: dict[str, dict[str, str]] = {
        f"i{each.id[1:]}": {"number": each.id[1:], "what": each.truth["what"], "received": _text(each.at)}
        for each in contacts
    }
    empty = dict.fromkeys(("kind", "unit", "assessed", "sent", "left", "there", "clear"), "")
    for fact in play(scenario, PROCEDURE, contacts, span):
        match fact:
            case f.IncidentAssessed():
                rows[fact.incident]["assessed"] = _text(fact.at)
            case f.ResourceAssigned() if not fact.need.endswith("/call"):
                rows[fact.need.partition("/")[0]] |= {"sent": _text(fact.at), "kind": "crew", "unit": fact.resource}
            case f.ResourceDeparted():
                rows[fact.need.partition("/")[0]]["left"] = _text(fact.at)
            case f.ResourceArrived():
                rows[fact.need.partition("/")[0]]["there"] = _text(fact.at)
            case f.ResourceReleased() if not fact.need.endswith("/call"):
                rows[fact.need.partition("/")[0]]["clear"] = _text(fact.at)
            case _:
                pass
    return write_log(folder, [{**empty, **row} for row in rows.values()])


def _text(at: int) -> str:
    return datetime.fromtimestamp(round(at / 1000), UTC).replace(tzinfo=None).isoformat(sep=" ")


def mean_of(fitted: Fitted, name: str) -> float:
    """The expected seconds of a stage in a fitted workload."""
    workload = fitted.workload
    (nature, *_) = workload.natures
    if name in ("handling_s", "decision_s"):
        return sum(each.share * workload.distribution(getattr(each, name)).mean for each in workload.natures)
    assert nature.conduct is not None
    return workload.distribution(getattr(workload.conducts[nature.conduct]["crew"], name)).mean


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> list[Fitted]:
    """The town of each seed, fitted."""
    return [fit_log(played_log(tmp_path_factory.mktemp(f"town{seed}"), seed), MAPPING)[1] for seed in SEEDS]


def test_the_level_of_the_week_is_recovered(fits: list[Fitted]) -> None:
    """Within three standard errors of the Poisson count of twelve days."""
    expected = RATE_PER_H * 24 * DAYS
    for fitted in fits:
        found = sum(fitted.workload.arrivals.week) / 7 * DAYS
        assert abs(found - expected) < 3 * math.sqrt(expected) * 1.1


def test_hours_that_do_not_differ_are_shrunk_together(fits: list[Fitted]) -> None:
    """The spread of two weeks' means is Poisson's, near 1.7 an hour; shrunk rates keep less than half of it."""
    for fitted in fits:
        rates, means = fitted.week.rates, fitted.week.means
        spread = [math.sqrt(sum((x - RATE_PER_H) ** 2 for x in each) / len(each)) for each in (rates, means)]
        assert spread[0] < spread[1] / 2


@pytest.mark.parametrize("name", list(MEANS))
def test_times_are_recovered(fits: list[Fitted], name: str) -> None:
    """1,440 times of coefficient 1 at most have a standard error under three per cent; four of them."""
    for fitted in fits:
        assert mean_of(fitted, name) == pytest.approx(MEANS[name], rel=0.11)


def test_shares_are_recovered(fits: list[Fitted]) -> None:
    """Within four standard errors of a share of 1,440."""
    for fitted in fits:
        found = {each.truth["nature"]: each.share for each in fitted.workload.natures}
        assert found["fire"] == pytest.approx(SHARES["fire"], abs=4 * math.sqrt(0.21 / 1440))


def test_nothing_depends_on_the_hour_where_nothing_does(fits: list[Fitted]) -> None:
    """At a chance of one in a thousand for each of a dozen tests, none should be seen in three towns."""
    assert [
        (each.workload.mix_by_hour, each.workload.times_by_hour, each.workload.travel_by_hour) for each in fits
    ] == [({}, {}, None)] * len(fits)


def test_days_that_differ_are_told_from_days_that_do_not(tmp_path: Path) -> None:
    """Eight weeks with a day factor of 0.4, and eight without: dispersion chi-square, then the excess of the squares."""
    for cv, low, high in ((0.4, 0.25, 0.55), (0.0, 0.0, 0.12)):
        folder = tmp_path / str(cv)
        folder.mkdir()
        scenario = Scenario(folder, CENTRE, known_workload(arrivals={"rate_per_h": 4, "day_factor_cv": cv}), None)
        contacts = contacts_of(scenario, Span(round(START.timestamp() * 1000), 0, 56 * DAY_S), 5)
        rows = [{"number": each.id[1:], "opened": _text(each.at)} for each in contacts]
        mapping = LogMapping.model_validate({**_counts_only(), "assumed": {"patience_s": None}})
        found = fit_log(write_log(folder, rows), mapping)[1].workload.arrivals.day_factor_cv
        assert low <= found <= high


def test_the_echo_of_a_played_log_meets_every_time(tmp_path: Path) -> None:
    """The world that wrote the log plays its decisions again and gives the same times, to the second they were written in."""
    log = read_log(played_log(tmp_path, 7, days=3), MAPPING)
    found = echo(log.incidents)
    assert (found.share, found.stand_ins > 0) == (1.0, True)


def test_an_echo_of_an_impossible_order_is_missed_and_named(tmp_path: Path) -> None:
    """Nobody can be there before leaving; the world plays one stage after another."""
    log = read_log(played_log(tmp_path, 7, days=1), MAPPING)
    path = tmp_path / "log.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    there = lines[0].split(",").index("there")
    cells = lines[5].split(",")
    cells[there] = "2024-01-08 00:00:00"
    path.write_text("\n".join([*lines[:5], ",".join(cells), *lines[6:]]), encoding="utf-8")
    broken = echo(read_log(tmp_path, MAPPING).incidents)
    assert (broken.share < 1.0, broken.first_missed, echo(log.incidents).first_missed) == (True, "line 6, arrived", "")


def test_the_twin_of_a_played_log_passes_its_back_test(tmp_path: Path) -> None:
    """Fitted on eight days and tested on four that the same workload made: the right model is inside nine times in ten."""
    found = back_test(played_log(tmp_path, 11), MAPPING, workers=1)
    assert found.coverage >= 0.9, [row.name for row in found.rows if row.inside < row.figures]
    assert found.same_arms
    assert found.passed, found.unexplained


def test_a_twin_of_another_town_fails_its_back_test(tmp_path: Path) -> None:
    """The later days work twice as long on scene: the times of the fit no longer hold."""
    folder, later = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    later.mkdir()
    slow = known_workload().model_dump()
    slow["conducts"]["usual"]["crew"]["scene_s"]["exponential"] *= 2
    first = played_log(folder, 11).joinpath("log.csv").read_text(encoding="utf-8").splitlines()
    second = (
        played_log(later, 12, Workload.model_validate(slow))
        .joinpath("log.csv")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    before, after = (list(csv.DictReader(lines)) for lines in (first, second))
    columns = [row for row in before if row["received"] < "2024-01-16"]
    columns += [row | {"number": f"9{row['number']}"} for row in after if row["received"] >= "2024-01-16"]
    write_log(tmp_path, columns)
    found = back_test(tmp_path, MAPPING, most_windows=1, workers=1)
    assert (found.passed, "on_scene_s.call" in found.missed) == (False, True)
    assert next(row.tested for row in found.rows if row.name == "on_scene_s.call").startswith("the log moved")


def _counts_only() -> dict[str, object]:
    return {
        "mapping": "counts",
        "files": [{"name": "log.csv"}],
        "fields": {"incident": ["number"]},
        "stages": {"received": ["opened"]},
        "kinds": {"crew": {"skills": ["crew"], "roster": "ample"}},
        "priorities": {"call": {}},
        "natures": {"call": {}},
        "queues": {"calls": {"skill": "answering"}},
    }
