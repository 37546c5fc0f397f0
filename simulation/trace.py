"""A trace: all that will happen to a centre that no procedure decides, drawn for one seed, kept in a file, played again.

A file is a compressed NumPy archive of columns with a header: schema, documents, and a SHA-256 over everything that is played.
Playing the file is playing the seed, to the byte. Imports `contacts`, `surroundings` and `draws`.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from incidents.centre import Centre
from incidents.quantities import IncidentId, Instant, Place
from incidents.refusals import DocumentRefused, Flaw, Refusal
from simulation.contacts import Contact, contacts_in, true_priorities
from simulation.draws import draw_columns, redraw_columns
from simulation.surroundings import Surroundings, draw_surroundings
from simulation.trace_flaws import flaws_of_columns
from simulation.workload import Workload

SCHEMA = "muster.trace/1"
MOST_BYTES = 4 * 2**30
"""The most that a file may hold once unpacked."""
_HEADER = "header"
_SURROUNDING = "surroundings/"


@dataclass(frozen=True, slots=True)
class Origin:
    """What a trace was drawn from, and the columns it was drawn in."""

    workload: Workload
    centre: str
    """The fingerprint of the centre whose resources have luck in it."""
    seed: int
    start: Instant
    duration_s: float
    zones: Mapping[str, Place]
    columns: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Trace(Sequence[Contact]):
    """Contacts in order of arrival, and the world they come into. `origin` None: it was not drawn, or was changed afterwards."""

    contacts: tuple[Contact, ...]
    surroundings: Surroundings
    origin: Origin | None = None

    @overload
    def __getitem__(self, index: int) -> Contact: ...
    @overload
    def __getitem__(self, index: slice) -> Trace: ...
    def __getitem__(self, index: int | slice) -> Contact | Trace:
        """One contact; or some of them in the same world."""
        return self.with_contacts(self.contacts[index]) if isinstance(index, slice) else self.contacts[index]

    def __len__(self) -> int:
        """How many contacts there are, further attempts not counted."""
        return len(self.contacts)

    def __iter__(self) -> Iterator[Contact]:
        """The contacts in order of arrival."""
        return iter(self.contacts)

    def with_contacts(self, contacts: Sequence[Contact]) -> Trace:
        """Other contacts in the same world."""
        return replace(self, contacts=tuple(contacts), origin=None)

    @property
    def priorities(self) -> dict[IncidentId, str]:
        """The true priority of every incident that may be opened."""
        return true_priorities(self.contacts)

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over all that is played."""
        assert self.origin is not None, "only what was drawn has columns to hash"
        return origin_fingerprint(self.origin)


def draw_trace(workload: Workload, centre: Centre, seed: int, start: Instant, duration_s: float) -> Trace:
    """Draw everything that happens under `seed` in `duration_s` from `start`."""
    zones = {name: centre.zone(name) for name in sorted(centre.zones)}
    drawn = draw_columns(workload, seed, start, duration_s)
    surroundings = draw_surroundings(workload, centre, seed, start, duration_s)
    columns = {**drawn, **{f"{_SURROUNDING}{name}": table for name, table in surroundings.tables.items()}}
    origin = Origin(workload, centre.fingerprint, seed, start, duration_s, zones, columns)
    return Trace(contacts_in(workload, drawn, zones, centre.travel_by_hour), surroundings, origin)


def replay_trace(origin: Origin, workload: Workload, centre: Centre, seed: int) -> Trace:
    """The same contacts, when and where they came, with the luck of `seed` for those who deal with them."""
    drawn = {name: column for name, column in origin.columns.items() if not name.startswith(_SURROUNDING)}
    columns = redraw_columns(workload, drawn, seed)
    surroundings = draw_surroundings(workload, centre, seed, origin.start, origin.duration_s)
    return Trace(contacts_in(workload, columns, origin.zones, centre.travel_by_hour), surroundings)


def origin_fingerprint(origin: Origin) -> str:
    """SHA-256 (hex) over what came, and what it was drawn from."""
    return _fingerprint(_header(origin), origin.columns)


def save_trace(trace: Trace, path: Path) -> str:
    """Write a trace to a file; return its fingerprint. Equal traces make equal files."""
    if trace.origin is None:
        raise Refusal.of(str(path), "these contacts were not drawn from a workload", "a trace as it was drawn")
    header = {**_header(trace.origin), "sha256": trace.fingerprint}
    text = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    try:
        with path.open("wb") as file:
            np.savez_compressed(file, **{_HEADER: text, **dict(sorted(trace.origin.columns.items()))})  # type: ignore[arg-type]
    except OSError as error:
        raise Refusal.of(str(path), f"cannot be written: {error.strerror}", "a file that can be written") from error
    return str(header["sha256"])


def load_trace(path: Path, centre: Centre, *, most_bytes: int = MOST_BYTES) -> Trace:
    """Read a trace that was saved; refuse a file that is broken, was changed, or was drawn for other resources."""
    columns = _columns(path, most_bytes)
    header = _parsed(path, columns.pop(_HEADER, None))
    workload = _workload(path, header)
    found = _fingerprint({name: header[name] for name in header if name != "sha256"}, columns)
    if found != header["sha256"]:
        raise _refused(
            path, "sha256", f"the columns have {found}, the header says {header['sha256']}", "the file as saved"
        )
    drawn = {name: column for name, column in columns.items() if not name.startswith(_SURROUNDING)}
    tables = {
        name.removeprefix(_SURROUNDING): column for name, column in columns.items() if name.startswith(_SURROUNDING)
    }
    flaws = [(f"column {name}", what, accepted) for name, what, accepted in flaws_of_columns(workload, drawn)]
    if tables and header["centre"] != centre.fingerprint:
        flaws.append(
            ("centre", "it holds the luck of another centre's resources", f"the centre {header['centre'][:12]}")
        )
    if flaws:
        raise DocumentRefused([Flaw(f"{path}: {where}", what, accepted) for where, what, accepted in flaws])
    zones = {name: Place(latitude, longitude, name) for name, (latitude, longitude) in header["zones"].items()}
    origin = Origin(workload, header["centre"], header["seed"], header["start"], header["duration_s"], zones, columns)
    contacts = contacts_in(workload, drawn, zones, centre.travel_by_hour)
    return Trace(contacts, Surroundings(workload, centre, tables), origin)


def _header(origin: Origin) -> dict[str, Any]:
    # In the documents' own order: shares are laid end to end as they stand there, so the order is part of what is drawn.
    return {
        "schema": SCHEMA,
        "workload": origin.workload.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "centre": origin.centre,
        "seed": origin.seed,
        "start": origin.start,
        "duration_s": origin.duration_s,
        "zones": {name: [place.latitude, place.longitude] for name, place in origin.zones.items()},
    }


def _fingerprint(header: Mapping[str, Any], columns: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.sha256(json.dumps(header, separators=(",", ":")).encode())
    for name, column in sorted(columns.items()):
        digest.update(f"{name} {column.dtype.str} {column.shape}\n".encode())
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "workload": dict, "centre": str, "seed": int, "start": int, "duration_s": (int, float), "zones": dict, "sha256": str,
}  # fmt: skip


def _columns(path: Path, most_bytes: int) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > most_bytes:
                raise _refused(path, "file", f"it holds {size} bytes", f"at most {most_bytes}")
        with np.load(path, allow_pickle=False) as archive:
            found: dict[str, NDArray[Any]] = {}
            for name in archive.files:
                try:
                    found[name] = archive[name]
                except (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError) as error:
                    raise _refused(path, f"column {name}", f"is broken: {error}", "the file as saved") from error
    except FileNotFoundError as error:
        raise _refused(path, "file", "there is no such file", "a file of contacts that was saved") from error
    except (zipfile.BadZipFile, ValueError, EOFError, OSError) as error:
        raise _refused(path, "file", f"cannot be read: {error}", "a file of contacts that was saved") from error
    return found


def _parsed(path: Path, text: NDArray[Any] | None) -> dict[str, Any]:
    if text is None:
        raise _refused(path, _HEADER, "there is none", f"a header of schema {SCHEMA}")
    try:
        header = json.loads(text.tobytes())
    except ValueError as error:
        raise _refused(path, _HEADER, f"is no JSON: {error}", "the file as saved") from error
    if not isinstance(header, dict) or header.get("schema") != SCHEMA:
        shown = header.get("schema") if isinstance(header, dict) else header
        raise _refused(path, f"{_HEADER}/schema", f"unknown schema {shown!r}", SCHEMA)
    wrong = [name for name, kind in _FIELDS.items() if not isinstance(header.get(name), kind)]
    if wrong:
        raise DocumentRefused([Flaw(f"{path}: {_HEADER}/{name}", "is missing or of another kind") for name in wrong])
    return header


def _workload(path: Path, header: Mapping[str, Any]) -> Workload:
    try:
        workload = Workload.model_validate(header["workload"])
    except ValidationError as error:
        where = f"{path}: {_HEADER}/workload"
        flaws = [Flaw("/".join([where, *map(str, flaw["loc"])]), flaw["msg"]) for flaw in error.errors()]
        raise DocumentRefused(flaws) from error
    flaws = [Flaw(f"{path}: {_HEADER}/workload/{'/'.join(map(str, loc))}", *rest) for loc, *rest in workload.flaws()]
    if flaws:
        raise DocumentRefused(flaws)
    return workload


def _refused(path: Path, where: str, what: str, accepted: str) -> DocumentRefused:
    return DocumentRefused([Flaw(f"{path}: {where}", what, accepted)])
