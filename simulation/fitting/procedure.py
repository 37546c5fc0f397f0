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
from simulation.fitting.mapping import LogMapping
from simulation.workload import Nature

UNKNOWN = "unknown"
CHECKS: Mapping[str, Check] = {
    "asked what has happened": Check(answer="nature"),
    "located before dispatch": Check(record="located", before="assigned"),
    "assessed before dispatch": Check(record="assessed", before="assigned"),
}


def fit_procedure(natures: Sequence[Nature], mapping: LogMapping) -> Procedure:
    """Write the baseline down."""
    tree, determinants = _triage(natures, mapping)
    checks = CHECKS if mapping.has_responses else dict(list(CHECKS.items())[:1])
    if mapping.positions == "none":
        checks = {name: check for name, check in checks.items() if check.record != "located"}
    return Procedure(
        procedure=mapping.mapping,
        revision=1,
        queues={
            name: Queue(skill=rule.skill, rank=rule.rank, credit_s=rule.credit_s, answer_target_s=rule.answer_target_s)
            for name, rule in mapping.queues.items()
        },
        priorities={
            name: Priority(rank=rank, urgency=Urgency(weight=rule.weight, target_s=rule.target_s), lights=rule.lights)
            for rank, (name, rule) in enumerate(mapping.priorities.items(), start=1)
        },
        triage=Triage(start="nature", questions=tree),
        determinants=determinants,
        plans={
            detail: plan_of(detail) for detail in sorted({each.plan for each in determinants.values() if each.plan})
        },
        dispatch=Dispatch(),
        targets=Targets(packs=mapping.targets),
        checks=checks,
        examples=tuple(_example(nature) for nature in _leading(natures)),
    )


def with_diversion(baseline: Procedure) -> Procedure:
    """The baseline, but resources on their way to any other call may be turned round to one of the most urgent
    class.
    """
    first, *others = baseline.priorities
    diversion = Diversion.model_validate({"to": [first], "from": others})
    dispatch = baseline.dispatch.model_copy(update={"diversion": diversion})
    return baseline.model_copy(update={"revision": 2, "based_on": baseline.fingerprint, "dispatch": dispatch})


def _triage(natures: Sequence[Nature], mapping: LogMapping) -> tuple[dict[str, Question], dict[str, Determinant]]:
    """Nature, then severity, then, where somebody is sent, the detail that says who."""
    tree: dict[str, Question] = {}
    determinants: dict[str, Determinant] = {}
    priority_of = {mapping.severity(priority): priority for priority in mapping.classes}
    details = _details(natures)
    kinds = {kind: Step(ask=f"severity of {kind}") for kind in details}
    tree["nature"] = Question(
        text="What has happened?", about="nature", answers=kinds, otherwise=kinds.get(mapping.other)
    )
    for kind, known in details.items():
        severities = _severities(natures, kind, mapping)
        steps = {
            severity: Step(ask=f"detail of {severity} {kind}") if any(known) else Step(code=f"{kind} {severity}")
            for severity in severities
        }
        tree[f"severity of {kind}"] = Question(
            text="How severe is it?",
            about="severity",
            answers=steps,
            otherwise=steps[_commonest(natures, kind, "severity")],
        )
        for severity in severities:
            if not any(known):
                determinants[f"{kind} {severity}"] = Determinant(priority=priority_of[severity])
                continue
            codes = {detail: f"{kind} {severity} {detail}" for detail in known}
            usual = codes[_commonest(natures, kind, "detail", severity)]
            tree[f"detail of {severity} {kind}"] = Question(
                text="What else is known?",
                about="detail",
                answers={detail: Step(code=code) for detail, code in codes.items()},
                otherwise=Step(code=usual),
            )
            for detail, code in codes.items():
                determinants[code] = Determinant(priority=priority_of[severity], plan=detail)
    return tree, determinants


def plan_of(detail: str) -> Plan:
    """The plan that a detail such as `ambulance+2 engine` names."""
    rows = [re.fullmatch(r"(?:(\d+) )?(.+)", part) for part in detail.split("+")]
    return Plan(send=tuple(PlanRow(skill=row[2], quantity=int(row[1] or 1)) for row in rows if row is not None))


def _details(natures: Sequence[Nature]) -> Mapping[str, tuple[str, ...]]:
    """Every detail of every nature, whatever the severity: a caller may be wrong about that."""
    details: dict[str, dict[str, None]] = {}
    for nature in natures:
        details.setdefault(nature.truth["nature"], {})[nature.truth.get("detail", "")] = None
    return {kind: tuple(known) for kind, known in details.items()}


def _severities(natures: Sequence[Nature], kind: str, mapping: LogMapping) -> tuple[str, ...]:
    """What is true or told of a nature, the most severe first."""
    own = [nature for nature in natures if nature.truth["nature"] == kind]
    seen = {nature.truth["severity"] for nature in own}
    seen |= {said for nature in own for said in nature.told.get("severity", {})}
    return tuple(severity for severity in map(mapping.severity, mapping.classes) if severity in seen)


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
    kind, severity, detail = (nature.truth.get(about) for about in ("nature", "severity", "detail"))
    answers = {"nature": kind, f"severity of {kind}": severity}
    if detail is not None:
        answers[f"detail of {severity} {kind}"] = detail
    return Example.model_validate(
        {"answers": answers, "code": " ".join(filter(None, (kind, severity, detail))), "priority": nature.priority}
    )
