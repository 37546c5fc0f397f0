"""Priority inversions: rules under which the more urgent fares worse than the less urgent.

Each compares what one rule grants to two priorities (or queues); what is equal is fine, and what is not said is not compared.
Imports `procedure` and `near_names`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from incidents.centre import Loc
from incidents.near_names import Found
from incidents.procedure import Procedure

Ranked = tuple[int, str, float]
"""(rank, name, seconds)."""


def inversions(procedure: Procedure) -> Found:
    """Yield every rule that turns the order of the ranks round, in no particular order."""
    yield from _response_targets(procedure)
    yield from _regret_caps(procedure)
    yield from _lights(procedure)
    yield from _left_out(procedure)


def queue_inversions(procedure: Procedure) -> Found:
    """Yield the queues that are answered first and promised more time: to be warned of, since both may be meant."""
    queues = procedure.queues
    targets = [
        (each.rank, name, each.answer_target_s) for name, each in queues.items() if each.answer_target_s is not None
    ]
    for name, target_s, tightest_s, other in _later_than_less_urgent(targets):
        what = f"{target_s:g} s is later than the {tightest_s:g} s of '{other}', which is answered after it"
        yield ("queues", name, "answer_target_s"), what, f"at most {tightest_s:g}"


def _response_targets(procedure: Procedure) -> Found:
    priorities = procedure.priorities
    stated = ((each.rank, name, each.urgency.target_s) for name, each in priorities.items())
    targets = [(rank, name, target_s) for rank, name, target_s in stated if target_s is not None]
    for name, target_s, tightest_s, other in _later_than_less_urgent(targets):
        what = f"{target_s:g} s is later than the {tightest_s:g} s of '{other}', which is less urgent"
        yield ("priorities", name, "urgency", "target_s"), what, f"at most {tightest_s:g}"


def _regret_caps(procedure: Procedure) -> Found:
    """Somebody slower may be sent to save money, but not to the more urgent rather than to the less."""
    caps = [
        (each.rank, name, each.regret_s) for name, each in procedure.priorities.items() if each.regret_s is not None
    ]
    for name, cap_s, tightest_s, other in _later_than_less_urgent(caps):
        what = f"lets somebody {cap_s:g} s slower be sent, '{other}', which is less urgent, only {tightest_s:g} s"
        yield ("priorities", name, "regret_s"), what, f"at most {tightest_s:g}"


def _lights(procedure: Procedure) -> Found:
    priorities = procedure.priorities
    with_lights = max(((each.rank, name) for name, each in priorities.items() if each.lights), default=None)
    for name, priority in priorities.items():
        if with_lights is not None and not priority.lights and priority.rank < with_lights[0]:
            what = f"'{name}' travels without lights, '{with_lights[1]}', which is less urgent, with them"
            yield ("priorities", name, "lights"), what, "true"


def _left_out(procedure: Procedure) -> Found:
    """A right that a priority has, every more urgent one has too; of what may be taken from, every less urgent one."""
    dispatch, priorities = procedure.dispatch, procedure.priorities
    rights: list[tuple[Loc, tuple[str, ...], str]] = []
    ranks = {name: priority.rank for name, priority in priorities.items()}
    diversion = dispatch.diversion
    # Where it leads to something that is not more urgent, that is the flaw, and named elsewhere.
    if diversion is not None and max(_ranks(diversion.to, ranks)) < min(_ranks(diversion.from_, ranks)):
        rights.append((("dispatch", "diversion", "to"), diversion.to, "diverts a resource"))
    if dispatch.breaks is not None:
        rights.append((("dispatch", "breaks", "interrupted_by"), dispatch.breaks.interrupted_by, "interrupts a break"))
    if dispatch.overrun is not None:
        rights.append((("dispatch", "overrun", "unless"), dispatch.overrun.unless, "goes past the end of a shift"))
    for loc, named, right in rights:
        for index, name, missing in _gaps(named, ranks):
            yield (
                (*loc, index),
                f"'{name}' {right} and '{missing}', which is more urgent, does not",
                f"'{missing}' as well",
            )
    if diversion is not None:
        downwards = {name: -rank for name, rank in ranks.items()}
        for index, name, missing in _gaps(diversion.from_, downwards):
            what = f"resources are taken from '{name}' and not from '{missing}', which is less urgent"
            yield ("dispatch", "diversion", "from", index), what, f"'{missing}' as well"


def _ranks(named: Iterable[str], ranks: Mapping[str, int]) -> list[int]:
    return [ranks[name] for name in named if name in ranks] or [0]


def _gaps(named: Iterable[str], ranks: Mapping[str, int]) -> Iterator[tuple[int, str, str]]:
    """(index, name, one left out) for the last of `named`, if some that is not named comes before it."""
    known = [(ranks[name], index, name) for index, name in enumerate(named) if name in ranks]
    if not known or len(known) < len(tuple(named)):
        # A name that nothing bears may be the one that seems to be left out.
        return
    last, index, name = max(known)
    missing = _first_left_out(ranks, {each for _, _, each in known}, last)
    if missing is not None:
        yield index, name, missing


def _first_left_out(ranks: Mapping[str, int], named: Collection[str], before: int) -> str | None:
    left_out = [(rank, name) for name, rank in ranks.items() if rank < before and name not in named]
    return min(left_out, default=(0, None))[1]


def _later_than_less_urgent(stated: Iterable[Ranked]) -> Iterator[tuple[str, float, float, str]]:
    """(name, its seconds, the least seconds of any that is less urgent, whose), for each that has more than that."""
    tightest: tuple[float, str] | None = None
    waiting: list[tuple[float, str]] = []
    rank_of_waiting = 0
    for rank, name, seconds in sorted(stated, key=lambda each: -each[0]):
        if rank != rank_of_waiting:
            tightest = min([*waiting, *([tightest] if tightest else [])], default=None)
            waiting, rank_of_waiting = [], rank
        if tightest is not None and seconds > tightest[0]:
            yield name, seconds, *tightest
        waiting.append((seconds, name))
