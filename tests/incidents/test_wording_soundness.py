"""The wording of a procedure, with one flaw planted at a time; and none in the one that is sound."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.near_names import NearNames
from incidents.wording_soundness import MOST_TRIALS, wording_flaws
from tests.builders import a_centre, a_procedure

CENTRE = a_centre(
    {"E1": ("engine", 0), "B1": ("boat", 0)},
    kinds={"engine": {"skills": ["fire", "transport"]}, "boat": {"skills": ["sea"], "partner": "harbour"}},
)
MESSAGE = {
    "on": "assignment", "to": {"kind": "engine"}, "medium": "data", "text": "{resource} {words} {answers.nature} {plan}",
    "requires": ["plan"], "audience": "crews", "ack_s": 60, "priorities": ["red"],
}  # fmt: skip
WORDING: dict[str, Any] = {
    "media": {"data": {"most_characters": 60, "characters": "ascii"}, "voice": {"most_characters": 400}},
    "messages": {
        "turn out": MESSAGE,
        "boat out": {**MESSAGE, "to": {"partner": "harbour"}, "audience": None},
        "major": {"on": "major", "to": {"role": "chief"}, "medium": "voice", "text": "{methane}", "rungs": ["late"]},
    },
    "codes": {"fire-1": {"words": "building fire", "maps": {"EIDO": "Structure Fire"}}},
    "jargon": {"plain": {"RTC": "road collision"}, "known": {"crews": ["RTC"]}, "never": ["ASAP"]},
    "methane": {"determinants": ["crash-1"], "rungs": ["late"], "hazards": ["severe"], "casualties": ["nature"]},
}
LATE = {"late": {"unfilled_for_s": 60, "priorities": ["red"], "opens": {"skill": "fire"}}}


def flaws(centre: Any = CENTRE, **changes: Any) -> list[tuple[str, str]]:
    """Where the wording is flawed and why; `wording` replaces keys of the sound one, `message` keys of its first message."""
    wording = {**WORDING, **changes.pop("wording", {})}
    message = changes.pop("message", {})
    if message:
        wording["messages"] = {**wording["messages"], "turn out": {**MESSAGE, **message}}
    rules = a_procedure(wording=wording, **{"escalation": LATE, **changes})
    return [("/".join(map(str, loc)), what) for loc, what, _ in wording_flaws(rules, NearNames(), centre)]


@pytest.mark.parametrize("centre", [CENTRE, None], ids=["with the centre", "without"])
def test_a_sound_wording_has_no_flaw(centre: Any) -> None:
    """A false alarm teaches designers to ignore the list."""
    assert flaws(centre) == []


M = "wording/messages/turn out"
PLANTED: dict[str, tuple[dict[str, Any], str, str]] = {
    "medium": ({"medium": "dato"}, f"{M}/medium", "did you mean 'data'"),
    "fallback": ({"fallback": "post"}, f"{M}/fallback", "unknown medium"),
    "audience": ({"audience": "public"}, f"{M}/audience", "unknown audience"),
    "priority": ({"priorities": ["blue"]}, f"{M}/priorities/0", "unknown priority"),
    "kind": ({"to": {"kind": "engin"}}, f"{M}/to/kind", "did you mean 'engine'"),
    "partner": ({"to": {"partner": "navy"}}, f"{M}/to/partner", "unknown partner"),
    "rung": ({"on": "escalation", "rungs": ["lat"]}, f"{M}/rungs/0", "did you mean 'late'"),
    "question": ({"text": "{answers.natur}"}, f"{M}/text", "did you mean 'nature'"),
    "required question": ({"requires": ["answers.natur"]}, f"{M}/requires/0", "did you mean 'nature'"),
    "list": ({"text": "{external.ADS}"}, f"{M}/text", "unknown list"),
    "too long": ({"text": "{resource} " + "x" * 48}, f"{M}/text", "medium 'data' carries 50 characters"),
    "characters": ({"text": "go – now"}, f"{M}/text", "does not carry '–'"),
    "never known": ({"requires": ["words"]}, f"{M}/requires/0", "'words' is never known for crash-1"),
    "jargon for nobody": ({"text": "ASAP"}, f"{M}/text", "says 'ASAP', which nobody may be told"),
    "jargon for strangers": ({"text": "RTC", "audience": None}, f"{M}/text", "names no audience that knows it"),
}


@pytest.mark.parametrize(("message", "where", "what"), PLANTED.values(), ids=list(PLANTED))
def test_a_flaw_of_a_message_is_found_where_it_stands(message: dict[str, Any], where: str, what: str) -> None:
    """A message that fails at night fails first here, once, and at its line."""
    found = [each for each in flaws(message=message) if each[0].startswith(M)]
    assert [place for place, _ in found] == [where]
    assert what in found[0][1]


ELSEWHERE: dict[str, tuple[dict[str, Any], str]] = {
    "term": ({"jargon": {"known": {"crews": ["PRF"]}}}, "wording/jargon/known/crews/0"),
    "plain words": ({"jargon": {**WORDING["jargon"], "plain": {"RTC": "come ASAP"}}}, "wording/jargon/plain/RTC"),
    "determinant": ({"methane": {"determinants": ["crash-2"]}}, "wording/methane/determinants/0"),
    "hazard": ({"methane": {**WORDING["methane"], "hazards": ["smoke"]}}, "wording/methane/hazards/0"),
    "nothing major": ({"methane": None}, "wording/messages/major/on"),
}


@pytest.mark.parametrize(("wording", "where"), ELSEWHERE.values(), ids=list(ELSEWHERE))
def test_a_flaw_beside_the_messages_is_found_where_it_stands(wording: dict[str, Any], where: str) -> None:
    """Registries and lists are rules as well."""
    assert where in [place for place, _ in flaws(wording=wording)]


def test_a_text_is_measured_with_the_longest_answer() -> None:
    """'illness' is two letters too long where 'fire' and 'crash' fit."""
    assert flaws(message={"text": "{answers.nature}" + "x" * 43}) == []
    (flaw,) = flaws(message={"text": "{answers.nature}" + "x" * 44})
    assert "the text has 51" in flaw[1]


def test_a_text_that_fits_its_fallback_is_sound() -> None:
    """That is what a fallback is for."""
    assert flaws(message={"text": "x" * 200, "fallback": "voice"}) == []


def test_more_cases_than_can_be_tried_are_a_flaw_rather_than_a_wait() -> None:
    """A hostile document must not cost more time than an honest one."""
    message = {**MESSAGE, "text": "go", "requires": [], "priorities": []}
    many = {f"d{number}": {"priority": "red", "plan": "fire"} for number in range(MOST_TRIALS // 2)}
    rules = a_procedure(
        determinants=many, wording={**WORDING, "methane": None, "messages": dict.fromkeys("abc", message)}
    )
    found = [loc for loc, _, _ in wording_flaws(rules, NearNames(), CENTRE)]
    assert found == [("wording", "messages")]


def test_advice_has_to_exist_and_to_be_offered() -> None:
    """A name that leads nowhere, and an item that nobody is ever offered."""
    plain = a_procedure().model_dump(mode="json", by_alias=True, exclude_none=True)
    plain["determinants"]["fire-1"]["advice"] = ["get out", "run"]
    plain["advice"] = {"get out": {"text": "Get out."}, "cool the burn": {"text": "Cool it."}}
    found = list(wording_flaws(a_procedure(**plain), NearNames(), None))
    assert [loc for loc, _, _ in found] == [("determinants", "fire-1", "advice", 1), ("advice", "cool the burn")]
