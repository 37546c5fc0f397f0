"""Putting approved procedures in force when they are due, watching what they were put in force under, and going back.

Imports `control_room`, `live_feed`, `log_subjects`, `registry` and `incidents`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from api.control_room import ControlRoom, Recorded
from api.live_feed import Bell
from api.log_subjects import PROCEDURE_SUBJECT
from api.registry import dossier, draft, due, procedure_of, take
from incidents import facts as f
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.refusals import FactRefused, Refusal
from incidents.rollout import Act, Step

LOOK_EVERY_S = 30.0
"""How often guardrails are looked at, and the longest that a date goes unnoticed where the clock was set."""
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


@dataclass(frozen=True, slots=True)
class Adoption:
    """When rules were put in force."""

    at: Instant
    sequence: int
    fingerprint: str


def adoptions(room: ControlRoom) -> Sequence[Adoption]:
    """Return every time that rules were put in force, the latest last."""
    return [
        Adoption(entry.fact.at, entry.sequence, entry.fact.fingerprint)
        for entry in room.log.all_about(PROCEDURE_SUBJECT)
        if isinstance(entry.fact, f.ProcedureAdopted)
    ]


def put_in_force(room: ControlRoom, fingerprint: str, who: str) -> Recorded:
    """Put a version of the register in force now, and say so there; raises `FactRefused` with what stands against it."""
    kept = room.log.look(lambda connection: draft(connection, fingerprint))
    assert kept is not None, "what is due is a draft"
    recorded = room.adopt(procedure_of(kept), who)
    at = recorded.facts[0].at
    room.change(lambda connection: take(connection, fingerprint, Act(Step.ADOPTED, who, at), None))
    return recorded


def roll_back(room: ControlRoom, who: str, reason: str) -> tuple[Recorded, Procedure]:
    """Put the rules in force again that were before these; the version that is left is halted. Refused where there were none."""
    history = adoptions(room)
    present = history[-1].fingerprint
    before = next((each for each in reversed(history) if each.fingerprint != present), None)
    if before is None:
        raise Refusal.of("procedure", "no other rules were ever in force", "an earlier version in the log")
    procedure = room.log.procedures()[before.fingerprint]
    recorded = room.adopt(procedure, who)
    at = recorded.facts[0].at

    if room.log.look(lambda connection: dossier(connection, present)) is not None:
        halted = Act(Step.HALTED, who, at, reason)
        room.change(lambda connection: take(connection, present, halted, None))
    return recorded, procedure


def take_what_is_due(room: ControlRoom) -> float:
    """Put in force what is due; return the seconds until something is, at most `LOOK_EVERY_S`."""
    in_force = room.present.situation.procedure
    wait_s = LOOK_EVERY_S
    for at, fingerprint in room.log.look(lambda connection: due(connection, in_force)):
        left_s = (at - room.clock.now()) / MS_PER_S
        if left_s > 0:
            wait_s = min(wait_s, left_s)
            break
        try:
            put_in_force(room, fingerprint, KEEPER)
        except FactRefused as refusal:
            # Open work has words that the new rules lack: it waits until that work is over, and says so.
            logging.getLogger(__name__).warning("procedure %s must wait: %s", fingerprint[:12], refusal)
            wait_s = AFTER_TROUBLE_S
    return wait_s


def broken_guardrails(room: ControlRoom) -> Sequence[tuple[Guardrail, float]]:
    """Return the guardrails of the version in force that are out of bounds, with their values since it was adopted."""
    present = room.present.situation.procedure or ""
    record = room.log.look(lambda connection: dossier(connection, present))
    schedule = None if record is None else record.latest(Step.SCHEDULE)
    rails = () if schedule is None else guardrails_in(schedule.said)
    if not rails:
        return ()
    adopted = [each for each in adoptions(room) if each.fingerprint == present][-1]
    facts: list[f.Fact] = []
    reached = adopted.sequence
    while (chunk := room.log.read(reached)) and len(facts) < MOST_FACTS:
        facts += [entry.fact for entry in chunk]
        reached = chunk[-1].sequence
    until = room.clock.now() + 1
    found = measure(facts, since=adopted.at, until=until, procedure=room.present.procedure, centre=room.centre)
    values = [(rail, found.figure(rail.figure)) for rail in rails if found.figure(_count(rail.figure)) >= rail.samples]
    return [(rail, value) for rail, value in values if rail.is_broken(value)]


def guardrails_in(said: str) -> Sequence[Guardrail]:
    """Read guardrails back from the words of a schedule."""
    told: Mapping[str, Iterable[Mapping[str, object]]] = json.loads(said or "{}")
    return [Guardrail(**rail) for rail in told.get("guardrails", ())]  # type: ignore[arg-type]


def watch(room: ControlRoom) -> float:
    """Take what is due, and go back where a guardrail is broken; return how long to wait before looking again."""
    wait_s = take_what_is_due(room)
    broken = broken_guardrails(room)
    if broken:
        told = "; ".join(f"{rail.figure} is {value:.4g}" for rail, value in broken)
        logging.getLogger(__name__).error("guardrail broken, rolling back: %s", told)
        roll_back(room, KEEPER, f"guardrail: {told}")
    return wait_s


async def keep_rollouts(room: ControlRoom, bell: Bell) -> None:
    """Watch until cancelled."""
    changed, stop = bell.ear()
    try:
        while True:
            changed.clear()
            try:
                wait_s = await asyncio.to_thread(watch, room)
            except Exception:  # A register that cannot be read must not end the watch over it.
                logging.getLogger(__name__).exception("the register could not be looked at; trying again")
                wait_s = AFTER_TROUBLE_S
            await asyncio.sleep(min(wait_s, AFTER_TROUBLE_S) if wait_s < AFTER_TROUBLE_S else 1.0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), wait_s)
    finally:
        stop()


def _count(figure: str) -> str:
    """The figure that says how many samples another rests on."""
    clock, _, rest = figure.partition(".")
    return f"{clock}.n.{rest.rpartition('.')[2]}" if rest and clock.endswith("_s") else "contacts"
