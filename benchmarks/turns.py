"""Whose turn it is in the bank's queue, read off its log up to the day the back-test begins. Needs the log in MUSTER_DATA.

    python -m benchmarks.turns

Whenever somebody who waited is answered while others wait, each of the others is a pair: the rule holds for it if the one
answered had the longer wait, credit included. Then: of callers who found so many agents there and not talking, how many waited
all the same. An agent is there from a call to the next one, if that comes within TWENTY_MINUTES_S.
"""

from __future__ import annotations

import itertools
import os
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from simulation.fit import read_mapping
from simulation.fitting.log import DAY_S, LoggedIncident
from simulation.fitting.reading import read_log
from simulation.scenario_files import scenario_folder

TWENTY_MINUTES_S = 1200
FIRST = 1_000_000.0
RULES: Mapping[str, Mapping[str, float]] = {
    "first come, first served": {},
    "premium first": {"premium banking": FIRST},
    "premium customers have 90 s of credit": {"premium banking": 90},
    "premium customers 180 s, all but prospects 90 s": {"premium banking": 180, "prospect": 0},
}


def main() -> None:
    """Print how often each rule holds, then who waited though somebody was there."""
    mapping = read_mapping(scenario_folder("bank") / "mapping.yaml")
    assert mapping.back_test is not None, "the bank has a later part"
    split = datetime.combine(mapping.back_test.first, datetime.min.time(), UTC).timestamp()
    log = read_log(Path(os.environ["MUSTER_DATA"]) / "bank_callcentre_1999", mapping)
    incidents = [each for each in log.incidents if each.received < split]
    met = list(pairs(incidents))
    for name, credits in RULES.items():
        usual = 90.0 if "prospect" in credits else 0.0
        held = sum(
            one.received - credits.get(one.nature, usual) <= other.received - credits.get(other.nature, usual)
            for one, other in met
        )
        print(f"{name}: {held / len(met):.1%} of {len(met):,} pairs")
    found, waited = idle(incidents)
    for number in range(1, 6):
        print(
            f"{number} there and not talking: {waited[number] / found[number]:.0%} of {found[number]:,} callers waited"
        )


def pairs(incidents: Sequence[LoggedIncident]) -> Iterator[tuple[LoggedIncident, LoggedIncident]]:
    """Yield who was answered out of the queue, with each other who waited then."""
    for own in _by_day(incidents).values():
        waiting = [each for each in own if each.has_waited]
        for one in waiting:
            if one.answered is None:
                continue
            for other in waiting:
                leaves = other.answered if other.answered is not None else other.abandoned
                if other is not one and leaves is not None and other.received < one.answered < leaves:
                    yield one, other


def idle(incidents: Sequence[LoggedIncident]) -> tuple[Counter[int], Counter[int]]:
    """By the number of agents there and not talking: callers who came, and those of them who waited."""
    found, waited = Counter[int](), Counter[int]()
    for own in _by_day(incidents).values():
        calls: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for each in own:
            if each.agent and each.answered is not None and each.ended is not None:
                calls[each.agent].append((each.answered, each.ended))
        starts, ends = [], []
        for work in calls.values():
            work.sort()
            for (_, ended), (answered, _) in itertools.pairwise(work):
                if 0 <= answered - ended <= TWENTY_MINUTES_S:
                    starts.append(ended)
                    ends.append(answered)
        starts.sort()
        ends.sort()
        for each in own:
            # Whoever answers this caller at once was there a moment before.
            before = each.received - 0.5
            number = bisect_right(starts, before) - bisect_right(ends, before)
            found[number] += 1
            waited[number] += each.has_waited
    return found, waited


def _by_day(incidents: Sequence[LoggedIncident]) -> Mapping[int, list[LoggedIncident]]:
    days: dict[int, list[LoggedIncident]] = defaultdict(list)
    for each in incidents:
        days[int(each.received // DAY_S)].append(each)
    return days


if __name__ == "__main__":
    main()
