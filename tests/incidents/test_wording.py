"""Wording as data: templates, codes and jargon by themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from incidents.wording import Code, Jargon, Medium, Message, Methane, Recipient, Wording

MESSAGE: dict[str, Any] = {"on": "assignment", "to": {"role": "chief"}, "medium": "data", "text": "go"}
JARGON = Jargon(
    plain={"RTC": "road collision", "fire appliance": "engine", "fire": "blaze"},
    known={"crews": ("RTC",)},
    never=("asap",),
)

FLAWED: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "nobody is told": (Recipient, {}),
    "two are told": (Recipient, {"role": "chief", "kind": "engine"}),
    "an open brace": (Message, {**MESSAGE, "text": "go {place"}),
    "a stray brace": (Message, {**MESSAGE, "text": "go }"}),
    "a field nobody has": (Message, {**MESSAGE, "text": "{weather}"}),
    "a nested field": (Message, {**MESSAGE, "text": "{place.zone}"}),
    "an answer to no question": (Message, {**MESSAGE, "text": "{answers.}"}),
    "a requirement nobody has": (Message, {**MESSAGE, "requires": ["weather"]}),
    "a rung on an assignment": (Message, {**MESSAGE, "rungs": ["late"]}),
    "a code that ends before it begins": (Code, {"words": "x", "since": date(2026, 2, 1), "until": date(2026, 1, 1)}),
    "a term without a word": (Jargon, {"never": ["!?"]}),
    "a term of six words": (Jargon, {"never": ["a b c d e f"]}),
    "nothing is major": (Methane, {"hazards": ["smoke"]}),
    "no medium": (Wording, {"media": {}}),
}


@pytest.mark.parametrize(("kind", "fields"), FLAWED.values(), ids=list(FLAWED))
def test_what_says_nothing_is_refused(kind: type[Any], fields: dict[str, Any]) -> None:
    """A message that could never be worded has no place in the rules."""
    with pytest.raises(ValidationError):
        kind.model_validate(fields)


def test_a_template_is_taken_apart_once() -> None:
    """What stands between the placeholders is said as it is, a percent sign too."""
    message = Message.model_validate({**MESSAGE, "text": "100 % {place}{zone} now"})
    assert message.pieces == (("100 % ", "place"), ("", "zone"), (" now", None))
    assert message.fields == ("place", "zone")


@pytest.mark.parametrize(
    ("text", "audience", "terms"),
    [
        ("RTC on the A1", None, ("RTC",)),
        ("RTC on the A1", "crews", ()),
        ("RTC asap, RTC", "crews", ("asap",)),
        ("rtc", None, ()),
        ("Asap", None, ("asap",)),
        ("a Fire  appliance", None, ("fire appliance",)),
        ("firefly", None, ()),
    ],
)
def test_terms_are_found_as_whole_words(text: str, audience: str | None, terms: tuple[str, ...]) -> None:
    """An abbreviation as it is written, other terms in any case, the longest first, and nothing inside a word."""
    assert JARGON.found(text, audience) == terms


def test_plain_words_stand_in_for_terms() -> None:
    """A term without plain words stays, and is found."""
    assert JARGON.expanded("RTC, fire appliance: asap", None) == "road collision, engine: asap"
    assert JARGON.expanded("RTC", "crews") == "RTC"


@pytest.mark.parametrize(("day", "words"), [(1, None), (2, "x"), (3, "x"), (4, None)])
def test_a_code_is_in_effect_from_its_first_day_to_its_last(day: int, words: str | None) -> None:
    """A list that changes at midnight changes once."""
    code = Code(words="x", since=date(2026, 1, 2), until=date(2026, 1, 3), maps={"EIDO": "X"})
    wording = Wording(media={"voice": Medium(most_characters=100)}, codes={"c": code})
    assert wording.words("c", date(2026, 1, day)) == words
    assert wording.external("c", "EIDO", date(2026, 1, day)) == (None if words is None else "X")


@pytest.mark.parametrize(
    ("characters", "text", "strange"),
    [("any", "日本", ""), ("ascii", "a é é\n", "é\n"), ("gsm", "é Ω @ [ “", "[“")],
)
def test_a_medium_knows_what_it_does_not_carry(characters: Any, text: str, strange: str) -> None:
    """A pager shows a box for what it does not know."""
    assert Medium(most_characters=100, characters=characters).strange(text) == strange
