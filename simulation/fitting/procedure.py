"""The baseline procedure: written down so that it asks for what the workload knows and sends what the log's
dispatchers sent.

Three questions: what has happened, how severe it is, and the detail that stands for what the log does not
hold. The severity told decides the priority, the detail decides the plan. Imports `workload` and
`incidents.procedure`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from incidents.checks import Check
from incidents.plan_row import PlanRow
from incidents.procedure import (
    Determinant,
    Dispatch,
    Diversion,
    Example,
    Plan,
    Priority,
    Procedure,
    Question,
    Queue,
    Step,
    Triage,
    Urgency,
)
from incidents.targets import Targets
from simulation.fitting.centre import CALL_TAKING
from simulation.fitting.log import CLASSES, LIFE_THREATENING, OTHER, ROUTINE, SEVERITIES, URGENT
from simulation.fitting.workload import QUEUE
from simulation.workload import Nature

UNKNOWN = "unknown"
PRIORITY_OF: Mapping[str, str] = {severity: priority for priority, severity in SEVERITIES.items()}
PRIORITIES: Mapping[str, Priority] = {
    LIFE_THREATENING: Priority(rank=1, urgency=Urgency(weight=10.0, target_s=300.0)),
    URGENT: Priority(rank=2, urgency=Urgency(weight=4.0, target_s=480.0)),
    ROUTINE: Priority(rank=3, urgency=Urgency(weight=1.0, target_s=1200.0), lights=False),
}
"""The weights are ours; the log holds no trace of how its dispatchers weighed one call against another."""
TARGETS = Targets(
    packs={
        "nfpa-1225-2022": {"emergency calls": (QUEUE,), "emergency incidents": (LIFE_THREATENING, URGENT)},
        "nfpa-1710-2020": {"emergency medical": (LIFE_THREATENING, URGENT)},
    }
)
"""Standards to hold the city against. The log does not show which of them it holds itself to."""
CHECKS: Mapping[str, Check] = {
    "asked what has happened": Check(answer="nature"),
    "located before dispatch": Check(record="located", before="assigned"),
    "assessed before dispatch": Check(record="assessed", before="assigned"),
}


def fit_procedure(natures: Sequence[Nature]) -> Procedure:
    """Write the baseline down."""
    tree: dict[str, Question] = {}
    determinants: dict[str, Determinant] = {}
    details = _details(natures)
    kinds = {kind: Step(ask=f"severity of {kind}") for kind in details}
    tree["nature"] = Question(text="What has happened?", about="nature", answers=kinds, otherwise=kinds.get(OTHER))
    for kind, known in details.items():
        severities = _severities(natures, kind)
        tree[f"severity of {kind}"] = Question(
            text="How severe is it?",
            about="severity",
            answers={severity: Step(ask=f"detail of {severity} {kind}") for severity in severities},
            otherwise=Step(ask=f"detail of {_commonest(natures, kind, 'severity')} {kind}"),
        )
        for severity in severities:
            codes = {detail: f"{kind} {severity} {detail}" for detail in known}
            usual = codes[_commonest(natures, kind, "detail", severity)]
            tree[f"detail of {severity} {kind}"] = Question(
                text="What else is known?",
                about="detail",
                answers={detail: Step(code=code) for detail, code in codes.items()},
                otherwise=Step(code=usual),
            )
            for detail, code in codes.items():
                determinants[code] = Determinant(priority=PRIORITY_OF[severity], plan=detail)
    return Procedure(
        procedure="san_francisco",
        revision=1,
        queues={QUEUE: Queue(skill=CALL_TAKING, answer_target_s=15.0)},
        priorities=PRIORITIES,
        triage=Triage(start="nature", questions=tree),
        determinants=determinants,
        plans={
            detail: plan_of(detail) for detail in sorted({each.plan for each in determinants.values() if each.plan})
        },
        dispatch=Dispatch(),
        targets=TARGETS,
        checks=CHECKS,
        examples=tuple(_example(nature) for nature in _leading(natures)),
    )


def with_diversion(baseline: Procedure) -> Procedure:
    """The baseline, but resources on their way to any other call may be turned round to a life-threatening
    one.
    """
    diversion = Diversion.model_validate({"to": [LIFE_THREATENING], "from": [URGENT, ROUTINE]})
    dispatch = baseline.dispatch.model_copy(update={"diversion": diversion})
    return baseline.model_copy(update={"revision": 2, "based_on": baseline.fingerprint, "dispatch": dispatch})


def plan_of(detail: str) -> Plan:
    """The plan that a detail such as `ambulance+2 engine` names."""
    rows = [re.fullmatch(r"(?:(\d+) )?(.+)", part) for part in detail.split("+")]
    return Plan(send=tuple(PlanRow(skill=row[2], quantity=int(row[1] or 1)) for row in rows if row is not None))


def _details(natures: Sequence[Nature]) -> Mapping[str, tuple[str, ...]]:
    """Every detail of every nature, whatever the severity: a caller may be wrong about that."""
    details: dict[str, dict[str, None]] = {}
    for nature in natures:
        details.setdefault(nature.truth["nature"], {})[nature.truth["detail"]] = None
    return {kind: tuple(known) for kind, known in details.items()}


def _severities(natures: Sequence[Nature], kind: str) -> tuple[str, ...]:
    """What is true or told of a nature, the most severe first."""
    own = [nature for nature in natures if nature.truth["nature"] == kind]
    seen = {nature.truth["severity"] for nature in own}
    seen |= {said for nature in own for said in nature.told.get("severity", {})}
    return tuple(SEVERITIES[priority] for priority in CLASSES if SEVERITIES[priority] in seen)


def _commonest(natures: Sequence[Nature], kind: str, about: str, severity: str | None = None) -> str:
    """The truth that most incidents of a nature (and severity, where any has it) share."""
    own = [nature for nature in natures if nature.truth["nature"] == kind]
    own = [nature for nature in own if nature.truth["severity"] == severity] or own
    weights: dict[str, float] = {}
    for nature in own:
        weights[nature.truth[about]] = weights.get(nature.truth[about], 0.0) + nature.share
    return min(weights, key=lambda value: (-weights[value], value))


def _leading(natures: Sequence[Nature]) -> list[Nature]:
    """The commonest variant of every type and class: one worked example each."""
    best: dict[tuple[str, str], Nature] = {}
    for nature in natures:
        key = nature.truth["nature"], nature.priority
        if key not in best or nature.share > best[key].share:
            best[key] = nature
    return list(best.values())


def _example(nature: Nature) -> Example:
    kind, severity, detail = (nature.truth[about] for about in ("nature", "severity", "detail"))
    return Example(
        answers={
            "nature": kind,
            f"severity of {kind}": severity,
            f"detail of {severity} {kind}": detail,
        },
        code=f"{kind} {severity} {detail}",
        priority=nature.priority,
    )
