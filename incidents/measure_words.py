"""Figures in words: what a measure is called when people speak of it, and its values with their unit. Imports `measures`."""

from __future__ import annotations

import math

from incidents.measures import EVERY, GINI, LEVELS, SHARES, STAGES, SURVIVORS, TARGETS, WORST, figure_name

_CLOCKS = {
    "answer_s": "time to answer",
    "handling_s": "call handling",
    "triage_s": "triage time",
    "dispatch_wait_s": "wait for dispatch",
    "turnout_s": "turnout",
    "travel_s": "travel time",
    "response_s": "response time",
    "on_scene_s": "time on scene",
    "transport_s": "transport",
    "handover_s": "handover",
    "commitment_s": "commitment",
    "cycle_s": "time until free again",
    "still_waiting_s": "wait of those whom nobody has reached",
    "units": "units sent",
    "busy_s": "busy time",
    "duty_s": "time on duty",
    "calls_waiting": "number of contacts waiting for an answer",
    "oldest_call_s": "age of the contact that has waited longest",
    "queue": "number of incidents waiting for a resource",
    "oldest_queued_s": "age of the incident that has waited longest for a resource",
}
_COUNTS = {
    "abandoned.share": "the share of contacts abandoned",
    "escalations.late": "the number of rungs that acted late",
    "escalations.missed": "the number of rungs that were due and never acted",
    "open_needs": "the number of open needs",
    "unit_hours": "hours on duty",
    "distance_km": "distance driven",
    "conformance.share": "the share of checks and targets kept",
    "conformance.checks.share": "the share of checks kept",
    "conformance.targets.share": "the share of target clocks within their limit",
    "cost": "the cost",
    "cost.duty": "the cost of hours on duty",
    "cost.distance": "the cost of distance",
    "cost.calls": "the cost of contacts",
}
_SHARES = {
    "over_response": "the share of incidents to which more came than was needed",
    "under_response": "the share of incidents to which less came than was needed",
    "over_triage": "the share of incidents ranked more urgent than they were",
    "under_triage": "the share of incidents ranked less urgent than they were",
}
_KIND_TOTALS = {"moves": "the number of moves", "unit_hours": "hours on duty", "distance_km": "distance driven"}


def measure_in_words(measure: str) -> str:
    """The figure's name as one would say it: `response_s.p90.code-3` is the p90 response time for code-3."""
    head, statistic, priority, area = figure_name(measure)
    tail = measure.partition(".")[2]
    if measure in _COUNTS:
        return _COUNTS[measure]
    every = "all" if priority == EVERY else priority
    if head in TARGETS:
        return f"{'the figure of' if head == 'target_s' else 'the share within'} the target {tail}"
    if head in SHARES:
        return f"{_SHARES[head]}, for {every}"
    if head == SURVIVORS:
        who = statistic.replace("_", " ").title()
        told = f"survivors per 1,000 by {who}, as if each were a cardiac arrest, for {every}"
    elif head in LEVELS:
        told = f"{statistic} {_CLOCKS[head]}" + ("" if priority == EVERY else f", for {every}")
    elif head not in STAGES:
        if not tail:
            return f"the number of {measure.replace('_', ' ')}"
        return (
            f"{tail} of {head}"
            if head == "concurrency"
            else f"{_KIND_TOTALS.get(head, _CLOCKS.get(head, head))} of {tail}"
        )
    elif statistic == "within_target":
        told = f"the share with {_CLOCKS[head]} within the target for {every}"
    elif statistic.startswith("within_"):
        told = f"the share with {_CLOCKS[head]} within {statistic.removeprefix('within_')} s for {every}"
    else:
        told = f"{'number of samples of' if statistic == 'n' else statistic} {_CLOCKS[head]} for {every}"
    return f"{told}{_of_area(area)}"


def _of_area(area: str) -> str:
    return {"": "", WORST: ", in the worst area", GINI: ", Gini coefficient over areas"}.get(area, f", in area {area}")


def clock_in_words(clock: str) -> str:
    """The clock as one would say it."""
    return _CLOCKS.get(clock, clock)


def in_words(measure: str, value: float, *, is_step: bool = False) -> str:
    """A value of this measure with its unit; a step between two values has its sign, and of shares is in points."""
    if math.isnan(value):
        return "nothing observed"
    if math.isinf(value):
        return "unbounded"
    # Exactly nothing is told apart from what rounds to nothing.
    sign = "+" if is_step and value else ""
    digits = 0 if value == 0 else 1 if abs(value) >= 10 else 2
    unit = unit_of(measure)
    if unit == "%":
        told = f"{100 * value:{sign}.{min(2, 2 * digits)}f} {'points' if is_step else '%'}"
    elif unit:
        told = f"{value:{sign},.{digits}f} {unit}"
    else:
        told = f"{value:{sign},.2f}" if value % 1 else f"{value:{sign},.0f}"
    return told.replace("-", "−")


def unit_of(measure: str) -> str:
    """The unit in which a figure is told: s, h, km, %, or none where it is a number."""
    head, *_ = figure_name(measure)
    if is_share(measure):
        return "%"
    if is_time(measure):
        return "s"
    return {"unit_hours": "h", "distance_km": "km"}.get(head, "")


def is_share(measure: str) -> bool:
    """Whether a figure is a share of something."""
    head, statistic, _, area = figure_name(measure)
    if area == GINI or head == SURVIVORS:
        return False
    is_within = head in STAGES and statistic.startswith("within_")
    return is_within or head in ("utilisation", "target_share", *SHARES) or measure.endswith(".share")


def is_time(measure: str) -> bool:
    """Whether a figure is in seconds."""
    head, statistic, _, area = figure_name(measure)
    return head.endswith("_s") and area != GINI and statistic != "n" and not is_share(measure)
