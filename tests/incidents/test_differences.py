"""What changed between two versions, in the words of the document."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from incidents.differences import change_pack, changes, differences
from incidents.procedure import Procedure
from incidents.read import parse_document
from tests.builders import a_procedure
from tests.incidents.sound_procedure import sound

RESERVE = {"name": "all", "skill": "fire", "keep": 2, "missing_s": 60}
SOON = {"start": [{"moment": "received"}], "stop": [{"moment": "arrived"}], "statistic": "p90", "limit_s": 600}
FIRE = {"send": [{"skill": "fire"}], "serves": ["soon"]}
RULE = {"to": ["red"], "from": ["green"]}


def test_equal_rules_have_no_differences() -> None:
    """A new name or revision is not a change of rules."""
    assert differences(a_procedure(), a_procedure(procedure="other", revision=9, based_on="street 1")) == ()


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            {},
            {"dispatch": {"reach_limit_s": 900}},
            ("the farthest that is proposed is now 900 s away (was 3600 s)",),
        ),
        (
            {},
            {"dispatch": {"automatic": ["red", "green"]}},
            ("what is sent without asking is now red, green (was nothing)",),
        ),
        (
            {},
            {"dispatch": {"diversion": RULE}},
            (("diversion: added, to red; from green; least gain 60 s; handover 30 s; most per incident 1"),),
        ),
        (
            {"dispatch": {"diversion": RULE}},
            {"dispatch": {"diversion": {**RULE, "least_gain_s": 90.5}}},
            ("diversion, least gain: 60 s became 90.5 s",),
        ),
        (
            {"queues": {"emergency": {"skill": "answering", "answer_target_s": 10}}},
            {"queues": {"emergency": {"skill": "answering", "automatic": False}}},
            (
                "queue 'emergency': the target to answer is now none (was 10 s)",
                "queue 'emergency': the phone ringing at once is now no (was yes)",
            ),
        ),
        (
            {"queues": {"emergency": {"skill": "answering"}}},
            {"queues": {"emergency": {"skill": "answering", "credit_s": 90}}},
            ("queue 'emergency': the waiting it is given at the start is now 90 s (was 0 s)",),
        ),
        (
            {},
            {"dispatch": {"overrun": {"task_s": 600, "most_s": 1800, "unless": ["red"]}, "fairness_s": 30}},
            (
                "the price of each earlier assignment is now 30 s (was 0 s)",
                "overrun: added, task 600 s; most 1800 s; price 1; unless red",
            ),
        ),
        (
            {"dispatch": {"partners": {"coastguard": 60}}},
            {"dispatch": {"partners": {"coastguard": 90, "navy_s": 300}}},
            ("partners, coastguard: 60 became 90", "partners, navy_s: added, 300"),
        ),
        (
            {"dispatch": {"reserve": [RESERVE, {**RESERVE, "name": "north", "stations": ["a"]}]}},
            {"dispatch": {"reserve": [{**RESERVE, "name": "north", "stations": ["a"]}, {**RESERVE, "keep": 3}]}},
            ("reserve, all, keep: 2 became 3",),
        ),
        (
            {},
            {"dispatch": {"reserve": [RESERVE]}},
            ("reserve, all: added, skill fire; keep 2; missing 60 s",),
        ),
        (
            {"priorities": {"red": {"rank": 1}, "green": {"rank": 2}}},
            {"priorities": {"red": {"rank": 1, "regret_s": 30}, "green": {"rank": 2, "waits_at_s": 900}}},
            (
                "priority 'red': the most that a cheaper resource may be slower is now 30 s (was none)",
                "priority 'green': the price above which it waits is now 900 s (was none)",
            ),
        ),
        (
            {"plans": {"fire": {"send": [{"skill": "fire"}]}}},
            {"plans": {"fire": {"send": [{"skill": "fire", "quantity": 2}]}}},
            ("plan 'fire' now sends 2 x fire (was 1 x fire)",),
        ),
        (
            {"plans": {"fire": {"send": [{"skill": "fire"}], "whole": True}}},
            {
                "plans": {
                    "fire": {
                        "send": [{"skill": "fire", "load": 2}],
                        "whole": True,
                        "shared": True,
                        "instead": [[{"skill": "water"}, {"skill": "hose"}], [{"skill": "foam"}]],
                    }
                }
            },
            (
                "plan 'fire' now sends 1 x fire (load 2) (was 1 x fire)",
                "plan 'fire' may now be filled instead by 1 x water, 1 x hose or 1 x foam (was nothing)",
                "plan 'fire': sharing of roles is now yes (was no)",
            ),
        ),
        (
            {"checks": {"asked": {"answer": "nature"}}},
            {"checks": {"asked": {"answer": "nature", "before": "assigned"}, "noted": {"note": "handover"}}},
            ("checks.asked.before: added, assigned", "checks.noted: added, note handover"),
        ),
        (
            {
                "targets": {
                    "own": {"soon": {**SOON, "limit_s": 480}},
                    "packs": {"nhs-arp-2017": {"category 2": ["red"]}},
                }
            },
            {"targets": {"own": {"soon": SOON}, "packs": {"nhs-arp-2023": {"category 2": ["red"]}}}},
            (
                "targets.packs.nhs-arp-2017: dropped, was category 2 red",
                "targets.packs.nhs-arp-2023: added, category 2 red",
                "targets.own.soon.limit_s: 480 became 600",
            ),
        ),
        (
            {"targets": {"own": {"soon": SOON}}},
            {"targets": {"own": {"soon": {**SOON, "start": [{"moment": "answered", "after_s": 30}]}}}},
            ("targets.own.soon.start: received became answered and 30 s",),
        ),
        (
            {},
            {
                "goals": {"lives": {"objectives": {"soon": {"indicators": [{"measure": "unreached", "at_most": 0}]}}}},
                "plans": {**a_procedure().model_dump(mode="json")["plans"], "fire": FIRE},
            },
            (
                "goals.lives: added, objectives soon indicators measure unreached; at_most 0",
                "plan 'fire', serves: nothing became soon",
            ),
        ),
    ],
)
def test_each_change_is_one_line(old: dict[str, Any], new: dict[str, Any], lines: tuple[str, ...]) -> None:
    """A planner approves what the lines say."""
    assert differences(a_procedure(**old), a_procedure(**new)) == lines


def test_an_added_and_a_dropped_rule_are_told_apart() -> None:
    """Read backwards, a difference says the opposite."""
    old, new = a_procedure(), a_procedure(dispatch={"diversion": RULE})
    assert differences(new, old)[0].startswith("diversion: dropped, was to red")


def _changed(change: Callable[[dict[str, Any]], object]) -> tuple[Procedure, Procedure]:
    """A sound procedure, and the same with one thing changed in its document."""
    document = sound()
    change(document)
    return Procedure.model_validate(sound()), Procedure.model_validate(document)


def _questions(document: dict[str, Any]) -> dict[str, Any]:
    questions: dict[str, Any] = document["triage"]["questions"]
    return questions


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: _questions(d)["awake"].update(text="Awake?"), 'question \'awake\' is now worded "Awake?" (was "?")'),
        (lambda d: _questions(d)["awake"].update(about="talks"), "question 'awake' now asks about talks (was awake)"),
        (
            lambda d: _questions(d)["awake"]["answers"].update(no={"ask": "pain"}),
            "question 'awake': answer 'no' now leads to question 'pain' (was code 'arrest')",
        ),
        (
            lambda d: _questions(d)["pain"]["answers"].update(arm={"code": "chest"}),
            "question 'pain': answer 'arm' is new and leads to code 'chest'",
        ),
        (
            lambda d: _questions(d)["pain"]["answers"].pop("toe"),
            "question 'pain': answer 'toe' is not listed any more (led to code 'toe')",
        ),
        (
            lambda d: _questions(d)["awake"].pop("otherwise"),
            "question 'awake': any other answer is refused now (led to code 'arrest')",
        ),
        (
            lambda d: _questions(d)["pain"].update(otherwise={"code": "chest"}),
            "question 'pain': any other answer is new and leads to code 'chest'",
        ),
        (
            lambda d: _questions(d)["pain"].update(unknown={"code": "chest"}),
            "question 'pain': answer 'unknown' is new and leads to code 'chest'",
        ),
        (
            lambda d: _questions(d)["awake"].update(because="it comes first"),
            'question \'awake\': the reason for asking is now worded "it comes first" (was "")',
        ),
        (
            lambda d: d["triage"].update(jump_outs={"lost": {"text": "Gone", "code": "toe", "rings_back": True}}),
            "jump-out 'lost' is new: \"Gone\"; leads to code 'toe'; offered at every question; goes on when a caller is back",
        ),
        (lambda d: _questions(d).pop("pain"), "question 'pain' is dropped"),
        (
            lambda d: _questions(d).update(age={"text": "Age?", "about": "age", "answers": {"9": {"code": "toe"}}}),
            "question 'age' is new: \"Age?\"; 9 leads to code 'toe'",
        ),
        (
            lambda d: d["triage"].update(start="pain"),
            "triage now begins with question 'pain' (was 'awake')",
        ),
    ],
)
def test_a_change_of_triage_is_told_to_the_call_taker(change: Callable[[dict[str, Any]], object], words: str) -> None:
    """Whoever reads the questions out has to know which of them are others now."""
    (told,) = changes(*_changed(change))
    assert (told.words, told.audience) == (words, "call-taker")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["determinants"]["toe"].update(plan="one"), "code 'toe' now sends plan one (was none)"),
        (lambda d: d["determinants"]["chest"].update(priority="red"), "code 'chest' now has priority red (was amber)"),
        (lambda d: d["plans"].update(two={"send": [{"skill": "fire"}]}), "plan 'two' is new: sends 1 x fire"),
        (lambda d: d["plans"].pop("one"), "plan 'one' is dropped"),
        (lambda d: d["priorities"].update(blue={"rank": 4}), "priority 'blue' is new: rank 4, linear urgency"),
        (
            lambda d: d["priorities"]["red"]["urgency"].update(target_s=420),
            "priority 'red', urgency, target: 480 s became 420 s",
        ),
    ],
)
def test_a_change_of_what_is_sent_is_told_to_the_dispatcher(
    change: Callable[[dict[str, Any]], object], words: str
) -> None:
    """A crew more or less has to be known where crews are sent."""
    (told,) = changes(*_changed(change))
    assert (told.words, told.audience) == (words, "dispatcher")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda d: d["escalation"]["late"].update(unfilled_for_s=90),
            "rung 'late' now acts after 90 s unfilled (was 60 s)",
        ),
        (lambda d: d["escalation"]["late"].pop("raises_to"), "rung 'late' now raises to none (was amber)"),
        (
            lambda d: d["escalation"]["late"].update(opens={"skill": "fire", "quantity": 2}),
            "rung 'late' now asks for 2 x fire (was 1 x fire)",
        ),
        (
            lambda d: d["escalation"].update(lost={**d["escalation"]["late"], "opens": None}),
            "rung 'lost' is new: after 60 s unfilled, for green, raises to amber",
        ),
        (lambda d: d.update(serves=["reach the dying"]), "serves: nothing became reach the dying"),
    ],
)
def test_a_change_of_escalation_is_told_to_the_supervisor(
    change: Callable[[dict[str, Any]], object], words: str
) -> None:
    """Whoever is called has to know when."""
    (told,) = changes(*_changed(change))
    assert (told.words, told.audience) == (words, "supervisor")


def _three_changes(document: dict[str, Any]) -> None:
    document["escalation"]["late"]["unfilled_for_s"] = 90
    document["triage"]["questions"]["pain"]["text"] = "Where does it hurt?"
    document["plans"]["one"]["send"] = [{"skill": "medical", "quantity": 2}]


def test_one_rung_one_question_and_one_plan_are_told_and_nothing_else() -> None:
    """A change pack that says more than what changed is not read, and one that says less is not safe."""
    packs = change_pack(changes(*_changed(_three_changes)))
    assert {audience: [each.words for each in pack] for audience, pack in packs.items()} == {
        "call-taker": ['question \'pain\' is now worded "Where does it hurt?" (was "?")'],
        "dispatcher": ["plan 'one' now sends 2 x medical (was 1 x medical)"],
        "supervisor": ["rung 'late' now acts after 90 s unfilled (was 60 s)"],
    }


def test_procedures_that_differ_have_other_fingerprints() -> None:
    """The log names a procedure by its fingerprint alone."""
    old, new = _changed(_three_changes)
    assert old.fingerprint != new.fingerprint


def test_comments_and_layout_are_no_difference() -> None:
    """A designer may explain a rule without putting another one in force."""
    plain = json.dumps(sound())
    laid_out = "# Reviewed in May.\n" + json.dumps(dict(reversed(sound().items())), indent=2) + "\n# The end.\n"
    old, new = (parse_document(text, "p", Procedure) for text in (plain, laid_out))
    assert (changes(old, new), old.fingerprint) == ((), new.fingerprint)


def test_a_change_names_its_place_in_the_document() -> None:
    """From the pack back to the file."""
    assert [each.where for each in changes(*_changed(_three_changes))] == [
        "triage.questions.pain.text", "plans.one.send", "escalation.late.unfilled_for_s",
    ]  # fmt: skip


def test_every_rule_that_changes_is_told() -> None:
    """A part of the document without sentences of its own must not change in silence."""
    old = Procedure.model_validate(sound())
    bare = {name: value for name, value in sound().items() if name not in ("dispatch", "escalation", "examples")}
    told = {each.where.partition(".")[0] for each in changes(old, Procedure.model_validate(bare))}
    assert told == {"dispatch", "escalation", "examples"}


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inside is None:
        yield path
    else:
        for key, each in inside:
            yield from _leaves(each, (*path, key))


def _with_another(document: Any, path: tuple[str | int, ...]) -> Any:
    changed = copy.deepcopy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    was = holder[path[-1]]
    holder[path[-1]] = not was if isinstance(was, bool) else f"{was}x" if isinstance(was, str) else was + 1
    return changed


def test_no_value_of_a_rule_changes_in_silence() -> None:
    """One value at a time gives one line, two for a new name; otherwise the pack could not be trusted."""
    document, told = sound(), 0
    old = Procedure.model_validate(document)
    for path in _leaves(document):
        try:
            new = Procedure.model_validate(_with_another(document, path))
        except ValidationError:
            continue
        if path[0] not in ("procedure", "revision"):
            assert len(changes(old, new)) in (1, 2), path
            told += 1
    assert told > 60


def test_an_added_rung_says_only_what_it_says() -> None:
    """Of some twenty settings a rung uses three; the others would hide them."""
    rung = {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}
    (line,) = differences(a_procedure(), a_procedure(escalation={"late": rung}))
    assert line == "rung 'late' is new: after 60 s unfilled, for green, raises to red"


OUT = {"text": "Gone", "code": "toe", "cases": [{"answers": {"awake": "no"}, "code": "arrest"}], "rings_back": True}


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({**OUT, "text": "Lost"}, 'jump-out \'lost\' is now worded "Lost" (was "Gone")'),
        ({**OUT, "because": "b"}, 'jump-out \'lost\': its reason is now worded "b" (was "")'),
        ({**OUT, "code": "chest"}, "jump-out 'lost' now ends the interview with code chest (was toe)"),
        ({**OUT, "at": ["awake"]}, "jump-out 'lost': the questions it is limited to are now awake (was nothing)"),
        ({**OUT, "roles": ["calls"]}, "jump-out 'lost': the roles it is limited to are now calls (was nothing)"),
        ({**OUT, "rings_back": False}, "jump-out 'lost', rings back: yes became no"),
        (None, "jump-out 'lost' is dropped"),
    ],
)
def test_a_change_of_a_jump_out_is_told_to_the_call_taker(new: dict[str, Any] | None, words: str) -> None:
    """It is the call-taker who takes it."""
    old, changed = sound(), sound()
    old["triage"]["jump_outs"] = {"lost": OUT}
    changed["triage"]["jump_outs"] = {} if new is None else {"lost": new}
    (told,) = changes(Procedure.model_validate(old), Procedure.model_validate(changed))
    assert (told.words, told.audience) == (words, "call-taker")
