"""Which of its own rules a procedure kept, as figures: checks, targets, and rungs in time.

Imports `conformance`, `due_rungs`, `timing` and `yardsticks`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from incidents import facts as f
from incidents.conformance import Finding, Verdict, conformance
from incidents.due_rungs import DueRungs
from incidents.procedure import Procedure
from incidents.quantities import Instant
from incidents.targets import Targets
from incidents.timing import Timing
from incidents.yardsticks import held_targets


def late_rungs(timing: Timing, rungs: DueRungs | None, end: Instant) -> dict[str, float]:
    """How many rungs acted late, or never; NaN where no rung can be judged."""
    if rungs is None:
        return dict.fromkeys(("escalations.late", "escalations.missed"), math.nan)
    contacts = [contact for contact, received in timing.received_at.items() if timing.counts_at(received)]
    late, missed = rungs.late_and_missed(timing.started, contacts, end)
    return {"escalations.late": float(late), "escalations.missed": float(missed)}


def kept_rules(log: Sequence[f.Fact], procedure: Procedure | None, since: Instant, until: Instant) -> dict[str, float]:
    """What was kept of the checks and targets of the procedure, which is taken to be in force; nothing is read without any."""
    counts = {f"conformance.{name}share": math.nan for name in ("", "checks.", "targets.")}
    targets = {} if procedure is None else held_targets(procedure)
    if procedure is None or not (targets or procedure.checks):
        return counts
    own = procedure.fingerprint
    rules = procedure.model_copy(update={"targets": Targets(own=targets)})
    found = conformance(log, {own: rules}, {}, in_force=own, since=since, until=until)
    judged = [each for each in found.findings if each.verdict is not Verdict.PENDING]
    for name, sort in (("", None), ("checks.", "check"), ("targets.", "target")):
        counts[f"conformance.{name}share"] = _kept([each for each in judged if sort in (None, each.sort)])
    in_time: dict[str, list[Finding]] = {}
    for each in judged:
        if each.sort == "target":
            in_time.setdefault(each.rule, []).append(each)
    for total in found.targets:
        seconds = math.nan if total.target.share is not None else total.figure
        counts[f"target_s.{total.rule}"] = seconds
        counts[f"target_share.{total.rule}"] = _kept(in_time.get(total.rule, []))
    return counts


def _kept(findings: Sequence[Finding]) -> float:
    return sum(each.verdict is Verdict.MET for each in findings) / len(findings) if findings else math.nan
