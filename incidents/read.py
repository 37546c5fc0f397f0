"""YAML files into documents, or one refusal with `file:line:column` for every flaw. The only disk access below the third floor.

The dialect is the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2): `yes`, `no` and dates are text, keys are
always text. Left out, because they hide or execute: anchors, aliases, merge keys, tags, directives, second documents.
ruamel.yaml parses into events; the tree is built here, so that size, depth and number of values stay bounded while
reading, and every value is known by where it stands. Imports `centre`, `procedure`, `soundness` and `refusals`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
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

from incidents.centre import Centre, Document, Loc
from incidents.procedure import Procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.soundness import did_you_mean, flaws_of

LARGEST_BYTES = 2_000_000
DEEPEST = 40
MOST_VALUES = 300_000
LONGEST_TEXT = 20_000
LONGEST_NUMBER = 100
MOST_FLAWS = 1000
"""Limits on one document; a flaw beyond the last limit is counted, not listed."""

T = TypeVar("T", bound=Document)
SemanticFlaws: TypeAlias = Callable[[T], Iterable[tuple[Loc, str, str]]]
Mark: TypeAlias = tuple[int, int]
"""Line and column, from 1, in characters."""
Found: TypeAlias = tuple[Mark, str, str]


def read_procedure(path: Path, centre: Centre | None = None) -> Procedure:
    """Read a procedure and check it whole, against the centre's skills and numbers when a centre is given."""

    def flaws(procedure: Procedure) -> Iterator[tuple[Loc, str, str]]:
        if centre is None:
            return flaws_of(procedure, None)
        return flaws_of(procedure, centre.skills, owned=_owned(centre))

    return read_document(path, Procedure, flaws)


def read_centre(path: Path) -> Centre:
    """Read a centre and check that its parts fit together."""
    return read_document(path, Centre, Centre.flaws)


def read_document(path: Path, kind: type[T], flaws: SemanticFlaws[T] | None = None) -> T:
    """Read any kind of document; `flaws` yields what the kind's own fields cannot say, as (location, what, accepted)."""
    return parse_document(_text_of(path), str(path), kind, flaws)


def parse_document(text: str, name: str, kind: type[T], flaws: SemanticFlaws[T] | None = None) -> T:
    """Parse text in memory; `name` stands for the file in refusals.

    `flaws` is asked only when every field fits its schema, since before that there is no document to ask about.
    A location names keys and indices from the top; a last "[key]" means the key itself.
    """
    found: list[Found] = []
    try:
        _refuse_unreadable(text)
        reading = _Reading(text)
        plain, root = reading.whole()
        found = reading.found
        # Strict JSON is the mode in which a document means what it says: no text taken for a number, no true for a 1.
        document = kind.model_validate_json(json.dumps(plain), strict=True)
        # What stood behind an alias is missing here, so the meaning of the rest would be judged wrongly.
        if flaws is not None and not reading.aliases:
            found.extend((_mark(root, loc), what, accepted) for loc, what, accepted in flaws(document))
    except _Unreadable as refusal:
        found = [*refusal.before, refusal.found]
    except ValidationError as error:
        found.extend(each for each in _schema_flaws(error, kind, root) if each[0] not in reading.aliases)
    if found:
        _refuse(name, found)
    return document


def _refuse(name: str, found: list[Found]) -> NoReturn:
    listed = sorted(dict.fromkeys(found))
    flaws = [Flaw(f"{name}:{line}:{column}", what, accepted) for (line, column), what, accepted in listed[:MOST_FLAWS]]
    if len(listed) > MOST_FLAWS:
        flaws.append(Flaw(name, f"and {len(listed) - MOST_FLAWS} flaws more"))
    raise DocumentRefused(flaws) from None


def _owned(centre: Centre) -> Mapping[str, int]:
    """How many assignments the centre can serve at once per skill, everybody on duty."""
    owned: Counter[str] = Counter()
    for name, many in Counter(resource.kind for resource in centre.resources.values()).items():
        kind = centre.kinds[name]
        owned.update({skill: many * kind.capacity for skill in kind.skills})
    return owned


# From file to characters.


@dataclass
class _Unreadable(Exception):
    """Reading stops here; `before` was found earlier."""

    found: Found
    before: list[Found] = field(default_factory=list)


def _text_of(path: Path) -> str:
    try:
        if path.is_dir() or (path.exists() and not path.is_file()):
            raise DocumentRefused([Flaw(str(path), "is not a file", "a YAML file")])
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise DocumentRefused([Flaw(str(path), "there is no such file")]) from None
    except (OSError, ValueError) as error:
        raise DocumentRefused([Flaw(str(path), f"cannot be read: {error}")]) from None
    if len(data) > LARGEST_BYTES:
        _refuse(str(path), [_TOO_LARGE])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        mark = _mark_at(data[: error.start].decode("utf-8"), error.start)
        _refuse(str(path), [(mark, f"byte 0x{data[error.start]:02x} is not UTF-8", "UTF-8 text")])


_TOO_LARGE: Found = (1, 1), "the document is too large", f"at most {LARGEST_BYTES:,} bytes"
# Besides control characters and half surrogates these are the separators that some programs count as line ends and
# others do not, so that no line number would be right for everybody.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile("^%", re.MULTILINE)


def _refuse_unreadable(text: str) -> None:
    # A character has at least one byte, so the quick look is enough for all that is far too large.
    if len(text) > LARGEST_BYTES:
        raise _Unreadable(_TOO_LARGE)
    if text.startswith("\ufeff"):
        raise _Unreadable(((1, 1), "the file starts with a byte order mark", "UTF-8 without one"))
    if odd := _FORBIDDEN.search(text):
        what = f"character U+{ord(odd.group()):04X} has no place in a document"
        raise _Unreadable((_mark_at(text, odd.start()), what, "printable text, in quotes with an escape if need be"))
    if directive := _DIRECTIVE.search(text):
        raise _Unreadable((_mark_at(text, directive.start()), "directives are not used here", "the document alone"))


def _mark_at(text: str, index: int) -> Mark:
    before = text[:index]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


# From characters to plain data, each value with where it stands.


@dataclass(slots=True)
class _Branch:
    """A mapping or a list: where it is named, where its keys stand, and what is inside."""

    at: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    inside: dict[str | int, _Branch | Mark] = field(default_factory=dict)


class _Reading:
    """One pass over the events of one document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Found] = []
        self.aliases: set[Mark] = set()
        self._values = 0
        self._events = self._parsed()

    def whole(self) -> tuple[dict[str, object], _Branch]:
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
        assert isinstance(root, _Branch)
        return plain, root

    def _value(self, event: Event, named: Mark | None, depth: int) -> tuple[object, _Branch | Mark]:
        """Return the value that starts with `event`; `named`: where the key stands that it belongs to."""
        mark = _start(event)
        self._values += 1
        if self._values > MOST_VALUES:
            self._stop(mark, "the document has too many values", f"at most {MOST_VALUES:,}")
        if depth > DEEPEST:
            self._stop(mark, "the document is nested too deeply", f"at most {DEEPEST} levels")
        if isinstance(event, AliasEvent):
            self.aliases.add(mark)
            self.found.append((mark, f"alias *{event.anchor} is not used here", "the value itself, written out"))
            return None, mark
        self._refuse_decoration(event, mark)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, mark), mark
        branch = _Branch(named or mark)
        if isinstance(event, SequenceStartEvent):
            return self._items(branch, depth), branch
        return self._mapping(branch, depth), branch

    def _items(self, branch: _Branch, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            value, branch.inside[len(items)] = self._value(event, None, depth + 1)
            items.append(value)
        return items

    def _mapping(self, branch: _Branch, depth: int) -> dict[str, object]:
        plain: dict[str, object] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            mark = _start(event)
            key = self._key(event, mark, depth)
            value, inside = self._value(next(self._events), mark, depth + 1)
            if key is None:
                continue
            if key in plain:
                line, column = branch.keys[key]
                self.found.append((mark, f"key '{_cut(key)}' stands here a second time", f"once; the first is at {line}:{column}"))
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
            self.found.append((mark, f"this value has {len(text):,} characters", f"at most {LONGEST_TEXT:,}"))
            return text[:1]
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
                    self.found.append((mark, f"a number of {len(text):,} digits", f"at most {LONGEST_NUMBER}"))
                    return 0
                return int(text, base)
        if not _FLOAT.fullmatch(text):
            return _NOT_FINITE.get(text.lower(), text)
        if abs(value := float(text)) == float("inf"):
            self.found.append((mark, f"{_cut(text)} is beyond what a number can be", "at most 1.7e308"))
            return 0
        return value

    def _refuse_decoration(self, event: Any, mark: Mark) -> None:
        if event.tag is not None:
            self.found.append((mark, f"tag {_cut(event.tag)} is not used here", "the plain value"))
        if event.anchor is not None:
            self.found.append((mark, f"anchor &{_cut(event.anchor)} is not used here", "the plain value"))

    def _next(self, *kinds: type[Event]) -> Event:
        return next(event for event in self._events if isinstance(event, kinds))

    def _stop(self, mark: Mark, what: str, accepted: str) -> NoReturn:
        raise _Unreadable((mark, what, accepted), self.found)

    def _parsed(self) -> Iterator[Event]:
        """Yield the parser's events; whatever it stumbles over is a flaw of the document, at the last place known."""
        mark = (1, 1)
        events = YAML(typ="safe").parse(self.text)
        while True:
            try:
                event = next(events)
                mark = _start(event)
            except StopIteration:
                return
            except MarkedYAMLError as error:
                at = error.problem_mark or error.context_mark
                mark = (at.line + 1, at.column + 1) if at else mark
                what = ", ".join(each for each in (error.context, error.problem) if each)
                self._stop(mark, f"not YAML: {what}", self._hint(mark))
            except Exception as error:
                # Besides its own errors the parser lets slip AssertionError, ValueError and the like on odd input.
                self._stop(mark, f"not YAML after this: {_cut(str(error)) or type(error).__name__}", "")
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


# From what pydantic says to what a designer reads.
