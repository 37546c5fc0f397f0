"""A recommendation as text for a planner, and as JSON. May import `recommendation` and what it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from incidents.measure_words import in_words, measure_in_words
from simulation.intervals import Interval
from simulation.recommending.bottleneck import Sensitivity
from simulation.recommending.candidates import Candidate
from simulation.recommending.decomposition import Decomposition, Group, waiting_stage
from simulation.recommending.journeys import TO_ANSWER, TO_ARRIVAL
from simulation.recommending.race import Effect, Placed
from simulation.recommending.recommendation import SAMPLES, Recommendation

AREAS_SHOWN = 5
UNENDED = {TO_ARRIVAL: "({:,} more at which nobody arrived)", TO_ANSWER: "({:,} more that nobody answered)"}
NO_EFFECT = "no effect shown"


def as_lines(found: Recommendation) -> Iterator[str]:
    """The text, line by line."""
    apart, aim = found.taken_apart, found.aim
    source = "the log" if found.is_of_log else f"{SAMPLES} simulated runs of {found.days:g} days"
    is_met = "met" if aim.is_met(apart.value) else "missed"
    yield f"{aim}: {in_words(aim.figure, apart.value)} in {source}, {is_met} ({found.standing})"
    yield ""
    yield from _where_the_time_goes(apart)
    yield ""
    yield from _bottleneck(found)
    yield ""
    yield from _changes(found)
    if found.frontier:
        yield ""
        yield from _frontier(found)


def _where_the_time_goes(apart: Decomposition) -> Iterator[str]:
    yield f"Where the time goes, {apart.whole.calls:,} calls {UNENDED[apart.aim.clock].format(apart.unended)}"
    yield from _stages(apart.whole, apart.aim.late_after_s)
    stage = waiting_stage(apart)
    if stage.mean_s > 0:
        told = [f"{each.name} {each.share:.0%}" for each in apart.whole.reasons if each.share >= 0.005]
        yield f"  of the seconds of {stage.name}: {', '.join(told)}"
    if len(apart.priorities) > 1:
        for each in apart.priorities:
            largest = max(each.stages, key=lambda stage: stage.mean_s)
            yield f"  {each.name}: mean {_s(each.mean_s)}, p90 {_s(each.p90_s)}, of it {largest.name} {largest.share:.0%}"
    worst = [f"{each.name} ({each.late:.0%} of {each.calls:,})" for each in apart.areas[:AREAS_SHOWN] if each.late]
    if worst:
        yield f"  areas with most late calls: {', '.join(worst)}"
    hours = sorted((each for each in apart.hours if each.late), key=lambda each: (-each.late * each.calls, each.name))
    if hours:
        yield f"  hours with most late calls: {', '.join(f'{each.name} ({each.late:.0%})' for each in hours[:AREAS_SHOWN])}"


def _stages(whole: Group, late_s: float) -> Iterator[str]:
    yield f"  {'':<10}{'mean':>9}{'p90':>9}{'share':>8}{'decides late':>14}"
    for each in whole.stages:
        row = f"{_s(each.mean_s):>9}{_s(each.p90_s):>9}{each.share:>8.0%}"
        yield f"  {each.name:<10}{row}{each.decides_late:>14.0%}"
    yield f"  {'whole':<10}{_s(whole.mean_s):>9}{_s(whole.p90_s):>9}"
    yield f"  {whole.late:.1%} take longer than {late_s:g} s; {whole.undecided_late:.0%} of those are decided by no stage alone"


def _bottleneck(found: Recommendation) -> Iterator[str]:
    first, figure = found.bottleneck[0], found.aim.figure
    yield f"Bottleneck: {first.stage}. A tenth off each stage changes {measure_in_words(figure)} by"
    for each in found.bottleneck:
        replay = _step(figure, each.by_replay, each.replay_interval)
        yield f"  {each.stage:<10}{replay} by replay; {_played(figure, each)}"


def _played(figure: str, each: Sensitivity) -> str:
    if each.played is None:
        return "not played"
    is_shown = each.played_interval is not None and 0.0 not in each.played_interval
    return f"{_step(figure, each.played, each.played_interval)} in the simulation{'' if is_shown else f', {NO_EFFECT}'}"


def _changes(found: Recommendation) -> Iterator[str]:
    race = found.race
    if not race.placed:
        yield "No change was found to try."
        return
    yield f"Changes, best first ({race.played:,} runs; all intervals hold at once at 95 %)"
    for place, each in enumerate(race.placed, start=1):
        out = "" if each.left_out_after is None else f", left out after round {each.left_out_after}"
        yield f" {place:>2}. {each.candidate.name}: {_said(each.effect)}{_hours(each.candidate)} ({each.effect.runs} runs{out})"
        yield from (f"       {line}" for line in each.candidate.words)
    yield from _confirmed(found)
    if race.untried:
        yield f"Not tried, for want of runs: {', '.join(each.name for each in race.untried)}"


def _confirmed(found: Recommendation) -> Iterator[str]:
    fresh, winner = found.race.fresh, found.race.placed[0]
    if fresh is None:
        return
    verdict = (
        "recommended" if fresh.helps(found.aim) else "nothing is recommended: the best of them is not shown to help"
    )
    yield f"On {fresh.runs} fresh seeds, {winner.candidate.name}: {_said(fresh)}: {verdict}"
    if fresh.interval is not None and fresh.helps(found.aim):
        reached = fresh.today + fresh.change
        met = "meets" if found.aim.is_met(reached) else "does not yet meet"
        yield f"With it {measure_in_words(found.aim.figure)} is {in_words(found.aim.figure, reached)}, which {met} {found.aim}"


def _frontier(found: Recommendation) -> Iterator[str]:
    yield f"Trade-off, by the means of the first round: {found.aim.figure}, {found.beside}, more hours of duty a week"
    for point in found.frontier:
        if point.is_efficient:
            first, second = in_words(found.aim.figure, point.values[0]), in_words(found.beside, point.values[1])
            yield f"  {point.name}: {first}, {second}, {point.values[2]:+g} h"
    beaten = sum(not point.is_efficient for point in found.frontier)
    yield f"  {beaten} others are no better in any of the three than one of these, and worse in one"


def _said(effect: Effect) -> str:
    told = _step(effect.figure, effect.change, effect.interval)
    return told if effect.is_shown else f"{told}: {NO_EFFECT}"


def _hours(candidate: Candidate) -> str:
    if not candidate.hours_a_week:
        return ""
    cost = "" if candidate.cost_a_week is None else f" ({candidate.cost_a_week:+,.0f} in the centre's currency)"
    return f", {candidate.hours_a_week:+g} h of duty a week{cost}"


def _step(figure: str, change: float, interval: Interval | None) -> str:
    if interval is None or not math.isfinite(interval.half_width):
        return in_words(figure, change, is_step=True)
    ends = " to ".join(in_words(figure, end, is_step=True) for end in (interval.low, interval.high))
    return f"{in_words(figure, change, is_step=True)} ({ends})"


def _s(seconds: float) -> str:
    return f"{seconds:,.1f} s"


def as_json(found: Recommendation) -> dict[str, Any]:
    """Everything, as plain data; what is not known is null."""
    race = found.race
    told = {
        "target": str(found.aim),
        "of": "log" if found.is_of_log else "simulation",
        "standing": found.standing,
        "days": found.days,
        "runs": found.runs,
        "decomposition": {name: each for name, each in asdict(found.taken_apart).items() if name != "aim"},
        "bottleneck": [asdict(each) for each in found.bottleneck],
        "changes": [_placed(each) for each in race.placed],
        "confirmed": None if race.fresh is None else _effect(race.fresh),
        "is_recommended": race.fresh is not None and race.fresh.helps(found.aim),
        "untried": [each.name for each in race.untried],
        "trade_off": {"figures": [found.aim.figure, found.beside], "points": [asdict(each) for each in found.frontier]},
    }
    plain: dict[str, Any] = _plain(told)
    return plain


def _placed(each: Placed) -> dict[str, Any]:
    candidate = each.candidate
    return {
        "name": candidate.name,
        "sort": candidate.sort,
        "differs": list(candidate.words),
        "procedure": candidate.arm.procedure.fingerprint,
        "centre": candidate.arm.centre.fingerprint,
        "hours_a_week": candidate.hours_a_week,
        "cost_a_week": candidate.cost_a_week,
        "left_out_after": each.left_out_after,
        **_effect(each.effect),
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {**asdict(effect), "is_shown": effect.is_shown}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
