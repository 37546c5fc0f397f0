"""YAML text into plain data of which every key and value is known by its line and column.

The dialect is the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2): `yes`, `no` and dates are text; keys
are always text. Left out, because they hide what is written or execute it: anchors, aliases, merge keys, tags,
directives, second documents. ruamel.yaml parses into events and the tree is built here, so that depth and number of
values stay bounded while reading. Touches no disk and imports `centre` only for its `Loc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from incidents.centre import Loc

LARGEST_BYTES = 2_000_000
DEEPEST = 40
MOST_VALUES = 100_000
LONGEST_TEXT = 20_000
LONGEST_NUMBER = 100
"""Limits on one document: bytes, levels, keys and values together, characters of one value, digits of one number."""

Mark: TypeAlias = tuple[int, int]
"""Line and column, from 1, in characters."""
Found: TypeAlias = tuple[Mark, str, str]
"""(where, what is wrong, what would be accepted)."""


@dataclass(slots=True)
class Branch:
    """A mapping or a list: where it is named, where its keys stand, and what is inside."""

    at: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    inside: dict[str | int, Branch | Mark] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marked:
    """What a text says. `plain` is JSON data, or None when the text cannot be read to its end (and `flaws` says why).

    `stand_ins`: where an empty value stands for one that cannot be used, which is a flaw already.
    """

    plain: Mapping[str, object] | None
    flaws: tuple[Found, ...]
    stand_ins: frozenset[Mark] = frozenset()
    root: Branch = field(default_factory=lambda: Branch((1, 1)))

    def mark(self, loc: Loc) -> Mark:
        """Where `loc` stands: a scalar itself; a mapping or list at the key that names it; what is absent, at its parent.

        A last "[key]" means the key before it. Parts that name nothing in the document (such as the member of a union)
        are passed over.
        """
        here: Branch | Mark = self.root
        for number, part in enumerate(loc):
            if not isinstance(here, Branch):
                return here
            if loc[number + 1 :] == ("[key]",):
                return here.keys.get(str(part), here.at)
            here = here.inside.get(part, here)
        return here.at if isinstance(here, Branch) else here

    def value(self, loc: Loc) -> object:
        """What is written at `loc`; for a last "[key]" the key, for what is absent the parent."""
        here: Any = self.plain
        for number, part in enumerate(loc):
            if loc[number + 1 :] == ("[key]",):
                return part
            if isinstance(part, int):
                here = here[part] if isinstance(here, list) else here
            elif isinstance(here, dict):
                here = here.get(part, here)
        return here


def marked(text: str) -> Marked:
    """Read one document; whatever is wrong with the text becomes a flaw, never an exception."""
    reading = _Reading(text)
    try:
        _refuse_unreadable(text)
        plain, root = reading.whole()
    except _Unreadable as refusal:
        return Marked(None, (*reading.found, refusal.found))
    return Marked(plain, tuple(reading.found), frozenset(reading.stand_ins), root)


def mark_at(text: str, index: int) -> Mark:
    """Line and column of the character at `index`."""
    ends = [end.end() for end in _LINE_END.finditer(text, 0, index)]
    return len(ends) + 1, index - (ends[-1] if ends else 0) + 1


def cut(text: str) -> str:
    """The text, short enough for a message."""
    return text if len(text) <= 40 else text[:37] + "..."


class _Yaml(YAML):
    """The parser without its search for plug-ins, which would go through a folder on disk for each document."""

    def official_plug_ins(self) -> list[str]:
        return []


@dataclass
class _Unreadable(Exception):
    """Reading cannot go on."""

    found: Found


# Besides control characters and half surrogates these are the separators that some programs count as line ends and
# others do not, so that no line number would be right for everybody.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile("(?:^|[\r\n])%")
_LINE_END = re.compile("\r\n|\r|\n")


def _refuse_unreadable(text: str) -> None:
    # A character has at least one byte, so this is enough for what never was a file.
    if len(text) > LARGEST_BYTES:
        raise _Unreadable(((1, 1), "the document is too large", f"at most {LARGEST_BYTES:,} bytes"))
    if text.startswith("\ufeff"):
        raise _Unreadable(((1, 1), "the document starts with a byte order mark", "UTF-8 without one"))
    if odd := _FORBIDDEN.search(text):
        what = f"character U+{ord(odd.group()):04X} has no place in a document"
        raise _Unreadable((mark_at(text, odd.start()), what, "printable text"))
    if directive := _DIRECTIVE.search(text):
        raise _Unreadable((mark_at(text, directive.end() - 1), "directives are not used here", "the document alone"))


class _Reading:
    """One pass over the events of one document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Found] = []
        self.stand_ins: set[Mark] = set()
        self._values = 0
        self._events = self._parsed()

    def whole(self) -> tuple[dict[str, object], Branch]:
        """Return the one mapping that a document is."""
        event = self._next(DocumentStartEvent, StreamEndEvent)
        if isinstance(event, StreamEndEvent):
            self._stop((1, 1), "the document is empty", "keys with values")
        event = next(self._events)
        if not isinstance(event, MappingStartEvent):
            self._stop(_start(event), "the document is not a set of keys with values", "key: value")
        plain, root = self._value(event, None, 1)
        event = self._next(DocumentStartEvent, StreamEndEvent)
        if isinstance(event, DocumentStartEvent):
            self._stop(_start(event), "a second document starts here", "one document in a file")
        assert isinstance(plain, dict)
        assert isinstance(root, Branch)
        return plain, root

    def _value(self, event: Event, named: Mark | None, depth: int) -> tuple[object, Branch | Mark]:
        """Return the value that starts with `event`; `named`: where the key stands that it belongs to."""
        mark = _start(event)
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(mark, "the document has too many values", f"at most {MOST_VALUES:,}")
        if depth > DEEPEST:
            self._stop(mark, "the document is nested too deeply", f"at most {DEEPEST} levels")
        if isinstance(event, AliasEvent):
            return self._stand_in(
                mark, f"alias *{cut(event.anchor)} is not used here", "the value itself, written out"
            ), mark
        self._refuse_decoration(event, mark)
        if isinstance(event, ScalarEvent):
            # Nothing stands nowhere, so its key has to show where it is.
            is_nothing = event.value == "" and event.implicit[0]
            return self._scalar(event, mark), named if is_nothing and named else mark
        branch = Branch(named or mark)
        if isinstance(event, SequenceStartEvent):
            return self._items(branch, depth), branch
        return self._mapping(branch, depth), branch

    def _items(self, branch: Branch, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            value, branch.inside[len(items)] = self._value(event, None, depth + 1)
            items.append(value)
        return items

    def _mapping(self, branch: Branch, depth: int) -> dict[str, object]:
        plain: dict[str, object] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            mark = _start(event)
            key = self._key(event, mark, depth)
            value, inside = self._value(next(self._events), mark, depth + 1)
            if key is None:
                continue
            if key in plain:
                line, column = branch.keys[key]
                self.found.append(
                    (
                        mark,
                        f"key '{cut(key)}' stands here a second time",
                        f"once; the first is at {line}:{column}",
                    )
                )
                continue
            plain[key], branch.keys[key], branch.inside[key] = value, mark, inside
        return plain

    def _key(self, event: Event, mark: Mark, depth: int) -> str | None:
        """Return the key's text as written, or None after noting why it cannot be one."""
        if not isinstance(event, ScalarEvent) or len(event.value) > LONGEST_TEXT:
            self._value(event, None, depth + 1)
            self.found.append((mark, "a key has to be a piece of text", "key: value"))
            return None
        self._values += 1
        self._refuse_decoration(event, mark)
        if event.value == "<<" and event.implicit[0]:
            self.found.append((mark, "merge keys are not used here", "the keys themselves, written out"))
            return None
        return str(event.value)

    def _scalar(self, event: ScalarEvent, mark: Mark) -> object:
        text: str = event.value
        if len(text) > LONGEST_TEXT:
            return self._stand_in(mark, f"this value has {len(text):,} characters", f"at most {LONGEST_TEXT:,}")
        # A scalar with a tag is noted already; quotes make anything text.
        if not event.implicit[0]:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] not in "+-.0123456789":
            return text
        return self._number(text, mark)

    def _number(self, text: str, mark: Mark) -> object:
        for pattern, base in _INTEGERS:
            if pattern.fullmatch(text):
                if len(text) > LONGEST_NUMBER:
                    return self._stand_in(mark, f"a number of {len(text):,} digits", f"at most {LONGEST_NUMBER}")
                return int(text, base)
        if not _FLOAT.fullmatch(text):
            return _NOT_FINITE.get(text.lower(), text)
        if abs(value := float(text)) == float("inf"):
            return self._stand_in(mark, f"{cut(text)} is beyond what a number can be", "at most 1.7e308")
        return value

    def _refuse_decoration(self, event: Any, mark: Mark) -> None:
        if event.tag is not None:
            self.found.append((mark, f"tag {cut(event.tag)} is not used here", "the plain value"))
        if event.anchor is not None:
            self.found.append((mark, f"anchor &{cut(event.anchor)} is not used here", "the plain value"))
        if isinstance(event, ScalarEvent) and event.style == '"' and (odd := _FORBIDDEN.search(event.value)):
            self.found.append((mark, f"escaped character U+{ord(odd.group()):04X} has no place here", "printable text"))

    def _stand_in(self, mark: Mark, what: str, accepted: str) -> object:
        self.stand_ins.add(mark)
        self.found.append((mark, what, accepted))
        return None

    def _next(self, *kinds: type[Event]) -> Event:
        return next(event for event in self._events if isinstance(event, kinds))

    def _stop(self, mark: Mark, what: str, accepted: str) -> NoReturn:
        raise _Unreadable((mark, what, accepted))

    def _parsed(self) -> Iterator[Event]:
        """Yield the parser's events; whatever it stumbles over is a flaw of the document, at the last place known."""
        mark = (1, 1)
        events = _Yaml(typ="safe").parse(self.text)
        while True:
            try:
                event = next(events)
                mark = _start(event)
            except StopIteration:
                return
            except MarkedYAMLError as error:
                at = error.problem_mark or error.context_mark
                # A text that breaks off within its last line is said to go wrong on the line after.
                mark = min((at.line + 1, at.column + 1), mark_at(self.text, len(self.text))) if at else mark
                what = ", ".join(each for each in (error.context, error.problem) if each)
                self._stop(mark, f"not YAML: {what}", self._hint(mark))
            except Exception as error:
                # Besides its own errors the parser lets slip AssertionError, ValueError and the like on odd input.
                self._stop(mark, f"not YAML after this: {cut(str(error)) or type(error).__name__}", "")
            yield event

    def _hint(self, mark: Mark) -> str:
        lines = self.text.splitlines()
        line = lines[mark[0] - 1] if mark[0] <= len(lines) else ""
        if "\t" in line[: mark[1]]:
            return "spaces, not tabs"
        return "text with a colon or a bracket in it stands in quotes" if ":" in line[mark[1] - 1 : mark[1]] else ""


_WORDS: Mapping[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGERS = (
    (re.compile("[-+]?[0-9]+"), 10),
    (re.compile("0o[0-7]+"), 8),
    (re.compile("0x[0-9a-fA-F]+"), 16),
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = {
    **dict.fromkeys((".inf", "+.inf"), float("inf")),
    "-.inf": float("-inf"),
    ".nan": float("nan"),
}


def _start(event: Event) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1
