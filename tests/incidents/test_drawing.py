"""Drawings as documents: well-formed, harmless, and the same every time."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from incidents.charts import SUBJECTS, Subject
from incidents.drawing import draw
from incidents.procedure import Procedure
from incidents.read import read_procedure
from simulation.scenario_files import scenario_folder
from tests.incidents.sound_procedure import sound

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert('x')</script> & \" ]]> \x00\x1b\ufffe 消防"


def _texts(drawn: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def _worded(text: str) -> Procedure:
    document: dict[str, Any] = sound()
    document["triage"]["questions"]["awake"]["text"] = text
    return Procedure.model_validate(document)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_an_svg_is_well_formed_and_only_draws(subject: Subject) -> None:
    """It is opened in browsers, from mails and from disks."""
    city = read_procedure(scenario_folder("san_francisco") / "procedures" / "baseline.yaml")
    root = ElementTree.fromstring(draw(city, subject, "svg"))
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {"svg", "title", "rect", "text", "g", "path"}
    assert not any(name.startswith("on") or "href" in name for each in root.iter() for name in each.attrib)


def test_the_words_of_a_question_stay_words() -> None:
    """Whoever words a question must not be able to run a script where it is drawn."""
    drawn = draw(_worded(HOSTILE), "tree", "svg")
    assert "script" not in {each.tag.removeprefix(SVG) for each in ElementTree.fromstring(drawn).iter()}
    assert "</text><script>alert('x')</script> & \" ]]>" in " ".join(_texts(drawn))


def test_every_answer_stands_in_the_drawing() -> None:
    """A rule that is not drawn is not discussed."""
    assert _texts(draw(Procedure.model_validate(sound()), "tree", "svg"))[1:] == [
        "awake", "?", "asks about awake",
        "yes → pain", "no → arrest: red, plan both", "any other answer → arrest: red, plan both",
        "pain", "?", "asks about pain", "chest → chest: amber, plan one", "toe → toe: green, nothing is sent",
    ]  # fmt: skip


@pytest.mark.parametrize("subject", SUBJECTS)
def test_both_forms_show_the_same_chart(subject: Subject) -> None:
    """A wiki and a wall must not contradict each other."""
    procedure = Procedure.model_validate(sound())
    words = {"tree": "arrest", "plans": "or 1 x medical (load 4)", "escalation": "late"}[subject]
    assert all(words in draw(procedure, subject, form) for form in ("svg", "mermaid"))


def test_a_changed_rule_changes_the_drawing() -> None:
    """It is made from the rules, not kept beside them."""
    assert draw(_worded("Awake?"), "tree", "mermaid") != draw(_worded("Alert?"), "tree", "mermaid")
