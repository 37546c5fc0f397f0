"""Broken procedures as their authors would hand them in: each planted flaw is found, at its place, and nothing else is."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.read import check_procedure, parse_document, read_centre
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import flaws_of
from tests.incidents.broken_interviews import BROKEN_INTERVIEWS
from tests.incidents.broken_procedures import BROKEN as BROKEN_PROCEDURES
from tests.incidents.broken_procedures import CENTRE, SOUND

SCENARIO_PROCEDURES = sorted((Path(__file__).parents[2] / "scenarios").glob("*/procedures/*.yaml"))
BROKEN = BROKEN_PROCEDURES | BROKEN_INTERVIEWS
ESTUARY = parse_document(CENTRE, "centre", Centre)


def flaws_in(text: str) -> tuple[Flaw, ...]:
    """What a text is refused for; nothing if it loads."""
    try:
        parse_document(text, "f", Procedure, lambda procedure: flaws_of(procedure, ESTUARY))
    except DocumentRefused as refusal:
        return refusal.flaws
    return ()


@pytest.mark.parametrize("name", BROKEN)
def test_every_planted_flaw_is_found_where_it_stands_and_no_other(name: str) -> None:
    """A flaw missed goes live, and a false alarm teaches designers to ignore the true ones."""
    broken = BROKEN[name]
    found = flaws_in(broken.text)
    assert [flaw.where for flaw in found] == [f"f:{place}" for place in broken.where]
    assert [flaw.what for flaw, what in zip(found, broken.what, strict=True) if what not in flaw.what] == []


def test_there_are_at_least_40_of_every_kind_a_designer_makes() -> None:
    """A corpus of one kind of slip proves little about the others."""
    assert len(BROKEN) >= 40
    assert {each.kind for each in BROKEN.values()} == {
        *("dead end", "unreachable", "unanswered", "contradiction", "loop", "inversion", "unfillable"),
        *("waits for ever", "reserves", "name", "yaml", "value", "example", "question form", "jump-out", "alarm level"),
    }


def test_the_sound_one_is_sound() -> None:
    """Or nothing that is found in the others would prove anything."""
    assert flaws_in(SOUND) == ()


@pytest.mark.parametrize("file", SCENARIO_PROCEDURES, ids=lambda file: f"{file.parts[-3]} {file.stem}")
def test_the_procedures_of_the_scenarios_raise_no_false_alarm(file: Path) -> None:
    """They run; whatever was found in them would be the check's own flaw."""
    assert check_procedure(file, read_centre(file.parents[1] / "centre.yaml")).procedure.revision >= 1


MEANING = [name for name, each in BROKEN.items() if each.kind in ("inversion", "unfillable", "waits for ever", "name")]


@pytest.mark.parametrize("seed", range(20))
def test_two_flaws_planted_together_are_both_found(seed: int) -> None:
    """A designer mends a file once; one flaw must not hide another that does not follow from it."""
    chance = random.Random(seed)
    while True:
        first, second = (BROKEN[name] for name in chance.sample(MEANING, 2))
        # Two edits of the same words, or of one another's, plant something else.
        if all(old in first.marked for old, _ in second.edits) and first.kind != second.kind:
            break
    both = replace(first, edits=(*first.edits, *second.edits), what=())
    found = flaws_in(both.text)
    assert {f"f:{place}" for place in both.where} <= {flaw.where for flaw in found}
