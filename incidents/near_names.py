"""Names in a document that nothing bears, and the names they were probably meant to be.

Imports `centre` only for its `Loc`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from incidents.centre import Loc

Found: TypeAlias = Iterator[tuple[Loc, str, str]]
"""(location as keys and indices; a last "[key]" means the key itself, what is wrong, what would be accepted)."""

NEAREST_SOUGHT = 20
"""How many near misses are sought in one document; comparing names costs time, and a document may be hostile."""
NAMES_COMPARED = 1000
"""Near misses are sought only among this many names."""
LETTERS_COMPARED = 5_000_000
"""How many pairs of letters all searches of one document may compare; long names that are nearly alike cost 50 ns a pair."""
NAMES_SHOWN = 12


class NearNames:
    """The near misses of one document, each sought once."""

    def __init__(self) -> None:
        self._sought = 0
        self._letters = 0
        self._nearest: dict[tuple[str, str], str | None] = {}

    def unknown(self, loc: Loc, noun: str, name: str, known: Mapping[str, object]) -> Found:
        """Yield a flaw at `loc` unless `name` is known."""
        if name in known:
            return
        near = self.meant(noun, name, known)
        yield loc, f"unknown {noun} '{name}'" + (f", did you mean '{near}'?" if near else ""), listed(known)

    def meant(self, noun: str, name: str, known: Collection[str]) -> str | None:
        """Return the name itself if known, else the known name it was probably meant to be, else None."""
        if name in known:
            return name
        if (noun, name) not in self._nearest:
            self._sought += 1
            affordable = self._sought <= NEAREST_SOUGHT and len(known) <= NAMES_COMPARED
            if affordable:
                self._letters += len(name) * sum(map(len, known))
                affordable = self._letters <= LETTERS_COMPARED
            near = difflib.get_close_matches(name, sorted(known), 1) if affordable else []
            self._nearest[noun, name] = near[0] if near else None
        return self._nearest[noun, name]


def listed(names: Iterable[str]) -> str:
    """Return the names in the order given, cut where a reader stops reading (and where a hostile document would cost time)."""
    shown = list(islice(names, NAMES_SHOWN + 1))
    return ", ".join([*shown[:NAMES_SHOWN], "..."] if len(shown) > NAMES_SHOWN else shown) or "none is declared"
