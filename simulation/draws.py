"""Everything random about the contacts of a span, drawn before the run, in columns.

A *matter* is what contacts are about: its nature, place and luck belong to it whoever rings. A *call* is one contact about a
matter. Each cause has a stream of its own, and what is not in the workload is not drawn, so one more cause never disturbs the
others. Columns of matters: nature, spot, course/<kind>, facility/<kind>, radio/<kind>, override, override_s, further_s,
acknowledge_s. Columns of calls: id, at, row (its matter), told/<attribute>, lost, patience_s, pace_s, decision_s, wrap_up_s,
redial_s, redial_patience_s, recognised, found_out_s, day/<time>. NaN: never. Imports `arrivals`, `shares`, `streams`, `workload`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from incidents.quantities import MS_PER_S, SECONDS_IN_A_WEEK, Instant
from simulation.arrivals import day_factors, instants, local_time
from simulation.condition_flaws import duplicates_by_nature, surge_weights
from simulation.distributions import Floats
from simulation.durations import Duration
from simulation.shares import DAY, by_hour, choose, local_hours, natures_of, share_travel_luck
from simulation.streams import stream
from simulation.workload import Nature, Workload

ORDINALS = 4
"""Resources of one kind at one incident that have luck of their own; the fifth shares that of the first."""
CAUSES = ("turnout", "travel", "stood_down", "stood_down_s", "scene", "transported", "facility", "handover")
STEPS = ("departed", "arrived", "transporting", "at facility", "released")
"""The status messages of one trip."""
FAULTS = ("delay", "lost", "repeated", "wrong", "which", "poll")
"""What may become of one message, each by a number of its own."""
CONFIRMATIONS = 8
"""Messages about one incident with an answer of their own; the ninth shares that of the first."""
BLOCKS = 5
"""Blocks along each axis of a zone; an odd number, so that one of them is its centre."""
NOWHERE = -1
OF_CONTACTS: Mapping[str, str] = {"handling_s": "pace_s", "decision_s": "decision_s"}
"""The times of a contact itself, and their columns."""
PLAIN = "c"
"""How the name of a contact begins."""
_CAME = ("id", "at", "row", "nature", "spot", "lost")
"""The columns of what came, apart from the luck of those who deal with it."""

Columns: TypeAlias = Mapping[str, NDArray[Any]]
Integers: TypeAlias = NDArray[np.int64]
Uniforms: TypeAlias = Callable[[str], Floats]


@dataclass(slots=True)
class _Batch:
    """Matters drawn together. `workload` has the shares that hold for them; `prefix` goes before the name of every stream."""

    workload: Workload
    prefix: str
    label: str
    at: Integers
    which: Integers
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)


def draw_columns(workload: Workload, seed: int, start: Instant, duration_s: float) -> dict[str, NDArray[Any]]:
    """Draw all calls from `start` for `duration_s`, in order of arrival, and the matters they are about."""
    end = start + round(duration_s * MS_PER_S)
    batches = [
        _base(workload, seed, start, end),
        *_surges(workload, seed, start, end),
        *_majors(workload, seed, start, end),
    ]
    calls: list[dict[str, NDArray[Any]]] = []
    first = 0
    for batch in batches:
        batch.columns = dict(_matters(batch, seed))
        calls.append({**_first_calls(batch, seed), "row": first + np.arange(len(batch.at))})
        repeats = _duplicates(batch, seed, first, end)
        if repeats is not None:
            calls.append(repeats)
        first += len(batch.at)
    for columns in calls if workload.times_by_day else ():
        _with_days(workload, seed, columns)
    matters = {name: np.concatenate([batch.columns[name] for batch in batches]) for name in batches[0].columns}
    if len(calls) == 1:
        return {**calls[0], **matters}
    joined = {name: np.concatenate([each[name] for each in calls]) for name in calls[0]}
    order = np.lexsort((joined["id"], joined["at"]))
    return {**{name: column[order] for name, column in joined.items()}, **matters}


def redraw_columns(workload: Workload, kept: Columns, seed: int) -> dict[str, NDArray[Any]]:
    """The same calls about the same matters, when and where they came and as they were told, with luck drawn anew."""
    which, rows, at = kept["nature"], kept["row"], kept["at"]

    def uniforms(name: str) -> Floats:
        return stream(seed, f"replay/{name}").random(len(rows))

    # When a matter began decides nothing of its luck; what comes at an hour is decided for calls.
    batch = _Batch(workload, "replay/", PLAIN, np.zeros(len(which), dtype=np.int64), which)
    drawn = {**dict(_matters(batch, seed)), **dict(_calls(workload, which[rows], at, uniforms))}
    came = {name: column for name, column in kept.items() if name in _CAME or name.startswith("told/")}
    return {**drawn, **came}


# Which matters there are.


def _base(workload: Workload, seed: int, start: Instant, end: Instant) -> _Batch:
    at = np.array(instants(workload, seed, start, end), dtype=np.int64)
    hours = local_hours(workload, at) if workload.mix_by_hour else at
    which = natures_of(workload, stream(seed, "nature").random(len(at)), hours)
    return _Batch(workload, "", PLAIN, at, which)


def _surges(workload: Workload, seed: int, start: Instant, end: Instant) -> Iterator[_Batch]:
    """What a surge adds is a process of its own beside the ordinary one."""
    for index, surge in enumerate(workload.surges):
        weights, prefix = surge_weights(workload, index), f"surge/{index}/"
        begins = start + round(surge.begins_s * MS_PER_S)
        ends = min(end, begins + round(surge.lasts_s * MS_PER_S))
        scale = (surge.factor - 1) * sum(weights.values())
        at = np.array(instants(workload, seed, begins, ends, cause=f"{prefix}arrivals", scale=scale), dtype=np.int64)
        numbers = list(weights)
        picked = choose(stream(seed, f"{prefix}nature").random(len(at)), _even(list(weights.values())))
        which = np.array(numbers, dtype=np.int64)[picked]
        yield _Batch(_within(workload, surge.zones), prefix, f"{PLAIN}s{index + 1}-", at, which)


def _majors(workload: Workload, seed: int, start: Instant, end: Instant) -> Iterator[_Batch]:
    numbers = {nature.id: number for number, nature in enumerate(workload.natures)}
    for index, major in enumerate(workload.majors):
        prefix = f"major/{index}/"
        begins_s = np.array(major.begins_s, dtype=np.float64)
        if major.per_week:
            draws, span_s = stream(seed, f"{prefix}arrivals"), (end - start) / MS_PER_S
            count = draws.poisson(major.per_week * span_s / SECONDS_IN_A_WEEK)
            begins_s = np.sort(draws.random(count)) * span_s
        at = start + np.round(begins_s * MS_PER_S).astype(np.int64)
        at = at[at < end]
        which = np.full(len(at), numbers[major.nature], dtype=np.int64)
        yield _Batch(workload, prefix, f"{PLAIN}m{index + 1}-", at, which)


def _within(workload: Workload, zones: tuple[str, ...]) -> Workload:
    """The workload with its mixes cut to some zones."""
    if not zones:
        return workload
    cut = {
        mix: {zone: share for zone, share in shares.items() if zone in zones} for mix, shares in workload.places.items()
    }
    even = {
        mix: dict(zip(shares, _even(list(shares.values())), strict=True))
        for mix, shares in cut.items()
        if sum(shares.values()) > 0
    }
    return workload.model_copy(update={"places": {**workload.places, **even}})


# What is drawn for a matter.


def _matters(batch: _Batch, seed: int) -> Iterator[tuple[str, NDArray[Any]]]:
    workload, count = batch.workload, len(batch.at)

    def uniforms(name: str, *shape: int) -> Floats:
        return stream(seed, f"{batch.prefix}{name}").random((count, *shape))

    yield "nature", batch.which
    yield "spot", _spots(batch, seed)
    courses = [each for courses in workload.conducts.values() for each in courses.items()]
    kinds = sorted({kind for kind, _ in courses})
    luck = {kind: uniforms(f"course/{kind}", ORDINALS, len(CAUSES)) for kind in kinds}
    if workload.travel_kinship and kinds:
        share_travel_luck(workload, uniforms("travel in common"), luck, CAUSES.index("travel"))
    for kind in kinds:
        yield f"course/{kind}", luck[kind]
    for kind in sorted({kind for kind, course in courses if isinstance(course.facility, Mapping)}):
        yield f"facility/{kind}", uniforms(f"facility/{kind}", ORDINALS)
    if workload.radio is not None:
        for kind in kinds:
            yield f"radio/{kind}", uniforms(f"radio/{kind}", ORDINALS, len(STEPS), len(FAULTS))
    if workload.compliance:
        override, delay_s = _overrides(batch, uniforms("override"), uniforms("override/delay"))
        yield "override", override
        yield "override_s", delay_s
    if any(nature.further for nature in workload.natures):
        yield "further_s", _further(batch, seed)
    if workload.acknowledging is not None:
        rule, never = workload.acknowledging, uniforms("acknowledging/never", CONFIRMATIONS)
        seconds = workload.distribution(rule.messages_s).at_many(uniforms("acknowledging", CONFIRMATIONS))
        yield "acknowledge_s", np.where(never < rule.messages_never_share, np.nan, seconds)


def _spots(batch: _Batch, seed: int) -> Integers:
    """A zone by the nature's mix, and one of `BLOCKS` squared equally likely blocks around its centre.

    Numbers the spots zone by zone, in the order of `zones_of`.
    """
    workload, count = batch.workload, len(batch.at)
    spots = np.full(count, NOWHERE, dtype=np.int64)
    us = stream(seed, f"{batch.prefix}zone").random(count)
    blocks = stream(seed, f"{batch.prefix}block").integers(BLOCKS, size=(count, 2))
    numbers = {zone: number for number, zone in enumerate(zones_of(workload))}
    for mix, shares in workload.places.items():
        natures = [index for index, nature in enumerate(workload.natures) if nature.places == mix]
        chosen = np.flatnonzero(np.isin(batch.which, natures))
        zones = np.array([numbers[zone] for zone in shares], dtype=np.int64)[choose(us[chosen], list(shares.values()))]
        spots[chosen] = (zones * BLOCKS + blocks[chosen, 0]) * BLOCKS + blocks[chosen, 1]
    return spots


def zones_of(workload: Workload) -> tuple[str, ...]:
    """Every zone in which something may happen, in alphabetical order."""
    return tuple(sorted({zone for shares in workload.places.values() for zone in shares}))


def _overrides(batch: _Batch, us: Floats, delays: Floats) -> tuple[Integers, Floats]:
    """Which of the rules each incident meets, -1 for none; an incident meets one at most."""
    found, delay_s = np.full(len(us), NOWHERE, dtype=np.int64), np.zeros(len(us))
    below = np.zeros(len(us))
    priorities = [nature.priority for nature in batch.workload.natures]
    for index, rule in enumerate(batch.workload.compliance):
        concerned = np.array([not rule.priorities or each in rule.priorities for each in priorities])[batch.which]
        met = concerned & (us >= below) & (us < below + rule.share)
        below = below + np.where(concerned, rule.share, 0.0)
        found[met] = index
        delay_s[met] = batch.workload.distribution(rule.delay_s).at_many(delays[met])
    return found, delay_s


def _further(batch: _Batch, seed: int) -> Floats:
    most = max(len(nature.further) for nature in batch.workload.natures)
    after_s = np.full((len(batch.at), most), np.nan)
    for number in range(most):
        share_us = stream(seed, f"{batch.prefix}further/{number}/share").random(len(batch.at))
        us = stream(seed, f"{batch.prefix}further/{number}").random(len(batch.at))
        for index, nature in enumerate(batch.workload.natures):
            if number < len(nature.further):
                rule = nature.further[number]
                chosen = (batch.which == index) & (share_us < rule.share)
                after_s[chosen, number] = batch.workload.distribution(rule.after_s).at_many(us[chosen])
    return after_s


# What is drawn for a call.


def _first_calls(batch: _Batch, seed: int) -> dict[str, NDArray[Any]]:
    count = len(batch.at)
    names = np.array([f"{batch.label}{index + 1:06d}" for index in range(count)], dtype="U40")
    calls = {"id": names, "at": batch.at}

    def uniforms(name: str) -> Floats:
        return stream(seed, f"{batch.prefix}{name}").random(count)

    return {**calls, **dict(_calls(batch.workload, batch.which, batch.at, uniforms))}


def _duplicates(batch: _Batch, seed: int, first: int, end: Instant) -> dict[str, NDArray[Any]] | None:
    """The others who ring about the same matter; each matter has streams of its own, so that one more disturbs nobody else's."""
    rules = duplicates_by_nature(batch.workload)
    if not rules:
        return None
    us = stream(seed, f"{batch.prefix}duplicates").random(len(batch.at))
    means = np.array([rules[number].mean if number in rules else 0.0 for number in range(len(batch.workload.natures))])
    counts = np.maximum(poisson.ppf(us, means[batch.which]), 0).astype(np.int64)
    ringing = np.flatnonzero(counts)

    def uniforms(name: str) -> Floats:
        each = [stream(seed, f"{batch.prefix}duplicates/{row}/{name}").random(counts[row]) for row in ringing.tolist()]
        return np.concatenate([np.empty(0), *each])

    rows = np.repeat(ringing, counts[ringing])
    which, after = batch.which[rows], uniforms("after")
    at = batch.at[rows].copy()
    for number, rule in rules.items():
        chosen = which == number
        at[chosen] += np.round(batch.workload.distribution(rule.after_s).at_many(after[chosen]) * MS_PER_S).astype(
            np.int64
        )
    numbers = np.concatenate([np.empty(0, dtype=np.int64), *(np.arange(count) for count in counts[ringing])])
    names = [
        f"{batch.label}{row + 1:06d}d{number + 1}" for row, number in zip(rows.tolist(), numbers.tolist(), strict=True)
    ]
    calls = {"id": np.array(names, dtype="U40"), "at": at, **dict(_calls(batch.workload, which, at, uniforms))}
    calls["row"] = first + rows
    return {name: column[at < end] for name, column in calls.items()}


def _calls(workload: Workload, which: Integers, at: Integers, uniforms: Uniforms) -> Iterator[tuple[str, NDArray[Any]]]:
    """What each caller says and how long everything takes that hangs on the caller."""
    for about in sorted({about for nature in workload.natures for about in nature.told}):
        us, told = uniforms(f"told/{about}"), np.full(len(which), NOWHERE, dtype=np.int64)
        for index, nature in enumerate(workload.natures):
            if about in nature.told:
                chosen = np.flatnonzero(which == index)
                told[chosen] = choose(us[chosen], list(nature.told[about].values()))
        yield f"told/{about}", told
    paces = _by_nature(workload, which, uniforms("handling"), lambda nature: nature.handling_s)
    questions = np.array([nature.questions for nature in workload.natures], dtype=np.float64)
    decisions = _by_nature(workload, which, uniforms("decision"), lambda nature: nature.decision_s)
    yield "pace_s", by_hour(workload, "handling_s", at, paces / questions[which])
    yield "decision_s", by_hour(workload, "decision_s", at, decisions)
    if any(nature.lost is not None for nature in workload.natures):
        yield "lost", _lost(workload, which, uniforms("lost"), uniforms("lost/after"))
    yield "patience_s", _patience(workload, which, uniforms("patience"))
    yield "wrap_up_s", workload.distribution(workload.wrap_up_s).at_many(uniforms("wrap_up"))
    if any(workload.redial_of(nature) is not None for nature in workload.natures):
        yield from _redials(workload, which, uniforms)
    if duplicates_by_nature(workload):
        yield "recognised", _recognised(workload, which, uniforms("recognised"))
        yield "found_out_s", _by_nature(workload, which, uniforms("found out"), _found_out_s(workload))


def _with_days(workload: Workload, seed: int, calls: dict[str, NDArray[Any]]) -> None:
    """Let the day do to times what it does: to those of the contact here, to those of crews once the world asks."""
    zone = workload.zone_info
    days = [local_time(instant, zone).toordinal() for instant in calls["at"].tolist()]
    for name, cv in sorted(workload.times_by_day.items()):
        factors = np.asarray(day_factors(seed, f"{DAY}{name}", cv, days), dtype=np.float64)
        if name in OF_CONTACTS:
            calls[OF_CONTACTS[name]] = calls[OF_CONTACTS[name]] * factors
        else:
            calls[f"{DAY}{name}"] = factors


def _lost(workload: Workload, which: Integers, share_us: Floats, us: Floats) -> Integers:
    """After how many questions a caller is lost, each that the nature is reckoned to be asked as likely; -1: never."""
    shares = np.array([0.0 if nature.lost is None else nature.lost.share for nature in workload.natures])
    questions = np.array([nature.questions for nature in workload.natures])
    after = (us * questions[which]).astype(np.int64)
    return np.where(share_us < shares[which], after, NOWHERE)


def _patience(workload: Workload, which: Integers, us: Floats) -> Floats:
    def waits_s(nature: Nature) -> Duration | None:
        return nature.patience_s if nature.patience_s is not None else workload.patience_s

    return _by_nature(workload, which, us, waits_s)


def _redials(workload: Workload, which: Integers, uniforms: Uniforms) -> Iterator[tuple[str, NDArray[Any]]]:
    """For each attempt, how long after giving up it comes, and how long that one waits; NaN from the first that does not come."""
    rules = [workload.redial_of(nature) for nature in workload.natures]
    most = max(rule.attempts for rule in rules if rule is not None)
    after_s, patience_s = np.full((len(which), most), np.nan), np.full((len(which), most), np.nan)
    goes_on = np.ones(len(which), dtype=np.bool_)
    for attempt in range(most):
        share_us, us = uniforms(f"redial/{attempt}/share"), uniforms(f"redial/{attempt}")
        patience_s[:, attempt] = _patience(workload, which, uniforms(f"redial/{attempt}/patience"))
        rings = np.zeros(len(which), dtype=np.bool_)
        for index, rule in enumerate(rules):
            if rule is not None and attempt < rule.attempts:
                rings |= (which == index) & (share_us < rule.share)
        goes_on &= rings
        drawn = _by_nature(workload, which, us, lambda nature: getattr(workload.redial_of(nature), "after_s", None))
        after_s[goes_on, attempt] = drawn[goes_on]
    yield "redial_s", after_s
    yield "redial_patience_s", patience_s


def _recognised(workload: Workload, which: Integers, us: Floats) -> NDArray[np.bool_]:
    rules = duplicates_by_nature(workload)
    shares = [rules[index].recognised_share if index in rules else 1.0 for index in range(len(workload.natures))]
    return np.asarray(us < np.array(shares)[which])


def _found_out_s(workload: Workload) -> Callable[[Nature], Duration | None]:
    def found_out_s(nature: Nature) -> Duration | None:
        rule = workload.duplicates_of(nature)
        return None if rule is None else rule.found_out_s

    return found_out_s


def _by_nature(
    workload: Workload, which: Integers, us: Floats, duration: Callable[[Nature], Duration | None]
) -> Floats:
    """Seconds by the distribution of each one's nature; NaN where there is none."""
    seconds = np.full(len(which), np.nan)
    for index, nature in enumerate(workload.natures):
        entry = duration(nature)
        if entry is not None:
            chosen = which == index
            seconds[chosen] = workload.distribution(entry).at_many(us[chosen])
    return seconds


def _even(shares: list[float]) -> list[float]:
    return [share / sum(shares) for share in shares]
