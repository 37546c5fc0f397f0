"""What of a workload depends on the hour of the day: tested one by one, kept apart where it matters. Imports `by_hour`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from simulation.fitting.by_day import times_by_day
from simulation.fitting.by_hour import HourTest, mix_by_hour, mix_weights, time_factors, times_by_hour
from simulation.fitting.courses import before_transport_s, handover_s, scene_s, to_facility_s, turnout_s
from simulation.fitting.log import DAY_S, Log, LoggedIncident, Response
from simulation.fitting.mapping import LogMapping
from simulation.fitting.natures import grouped
from simulation.fitting.travel import travel_s
from simulation.fitting.workload import talk_s
from simulation.workload import Hours, Workload

TRAVEL = "travel"
OF_A_RESPONSE: Mapping[str, Callable[[LoggedIncident, Response], float | None]] = {
    "turnout_s": turnout_s,
    TRAVEL: lambda _, response: travel_s(response),
    "scene_s": scene_s,
}

BY_DAY: Mapping[str, Callable[[LoggedIncident, Response], float | None]] = {
    "turnout_s": turnout_s,
    "travel_factor": lambda _, response: travel_s(response),
    "scene_s": scene_s,
    "before_transport_s": before_transport_s,
    "to_facility_s": to_facility_s,
    "handover_s": handover_s,
}


def with_hours(workload: Workload, log: Log, mapping: LogMapping) -> Workload:
    """The workload with a mix and times by hour where the log's depend on it; a mapping that asks for tables has neither."""
    if mapping.durations == "tables":
        return workload
    hours, names = mix_of_log(log, mapping)
    weights: dict[str, Hours] = {}
    if mix_by_hour(hours, names).matters:
        by_name = mix_weights(hours, names)
        weights = {nature.id: by_name[nature.truth["nature"]] for nature in workload.natures}
    factors = {
        name: time_factors(at, values)
        for name, (at, values) in times_of_log(log, mapping).items()
        if times_by_hour(at, values).matters
    }
    travel = factors.pop(TRAVEL, None)
    week = None if travel is None else tuple(min(10.0, max(0.1, factor)) for factor in travel * 7)
    hourly = workload.model_copy(update={"mix_by_hour": weights, "times_by_hour": factors, "travel_by_hour": week})
    return hourly.model_copy(update={"times_by_day": days_of_log(log, mapping)}) if mapping.days == "fitted" else hourly


def days_of_log(log: Log, mapping: LogMapping) -> Mapping[str, float]:
    """The coefficient of variation of a day's factor, for every time that depends on the day."""
    samples: dict[str, tuple[list[int], list[str], list[float]]] = {}

    def add(name: str, incident: LoggedIncident, group: str, value: float | None) -> None:
        if value is not None and value >= 0:
            days, groups, values = samples.setdefault(name, ([], [], []))
            days.append(int(incident.received // DAY_S))
            groups.append(group)
            values.append(value)

    for each in log.incidents:
        add("handling_s", each, each.nature, talk_s(each, mapping))
        for response in each.responses:
            for name, stage in BY_DAY.items():
                add(name, each, f"{response.kind} {each.priority}", stage(each, response))
    tests = {name: times_by_day(*sample) for name, sample in samples.items()}
    return {name: test.cv for name, test in tests.items() if test.cv}


def tests_of(log: Log, mapping: LogMapping) -> Mapping[str, HourTest]:
    """What every test came to, by what was tested."""
    hours, names = mix_of_log(log, mapping)
    found = {"mix of natures": mix_by_hour(hours, names)}
    return found | {name: times_by_hour(*sample) for name, sample in times_of_log(log, mapping).items()}


def mix_of_log(log: Log, mapping: LogMapping) -> tuple[list[int], list[str]]:
    """The hour and the nature of every incident, rare ones among the others."""
    pairs = [
        (_hour(each.received), nature)
        for (nature, _), members in grouped(log.incidents, mapping.other).items()
        for each in members
    ]
    return [hour for hour, _ in pairs], [nature for _, nature in pairs]


def times_of_log(log: Log, mapping: LogMapping) -> Mapping[str, tuple[list[int], list[float]]]:
    """For every time that may depend on the hour of receipt: hours and seconds."""
    found: dict[str, tuple[list[int], list[float]]] = {"handling_s": ([], [])}
    for each in log.incidents:
        _add(found, "handling_s", each, talk_s(each, mapping))
        for response in each.responses:
            for name, stage in OF_A_RESPONSE.items():
                found.setdefault(name, ([], []))
                _add(found, name, each, stage(each, response))
    return {name: sample for name, sample in found.items() if sample[0]}


def _add(
    found: dict[str, tuple[list[int], list[float]]],
    name: str,
    incident: LoggedIncident,
    value: float | None,
) -> None:
    if value is not None and value >= 0:
        found[name][0].append(_hour(incident.received))
        found[name][1].append(value)


def _hour(at: float) -> int:
    return int(at // 3600) % 24
