"""Files into documents, or one refusal with `file:line:column` for every flaw: the only disk access below the third floor.

`marked` reads the text, pydantic the fields, `soundness` (or whoever calls) what the fields mean together; here the three
kinds of flaws become one list in the order of the file. Imports `marked`, `centre`, `procedure`, `targets` and `soundness`.
"""

from __future__ import annotations

import difflib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, NoReturn, TypeAlias, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, StringConstraints, ValidationError
from pydantic_core import ErrorDetails

from incidents.centre import LEVELLED, LISTED, Centre, Document, Loc, Name, RoadTravel, ZoneMatrix
from incidents.marked import LARGEST_BYTES, Found, Mark, Marked, cut, mark_at, marked
from incidents.procedure import Procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.road_file import ACCEPTED as ROAD_FILE
from incidents.road_file import LARGEST_FILE_BYTES, parse_roads
from incidents.roads import RoadNetwork
from incidents.soundness import flaws_of, warnings_of
from incidents.targets import TargetPack
from incidents.travel import off_road
from incidents.zone_times import table_of

MOST_FLAWS = 1000
"""Flaws beyond this many are counted, not listed."""
HOPELESS = 10 * MOST_FLAWS
"""With more schema errors than this, not even the first of them are sought everywhere."""

YAML_FILE = "a YAML file"

T = TypeVar("T", bound=Document)
SemanticFlaws: TypeAlias = Callable[[T], Iterable[tuple[Loc, str, str]]]


def read_procedure(
    path: Path, centre: Centre | None = None, packs: Mapping[str, TargetPack] | None = None
) -> Procedure:
    """Read a procedure and check it whole, against what the centre has and the target packs there are when they are given.

    Where `packs` are given it holds what they say, which is part of its fingerprint.
    """
    return parse_procedure(_text_of(path), str(path), centre, packs)


def parse_procedure(
    text: str, name: str, centre: Centre | None = None, packs: Mapping[str, TargetPack] | None = None
) -> Procedure:
    """Parse a procedure in memory as `read_procedure` does; `name` stands for the file in refusals."""

    def flaws(procedure: Procedure) -> Iterator[tuple[Loc, str, str]]:
        return flaws_of(procedure, centre, packs)

    procedure = parse_document(text, name, Procedure, flaws)
    return procedure if packs is None else procedure.holding(packs)


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound procedure, and what its designer should know although it is no flaw."""

    procedure: Procedure
    warnings: tuple[Flaw, ...]


def check_procedure(path: Path, centre: Centre | None = None, packs: Mapping[str, TargetPack] | None = None) -> Checked:
    """Read a procedure as `read_procedure` does, and look for what deserves a warning; at most MOST_FLAWS are listed."""
    name = str(path)
    procedure, read = _parsed(_text_of(path), name, Procedure, lambda each: flaws_of(each, centre, packs))
    found = [(read.mark(loc), what, accepted) for loc, what, accepted in warnings_of(procedure, centre)]
    return Checked(procedure if packs is None else procedure.holding(packs), tuple(_listed(name, found)))


class PackFolder(Mapping[str, TargetPack]):
    """The target packs in a folder, by name; nothing is read until somebody asks for one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _packs(self) -> Mapping[str, TargetPack]:
        return read_packs(self._folder)

    def __getitem__(self, name: str) -> TargetPack:
        return self._packs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._packs)

    def __len__(self) -> int:
        return len(self._packs)


def read_packs(folder: Path) -> Mapping[str, TargetPack]:
    """Read every target pack in a folder, by name; a name that two files bear is refused."""
    packs: dict[str, TargetPack] = {}
    for path in sorted(folder.glob("*.yaml")):
        pack = read_document(path, TargetPack, TargetPack.flaws)
        if pack.pack in packs:
            raise DocumentRefused(
                [Flaw(str(path), f"another file holds target pack '{pack.pack}'", "a name of its own")]
            )
        packs[pack.pack] = pack
    return packs


def read_centre(path: Path) -> Centre:
    """Read a centre, with the table or road network that its travel names in a file, and check that its parts fit together."""
    whole: list[Centre] = []

    def flaws(centre: Centre) -> Iterator[tuple[Loc, str, str]]:
        try:
            whole.append(_with_travel(centre, path.parent))
        except DocumentRefused as refusal:
            yield from ((("travel", "file"), f"{flaw.where}: {flaw.what}", flaw.accepted) for flaw in refusal.flaws)
        else:
            yield from whole[0].flaws()
            yield from off_road(whole[0])

    read_document(path, Centre, flaws)
    return whole[0]


def read_roads(path: Path) -> RoadNetwork:
    """Read a road network that `muster roads build` wrote."""
    return parse_roads(_bytes_of(path, LARGEST_FILE_BYTES, ROAD_FILE), str(path))


def with_roads(centre: Centre, path: Path) -> Centre:
    """Return the centre with the network in a file at hand; refuse a network other than the one that its travel names."""
    network, travel = read_roads(path), centre.travel
    if not isinstance(travel, RoadTravel):
        raise DocumentRefused([Flaw(str(path), "the centre's travel names no road network", "none for this centre")])
    if network.hash != travel.network:
        what = f"holds the network {network.hash}, which is not the one that the centre names"
        raise DocumentRefused([Flaw(str(path), what, f"the file of the network {travel.network}")])
    if not network.is_connected:
        what = "on its roads one cannot drive from anywhere to anywhere"
        raise DocumentRefused([Flaw(str(path), what, f"a strongly connected network, as in {ROAD_FILE}")])
    return centre.on_roads(network)


def _with_travel(centre: Centre, folder: Path) -> Centre:
    match centre.travel:
        case RoadTravel() as named:
            return with_roads(centre, folder / named.file)
        case ZoneMatrix(file=str(file), zones=(), lights_s=()) as table:
            text = _text_of(folder / file, "a CSV file")
            return centre.model_copy(update={"travel": table_of(text, str(folder / file), table)})
    return centre


def read_document(path: Path, kind: type[T], flaws: SemanticFlaws[T] | None = None) -> T:
    """Read any kind of document; `flaws` yields what its fields cannot say, as (location, what, accepted)."""
    return parse_document(_text_of(path), str(path), kind, flaws)


def parse_document(text: str, name: str, kind: type[T], flaws: SemanticFlaws[T] | None = None) -> T:
    """Parse text in memory; `name` stands for the file in refusals.

    `flaws` is asked only when every field fits its schema, since before that there is no document to ask about.
    A location names keys and indices from the top; a last "[key]" means the key itself.
    """
    return _parsed(text, name, kind, flaws)[0]


def published_schema(kind: type[Document]) -> dict[str, Any]:
    """Return the JSON Schema of a kind of document, which says what one field alone may be; editors complete from it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | kind.model_json_schema(by_alias=True)


def _parsed(text: str, name: str, kind: type[T], flaws: SemanticFlaws[T] | None) -> tuple[T, Marked]:
    read = marked(text)
    if read.plain is None:
        _refuse(name, read.flaws)
    try:
        document = _validated(kind, read.plain)
    except ValidationError as error:
        of = len(read.flaws) + error.error_count()
        _refuse(name, [*read.flaws, *_schema_flaws(_foremost(error, kind, read.plain), kind, read)], of=of)
    found = list(read.flaws)
    # Where the text could not be used for a value, the meaning of the rest would be judged wrongly.
    if flaws is not None and not read.stand_ins:
        found.extend((read.mark(loc), what, accepted) for loc, what, accepted in flaws(document))
    if found:
        _refuse(name, found)
    return document, read


def _validated(kind: type[T], plain: object) -> T:
    # Strict JSON is the mode in which a document means what it says: no text taken for a number, no true for a 1.
    return kind.model_validate_json(json.dumps(plain), strict=True)


def _foremost(error: ValidationError, kind: type[Document], plain: object) -> ValidationError:
    """The error itself, or of a hopeless document only what is wrong near the beginning of each list and mapping.

    An error costs a kilobyte and ten microseconds, and a document may hold a hundred thousand.
    """
    if error.error_count() <= HOPELESS:
        return error
    try:
        _validated(kind, _beginning(plain))
    except ValidationError as foremost:
        return foremost
    return error


def _beginning(plain: object) -> object:
    match plain:
        case dict():
            return {key: _beginning(value) for key, value in islice(plain.items(), MOST_FLAWS)}
        case list():
            return [_beginning(value) for value in plain[:MOST_FLAWS]]
    return plain


def _refuse(name: str, found: Iterable[Found], of: int = 0) -> NoReturn:
    raise DocumentRefused(_listed(name, found, of)) from None


def _listed(name: str, found: Iterable[Found], of: int = 0) -> list[Flaw]:
    """Each thing found once, in the order of the file; `of`: how many there are if not all were found."""
    listed = sorted(dict.fromkeys(found))
    flaws = [Flaw(f"{name}:{line}:{column}", what, accepted) for (line, column), what, accepted in listed[:MOST_FLAWS]]
    if (more := max(of, len(listed)) - MOST_FLAWS) > 0:
        flaws.append(Flaw(name, f"and {more} more"))
    return flaws


def _bytes_of(path: Path, most: int, wanted: str) -> bytes:
    name = str(path)
    try:
        if path.exists() and not path.is_file():
            raise DocumentRefused([Flaw(name, "is not a file", wanted)])
        with path.open("rb") as file:
            data = file.read(most + 1)
    except FileNotFoundError:
        raise DocumentRefused([Flaw(name, "there is no such file", "" if wanted == YAML_FILE else wanted)]) from None
    except (OSError, ValueError) as error:
        raise DocumentRefused([Flaw(name, f"cannot be read: {error}")]) from None
    if len(data) > most:
        _refuse(name, [((1, 1), "the document is too large", f"at most {most:,} bytes")])
    return data


def _text_of(path: Path, wanted: str = YAML_FILE) -> str:
    name, data = str(path), _bytes_of(path, LARGEST_BYTES, wanted)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        mark = mark_at(data[: error.start].decode("utf-8"), error.start)
        _refuse(name, [(mark, f"byte 0x{data[error.start]:02x} is not UTF-8", "UTF-8 text")])


# From what pydantic says to what a designer reads.


def _schema_flaws(error: ValidationError, kind: type[Document], read: Marked) -> Iterator[Found]:
    """Yield the first MOST_FLAWS errors in the order of the document; wording all of a hostile one would take too long."""
    # The values come from what was read; pydantic would copy each of them, which for a hostile document is too much.
    errors = error.errors(include_url=False, include_input=False)
    short = {each["loc"] for each in errors if each["type"] == "too_short"}
    if short:
        # Entries that were refused themselves are the reason why a list has too few.
        explained = {each["loc"][:length] for each in errors for length in range(len(each["loc"]))} & short
        errors = [each for each in errors if each["type"] != "too_short" or each["loc"] not in explained]
    marks = [_mark_of(each, read) for each in errors]
    for number in heapq.nsmallest(MOST_FLAWS, range(len(marks)), key=marks.__getitem__):
        if marks[number] not in read.stand_ins:
            yield (marks[number], *_wording(errors[number], kind, read))


def _mark_of(error: ErrorDetails, read: Marked) -> Mark:
    return read.mark(_place_of(error))


def _place_of(error: ErrorDetails) -> Loc:
    match error["type"]:
        case "extra_forbidden":
            return (*error["loc"], "[key]")
        case "union_tag_invalid":
            return (*error["loc"], _discriminator(error))
    return error["loc"]


def _wording(error: ErrorDetails, kind: type[Document], read: Marked) -> tuple[str, str]:
    """Return (what is wrong, what would be accepted)."""
    loc, message, given = error["loc"], error["msg"], _shown(read.value(_place_of(error)))
    key = next((part for part in reversed(loc) if isinstance(part, str) and part not in _NO_KEYS), "document")
    match error["type"]:
        case "missing":
            return f"`{key}` is missing", ""
        case "union_tag_not_found":
            return f"`{_discriminator(error)}` is missing in `{key}`", ""
        case "union_tag_invalid":
            return f"unknown {_discriminator(error)} {given} in `{key}`", str(error["ctx"]["expected_tags"])
        case "extra_forbidden":
            known = sorted(_fields_at(kind, loc[:-1]))
            near = difflib.get_close_matches(str(loc[-1]), known, 1)
            return f"unknown key '{cut(key)}'" + (f", did you mean '{near[0]}'?" if near else ""), ", ".join(known)
        case "too_short" | "too_long" as size:
            bound = (
                f"at least {error['ctx']['min_length']}"
                if size == "too_short"
                else f"at most {error['ctx']['max_length']}"
            )
            return f"`{cut(key)}`: {error['ctx']['actual_length']} entries", bound
        case "string_pattern_mismatch" if error["ctx"]["pattern"] == _NAME:
            return f"`{cut(key)}`: {given} is no name", "no slash, no line break, no blank at either end"
        case "string_pattern_mismatch":
            return f"`{cut(key)}`: {given} does not fit", f"text that matches {error['ctx']['pattern']}"
        case name if name in _EXPECTED:
            return f"`{cut(key)}`: {given} does not fit", _EXPECTED[name]
    if message.startswith("Input should be "):
        return f"`{cut(key)}`: {given} does not fit", message.removeprefix("Input should be ")
    return f"`{cut(key)}`: {message.removeprefix('Value error, ')}", ""


_NO_KEYS = frozenset({"[key]", LISTED, LEVELLED})
"""Parts of locations that no document has as keys."""
_NAME = next(each.pattern for each in get_args(Name) if isinstance(each, StringConstraints))
_EXPECTED = {
    "string_type": "text; in quotes where it looks like a number, true, false or null",
    "model_type": "keys with values beneath",
    "dict_type": "keys with values beneath",
    "mapping_type": "keys with values beneath",
    "tuple_type": "a list",
    "list_type": "a list",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "finite_number": "a finite number",
}


def _discriminator(error: ErrorDetails) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def _shown(given: object) -> str:
    match given:
        case None:
            return "nothing"
        case dict():
            return "a set of keys"
        case list():
            return "a list"
        case bool():
            return str(given).lower()
    return cut(repr(given))


def _fields_at(annotation: Any, loc: Loc) -> set[str]:
    """The keys that the schema has at `loc`, found by walking the annotations."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _fields_at(arguments[0], loc)
    if origin in (Union, UnionType):
        # pydantic names the member of a union in its locations; the document does not.
        beneath = [_fields_at(each, way) for each in arguments for way in (loc, loc[1:])]
        return set().union(*beneath)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = {info.alias or name: info.annotation for name, info in annotation.model_fields.items()}
        if not loc:
            return set(fields)
        return _fields_at(fields[str(loc[0])], loc[1:]) if loc[0] in fields else set()
    return (
        _fields_at(arguments[-1 if isinstance(origin, type) and issubclass(origin, Mapping) else 0], loc[1:])
        if arguments and loc
        else set()
    )
