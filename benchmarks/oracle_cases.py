"""The grid: every case a world, how long it takes to settle, and the figures that its formula expects."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.oracle_worlds import UNIT_SERVICE_S, Calls, World, driving_m, exponential, queue_world, street_world
from simulation.distributions import Constant, Lognormal
from simulation.queueing import (
    Area,
    Stream,
    class_within_share,
    cobham_waits_s,
    cut_off_queue,
    erlang_b,
    erlang_c,
    exponential_impatience,
    hypercube,
    impatient_queue,
    kaufman_roberts,
    loads_by_hour,
    mean_wait_s,
    mixed_impatience,
    single_server_waits_s,
    wait_within_share,
)
from simulation.queueing.impatience import Answering, Impatience

SERVICE_S = 120.0
_PAIRS = (
    ((0.2, 60.0, 0.0), (0.4, 180.0, 1.0)),
    ((0.3, 200.0, 0.5), (0.25, 50.0, 0.0)),
    ((0.1, 90.0, 1.0), (0.5, 90.0, 0.0)),
    ((0.25, 120.0, 1.5), (0.25, 120.0, 0.3)),
)
"""Two classes at one server, each with its load, its service time and the coefficient of variation of that."""


@dataclass(frozen=True, slots=True)
class Case:
    """`expected` by figure (`busy.NAME` is one resource's share of time); `settles_s`: the time in which it forgets.

    `measured_s` None: as long as the contacts asked for take. `from_empty`: the formula knows the empty start, and nothing is
    warmed up.
    """

    name: str
    formula: str
    world: Callable[[], World]
    expected: Mapping[str, float]
    per_s: float
    settles_s: float
    measured_s: float | None = None
    from_empty: bool = False


def cases() -> tuple[Case, ...]:
    """All of them, by name."""
    families = (
        _erlang_c(), _erlang_b(), _erlang_a(), _general_patience(), _cobham(), _single_server(), _single_server_classes(),
        _kaufman_roberts(), _chats(), _opening(), _hypercube(), _cut_off(),
    )  # fmt: skip
    return tuple(case for family in families for case in family)


def _settling_s(load: float, servers: int, service_s: float = SERVICE_S) -> float:
    """About the relaxation time of M/M/c: that of one service, or of the queue near saturation."""
    return service_s * max(1.0, 1 / (servers * (1 - math.sqrt(load / servers)) ** 2))


def _queue(
    name: str,
    formula: str,
    servers: int,
    calls: Sequence[Calls],
    expected: Mapping[str, float],
    settles_s: float,
    **more: Any,
) -> Case:
    per_s = sum(each.per_h for each in calls) / 3600
    return Case(name, formula, lambda: queue_world(servers, calls, **more), expected, per_s, settles_s)


def _erlang_c() -> Iterator[Case]:
    for servers in (1, 2, 3, 5, 8, 12, 20, 30):
        for share in (0.5, 0.65, 0.8):
            load = servers * share
            if servers == 1 and share > 0.7:
                continue
            expected = {
                "answer_s.mean.all": mean_wait_s(load, servers, SERVICE_S),
                "answer_s.within_0.all": 1 - erlang_c(load, servers),
                "answer_s.within_20.all": wait_within_share(load, servers, SERVICE_S, 20),
                "utilisation.agent": share,
            }
            name = f"M/M/{servers} at {share:g}"
            yield _queue(name, "Erlang C", servers, [exponential(load)], expected, _settling_s(load, servers))


def _erlang_b() -> Iterator[Case]:
    laws: Mapping[str, Mapping[str, Any]] = {
        "M": {"exponential": SERVICE_S}, "D": {"constant": SERVICE_S}, "G": {"lognormal": {"mean": SERVICE_S, "cv": 2}},
    }  # fmt: skip
    for servers in (1, 3, 6, 12):
        for share in (0.6, 1.1):
            for law, service in laws.items():
                load = servers * share
                lost = erlang_b(load, servers)
                expected = {"abandoned.share": lost, "utilisation.agent": share * (1 - lost)}
                calls = [Calls(load, service, SERVICE_S, {"constant": 0})]
                yield _queue(
                    f"M/{law}/{servers}/{servers} at {share:g}", "Erlang B", servers, calls, expected, SERVICE_S
                )


def _abandoning(found: Answering, impatience: Impatience, load: float, servers: int) -> Mapping[str, float]:
    at_once = impatient_queue(load, servers, SERVICE_S, impatience, within_s=0).answered_within
    answered = 1 - found.abandoned
    return {
        "abandoned.share": found.abandoned,
        "answer_s.mean.all": found.answered_wait_s,
        "answer_s.within_0.all": at_once / answered,
        "answer_s.within_30.all": found.answered_within / answered,
        "utilisation.agent": found.occupancy,
    }


def _erlang_a() -> Iterator[Case]:
    for servers in (2, 4, 8, 16):
        for share in (0.8, 1.0, 1.3):
            for patience_s in (60.0, 240.0):
                load, patience = servers * share, exponential_impatience(patience_s)
                found = impatient_queue(load, servers, SERVICE_S, patience, within_s=30)
                expected = _abandoning(found, patience, load, servers)
                calls = [exponential(load, patience={"exponential": patience_s})]
                name = f"M/M/{servers}+M at {share:g}, {patience_s:g} s"
                yield _queue(name, "Erlang A", servers, calls, expected, 2 * SERVICE_S)


def _general_patience() -> Iterator[Case]:
    laws: Mapping[str, tuple[Mapping[str, Any], Impatience]] = {
        "D": ({"constant": 90}, mixed_impatience([(1.0, Constant(90.0))])),
        "G": ({"lognormal": {"mean": 90, "cv": 1.5}}, mixed_impatience([(1.0, Lognormal(90.0, 1.5))])),
    }
    for servers in (3, 8):
        for share in (0.9, 1.2):
            for law, (entry, patience) in laws.items():
                load = servers * share
                found = impatient_queue(load, servers, SERVICE_S, patience, within_s=30)
                calls = [exponential(load, patience=entry)]
                expected = _abandoning(found, patience, load, servers)
                yield _queue(
                    f"M/M/{servers}+{law} at {share:g}", "Baccelli-Hebuterne", servers, calls, expected, 2 * SERVICE_S
                )


def _cobham() -> Iterator[Case]:
    mixes = ((0.4, 0.6), (0.2, 0.3, 0.5), (0.1, 0.2, 0.3, 0.4))
    for servers in (1, 3, 8):
        for share in (0.55, 0.75):
            for mix in mixes:
                if servers == 1 and share > 0.7:
                    share = 0.65
                loads = [servers * share * part for part in mix]
                waits = cobham_waits_s(loads, servers, SERVICE_S)
                expected = {f"answer_s.mean.q{rank}": wait for rank, wait in enumerate(waits, 1)}
                for rank in range(len(mix)):
                    within = class_within_share(loads, servers, SERVICE_S, rank, 30)
                    expected[f"answer_s.within_30.q{rank + 1}"] = within
                calls = [exponential(load) for load in loads]
                name = f"M/M/{servers} at {share:g}, {len(mix)} classes"
                yield _queue(name, "Cobham", servers, calls, expected, _settling_s(sum(loads), servers))


def _lognormal(load: float, service_s: float, cv: float) -> Calls:
    law: Mapping[str, Any] = {"lognormal": {"mean": service_s, "cv": cv}} if cv else {"constant": service_s}
    return Calls(load, law, service_s)


def _single_server() -> Iterator[Case]:
    for cv in (0.0, 0.5, 1.5):
        for load in (0.4, 0.6):
            (wait_s,) = single_server_waits_s([Stream(load / SERVICE_S, SERVICE_S, cv)])
            expected = {"answer_s.mean.all": wait_s, "answer_s.within_0.all": 1 - load, "utilisation.agent": load}
            settles_s = _settling_s(load, 1) * (1 + cv * cv) / 2 + SERVICE_S
            yield _queue(
                f"M/G/1 at {load:g}, cv {cv:g}",
                "Pollaczek-Khinchine",
                1,
                [_lognormal(load, SERVICE_S, cv)],
                expected,
                settles_s,
            )


def _single_server_classes() -> Iterator[Case]:
    for first, second in _PAIRS:
        streams = [Stream(load / service_s, service_s, cv) for load, service_s, cv in (first, second)]
        waits = single_server_waits_s(streams)
        expected = {f"answer_s.mean.q{rank}": wait for rank, wait in enumerate(waits, 1)}
        expected["utilisation.agent"] = first[0] + second[0]
        calls = [_lognormal(*first), _lognormal(*second)]
        name = f"M/G/1, {first[0]:g} of {first[1]:g} s before {second[0]:g} of {second[1]:g} s"
        yield _queue(name, "Cobham, M/G/1", 1, calls, expected, 3 * _settling_s(first[0] + second[0], 1))


def _kaufman_roberts() -> Iterator[Case]:
    for places in (4, 6, 10):
        for share in (0.5, 0.9):
            rooms = (1, 3) if places < 10 else (1, 2, 4)
            loads = [places * share / len(rooms) / room for room in rooms]
            lost = kaufman_roberts(list(zip(loads, rooms, strict=True)), places)
            total = sum(loads)
            all_lost = sum(load * each for load, each in zip(loads, lost, strict=True)) / total
            expected = {"abandoned.share": all_lost}
            for rank, (load, each) in enumerate(zip(loads, lost, strict=True), 1):
                expected[f"answered.q{rank}"] = load * (1 - each) / total / (1 - all_lost)
            calls = [
                exponential(load, patience={"constant": 0}, room=room) for load, room in zip(loads, rooms, strict=True)
            ]
            name = f"{places} places at {share:g}, calls of {', '.join(map(str, rooms))}"
            yield _queue(name, "Kaufman-Roberts", 1, calls, expected, SERVICE_S, capacity=places)


def _chats() -> Iterator[Case]:
    for agents, capacity, share in ((1, 3, 0.6), (2, 3, 0.75), (3, 2, 0.7), (4, 4, 0.8)):
        servers = agents * capacity
        load = servers * share
        expected = {
            "answer_s.mean.all": mean_wait_s(load, servers, SERVICE_S),
            "answer_s.within_0.all": 1 - erlang_c(load, servers),
            "answer_s.within_20.all": wait_within_share(load, servers, SERVICE_S, 20),
        }
        name = f"{agents} agents with {capacity} chats each, at {share:g}"
        yield _queue(
            name, "Erlang C", agents, [exponential(load)], expected, _settling_s(load, servers), capacity=capacity
        )


def _opening() -> Iterator[Case]:
    """A room that opens empty, with agents for everybody: the mean number busy over its first hours (Mt/M/inf)."""
    for service_s in (300.0, 1800.0):
        for rates in ((20.0, 60.0, 10.0), (50.0, 5.0, 30.0), (10.0, 20.0, 40.0)):
            hours = loads_by_hour(rates, service_s, first=0.0)
            agents = math.ceil(max(hour.highest for hour in hours) * 2 + 12)
            # Runs begin on a Monday at midnight, so these are the first rates of the week.
            week = (*rates, *([rates[-1]] * (168 - len(rates))))
            busy = sum(hour.mean for hour in hours) / len(hours)
            yield Case(
                f"opening at {', '.join(f'{rate:g}' for rate in rates)} an hour, {service_s:g} s",
                "Eick-Massey-Whitt",
                lambda agents=agents, week=week, service_s=service_s: queue_world(  # type: ignore[misc]
                    agents, [exponential(1.0, service_s)], rates=week
                ),
                {"utilisation.agent": busy / agents, "contacts.each": sum(rates)},
                sum(rates) / len(rates) / 3600,
                service_s,
                len(rates) * 3600.0,
                from_empty=True,
            )


def _hypercube() -> Iterator[Case]:
    streets: Sequence[tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]] = (
        ((0, 30), (4, 24), (0.7, 0.3)),
        ((0, 20, 45), (6, 17, 28, 50), (0.4, 0.2, 0.1, 0.3)),
        ((0, 12, 31, 55), (3, 18, 40), (0.5, 0.3, 0.2)),
        ((0, 9, 21, 36, 58), (2, 13, 25, 44, 60), (0.3, 0.25, 0.2, 0.15, 0.1)),
    )
    for units, zones, shares in streets:
        for share in (0.25, 0.45, 0.6, 0.75):
            load = share * len(units)
            per_s = load / UNIT_SERVICE_S
            areas = [Area(per_s * part, driving_m(units, zone)) for part, zone in zip(shares, zones, strict=True)]
            found = hypercube(areas, [UNIT_SERVICE_S] * len(units), queue=True)
            expected = {f"busy.U{unit}": busy for unit, busy in enumerate(found.busy)}
            expected["dispatch_wait_s.within_0.all"] = 1 - found.waiting
            expected["dispatch_wait_s.mean.all"] = found.mean_wait_s
            yield Case(
                f"{len(units)} units, {len(zones)} zones at {share:g}",
                "Larson hypercube",
                lambda a=units, b=zones, c=shares, d=load: street_world(a, b, c, d),  # type: ignore[misc]
                expected,
                per_s,
                _settling_s(load, len(units), UNIT_SERVICE_S),
            )


def _cut_off() -> Iterator[Case]:
    units = (0.0, 15.0, 33.0, 50.0)
    for reserve, urgent, others in ((1, 0.6, 1.2), (1, 1.2, 0.8), (2, 0.8, 0.6), (1, 0.4, 1.6)):
        load = urgent + others
        found = cut_off_queue(urgent, others, len(units), reserve, UNIT_SERVICE_S)
        expected = {
            "dispatch_wait_s.mean.red": found.urgent_wait_s,
            "dispatch_wait_s.mean.green": found.others_wait_s,
            "dispatch_wait_s.within_0.red": 1 - found.urgent_waiting,
            "dispatch_wait_s.within_0.green": 1 - found.others_waiting,
        }
        yield Case(
            f"4 units, {reserve} kept back, {urgent:g} urgent and {others:g} others",
            "Taylor-Templeton",
            lambda b=(urgent / load, others / load), c=load, d=reserve: street_world(  # type: ignore[misc]
                units, (10.0, 40.0), b, c, reserve=d
            ),
            expected,
            load / UNIT_SERVICE_S,
            2 * _settling_s(load, len(units) - reserve if load < len(units) - reserve else len(units), UNIT_SERVICE_S),
        )
