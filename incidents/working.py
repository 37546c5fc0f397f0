"""The situation of one desk as it changes: facts are folded into it in place, and a value of it can be had at any moment.

To all who read, it is a situation like any other. Its entries are the same frozen values; only the mappings that hold them
belong to the desk. `kept` hands these out as they are and copies each of them when it is next written to, so a value costs
nothing where nobody asks for one, and no more than before where somebody asks after every fact.

The folds are those of `remembering`, which check everything before they change anything. What an attempt has changed before one
of its later facts was refused is undone by folding again from the last value. Imports `remembering` and `situation`.
"""

from __future__ import annotations

from typing import Any

from incidents import facts as f
from incidents.known import GONE, refusal
from incidents.remembering import FOLDS
from incidents.situation import CORRECTABLE_FACTS, Situation

FACTS_TO_FOLD_AGAIN = 1_000
"""The most facts that undoing a refused attempt folds again; after so many a value is taken to begin from."""
PERSISTENT = ("ended", "closed", "recorded")
"""The fields that only grow: maps that share their parts with what they grew from."""
COPIED = ("contacts", "incidents", "needs", "resources", "messages", "notices", "modes", "aid")
"""The fields that are copied when they are written to after somebody was handed them."""
WATCHED = ("incidents", "needs", "resources")
"""The fields whose changed keys are noted down for whoever keeps an index over them."""


class Working(Situation):
    """A situation that changes; only the desk that owns it may tell it facts."""

    __slots__ = ("_base", "_kept", "_kept_version", "_own", "_since", "epoch", "touched", "version")
    version: int
    """Counts every change, so that whoever remembers something of the situation knows whether it still holds."""
    epoch: int
    """Counts how often it began anew, after which nothing that was remembered holds."""
    touched: dict[str, dict[Any, None]]
    """The keys that have changed in each field of `WATCHED`, until whoever keeps an index over them has caught up."""
    _kept: Situation
    _kept_version: int
    _own: dict[str, tuple[Any, dict[Any, None] | None]]
    # What is locked in a value is open here: this is the one place where a situation is written to.
    __setattr__ = object.__setattr__

    def __init__(self, situation: Situation) -> None:
        """Begin from `situation`, which stays as it is."""
        self.version = self.epoch = 0
        self._begin_from(situation)
        self._base, self._since = situation, list[f.Fact]()

    def fold(self, fact: f.Fact) -> None:
        """Fold one fact; raise `FactRefused`, and change nothing, if it cannot have happened."""
        if fact.at < self.at:
            raise refusal("at", f"time goes back: {fact.at} is before {self.at}", f"{self.at} or later")
        changes = FOLDS[type(fact)](self, fact)
        self.version += 1
        self._since.append(fact)
        own = self._own
        for field, key, value in changes:
            if field in own:
                entries, touched = own[field]
            elif field == "procedure":
                self.procedure = value  # type: ignore[misc]
                continue
            else:
                entries, touched = self._take(field)
            if value is GONE:
                del entries[key]
            else:
                entries[key] = value
            if touched is not None:
                touched[key] = None
        self.at = fact.at  # type: ignore[misc]
        self.sequence += 1  # type: ignore[misc]
        kept = own["recorded"][0] if "recorded" in own else self._take("recorded")[0]
        kept[self.sequence] = fact
        too_far_back = self.sequence - CORRECTABLE_FACTS
        if too_far_back in kept:
            del kept[too_far_back]

    def kept(self) -> Situation:
        """Return the situation as a value that stays as it is."""
        if self._kept_version != self.version:
            grown = {field: own.finish() for field, (own, _) in self._own.items() if field in PERSISTENT}
            for field, entries in grown.items():
                setattr(self, field, entries)
            self._own.clear()
            self._kept = Situation(
                self.at, self.sequence, self.procedure, self.contacts, self.incidents, self.needs, self.resources,
                self.ended, self.closed, self.messages, self.notices, self.modes, self.aid, self.time_zone, self.recorded,
            )  # fmt: skip
            self._kept_version = self.version
        return self._kept

    @property
    def is_far_gone(self) -> bool:
        """Whether undoing would fold more facts again than it should: then it is time to `keep` what stands."""
        return len(self._since) > FACTS_TO_FOLD_AGAIN

    def keep(self) -> None:
        """Let all that has been folded so far stand for good."""
        self._base, self._since = self.kept(), []

    @property
    def handed_out(self) -> Situation | None:
        """The value that `kept` handed out last, if nothing has happened since."""
        return self._kept if self._kept_version == self.version else None

    def undo(self, version: int, value: Situation | None) -> None:
        """Go back to where the version was `version`, after the last `keep`; `value`: what was handed out then."""
        if self.version == version:
            return
        since = self._since[: version - self.version]
        if value is not None:
            self._since = since
            self._begin_from(value)
            return
        self._since = []
        self._begin_from(self._base)
        for fact in since:
            self.fold(fact)

    @property
    def folded_since(self) -> int:
        """How many facts undoing would fold again."""
        return len(self._since)

    def _begin_from(self, situation: Situation) -> None:
        self.at, self.sequence = situation.at, situation.sequence  # type: ignore[misc]
        self.procedure, self.time_zone = situation.procedure, situation.time_zone  # type: ignore[misc]
        for field in (*COPIED, *PERSISTENT):
            setattr(self, field, getattr(situation, field))
        self._own = {}
        self.version += 1
        self.epoch += 1
        self.touched = {field: {} for field in WATCHED}
        self._kept, self._kept_version = situation, self.version

    def _take(self, field: str) -> tuple[Any, dict[Any, None] | None]:
        held = getattr(self, field)
        own = held.mutate() if field in PERSISTENT else dict(held)
        setattr(self, field, own)
        self._own[field] = own, self.touched.get(field)
        return self._own[field]
