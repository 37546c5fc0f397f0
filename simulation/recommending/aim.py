"""An aim: the figure that is to be moved, and the limit it should keep. `response_s.p90.red<=480`, `answer_s.within_15.all>=0.9`.

May import `incidents.measures`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from incidents.centre import Centre
from incidents.measures import EVERY, figure_flaw, figure_name, more_is_better, statistic_of
from incidents.procedure import Procedure
from optimiser.refusals import Refusal
from simulation.recommending.journeys import TO_ANSWER, TO_ARRIVAL

_AIM = re.compile(r"(?P<figure>.+?)(?P<sign><=|>=)(?P<limit>\d+(?:\.\d+)?)")
SHARE, ANSWER_S = 0.9, 20.0
"""What is aimed at where neither the command nor the procedure says: so many answered in so many seconds."""
SUFFICIENT = 300.0
"""Where an urgency has no target of its own: p90 within 300 s times the rank of its priority."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure of a clock that journeys are cut by, and the limit it is to keep: at most where less is better, else at least."""

    figure: str
    limit: float

    @property
    def clock(self) -> str:
        """The clock of the figure."""
        return figure_name(self.figure).head

    @property
    def priority(self) -> str | None:
        """The priority it is of; None: every one."""
        named = figure_name(self.figure).priority
        return None if named == EVERY else named

    @property
    def wants_low(self) -> bool:
        """Whether less is better."""
        return not more_is_better(self.figure)

    @property
    def late_after_s(self) -> float:
        """A call that takes longer than so many seconds is one of those that hold the aim back."""
        statistic = figure_name(self.figure).statistic
        return float(statistic.removeprefix("within_")) if statistic.startswith("within_") else self.limit

    def is_met(self, value: float) -> bool:
        """Whether a value keeps the limit; none is kept by a value that is not known."""
        return not math.isnan(value) and (value <= self.limit if self.wants_low else value >= self.limit)

    def value(self, totals_s: Sequence[float]) -> float:
        """The figure over these totals; NaN of none."""
        return statistic_of(np.sort(np.asarray(totals_s, dtype=np.float64)), figure_name(self.figure).statistic)

    def __str__(self) -> str:
        return f"{self.figure}{'<=' if self.wants_low else '>='}{self.limit:g}"


def aim_of(text: str, procedure: Procedure) -> Aim:
    """Read `FIGURE<=VALUE` or `FIGURE>=VALUE`; refuses a figure that journeys are not cut by, and a sign that asks for worse."""
    match = _AIM.fullmatch(text.strip())
    if match is None:
        raise Refusal.of("--target", f"{text!r} is no target", "FIGURE<=VALUE, such as response_s.p90.all<=480")
    figure = match["figure"].strip()
    flaw = figure_flaw(figure, priorities=procedure.priorities)
    if flaw is not None:
        raise Refusal([flaw])
    parts = figure_name(figure)
    unfit = parts.statistic in ("n", "max", "within_target")
    if parts.head not in (TO_ARRIVAL, TO_ANSWER) or parts.area or unfit:
        accepted = f"{TO_ARRIVAL} or {TO_ANSWER}, by mean, median, p<percent> or within_<seconds>, of no single area"
        raise Refusal.of("--target", f"{figure} cannot be taken apart", accepted)
    aim = Aim(figure, float(match["limit"]))
    if aim.wants_low != (match["sign"] == "<="):
        raise Refusal.of("--target", f"{text!r} asks for worse", str(aim))
    if parts.statistic.startswith("within_") and aim.limit > 1:
        raise Refusal.of("--target", f"{aim.limit:g} is no share", "0 to 1")
    return aim


def usual_aim(procedure: Procedure, centre: Centre) -> Aim:
    """What is aimed at where nobody says: p90 of the most urgent priority, or where nobody drives nine calls in ten answered."""
    if procedure.plans and centre.travel.kind != "none":
        first = min(procedure.priorities, key=lambda name: (procedure.priorities[name].rank, name))
        priority = procedure.priorities[first]
        return Aim(f"{TO_ARRIVAL}.p90.{first}", priority.urgency.target_s or SUFFICIENT * priority.rank)
    asked = [queue.answer_target_s for queue in procedure.queues.values() if queue.answer_target_s is not None]
    return Aim(f"{TO_ANSWER}.within_{min(asked, default=ANSWER_S):g}.all", SHARE)
