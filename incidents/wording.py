"""Wording as data: who is told what on which occasion, by which medium, in words agreed beforehand.

A template's placeholders name fields of a fixed list (`messages` has the table) and are looked up, never evaluated. What one
field cannot say alone is checked by `wording_soundness`. Imports `centre`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from incidents.centre import Document, Name

LONGEST_MESSAGE = 4_000
"""Characters; no medium carries more."""
PLAIN_FIELDS = (
    "incident", "place", "zone", "priority", "determinant", "words", "plan", "resource", "recipient", "rung",
    "time", "date", "methane",
)  # fmt: skip
"""What a placeholder may name, besides `answers.<question>` and `external.<list>`."""
GSM_CHARACTERS = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""What a text message carries in seven bits: the default alphabet of 3GPP TS 23.038, section 6.2.1, without its extension."""
PRINTABLE_ASCII = frozenset(map(chr, range(32, 127)))

Occasion: TypeAlias = Literal["assignment", "assessment", "escalation", "major"]
"""What a message is sent on."""
MOST_WORDS = 5
"""The most words that a term of jargon may have, so that a text is searched word by word."""
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_WORD = re.compile(r"\w+")


class Medium(Document):
    """How far a medium carries. `phonetic`: codes and names of units are spelt in the alphabet of ICAO Annex 10, volume II."""

    most_characters: int = Field(ge=20, le=LONGEST_MESSAGE)
    characters: Literal["any", "ascii", "gsm"] = "any"
    phonetic: bool = False

    def strange(self, text: str) -> str:
        """The characters of `text` that the medium does not carry, each once, in order."""
        if self.characters == "any":
            return ""
        known = GSM_CHARACTERS if self.characters == "gsm" else PRINTABLE_ASCII
        # Most texts have none, and a set says so sooner than a walk.
        strange = set(text) - known
        return "".join(dict.fromkeys(each for each in text if each in strange)) if strange else ""


class Recipient(Document):
    """Who is told: resources of a kind that are sent or already serve, a partner organisation, or a role."""

    kind: Name | None = None
    partner: Name | None = None
    role: Name | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Recipient:
        if sum(each is not None for each in (self.kind, self.partner, self.role)) != 1:
            raise ValueError("give one of `kind`, `partner` and `role`")
        return self


class Message(Document):
    """One message. `requires`: the fields without which it may not go out; any other that is missing is "not known".

    `fallback`: the medium taken when `medium` cannot carry the text. `ack_s`: how soon it must be acknowledged (None: nobody
    waits for that). `audience`: whose jargon it may use. Naming no `priorities` or `rungs` means all of them.
    """

    on: Occasion
    to: Recipient
    medium: Name
    text: str = Field(min_length=1, max_length=2000)
    fallback: Name | None = None
    requires: tuple[Name, ...] = Field(default=(), max_length=50)
    audience: Name | None = None
    ack_s: float | None = Field(default=None, gt=0, le=7 * 24 * 3600)
    priorities: tuple[Name, ...] = ()
    rungs: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _is_a_template(self) -> Message:
        if {"{", "}"} & set(_PLACEHOLDER.sub("", self.text)):
            raise ValueError("a brace that opens or closes no placeholder")
        for field in (*self.fields, *self.requires):
            if not is_field(field):
                known = ", ".join((*PLAIN_FIELDS, "answers.<question>", "external.<list>"))
                raise ValueError(f"unknown field '{field}'; a placeholder names one of {known}")
        if self.rungs and self.on not in ("escalation", "major"):
            raise ValueError("`rungs` goes with `on: escalation` or `on: major`")
        return self

    @cached_property
    def pieces(self) -> tuple[tuple[str, str | None], ...]:
        """The template as (literal text, the field that follows it); the last has no field."""
        parts = _PLACEHOLDER.split(self.text)
        return tuple(
            (literal, parts[number + 1] if number + 1 < len(parts) else None)
            for number, literal in list(enumerate(parts))[::2]
        )

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the template names, in order."""
        return tuple(field for _, field in self.pieces if field is not None)


def is_field(name: str) -> bool:
    """Whether a placeholder may name it, apart from whether there is such a question or list."""
    owner, dot, item = name.partition(".")
    return bool(item) and owner in ("answers", "external") if dot else name in PLAIN_FIELDS


class Code(Document):
    """What a code of the centre means in words, from when until when (both days included), and its names in external lists."""

    words: str = Field(min_length=1, max_length=200)
    since: date | None = None
    until: date | None = None
    maps: Mapping[Name, str] = Field(default_factory=dict, max_length=50)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Code:
        if self.since is not None and self.until is not None and self.until < self.since:
            raise ValueError("`until` lies before `since`")
        return self

    def is_in_effect(self, day: date) -> bool:
        """Whether the code may be used on `day`."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Jargon(Document):
    """Terms that not everybody knows, of up to five words each.

    `plain`: a term and its plain words, which stand in its place wherever a value brings it in. `known`: the terms that an
    audience is told as they are. `never`: what no message says. A term in capitals is matched as written, any other in any case.
    """

    plain: Mapping[Name, Name] = Field(default_factory=dict, max_length=1000)
    known: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict, max_length=100)
    never: tuple[Name, ...] = Field(default=(), max_length=1000)

    @model_validator(mode="after")
    def _terms_are_words(self) -> Jargon:
        for term in (*self.plain, *self.never):
            if not 1 <= len(_WORD.findall(term)) <= MOST_WORDS:
                raise ValueError(f"'{term}' is no term; a term has 1 to {MOST_WORDS} words")
        return self

    def found(self, text: str, audience: str | None) -> tuple[str, ...]:
        """The terms in `text` that `audience` may not be told, each once, in order; O(words)."""
        return tuple(dict.fromkeys(term for _, _, term in self._occurrences(text, audience)))

    def expanded(self, text: str, audience: str | None) -> str:
        """`text` with plain words in place of the terms that `audience` does not know."""
        parts, done = [], 0
        for start, end, term in self._occurrences(text, audience):
            parts += [text[done:start], self.plain.get(term, text[start:end])]
            done = end
        return "".join((*parts, text[done:]))

    def _occurrences(self, text: str, audience: str | None) -> Iterator[tuple[int, int, str]]:
        """Where terms that `audience` does not know stand, the longest of those that begin at one word; none overlap."""
        if not self._terms:
            return
        known = self.known.get(audience, ()) if audience is not None else ()
        words = list(_WORD.finditer(text))
        number = 0
        while number < len(words):
            for count in range(min(MOST_WORDS, len(words) - number), 0, -1):
                said = [each.group() for each in words[number : number + count]]
                term = self._terms.get(tuple(map(str.lower, said)))
                if term is not None and (not term.isupper() or said == _WORD.findall(term)):
                    if term not in known:
                        yield words[number].start(), words[number + count - 1].end(), term
                    number += count - 1
                    break
            number += 1

    @cached_property
    def _terms(self) -> Mapping[tuple[str, ...], str]:
        return {tuple(map(str.lower, _WORD.findall(term))): term for term in (*self.plain, *self.never)}


class Methane(Document):
    """What makes an incident major, and which questions fill the packet (JESIP, Joint Doctrine, edition 3, 2021)."""

    determinants: tuple[Name, ...] = ()
    rungs: tuple[Name, ...] = ()
    hazards: tuple[Name, ...] = Field(default=(), max_length=20)
    access: tuple[Name, ...] = Field(default=(), max_length=20)
    casualties: tuple[Name, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _something_is_major(self) -> Methane:
        if not self.determinants and not self.rungs:
            raise ValueError("name the `determinants` or the `rungs` that make an incident major")
        return self


class Wording(Document):
    """The agreed words of a centre. `time`: how the hour is written, local to the centre."""

    media: Mapping[Name, Medium] = Field(min_length=1, max_length=20)
    messages: Mapping[Name, Message] = Field(default_factory=dict, max_length=100)
    codes: Mapping[Name, Code] = Field(default_factory=dict, max_length=10_000)
    jargon: Jargon = Jargon()
    methane: Methane | None = None
    time: Literal["HH:MM", "HHMM", "HH:MM:SS"] = "HH:MM"

    def external(self, code: str, of: str, day: date) -> str | None:
        """What `code` is called in the external list `of`; None: nothing, or the code is not in effect on `day`."""
        known = self.codes.get(code)
        return known.maps.get(of) if known is not None and known.is_in_effect(day) else None

    def words(self, code: str, day: date) -> str | None:
        """What `code` means in words; None: the registry does not say, or the code is not in effect on `day`."""
        known = self.codes.get(code)
        return known.words if known is not None and known.is_in_effect(day) else None


Scope = Annotated[tuple[Name, ...], Field(max_length=50)]


class Advice(Document):
    """Something to tell a caller, word for word, and its limits: whose role may give it, with one of which qualifications.

    Naming no roles means every role, and no qualifications that none is asked for.
    """

    text: str = Field(min_length=1, max_length=2000)
    roles: Scope = ()
    qualifications: Scope = ()
