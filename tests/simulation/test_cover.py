"""Cover: counts by hand on a street of four calls, mistakes that are seeded and nested, and a triage table that adds up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents import facts as f
from incidents.desk import adoption
from incidents.local_time import instant_at
from incidents.procedure import Procedure, Triage
from incidents.quantities import IncidentId
from incidents.triage import Ask, accepts, next_step
from simulation import cover
from simulation.contacts import Contact, draw_contacts
from simulation.cover import Coverage, coverage, in_words, judged, misheard, path_count, paths_of, rehearse
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder
from simulation.workload import Workload
from tests.builders import START, a_centre, a_desk, a_procedure, an_incident, at, report, spot
from tests.incidents.an_interview import interview_rules

RED, GREEN = "red", "green"
LATE = {
    "late": {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"},
    "never": {"unfilled_for_s": 600_000, "priorities": ["red"], "opens": {"skill": "fire"}},
}
SEVERE_OTHER = (("nature", "illness"), ("severe", None))


def three_incidents() -> tuple[list[f.Fact], Procedure]:
    """A call and two incidents without one: a fire, an illness that grows late, and an illness nobody can judge."""
    rules = a_procedure(escalation=LATE)
    desk = a_desk(a_centre({"E1": ("engine", 0)}), rules)
    log = [*report(desk, "fire", spot(0), at(0), nature="fire")]
    log += an_incident(desk, "mild", spot(0), at(10), nature="illness", severe="no")
    log += desk.observe(f.IncidentOpened(at(20), IncidentId("odd")))
    log += desk.observe(f.AnswerGiven(at(25), IncidentId("odd"), "nature", "illness"))
    log += desk.observe(f.AnswerGiven(at(32), IncidentId("odd"), "severe", "perhaps"))
    log += desk.review(at(100))
    return log, rules


def counted() -> Coverage:
    """What the three incidents used."""
    return coverage(*three_incidents())


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("queues", {"emergency": 1}),
        ("questions", {"nature": 3, "severe": 2}),
        ("determinants", {"fire-1": 1, "crash-1": 0, "illness-1": 1, "illness-2": 1}),
        ("plans", {"fire": 1, "medical": 2, "rescue": 0}),
        ("rungs", {"late": 1, "never": 0}),
    ],
)
def test_every_part_is_counted_by_name(part: str, expected: dict[str, int]) -> None:
    """What was never used stands there with 0: a rehearsal that skipped a rule says nothing about it."""
    assert counted().uses[part] == expected


def test_an_answer_that_is_not_listed_counts_as_any_other() -> None:
    """'Perhaps' took the way of `otherwise`, and that way was used."""
    assert counted().answers[("severe", None)] == 1
    assert counted().answers[("severe", "yes")] == 0


def test_paths_are_counted_with_their_seconds_to_the_code() -> None:
    """The third was opened at 20 s and coded at 32."""
    found = counted()
    assert {path: count for path, count in found.paths.items() if count} == {
        (("nature", "fire"),): 1,
        (("nature", "illness"), ("severe", "no")): 1,
        SEVERE_OTHER: 1,
    }
    assert found.to_code_s[SEVERE_OTHER].tolist() == [12.0]
    assert (found.paths_taken, found.path_count) == (3, 5)


def test_what_was_never_used_is_named() -> None:
    """A designer reads this list first."""
    unused = counted().unused
    assert unused["rungs"] == ("never",)
    assert unused["paths"] == ("nature=crash", "nature=illness, severe=yes")
    assert unused["answers"] == ("nature=crash", "severe=yes")


def test_a_person_who_assesses_takes_no_path() -> None:
    """Over the tree's head is not through it."""
    desk = a_desk(a_centre({"E1": ("engine", 0)}))
    log = list(desk.observe(f.IncidentOpened(at(0), IncidentId("i"))))
    log += desk.observe(f.IncidentAssessed(at(5), IncidentId("i"), "fire-1", RED, "I can see it", by_person=True))
    found = coverage(log, a_procedure())
    assert (found.coded, found.by_person, found.paths_taken, found.left_out) == (1, 1, 0, 0)


def test_facts_under_another_procedure_are_left_out() -> None:
    """The same words may mean something else there."""
    log, rules = three_incidents()
    revised = a_procedure(revision=2, escalation=LATE)
    found = coverage([adoption(rules, START), *log], revised)
    # One contact, five answers, three assessments, three planned needs and one rung speak of the old rules.
    assert (found.paths_taken, found.left_out) == (0, 13)
    assert coverage([adoption(rules, START), adoption(revised, START), *log], revised).left_out == 0


def test_a_log_that_begins_in_the_middle_has_codes_without_paths() -> None:
    """They are counted as left out rather than put on a path nobody saw."""
    log, rules = three_incidents()
    found = coverage([fact for fact in log if not isinstance(fact, f.AnswerGiven)], rules)
    assert (found.coded, found.paths_taken, found.left_out) == (3, 0, 3)


def test_the_paths_of_a_tree_are_as_many_as_are_counted() -> None:
    """One enumerates, the other adds up."""
    triage = a_procedure().triage
    assert [in_words(path) for path in paths_of(triage)] == [
        "nature=fire",
        "nature=crash",
        "nature=illness, severe=yes",
        "nature=illness, severe=no",
        "nature=illness, severe=any other",
    ]
    assert path_count(triage) == 5


def a_ladder_of(questions: int) -> Triage:
    """Each question leads to the next whatever is answered: 2 ** questions paths."""
    return Triage.model_validate(
        {
            "start": "q0",
            "questions": {
                f"q{n}": {
                    "text": "?",
                    "about": f"q{n}",
                    "answers": {
                        each: {"code": "c"} if n == questions - 1 else {"ask": f"q{n + 1}"} for each in ("yes", "no")
                    },
                }
                for n in range(questions)
            },
        }
    )


def test_paths_beyond_the_limit_are_only_counted() -> None:
    """Sixty questions in a row have more paths than there are grains of sand; a count must not take that long."""
    assert path_count(a_ladder_of(60)) == 2**60
    rules = a_procedure(triage=a_ladder_of(60).model_dump(), determinants={"c": {"priority": "red"}})
    found = coverage((), rules)
    assert (found.path_count, found.paths) == (2**60, {})
    assert cover.MOST_PATHS < 2**60


# Triage judged.


def test_over_and_under_triage_are_by_rank() -> None:
    """Of three green ones one was given red; of two red ones one was given green and one is not coded yet."""
    assessed = [("a", GREEN), ("b", GREEN), ("c", RED), ("d", GREEN)]
    log = [f.IncidentAssessed(at(0), IncidentId(name), "x", priority, "") for name, priority in assessed]
    truth = {IncidentId(name): GREEN for name in "abc"} | {IncidentId(name): RED for name in "de"}
    found = judged(log, a_procedure(), truth)
    assert (found.coded, found.over, found.under) == (4, 1, 1)
    assert found.given == {(RED, RED): 0, (RED, GREEN): 1, (GREEN, RED): 1, (GREEN, GREEN): 2}


def test_the_first_assessment_is_the_one_that_is_judged() -> None:
    """A later one corrects; triage is what decided who was sent first."""
    log = [f.IncidentAssessed(at(n), IncidentId("a"), "x", priority, "") for n, priority in enumerate((GREEN, RED))]
    assert judged(log, a_procedure(), {IncidentId("a"): RED}).under == 1


# Wrong answers.

NATURES = [
    {
        "id": "ill",
        "share": 0.5,
        "queue": "emergency",
        "priority": "red",
        "truth": {"nature": "illness", "severe": "yes"},
    },
    {"id": "fire", "share": 0.5, "queue": "emergency", "priority": "red", "truth": {"nature": "fire"}},
]


def callers(count: int) -> tuple[Contact, ...]:
    """So many callers, ill or with a fire."""
    natures = [{**nature, "handling_s": {"constant": 1}} for nature in NATURES]
    workload = Workload.model_validate({"workload": "w", "arrivals": {"rate_per_h": 600}, "natures": natures})
    return draw_contacts(workload, 1, START, 3600, {})[:count]


def written(contact: Contact, triage: Triage) -> dict[str, str]:
    """The answers that a call-taker writes down, question by question."""
    answers: dict[str, str] = {}
    while isinstance(step := next_step(triage, answers), Ask):
        said = contact.answer(step.about)
        answers[step.question] = (
            said if said is not None and accepts(triage.questions[step.question], said) else "unknown"
        )
    return answers


def test_no_mistakes_change_nobody() -> None:
    """The world without mistakes is the world as it was."""
    contacts = callers(50)
    assert misheard(contacts, a_procedure().triage, 0.0, 1) == contacts


def test_with_certain_mistakes_every_answer_is_another_one_that_the_question_takes() -> None:
    """Wrong is wrong, and still something a call-taker could have written."""
    triage = a_procedure().triage
    for before, after in zip(callers(200), misheard(callers(200), triage, 1.0, 1), strict=True):
        answers = written(after, triage)
        assert answers["nature"] in {"fire", "illness", "crash"} - {before.truth["nature"]}
        if "severe" in answers:
            assert answers["severe"] != before.answer("severe")


def test_mistakes_are_as_frequent_as_was_asked() -> None:
    """Of 500 first answers a fifth, give or take four standard errors of a binomial share."""
    triage = a_procedure().triage
    pairs = zip(callers(500), misheard(callers(500), triage, 0.2, 1), strict=True)
    wrong = sum(written(after, triage)["nature"] != before.truth["nature"] for before, after in pairs)
    assert abs(wrong / 500 - 0.2) < 4 * (0.2 * 0.8 / 500) ** 0.5


@settings(max_examples=30, derandomize=True, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 1000))
def test_a_higher_chance_keeps_the_mistakes_of_a_lower_one(one: float, other: float, seed: int) -> None:
    """So that two rehearsals differ by their mistakes and not by their luck."""
    triage, contacts = a_procedure().triage, callers(40)
    few, many = (misheard(contacts, triage, wrong, seed) for wrong in sorted((one, other)))
    for before, less, more in zip(contacts, few, many, strict=True):
        if written(less, triage)["nature"] != before.truth["nature"]:
            assert written(more, triage)["nature"] == written(less, triage)["nature"]


def test_a_mistake_changes_nothing_but_what_is_told() -> None:
    """The truth, the patience and the luck of the crews stay, or the comparison would be of two worlds."""
    contacts = callers(50)
    assert [replace(each, told={}) for each in misheard(contacts, a_procedure().triage, 1.0, 1)] == [
        replace(each, told={}) for each in contacts
    ]


# Rehearsals.


@pytest.fixture(scope="module")
def san_francisco() -> Scenario:
    """The city."""
    return Scenario.read(scenario_folder("san_francisco"))


def test_a_rehearsal_of_a_city_adds_up(san_francisco: Scenario) -> None:
    """A tenth of a day: whatever was coded took a path, has its seconds, and stands in the triage table."""
    rules = san_francisco.procedure("procedures/baseline.yaml")
    start = instant_at("2026-01-05T08:00", san_francisco.centre.zone_info)
    found = rehearse(san_francisco, rules, start=start, days=0.1, seed=3, wrong=0.1)
    counts = found.coverage
    assert counts.coded == sum(counts.paths.values()) == sum(map(len, counts.to_code_s.values())) == found.judged.coded
    assert 0 < counts.coded <= found.contacts
    assert counts.left_out == 0


def test_the_same_seed_has_the_same_callers_whatever_is_misheard(san_francisco: Scenario) -> None:
    """And the same rehearsal twice is the same rehearsal."""
    rules = san_francisco.procedure("procedures/baseline.yaml")
    start = instant_at("2026-01-05T08:00", san_francisco.centre.zone_info)
    right, wrong, again = (
        rehearse(san_francisco, rules, start=start, days=0.05, seed=3, wrong=chance) for chance in (0.0, 0.5, 0.5)
    )
    assert right.contacts == wrong.contacts
    assert wrong.judged == again.judged
    assert wrong.judged.over > right.judged.over


def a_lost_caller() -> Coverage:
    """One caller is lost after saying it is an illness, one gets worse and then does not."""
    rules = interview_rules()
    desk = a_desk(a_centre({"A1": ("ambulance", 0)}), rules)
    log = list(an_incident(desk, "lost", spot(0), at(0), nature="illness"))
    log += desk.observe(f.InterviewLeft(at(5), IncidentId("lost"), "severe", "caller lost"))
    log += an_incident(desk, "worse", spot(0), at(10), nature="unknown")
    log += desk.observe(f.InterviewLeft(at(15), IncidentId("worse"), "severe", "worse"))
    log += desk.observe(f.InterviewResumed(at(20), IncidentId("worse"), "severe"))
    log += desk.observe(f.AnswerGiven(at(25), IncidentId("worse"), "severe", "refused"))
    return coverage(log, rules)


def test_jump_outs_are_counted_by_name() -> None:
    """One that nobody ever takes may be one that nobody knows."""
    found = a_lost_caller()
    assert found.uses["jump-outs"] == {"caller lost": 1, "worse": 1, "nuisance": 0}
    assert found.unused["jump-outs"] == ("nuisance",)


def test_an_interview_cut_short_takes_no_path_and_a_resumed_one_takes_its_own() -> None:
    """The paths are those of the tree; what was left before its end is counted apart."""
    found = a_lost_caller()
    assert (found.coded, found.cut_short, found.left_out) == (2, 1, 0)
    assert [in_words(path) for path, count in found.paths.items() if count] == ["nature=unknown, severe=refused"]


def test_unknown_and_refused_are_counted_as_answers_of_their_own() -> None:
    """How often callers do not know is what a designer words a question by."""
    answers = a_lost_caller().answers
    assert (answers["severe", "refused"], answers["severe", "unknown"], answers["nature", "unknown"]) == (1, 0, 1)


def test_alarm_levels_are_counted_by_plan_and_name() -> None:
    """A level that no rehearsal reached has not been rehearsed; its needs are no second use of the plan."""
    levels = [{"name": name, "counts": "added", "send": [{"skill": "fire"}]} for name in ("second", "third")]
    plans = {**a_procedure().model_dump(mode="json")["plans"], "fire": {"send": [{"skill": "fire"}], "levels": levels}}
    rules = a_procedure(plans=plans)
    desk = a_desk(a_centre({"E1": ("engine", 0)}), rules)
    log = [*an_incident(desk, "i", None, at(0), nature="fire")]
    log += desk.observe(f.AlarmRaised(at(1), IncidentId("i"), "fire", "second", "made up", by_person=True))
    found = coverage(log, rules)
    assert found.uses["alarm levels"] == {"fire: second": 1, "fire: third": 0}
    assert found.uses["plans"] == {"fire": 1, "medical": 0, "rescue": 0}
    assert found.unused["alarm levels"] == ("fire: third",)
