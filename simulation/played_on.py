"""A log played on: the same callers and crews met again by the rules in force, and by another procedure, as figures side by side.

The rules in force are played too, because a twin that does not bring their own log out again says nothing about others. What the
log cannot show is imputed (`recorded`) and counted. Imports `recorded`, `world` and the measures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incidents import facts as f
from incidents.centre import Centre
from incidents.desk import Desk
from incidents.measure_words import measure_in_words
from incidents.measures import EVERY, Measures
from incidents.performance import measure
from incidents.procedure import Procedure
from incidents.quantities import MS_PER_S, Instant
from incidents.refusals import Refusal
from simulation.recorded import recorded
from simulation.world import World

MOST_CONTACTS = 20_000
"""The most contacts of a log that are played on: a week of a large city."""
TAIL_MS = 4 * 3600 * MS_PER_S
"""How long after the last fact what is under way may still end."""
FIGURES = tuple(
    f"{clock}.{statistic}.{EVERY}"
    for clock in ("answer_s", "dispatch_wait_s", "response_s") for statistic in ("mean", "p90")
)  # fmt: skip
NOT_THE_LOG = "The figures of the log itself are what happened; the other two columns are simulated."
ONE_COURSE = "One course of events was played, without chance: no interval can be given."
DUTY = "Who is on duty is the centre's document, not the log; people take up proposals as soon as the log's took to decide."


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in the log, played again by the rules in force, and played by the other procedure; None: nothing was timed."""

    name: str
    words: str
    log: float | None
    again: float | None
    under: float | None


@dataclass(frozen=True, slots=True)
class PlayedOn:
    """What came of it. `imputed`: what the log does not show, by how often."""

    figures: tuple[Figure, ...]
    imputed: Mapping[str, int]
    caveats: tuple[str, ...]


def play_on(
    facts: Sequence[f.Fact], centre: Centre, in_force: Procedure, second: Procedure,
    *, since: Instant | None = None, until: Instant | None = None, seed: int = 0,
) -> PlayedOn:  # fmt: skip
    """Play a log from its beginning under two procedures; figures are of what was received in [since, until).

    Refuses a log under several procedures, one without contacts, and one of more than `MOST_CONTACTS`.
    """
    _refuse(facts)
    found = recorded(facts, centre, in_force, seed=seed)
    start, end = facts[0].at, facts[-1].at + TAIL_MS
    first = start if since is None else since
    last = facts[-1].at + 1 if until is None else min(until, facts[-1].at + 1)
    logs = [
        World(Desk.under(centre, rules, start), found.trace, start=start, end=end).run() for rules in (in_force, second)
    ]
    measured = [measure(log, since=first, until=last) for log in (facts, *logs)]
    missing, of = found.imputed_outcomes(logs[1], centre)
    caveats = [NOT_THE_LOG, ONE_COURSE, DUTY, f"{missing} of {of} outcomes under the other procedure are imputed."]
    caveats += [f"{count} x {what}" for what, count in found.imputed.items()]
    figures = tuple(
        Figure(name, measure_in_words(name).removesuffix(" for all"), *(_figure(each, name) for each in measured))
        for name in FIGURES
    )
    return PlayedOn(figures, found.imputed, tuple(caveats))


def _figure(measured: Measures, name: str) -> float | None:
    value = measured.figure(name)
    return None if math.isnan(value) else value


def _refuse(facts: Sequence[f.Fact]) -> None:
    adopted = {fact.fingerprint for fact in facts if isinstance(fact, f.ProcedureAdopted)}
    contacts = sum(isinstance(fact, f.ContactReceived) for fact in facts)
    if len(adopted) > 1:
        raise Refusal.of("log", f"was kept under {len(adopted)} procedures", "a log under one, to be played on")
    if not contacts:
        raise Refusal.of("log", "has no contacts that could be played on", "a log with contacts")
    if contacts > MOST_CONTACTS:
        raise Refusal.of("log", f"has {contacts:,} contacts", f"at most {MOST_CONTACTS:,}, to be played on")
