"""Putting approved procedures in force when they are due, watching what they were put in force under, and going back.

Imports `control_room`, `judging`, `registry` and `incidents`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from api.control_room import ControlRoom, Recorded
from api.judging import adoptions, read_on
from api.log import LogReader
from api.registry import dossier, draft, due, procedure_of, take
from incidents import facts as f
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.refusals import FactRefused, Refusal
from incidents.rollout import Act, Step

LOOK_EVERY_S = 1.0
"""How often the register is asked for what is due: a date may be set at any time, on any node."""
WATCH_EVERY_S = 30.0
"""How often guardrails are looked at, which reads the log on and measures it."""
AFTER_TROUBLE_S = 5.0
MOST_FACTS = 200_000
"""Facts since adoption that guardrails are read from; a change that has met so many has been watched long enough."""
KEEPER = "muster"
"""Who puts in force what was scheduled, and halts what broke its guardrail."""


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A figure that must not leave its bound once a change is in force, read when there are `samples` for it."""

    figure: str
    at_most: float | None = None
    at_least: float | None = None
    samples: int = 30

    def is_broken(self, value: float) -> bool:
        """Whether the value is out of bounds; nothing observed breaks nothing."""
        if math.isnan(value):
            return False
        return (self.at_most is not None and value > self.at_most) or (
            self.at_least is not None and value < self.at_least
        )


class FactsSince:
    """The facts since rules were put in force, each read once however often they are looked at."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._from = self._reached = 0
        self._facts: list[f.Fact] = []

    def after(self, sequence: int) -> Sequence[f.Fact]:
        """Return those after a sequence, up to `MOST_FACTS`."""
        if self._from != sequence:
            self._from = self._reached = sequence
            self._facts = []
        more = read_on(self._log, self._reached, MOST_FACTS - len(self._facts))
        self._facts += [entry.fact for entry in more]
        self._reached += len(more)
        return self._facts


def put_in_force(room: ControlRoom, fingerprint: str, who: str, *, instead_of: str | None) -> Recorded:
    """Put a version of the register in force now, and say so there; raises `FactRefused` with what stands against it."""
    kept = room.log.look(lambda connection: draft(connection, fingerprint))
    assert kept is not None, "what is due is a draft"
    return room.adopt(
        procedure_of(kept),
        who,
        instead_of=instead_of,
        beside=lambda connection, at: take(connection, fingerprint, Act(Step.ADOPTED, who, at), None),
    )


def roll_back(room: ControlRoom, who: str, reason: str, *, leaving: str | None = None) -> tuple[Recorded, Procedure]:
    """Put the rules in force again that were before these; the version that is left is halted. Refused where there were none.

    `leaving`: the rules that are to be left, if others may have left them meanwhile; None: those in force.
    """
    history = [fact.fingerprint for _, fact in adoptions(room.log)]
    present = leaving or history[-1]
    before = next((each for each in reversed(history) if each != present), None)
    if before is None:
        raise Refusal.of("procedure", "no other rules were ever in force", "an earlier version in the log")
    procedure = room.log.procedures()[before]

    def halt(connection: Connection, at: Instant) -> None:
        if dossier(connection, present) is not None:
            take(connection, present, Act(Step.HALTED, who, at, reason), None)

    return room.adopt(procedure, who, instead_of=present, beside=halt), procedure


def take_what_is_due(room: ControlRoom) -> float:
    """Put in force what is due; return the seconds until something is, at most `LOOK_EVERY_S`."""
    in_force = standing = room.present.situation.procedure
    wait_s = LOOK_EVERY_S
    for at, fingerprint in room.log.look(lambda connection: due(connection, in_force)):
        left_s = (at - room.clock.now()) / MS_PER_S
        if left_s > 0:
            return min(wait_s, left_s)
        try:
            put_in_force(room, fingerprint, KEEPER, instead_of=standing)
            standing = fingerprint
        except FactRefused as refusal:
            # Open work has words that the new rules lack, or another node was quicker: it is looked at again, and says so.
            logging.getLogger(__name__).warning("procedure %s must wait: %s", fingerprint[:12], refusal)
            wait_s = AFTER_TROUBLE_S
    return wait_s


def halt_what_is_broken(room: ControlRoom, since: FactsSince) -> None:
    """Go back where a guardrail of the version in force is broken."""
    present = room.present.situation.procedure
    broken = broken_guardrails(room, since)
    if broken:
        told = "; ".join(f"{rail.figure} is {value:.4g}" for rail, value in broken)
        logging.getLogger(__name__).error("guardrail broken, rolling back: %s", told)
        roll_back(room, KEEPER, f"guardrail: {told}", leaving=present)


def broken_guardrails(room: ControlRoom, since: FactsSince) -> Sequence[tuple[Guardrail, float]]:
    """Return the guardrails of the version in force that are out of bounds, with their values since it was adopted."""
    present = room.present.situation.procedure or ""
    record = room.log.look(lambda connection: dossier(connection, present))
    schedule = None if record is None else record.latest(Step.SCHEDULE)
    rails = () if schedule is None else guardrails_in(schedule.said)
    if not rails:
        return ()
    adopted = [entry for entry, fact in adoptions(room.log) if fact.fingerprint == present][-1]
    facts, until = since.after(adopted.sequence), room.clock.now() + 1
    found = measure(facts, since=adopted.fact.at, until=until, procedure=room.present.procedure, centre=room.centre)
    values = [(rail, found.figure(rail.figure)) for rail in rails if found.figure(_count(rail.figure)) >= rail.samples]
    return [(rail, value) for rail, value in values if rail.is_broken(value)]


def guardrails_in(said: str) -> Sequence[Guardrail]:
    """Read guardrails back from the words of a schedule."""
    told: Mapping[str, Iterable[Mapping[str, object]]] = json.loads(said or "{}")
    return [Guardrail(**rail) for rail in told.get("guardrails", ())]  # type: ignore[arg-type]


async def keep_rollouts(room: ControlRoom) -> None:
    """Put in force what is due, and watch what was, until cancelled."""
    since, loop = FactsSince(room.log), asyncio.get_running_loop()
    watched_at = loop.time()
    while True:
        try:
            wait_s = await asyncio.to_thread(take_what_is_due, room)
            if loop.time() - watched_at >= WATCH_EVERY_S:
                watched_at = loop.time()
                await asyncio.to_thread(halt_what_is_broken, room, since)
        except Exception:  # A register that cannot be read must not end the watch over it.
            logging.getLogger(__name__).exception("the register could not be looked at; trying again")
            wait_s = AFTER_TROUBLE_S
        await asyncio.sleep(wait_s)


def _count(figure: str) -> str:
    """The figure that says how many samples another rests on."""
    clock, _, rest = figure.partition(".")
    return f"{clock}.n.{rest.rpartition('.')[2]}" if rest and clock.endswith("_s") else "contacts"
