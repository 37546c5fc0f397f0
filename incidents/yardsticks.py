"""Yardsticks: what a procedure and a centre declare that figures are held against, and what cannot be told without them.

A target of the procedure is the limit of a clock of `performance` where it starts and stops as that clock does: at one moment
each, of any resource, with no seconds added. Of several on one clock for one priority the first that speaks of a share or a
quantile counts, else the first. Targets with clocks of their own are told under their names by `conformance`. Imports
`due_rungs`, `centre`, `measures` and `procedure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from incidents.centre import Centre
from incidents.due_rungs import has_rungs_to_judge
from incidents.measures import EVERY, figure_flaw, lacking
from incidents.procedure import Procedure
from incidents.refusals import Flaw
from incidents.targets import Target, targets_of

CLOCKS: Mapping[tuple[str, str, str], str] = {
    ("contacts", "received", "answered"): "answer_s",
    ("incidents", "received", "assessed"): "handling_s",
    ("incidents", "answered", "assessed"): "triage_s",
    ("incidents", "assessed", "assigned"): "dispatch_wait_s",
    ("incidents", "assigned", "departed"): "turnout_s",
    ("incidents", "departed", "arrived"): "travel_s",
    ("incidents", "received", "arrived"): "response_s",
}
"""The clock by what it is of, where it starts and where it stops."""


def held_targets(procedure: Procedure) -> Mapping[str, Target]:
    """The targets of a procedure that are at hand: its own, and those of packs that were read with it."""
    at_hand = {name: grades for name, grades in procedure.targets.packs.items() if name in procedure.targets.held}
    return targets_of(procedure.targets.model_copy(update={"packs": at_hand}), {})


def limits_of(procedure: Procedure) -> dict[tuple[str, str], float]:
    """The seconds that targets allow, by clock and priority."""
    found: dict[tuple[str, str], Target] = {}
    for target in held_targets(procedure).values():
        clock = _clock(target)
        for group in _groups(target, procedure) if clock is not None else ():
            assert clock is not None
            known = found.get((clock, group))
            if known is None or (_is_of_many(target) and not _is_of_many(known)):
                found[clock, group] = target
    return {key: target.limit_s for key, target in found.items()}


def lacks_of(
    procedure: Procedure | None, centre: Centre | None, *, knows_priority: bool, knows_needs: bool
) -> dict[str, str]:
    """Why some figures cannot be told, by the beginnings of their names."""
    lacks: dict[str, str] = {}
    if procedure is None or not (procedure.targets.own or procedure.targets.held):
        lacks["target_s"] = lacks["target_share"] = "the procedure declares no target"
        lacks["conformance.targets.share"] = "the procedure declares no target"
    if procedure is None or not procedure.checks:
        lacks["conformance.checks.share"] = "the procedure declares no check"
    if len(lacks) == 4:
        lacks["conformance.share"] = "the procedure declares neither checks nor targets"
    if procedure is None or not has_rungs_to_judge(procedure):
        because = "the procedure has no rung whose instant a log shows"
        lacks["escalations.late"] = lacks["escalations.missed"] = because
    if centre is None or centre.costs is None:
        lacks["cost"] = "the centre declares no costs"
    if not knows_needs or centre is None:
        lacks["over_response"] = lacks["under_response"] = "nobody says what was truly needed"
    if not knows_priority or procedure is None:
        lacks["over_triage"] = lacks["under_triage"] = "nobody says what the true priorities were"
    return lacks


def unmeasurable(
    name: str, procedure: Procedure, centre: Centre, *, knows_truth: bool = True, areas: Iterable[str] | None = None
) -> Flaw | None:
    """Why a figure cannot be asked of this procedure in this centre: its name, or what neither of them declares; None: it can."""
    kinds = {entry.kind for entry in centre.resources.values()}
    areas = centre.zones if areas is None else areas
    flaw = figure_flaw(name, priorities=tuple(procedure.priorities), kinds=kinds, areas=areas)
    if flaw is not None:
        return flaw
    head, _, tail = name.partition(".")
    if head in ("target_s", "target_share") and tail not in (targets := held_targets(procedure)):
        return Flaw(name, f"the procedure declares no target {tail!r}", ", ".join(targets) or "none is declared")
    return lacking(
        name, lacks_of(procedure, centre, knows_priority=knows_truth, knows_needs=knows_truth), limits_of(procedure)
    )


def _clock(target: Target) -> str | None:
    if len(target.start) != 1 or len(target.stop) != 1:
        return None
    start, stop = target.start[0], target.stop[0]
    if start.after_s or stop.after_s or start.skill is not None or stop.skill is not None:
        return None
    return CLOCKS.get((target.of, start.moment, stop.moment))


def _groups(target: Target, procedure: Procedure) -> tuple[str, ...]:
    if target.of == "contacts":
        return (EVERY,) if not target.for_ or set(target.for_) >= set(procedure.queues) else ()
    return target.for_ or (EVERY, *procedure.priorities)


def _is_of_many(target: Target) -> bool:
    return target.statistic not in ("mean", "median")
