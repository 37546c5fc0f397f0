"""The shadow: another procedure decides beside the live one, on the live facts, and nothing of it is recorded.

It follows the room as a client of the feed does, on a thread of its own, and rests as long as it has worked, so that a dispatcher
does not wait for it, though it shares the process. What it has not taken in is what the room remembers of its latest batches;
where that does not reach back far enough, the shadow begins again from the present, and says how many facts it did not see.
Imports `control_room` and `incidents.second_mind`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

from api.control_room import ControlRoom
from incidents import facts as f
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.roster import Roster
from incidents.second_mind import Disagreement, Noted, SecondMind, Tally
from incidents.travel import travel_times

MOST_KEPT = 200
"""The latest disagreements that are kept; all are counted."""
LONGEST_REST_S = 1.0
NOTHING = Tally(0, 0, 0, 0, 0, {})
STOP_WITHIN_S = 5.0
"""How long stopping waits for the decision that is being made."""


@dataclass(frozen=True, slots=True)
class ShadowView:
    """Where a shadow stands. `unseen`: facts that came faster than it decides; `ended`: why it goes on no longer (None: it does).

    `sequence`: the fact of the log up to which it has decided. `latest`: disagreements, the newest last.
    """

    procedure: Procedure
    begun_at: Instant
    sequence: int
    tally: Tally
    unseen: int
    latest: tuple[Disagreement, ...]
    ended: str | None


class Shadow:
    """One procedure beside the live room, from the instant at which it is made."""

    def __init__(self, room: ControlRoom, procedure: Procedure, *, keep: int = MOST_KEPT) -> None:
        self._room, self._procedure = room, procedure
        self._roster = Roster(room.centre, travel_times(room.centre))
        self._latest: deque[Disagreement] = deque(maxlen=keep)
        self._begun_at = room.clock.now()
        self._unseen = 0
        self._ended: str | None = None
        self._before = NOTHING
        self._mind, self._procedures, self._position = self._afresh()
        self._changed, self._stopping = threading.Event(), threading.Event()
        self._unsubscribe = room.subscribe(self._changed.set)
        self.after_following: Callable[[], None] = lambda: None
        """Called on the shadow's thread whenever it has taken something in."""
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)

    def start(self) -> None:
        """Follow the room from now on."""
        self._thread.start()
        self._changed.set()

    def stop(self) -> None:
        """Follow it no longer; what has been counted stays."""
        if self._stopping.is_set():
            return
        self._unsubscribe()
        self._stopping.set()
        self._changed.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)

    def view(self) -> ShadowView:
        """Where it stands."""
        tally = _added(self._before, self._mind.tally)
        return ShadowView(
            self._procedure, self._begun_at, self._position, tally, self._unseen, tuple(self._latest), self._ended
        )  # fmt: skip

    def follow(self) -> bool:
        """Take in what has been recorded since, and compare what stands now; whether there was anything."""
        batches = self._room.since(self._position)
        if batches is None:
            self._before, before = _added(self._before, self._mind.tally), self._position
            self._mind, self._procedures, self._position = self._afresh()
            self._unseen += self._position - before
            return True
        for batch in batches:
            if self._stopping.is_set():
                break
            if any(isinstance(entry.fact, f.ProcedureAdopted) for entry in batch):
                self._procedures.update(self._room.log.procedures())
            began = time.monotonic()
            for entry in batch:
                self._note(self._mind.take(entry.fact))
            self._position = batch[-1].sequence
            self._stopping.wait(min(LONGEST_REST_S, time.monotonic() - began))
        self._note(self._mind.finish())
        return bool(batches)

    def _afresh(self) -> tuple[SecondMind, dict[str, Procedure], int]:
        """A mind that begins from the present, of which the past is not compared."""
        present = self._room.present
        known = {present.procedure.fingerprint: present.procedure}
        mind = SecondMind(present.situation, known, self._roster, self._procedure)
        return mind, known, present.situation.sequence

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._changed.wait()
            self._changed.clear()
            try:
                if self.follow():
                    self.after_following()
            except Exception as error:  # The live room goes on, whatever becomes of its shadow.
                logging.getLogger(__name__).exception("the shadow failed")
                self._ended = f"failed: {type(error).__name__}"
                return

    def _note(self, noted: tuple[Noted, ...]) -> None:
        self._latest.extend(each for each in noted if isinstance(each, Disagreement))


def _added(one: Tally, other: Tally) -> Tally:
    parted = Counter(one.parted)
    parted.update(other.parted)
    return Tally(
        one.facts + other.facts, one.choices + other.choices, one.as_proposed + other.as_proposed,
        one.decisions + other.decisions, one.agreed + other.agreed, dict(parted),
    )  # fmt: skip
