"""What is recommended helps, what does not help is not recommended, and nobody is fooled by luck."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from api.command_line import app
from incidents.performance import measure
from incidents.refusals import Refusal
from simulation.arms import Arm, CandidateArm
from simulation.default_experiment import MONDAY
from simulation.experiment_runs import Hands, Side
from simulation.periods import Normal, played
from simulation.recommending.aim import Aim
from simulation.recommending.bottleneck import shortened
from simulation.recommending.candidates import Candidate, changed
from simulation.recommending.page import as_html
from simulation.recommending.race import ALPHA, FEWEST_RUNS, most_tried, race
from simulation.recommending.recommendation import MOST_BEFORE, Asked, Recommendation, recommended
from simulation.recommending.words import NO_EFFECT, as_json, as_lines
from simulation.replications import Cancelled, contacts_of, play
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

BASELINE = "procedures/baseline.yaml"
IN_TIME = Aim("answer_s.within_20.all", 0.9)
DAY = Normal(kind="normal", start=MONDAY, days=0.08, warm_up_h=0.5)


@pytest.fixture(scope="module")
def lines() -> Scenario:
    """Six agents for 4.8 erlangs."""
    return Scenario.read(scenario_folder("call_centre"))


@pytest.fixture(scope="module")
def today(lines: Scenario) -> Side:
    """The call centre as it is, for a few hours."""
    procedure = lines.procedure(BASELINE)
    return Side(Arm("today", lines.centre, procedure), played("hours", DAY, lines, procedure), procedure)


@pytest.fixture(scope="module")
def answer(lines: Scenario) -> Recommendation:
    """The call centre's recommendation."""
    return recommended(Asked(lines, BASELINE, IN_TIME, "abandoned.share", 80, 0.25, 0.5), Hands(workers=1))


def centre_change(today: Side, name: str, **asked: object) -> Candidate:
    """A change of who is there."""
    return changed("staff", name, CandidateArm.model_validate(asked), today.arm)


def an_equal(today: Side, name: str) -> Candidate:
    """The very same centre under another name: luck alone could tell them apart."""
    return Candidate("staff", Arm(name, today.arm.centre, today.arm.procedure), (), 0.0)


def test_the_better_of_two_wins_and_helps_on_fresh_seeds(today: Side) -> None:
    """Two more agents against two fewer."""
    better = centre_change(today, "more", add={"B1": {"kind": "agent"}, "B2": {"kind": "agent"}})
    worse = centre_change(today, "fewer", drop=["A1"])
    found = race([worse, better], today, IN_TIME, 48, Hands(workers=1), first_seed=1)
    assert [each.candidate.name for each in found.placed] == ["more", "fewer"]
    assert found.fresh is not None
    assert found.fresh.helps(IN_TIME)
    assert found.placed[1].effect.is_shown
    assert not found.placed[1].effect.helps(IN_TIME)


def test_a_change_that_changes_nothing_has_no_effect(today: Side) -> None:
    """Under common random numbers the difference is nought to the last bit."""
    found = race([an_equal(today, "same")], today, IN_TIME, 16, Hands(workers=1), first_seed=1)
    assert found.fresh is not None
    assert found.fresh.change == 0
    assert not found.fresh.is_shown


def test_no_more_is_played_than_the_budget_allows_and_halves_are_left_out(today: Side) -> None:
    """Eight candidates over three rounds, each interval at the level that all of them share."""
    eight = [an_equal(today, f"same {number}") for number in range(8)]
    budget = 160
    found = race(eight, today, IN_TIME, budget, Hands(workers=1), first_seed=1)
    assert found.played <= budget
    assert [each.left_out_after for each in found.placed] == [None] * 2 + [2] * 2 + [1] * 4
    interval = found.placed[0].effect.interval
    assert interval is not None
    assert interval.level == pytest.approx(1 - ALPHA / (8 * 3))


def test_what_the_budget_has_no_room_for_is_told(today: Side) -> None:
    """Each that is tried is played often enough to say something."""
    nine = [an_equal(today, f"same {number}") for number in range(9)]
    found = race(nine, today, IN_TIME, 60, Hands(workers=1), first_seed=1)
    assert len(found.placed) == most_tried(60)
    assert len(found.placed) + len(found.untried) == 9
    assert all(each.effect.runs >= FEWEST_RUNS for each in found.placed)


def test_another_agent_is_recommended_to_a_call_centre_that_lacks_one(answer: Recommendation) -> None:
    """The wait for a free agent is all there is, and one more shortens it."""
    assert [each.name for each in answer.taken_apart.whole.stages] == ["answer"]
    assert answer.race.placed[0].candidate.sort == "staff"
    assert answer.race.fresh is not None
    assert answer.race.fresh.helps(IN_TIME)
    assert answer.runs <= 80


def test_the_text_says_what_a_planner_needs(answer: Recommendation) -> None:
    """Where the time goes, why, what to do, what it costs, and what it comes to."""
    text = "\n".join(as_lines(answer))
    for words in (
        "Where the time goes",
        "everybody busy 100%",
        "Bottleneck: answer",
        "h of duty a week",
        "fresh seeds",
    ):
        assert words in text


def test_an_effect_that_is_not_shown_is_told_so(answer: Recommendation) -> None:
    """An interval around nought is no advice."""
    fresh = answer.race.fresh
    assert fresh is not None
    nothing = replace(fresh, change=0.0, interval=None)
    text = "\n".join(as_lines(replace(answer, race=replace(answer.race, fresh=nothing))))
    assert NO_EFFECT in text
    assert "nothing is recommended" in text


def test_the_json_is_plain_and_whole(answer: Recommendation) -> None:
    """Nothing in it is not a number that JSON does not know."""
    told = json.loads(json.dumps(as_json(answer), allow_nan=False))
    assert told["is_recommended"]
    assert told["changes"][0]["hours_a_week"] == 56
    assert told["trade_off"]["points"][0]["name"] == "today"


def test_the_page_needs_nothing_but_itself(answer: Recommendation) -> None:
    """It is mailed and printed: no address, no script, and every point of the trade-off drawn."""
    page = as_html(answer)
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in page
    assert page.count("<circle") == len(answer.frontier)
    assert "Where the time goes" in page


def test_a_figure_beside_that_is_never_observed_gives_no_trade_off(lines: Scenario) -> None:
    """There is nothing to draw, and the page is whole without it."""
    found = recommended(Asked(lines, BASELINE, IN_TIME, "response_s.p90.all", 45, 0.1, 0.5), Hands(workers=1))
    assert found.frontier == ()
    assert "<svg" not in as_html(found)


def test_a_recorded_log_is_taken_apart_in_place_of_simulated_runs(lines: Scenario, today: Side) -> None:
    """Its figure is the log's own, to the last call."""
    procedure, week = today.arm.procedure, today.workload
    facts = play(lines, procedure, contacts_of(lines, week.span, 7), week.span)
    asked = Asked(lines, BASELINE, IN_TIME, "abandoned.share", 45, 0.05, 0.5, log=(facts, lines.centre, procedure))
    found = recommended(asked, Hands(workers=1))
    measured = measure(facts, since=week.span.start, until=week.span.end + 1)
    assert found.taken_apart.value == measured.figure(IN_TIME.figure)
    assert "in the log" in next(iter(as_lines(found)))


def test_too_small_a_budget_is_refused_before_anything_is_played(lines: Scenario) -> None:
    """It says what would do."""
    with pytest.raises(Refusal, match=str(MOST_BEFORE + 4 * FEWEST_RUNS)):
        recommended(Asked(lines, BASELINE, IN_TIME, "abandoned.share", 20, 0.5), Hands(workers=1))


def test_it_can_be_cancelled(lines: Scenario) -> None:
    """Whoever waits may change their mind."""
    with pytest.raises(Cancelled):
        recommended(
            Asked(lines, BASELINE, IN_TIME, "abandoned.share", 60, 0.1, 0.5), Hands(workers=1, cancelled=lambda: True)
        )


@pytest.mark.parametrize("stage", ["handling", "waiting", "turnout", "travel"])
def test_a_stage_is_shortened_by_a_tenth_in_the_world(stage: str) -> None:
    """One cause, and no other."""
    city = Scenario.read(scenario_folder("san_francisco"))
    found = shortened(city.workload, city.centre, stage)
    assert found is not None
    differing = [name for name in type(found).model_fields if getattr(found, name) != getattr(city.workload, name)]
    assert differing == [{"travel": "travel_by_hour"}.get(stage, "times_by_hour")]
    assert shortened(city.workload, city.centre, "answer") is None


def test_the_command_answers_and_refuses() -> None:
    """As a planner would type it."""
    words = ["recommend", "call_centre", "--budget", "45", "--days", "0.1", "--workers", "1"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "Bottleneck" in result.stdout
    refused = CliRunner().invoke(app, [*words, "--target", "answer_s.within_20.all<=0.9"])
    assert isinstance(refused.exception, Refusal)


def test_the_command_searches_for_staff() -> None:
    """Blocks of the day with a number each."""
    given = ["--staff", "agent", "--blocks", "1", "--runs", "2", "--days", "0.1", "--workers", "1", "--json"]
    result = CliRunner().invoke(app, ["recommend", "call_centre", *given, "--target", "answer_s.within_20.all>=0.8"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["kind"] == "agent"
    assert told["hours_a_week"] == 168 * told["staff"][0]
