"""Drawings as documents: well-formed, harmless, and the same every time."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from incidents.charts import SUBJECTS, Subject
from incidents.differences import differences
from incidents.drawing import draw
from incidents.procedure import Procedure
from incidents.read import parse_document, read_procedure
from simulation.scenario_files import scenario_folder
from tests.incidents.an_interview import interview_rules
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


PAGE = Path(__file__).resolve().parents[2] / "docs" / "procedure-format.md"


def _on_the_page() -> str:
    _, written = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert isinstance(written, str)
    return written


def test_the_picture_on_the_page_is_that_of_the_procedure_on_the_page() -> None:
    """A picture of something else explains nothing; `muster draw` makes it anew."""
    drawn = draw(parse_document(_on_the_page(), "page", Procedure), "tree", "svg")
    assert (PAGE.parent / "pictures" / "tree.svg").read_text(encoding="utf-8") == drawn


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("text: What is the main problem?", "text: What is wrong?"),
        (
            "  one crew:\n    send:\n      - {skill: medical}",
            "  one crew:\n    send:\n      - {skill: medical, quantity: 2}",
        ),
        ("unfilled_for_s: 300", "unfilled_for_s: 240"),
    ],
)
def test_the_differences_on_the_page_are_those_that_are_told(was: str, becomes: str) -> None:
    """Whoever reads the page learns what to expect."""
    old = _on_the_page()
    assert was in old
    read = [parse_document(text, "page", Procedure) for text in (old, old.replace(was, becomes))]
    (words,) = differences(*read)
    assert f"      - {words}\n" in PAGE.read_text(encoding="utf-8")


def test_why_a_question_is_asked_is_a_tooltip_of_its_box_and_a_line_in_mermaid() -> None:
    """Text that everybody sees in one form must not be missing from the other."""
    rules = interview_rules()
    assert "<title>what is sent hangs on it</title>" in draw(rules, "tree", "svg")
    assert "why#58; what is sent hangs on it" in draw(rules, "tree", "mermaid")
