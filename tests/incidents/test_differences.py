"""What changed between two versions, in the words of the document."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.differences import differences
from tests.builders import a_procedure

RESERVE = {"name": "all", "skill": "fire", "keep": 2, "missing_s": 60}
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
            ("dispatch.reach_limit_s: 3600 became 900",),
        ),
        (
            {},
            {"dispatch": {"automatic": ["red", "green"]}},
            ("dispatch.automatic: nothing became red, green",),
        ),
        (
            {},
            {"dispatch": {"diversion": RULE}},
            (("dispatch.diversion: added, to red; from green; least_gain_s 60; handover_s 30; most_per_incident 1"),),
        ),
        (
            {"dispatch": {"diversion": RULE}},
            {"dispatch": {"diversion": {**RULE, "least_gain_s": 90.5}}},
            ("dispatch.diversion.least_gain_s: 60 became 90.5",),
        ),
        (
            {"queues": {"emergency": {"skill": "answering", "answer_target_s": 10}}},
            {"queues": {"emergency": {"skill": "answering", "automatic": False}}},
            ("queues.emergency.answer_target_s: dropped, was 10", "queues.emergency.automatic: yes became no"),
        ),
        (
            {},
            {"dispatch": {"overrun": {"task_s": 600, "most_s": 1800, "unless": ["red"]}, "fairness_s": 30}},
            (
                "dispatch.fairness_s: 0 became 30",
                "dispatch.overrun: added, task_s 600; most_s 1800; price 1; unless red",
            ),
        ),
        (
            {"dispatch": {"partners": {"coastguard": 60}}},
            {"dispatch": {"partners": {"coastguard": 90, "navy": 300}}},
            ("dispatch.partners.coastguard: 60 became 90", "dispatch.partners.navy: added, 300"),
        ),
        (
            {"dispatch": {"reserve": [RESERVE, {**RESERVE, "name": "north", "stations": ["a"]}]}},
            {"dispatch": {"reserve": [{**RESERVE, "name": "north", "stations": ["a"]}, {**RESERVE, "keep": 3}]}},
            ("dispatch.reserve.all.keep: 2 became 3",),
        ),
        (
            {},
            {"dispatch": {"reserve": [RESERVE]}},
            ("dispatch.reserve.all: added, skill fire; keep 2; missing_s 60",),
        ),
        (
            {"priorities": {"red": {"rank": 1}, "green": {"rank": 2}}},
            {"priorities": {"red": {"rank": 1, "regret_s": 30}, "green": {"rank": 2, "waits_at_s": 900}}},
            ("priorities.red.regret_s: added, 30", "priorities.green.waits_at_s: added, 900"),
        ),
        (
            {"plans": {"fire": {"send": [{"skill": "fire"}]}}},
            {"plans": {"fire": {"send": [{"skill": "fire", "quantity": 2}]}}},
            ("plans.fire.send: 1 x fire became 2 x fire",),
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
                "plans.fire.send: 1 x fire became 1 x fire (load 2)",
                "plans.fire.instead: nothing became 1 x water, 1 x hose or 1 x foam",
                "plans.fire.shared: no became yes",
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
    assert differences(new, old)[0].startswith("dispatch.diversion: dropped, was to red")


def test_an_added_rung_says_only_what_it_says() -> None:
    """Of some twenty settings a rung uses three; the others would hide them."""
    rung = {"unfilled_for_s": 60, "priorities": ["green"], "raises_to": "red"}
    (line,) = differences(a_procedure(), a_procedure(escalation={"late": rung}))
    assert line == "escalation.late: added, unfilled_for_s 60; priorities green; raises_to red"
