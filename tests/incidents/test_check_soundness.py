"""Flaws of checks, targets and goals, planted one at a time into a sound procedure; and what is only warned of."""

from __future__ import annotations

import copy
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from incidents.centre import Loc
from incidents.check_soundness import goal_warnings
from incidents.procedure import Procedure
from incidents.read import check_procedure, read_packs
from incidents.soundness import flaws_of
from simulation.scenario_files import packs_folder
from tests.incidents.sound_procedure import CENTRE, sound
from tests.incidents.test_read import PROCEDURE
from tests.incidents.test_soundness import Change, put
from tests.incidents.test_targets import RESPONSE, a_pack

PACKS = {"p-2020": a_pack()}
AIMS = {
    "lives": {
        "objectives": {
            "soon": {
                "indicators": [
                    {
                        "measure": "response_s.p90.red",
                        "at_most": 480,
                        "parameters": [
                            "priorities.red",
                            "priorities.amber.urgency.target_s",
                            "plans.both.send",
                            "dispatch",
                        ],
                    }
                ]
            },
            "in the end": {"indicators": [{"measure": "utilisation.ambulance", "at_most": 0.9}]},
        }
    }
}


def aimed() -> dict[str, Any]:
    """The sound procedure with goals that all its parts serve, and targets of both sorts."""
    document = copy.deepcopy(sound())
    document["goals"] = copy.deepcopy(AIMS)
    document["serves"] = ["soon"]
    document["plans"]["one"]["serves"] = ["soon"]
    document["priorities"]["green"]["serves"] = ["in the end"]
    document["escalation"]["late"]["serves"] = ["in the end"]
    document["targets"] = {
        "packs": {"p-2020": {"first": ["red"], "second": ["amber"]}},
        "own": {
            "fire": {**RESPONSE, "for": ["red"], "stop": [{"moment": "arrived", "skill": "fire"}]},
            "phone": {**RESPONSE, "of": "contacts", "for": ["phone"], "stop": [{"moment": "answered"}]},
        },
    }
    return document


def found(document: dict[str, Any]) -> list[tuple[Loc, str, str]]:
    return list(flaws_of(Procedure.model_validate(document), CENTRE, PACKS))


def warned(document: dict[str, Any]) -> list[tuple[Loc, str]]:
    return [(loc, what) for loc, what, _ in goal_warnings(Procedure.model_validate(document))]


INDICATOR = ("goals", "lives", "objectives", "soon", "indicators", 0)
PLANTED: dict[str, tuple[Change, Loc, str]] = {
    "no checks": (put("checks", {}), ("checks",), "the procedure has no checks"),
    "question": (put("checks", "asked", {"answer": "awke"}), ("checks", "asked", "answer"), "did you mean 'awake'"),
    "question not on every way": (
        put("checks", "asked", {"answer": "pain"}),
        ("checks", "asked", "answer"),
        "a caller may come to 'arrest' without being asked 'pain'",
    ),
    "question of another code": (
        put("checks", "asked", {"answer": "pain", "codes": ["toe", "arrest"]}),
        ("checks", "asked", "answer"),
        "come to 'arrest'",
    ),
    "code": (
        put("checks", "asked", {"answer": "awake", "codes": ["chst"]}),
        ("checks", "asked", "codes", 0),
        "did you mean 'chest'",
    ),
    "skill nobody asks for": (
        put("checks", "asked", {"record": "arrived", "skill": "sea"}),
        ("checks", "asked", "skill"),
        "no plan asks for skill 'sea'",
    ),
    "priority": (
        put("targets", "own", "fire", "for", ["rad"]),
        ("targets", "own", "fire", "for", 0),
        "unknown priority 'rad', did you mean 'red'?",
    ),
    "queue": (
        put("targets", "own", "phone", "for", ["red"]),
        ("targets", "own", "phone", "for", 0),
        "unknown queue 'red'",
    ),
    "skill of a clock": (
        put("targets", "own", "fire", "stop", 0, "skill", "sea"),
        ("targets", "own", "fire", "stop", 0, "skill"),
        "no plan asks for skill 'sea'",
    ),
    "pack": (
        put("targets", "packs", {"p-2021": {"first": ["red"]}}),
        ("targets", "packs", "p-2021", "[key]"),
        "unknown target pack 'p-2021', did you mean 'p-2020'?",
    ),
    "grade": (
        put("targets", "packs", "p-2020", {"third": ["red"]}),
        ("targets", "packs", "p-2020", "third", "[key]"),
        "unknown grade 'third'",
    ),
    "what a grade means": (
        put("targets", "packs", "p-2020", "first", ["phone"]),
        ("targets", "packs", "p-2020", "first", 0),
        "unknown priority 'phone'",
    ),
    "measure": (
        put(*INDICATOR, "measure", "respons_s.p90.red"),
        (*INDICATOR, "measure"),
        "unknown measure 'respons_s'",
    ),
    "priority of a measure": (
        put(*INDICATOR, "measure", "response_s.p90.pink"),
        (*INDICATOR, "measure"),
        "unknown priority 'pink'",
    ),
    "kind of a measure": (
        put("goals", "lives", "objectives", "in the end", "indicators", 0, "measure", "utilisation.tram"),
        ("goals", "lives", "objectives", "in the end", "indicators", 0, "measure"),
        "unknown kind 'tram'",
    ),
    "parameter": (
        put(*INDICATOR, "parameters", 1, "priorities.amber.urgency.taget_s"),
        (*INDICATOR, "parameters", 1),
        "the procedure has no 'priorities.amber.urgency.taget_s'",
    ),
    "objective of a part": (
        put("plans", "one", "serves", ["sooner"]),
        ("plans", "one", "serves", 0),
        "unknown objective 'sooner', did you mean 'soon'?",
    ),
    "objective of the whole": (put("serves", ["late"]), ("serves", 0), "unknown objective 'late'"),
    "objective twice": (
        put("goals", "money", {"objectives": {"soon": AIMS["lives"]["objectives"]["soon"]}}),
        ("goals", "money", "objectives", "soon", "[key]"),
        "objective 'soon' is already one of 'lives'",
    ),
}


def test_what_the_flaws_are_planted_into_is_sound() -> None:
    """Or every flaw below would be found for the wrong reason."""
    assert (found(aimed()), warned(aimed())) == ([], [])


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_flaw_is_found_once_where_it_stands(name: str) -> None:
    """A designer mends what is pointed at, and nothing else."""
    change, where, what = PLANTED[name]
    document = aimed()
    change(document)
    ((loc, told, _),) = found(document)
    assert (loc, what in told) == (where, True), told


def test_nothing_can_be_recorded_of_resources_where_nothing_is_sent() -> None:
    """Such a check is never missed, and so shows nothing."""
    document = aimed()
    del document["escalation"], document["wording"]
    del document["priorities"]["green"]["waits_at_s"]
    document["checks"] = {"sent": {"record": "assigned", "codes": ["toe"]}}
    ((loc, what, _),) = found(document)
    assert (loc, "nothing is sent for toe" in what) == (("checks", "sent", "record"), True)


def test_a_part_that_serves_without_goals_is_a_flaw() -> None:
    """It would claim to serve what nobody wants."""
    document = aimed()
    del (
        document["goals"],
        document["serves"],
        document["plans"]["one"]["serves"],
        document["escalation"]["late"]["serves"],
    )
    ((loc, _, _),) = found(document)
    assert loc == ("priorities", "green", "serves")


def test_packs_and_kinds_are_left_unchecked_where_they_are_not_given() -> None:
    """A procedure is checked at a desk that has neither."""
    document = aimed()
    document["targets"]["packs"] = {"any": {"thing": ["red"]}}
    assert list(flaws_of(Procedure.model_validate(document), CENTRE)) == []


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (put("plans", "one", "serves", []), ("plans", "one"), "plan 'one' serves no objective"),
        (put("escalation", "late", "serves", []), ("escalation", "late"), "rung 'late' serves no objective"),
        (put(*INDICATOR, "parameters", 0, "revision"), ("priorities", "red"), "priority 'red' serves no objective"),
        (put(*INDICATOR, "parameters", 3, "revision"), ("dispatch",), "`dispatch` serves no objective"),
        (
            put("goals", "lives", "objectives", "cheaply", {"indicators": [{"measure": "unreached", "at_most": 1}]}),
            ("goals", "lives", "objectives", "cheaply"),
            "nothing serves objective 'cheaply'",
        ),
    ],
)
def test_an_orphan_is_warned_of_where_it_stands(change: Change, where: Loc, what: str) -> None:
    """A rule that serves nothing is kept by habit, an objective that nothing serves is a wish."""
    document = aimed()
    change(document)
    assert warned(document) == [(where, what)]
    assert found(document) == []


def test_nobody_is_warned_who_gave_no_goals() -> None:
    """Goals are offered, not imposed."""
    assert warned(sound()) == []


def test_rules_of_dispatch_that_nobody_gave_serve_nothing_and_need_not() -> None:
    """What stands at its factory setting is no part of the document."""
    document = aimed()
    del document["dispatch"]
    document["goals"]["lives"]["objectives"]["soon"]["indicators"][0]["parameters"].pop()
    assert warned(document) == []


def test_warnings_have_their_places_in_the_file(tmp_path: Path) -> None:
    """An oversight is as hard to find in a long file as a mistake."""
    path = tmp_path / "p.yaml"
    path.write_text(PROCEDURE.replace("    serves: [forget nobody]\ntargets", "targets"), encoding="utf-8")
    (warning,) = check_procedure(path).warnings
    line = path.read_text(encoding="utf-8").split("\n").index("  waited long:") + 1
    assert (warning.where, warning.what) == (f"{path}:{line}:3", "rung 'waited long' serves no objective")


def test_the_procedure_of_the_docs_has_nothing_to_warn_of(tmp_path: Path) -> None:
    """An example teaches its oversights as well."""
    path = tmp_path / "p.yaml"
    path.write_text(PROCEDURE, encoding="utf-8")
    assert check_procedure(path, None, read_packs(packs_folder())).warnings == ()


def test_a_hostile_document_of_goals_and_checks_is_judged_soon() -> None:
    """Thousands of paths and of ways through a tree must not hold up the desk; 2 s is the promise."""
    document = aimed()
    path = ".".join(["priorities", *["a"] * 140])
    indicator = {"measure": "unreached", "at_most": 1, "parameters": [path[: -2 * each] for each in range(1, 51)]}
    objectives = {f"o{each}": {"indicators": [indicator] * 20} for each in range(20)}
    document["goals"] = {"a": {"objectives": objectives}}
    questions = document["triage"]["questions"]
    for each in range(4_000):
        step = {"ask": f"q{each + 1}"} if each < 3_999 else {"code": "toe"}
        questions[f"q{each}"] = {"text": "?", "about": f"a{each}", "answers": {"a": step, "b": {"code": "toe"}}}
    questions["pain"]["answers"]["toe"] = {"ask": "q0"}
    document["checks"] = {f"c{each}": {"answer": f"q{each * 70}", "codes": ["toe"]} for each in range(50)}
    rules = Procedure.model_validate(document)
    begun = process_time()
    assert len(list(flaws_of(rules, CENTRE, PACKS))) > 8_000
    assert process_time() - begun < 2
