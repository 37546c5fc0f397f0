"""Phrases: what is asked for, when, and in which unit."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.phrases import (
    code_in_words,
    field_in_words,
    in_words,
    key_in_words,
    plan_in_words,
    priority_in_words,
    question_in_words,
    rung_in_words,
    way_in_words,
)
from incidents.procedure import Procedure
from tests.incidents.sound_procedure import sound

RULES = Procedure.model_validate(sound())
PLAIN: dict[str, Any] = RULES.model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("least_gain_s", 60.0, "60 s"),
        ("least_gain_s", 90.5, "90.5 s"),
        ("least_gain_s", None, "none"),
        ("most_per_incident", 2, "2"),
        ("lights", False, "no"),
        ("unless", [], "nothing"),
        ("to", ["red", "amber"], "red, amber"),
    ],
)
def test_a_value_is_said_with_its_unit(key: str, value: object, words: str) -> None:
    """Sixty what is the first thing a reader asks."""
    assert field_in_words(key, value) == words


def test_a_name_that_looks_like_a_key_stays_as_it_is() -> None:
    """Designers choose their names, and read them again as they wrote them."""
    assert (key_in_words("north_side_s"), field_in_words("north_side_s", 60)) == ("north_side_s", "60")


def test_what_a_row_asks_for_beyond_the_skill_is_said() -> None:
    """A level or a load decides who can go."""
    row = {"skill": "medical", "quantity": 2, "level": 3, "load": 4}
    assert in_words(row) == "2 x medical (level 3) (load 4)"


def test_a_way_is_its_rows() -> None:
    """In the order of the document."""
    assert way_in_words(RULES.plans["both"].send) == "2 x medical, 1 x fire"


def test_a_plan_says_every_way_to_fill_it() -> None:
    """Each counts as much as the first."""
    words = "sends 2 x medical, 1 x fire or 1 x medical (load 4), all or nothing"
    assert plan_in_words(PLAIN["plans"]["both"]) == words


def test_a_priority_says_its_rank_and_its_urgency() -> None:
    """And of the rest what somebody decided."""
    assert priority_in_words(PLAIN["priorities"]["red"]) == "rank 1, threshold urgency of target 480 s"


def test_a_question_says_where_each_answer_leads() -> None:
    """Any other answer among them."""
    assert question_in_words(PLAIN["triage"]["questions"]["awake"]) == (
        "\"?\"; yes leads to question 'pain'; no leads to code 'arrest'; any other answer to code 'arrest'"
    )


def test_a_rung_says_when_it_acts_and_what_it_does() -> None:
    """Both of what it may do."""
    words = "after 60 s unfilled, for green, raises to amber, asks for 1 x fire"
    assert rung_in_words(PLAIN["escalation"]["late"]) == words


def test_what_has_no_phrase_of_its_own_is_said_all_the_same() -> None:
    """A rule must not be hidden because nobody worded it."""
    assert rung_in_words({**PLAIN["escalation"]["late"], "opens": None, "calls": "mayor"}).endswith(
        "amber, calls mayor"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [("arrest", "arrest: red, plan both"), ("toe", "toe: green, nothing is sent"), ("nobody's", "nobody's")],
)
def test_a_code_says_how_urgent_it_is_and_what_is_sent(code: str, words: str) -> None:
    """A code alone means nothing to whoever is not in the room."""
    assert code_in_words(RULES, code) == words
