"""The tree of refusals. It stands on the lowest floor so that every floor speaks of bad input in the same words.

    Refusal                 what was asked cannot be; nothing was changed
    ├── DocumentRefused     a file or request body has flaws (all of them are listed)
    ├── FactRefused         a fact that cannot have happened, given what is known (HTTP 409)
    └── ProblemRefused      an allocation problem that is not well formed

A broken promise inside the product is an assertion, never a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong: where it stands, what it is, and what would be accepted instead."""

    where: str
    """`file:line:column` for files, a JSON pointer for request bodies, a fact's field for facts."""
    what: str
    accepted: str = ""

    def __str__(self) -> str:
        tail = f" (accepted: {self.accepted})" if self.accepted else ""
        return f"{self.where}: {self.what}{tail}"


class Refusal(Exception):
    """Something outside asked for what cannot be done; `flaws` lists every reason at once."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        assert flaws, "a refusal names at least one flaw"
        self.flaws = tuple(flaws)
        super().__init__("\n".join(str(flaw) for flaw in self.flaws))

    @classmethod
    def of(cls, where: str, what: str, accepted: str = "") -> Refusal:
        """Refuse for one reason."""
        return cls([Flaw(where, what, accepted)])


class DocumentRefused(Refusal):
    """A document is refused whole, with every flaw found in it."""


class FactRefused(Refusal):
    """A fact contradicts what is known; the situation stays as it was."""


class ProblemRefused(Refusal):
    """An allocation problem has shapes, ranges or ids that do not fit together."""
