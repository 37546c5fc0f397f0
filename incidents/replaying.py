"""Replaying a log: every choice in it against what the procedure in force proposes, and against what another one would have.

The log is folded as it stands, with its corrections as facts among the others. Pure; imports `second_mind`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents import facts as f
from incidents.centre import Centre
from incidents.choices import Choice
from incidents.light import replace
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.roster import Roster
from incidents.second_mind import Disagreement, Noted, SecondMind, Tally
from incidents.situation import Situation
from incidents.travel import TravelTimes, travel_times

MOST_KEPT = 10_000
"""The most choices, and the most disagreements, that a replay keeps; it counts them all."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: everything counted, and the first of it kept. `left_out`: how much was noted and not kept.

    `situation`: what is known at the end of the log.
    """

    tally: Tally
    choices: tuple[Choice, ...]
    disagreements: tuple[Disagreement, ...]
    left_out: int
    situation: Situation

    @property
    def overrides(self) -> tuple[Choice, ...]:
        """Those of the choices that the procedure in force had not proposed."""
        return tuple(each for each in self.choices if not each.is_as_proposed)


def replay(
    facts: Iterable[f.Fact],
    centre: Centre,
    procedures: Mapping[str, Procedure],
    second: Procedure | None = None,
    *,
    in_force: str | None = None,
    travel: TravelTimes | None = None,
    since: Instant | None = None,
    until: Instant | None = None,
    most: int = MOST_KEPT,
) -> Replay:
    """Fold a log from its beginning and decide it again; what is kept lies in [since, until), what is counted anywhere.

    `procedures`, by fingerprint, are those that the log adopts, and `in_force` the one before its first fact; while none of
    them is in force nothing is compared. Raises `FactRefused` at a fact that cannot follow those before it. A few milliseconds
    for each choice.
    """
    roster = Roster(centre, travel_times(centre) if travel is None else travel)
    mind = SecondMind(replace(Situation.opening(centre), procedure=in_force), procedures, roster, second)
    choices: list[Choice] = []
    disagreements: list[Disagreement] = []
    left_out = 0

    def keep(noted: tuple[Noted, ...]) -> int:
        missed = 0
        for each in noted:
            if (since is not None and each.at < since) or (until is not None and each.at >= until):
                continue
            kept: list[Choice] | list[Disagreement] = choices if isinstance(each, Choice) else disagreements
            if len(kept) < most:
                kept.append(each)  # type: ignore[arg-type]
            else:
                missed += 1
        return missed

    for fact in facts:
        left_out += keep(mind.take(fact))
    left_out += keep(mind.finish())
    return Replay(mind.tally, tuple(choices), tuple(disagreements), left_out, mind.situation)
