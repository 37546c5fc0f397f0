"""What becomes of a resource once sent: turnout, stand-down, time on scene, transport and handover, as tables
by kind and class.

Tables are shared: each is registered under a name, and a kind and class with too few observations takes the
table of its kind. A stand-down is of two sorts. Either somebody else reached the scene first and the resource
was turned back (seven in ten), or it was called off on its own. Told apart, because a first arrival that is
stood down at random would make responses too slow. Imports `distributions`, `log`, `workload`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulation.distributions import Lognormal, table_of
from simulation.fitting.log import CLASSES, SKILLS, LoggedIncident, Response
from simulation.fitting.travel import LEAST_SAMPLE
from simulation.workload import AS_PLANNED, Course, DistributionEntry, LognormalEntry

ALONE, IN_COMPANY = "alone", "in company"
TURNED_BACK_EARLY_S = 30
"""Clear this shortly before the first arrival still counts as turned back because of it: buttons are pressed
late.
"""

Pair = tuple[LoggedIncident, Response]
Stage = Callable[[LoggedIncident, Response], float | None]


@dataclass(slots=True)
class Tables:
    """The tables registered so far, by name."""

    entries: dict[str, DistributionEntry] = field(default_factory=dict)

    def register(self, name: str, sample: Sequence[float]) -> str:
        """Keep the quantile table of a sample under a name, and return the name."""
        if name not in self.entries:
            self.entries[name] = DistributionEntry(quantiles=table_of(sample).values)
        return name


def fit_courses(
    incidents: Sequence[LoggedIncident], factors: Mapping[tuple[str, str], Lognormal], tables: Tables
) -> Mapping[str, Mapping[str, Course]]:
    """Return the conducts by name, `<class> alone` and `<class> in company`, each with a course per kind."""
    pairs: dict[str, list[Pair]] = {}
    for incident in incidents:
        for response in incident.responses:
            pairs.setdefault(response.kind, []).append((incident, response))
    return {
        conduct_name(priority, is_alone): {
            kind: _course(pairs[kind], priority, is_alone, factors, tables) for kind in SKILLS if kind in pairs
        }
        for priority in CLASSES
        for is_alone in (True, False)
    }


def conduct_name(priority: str, is_alone: bool) -> str:
    """The name under which courses are kept."""
    return f"{priority} {ALONE if is_alone else IN_COMPANY}"


def turnout_s(_: LoggedIncident, response: Response) -> float | None:
    """From assignment to rolling."""
    return _between(response.dispatched, response.departed)


def scene_s(_: LoggedIncident, response: Response) -> float | None:
    """From arrival to clear, for those that take nobody to a facility; engines that follow an ambulance count
    as such.
    """
    if response.transport is not None and SKILLS[response.kind] == "ambulance":
        return None
    return _between(response.arrived, response.available)


def before_transport_s(_: LoggedIncident, response: Response) -> float | None:
    """From arrival to leaving with a patient."""
    return _between(response.arrived, response.transport)


def to_facility_s(_: LoggedIncident, response: Response) -> float | None:
    """From leaving with a patient to arrival at the facility."""
    return _between(response.transport, response.facility)


def handover_s(_: LoggedIncident, response: Response) -> float | None:
    """From arrival at the facility to clear."""
    return _between(response.facility, response.available)


def is_turned_back(incident: LoggedIncident, response: Response) -> bool:
    """Whether it never arrived, and was clear only once somebody else had."""
    first = incident.first_arrival
    if response.arrived is not None or response.available is None or first is None:
        return False
    return response.available >= first - TURNED_BACK_EARLY_S


def unneeded_s(incident: LoggedIncident, response: Response) -> float | None:
    """From the first arrival of another to being clear."""
    if not is_turned_back(incident, response):
        return None
    return max(0.0, _between(incident.first_arrival, response.available) or 0.0)


def stood_down_s(incident: LoggedIncident, response: Response) -> float | None:
    """From assignment to being called off, for other reasons than somebody's arrival."""
    if response.arrived is not None or is_turned_back(incident, response):
        return None
    return _between(response.dispatched, response.available)


def _course(
    pairs: Sequence[Pair],
    priority: str,
    is_alone: bool,
    factors: Mapping[tuple[str, str], Lognormal],
    tables: Tables,
) -> Course:
    kind = pairs[0][1].kind
    own = [pair for pair in pairs if pair[0].priority == priority]

    def table(name: str, stage: Stage) -> str:
        sample = _seconds(own, stage)
        if len(sample) >= LEAST_SAMPLE:
            return tables.register(f"{name} {kind} {priority}", sample)
        return tables.register(f"{name} {kind}", _seconds(pairs, stage) or [0.0])

    factor = factors.get((kind, priority)) or factors.get((kind, ""))
    called_off, turned_back = _stand_downs(own, pairs, is_alone)
    course = Course(
        turnout_s=table("turnout", turnout_s),
        travel_factor=AS_PLANNED if factor is None else _entry(factor),
        stood_down_share=called_off,
        stood_down_s=table("stood down", stood_down_s),
        unneeded_share=turned_back,
        unneeded_s=table("unneeded", unneeded_s),
        scene_s=table("scene", scene_s),
    )
    if SKILLS[kind] != "ambulance":
        return course
    arrived = [pair for pair in own if pair[1].arrived is not None]
    transported = sum(response.transport is not None for _, response in arrived)
    return course.model_copy(
        update={
            "transported_share": round(transported / max(1, len(arrived)), 4),
            "before_transport_s": table("before transport", before_transport_s),
            "to_facility_s": table("to facility", to_facility_s),
            "handover_s": table("handover", handover_s),
        }
    )


def _entry(factor: Lognormal) -> DistributionEntry:
    return DistributionEntry(lognormal=LognormalEntry(mean=factor.mean, cv=factor.cv))


def _stand_downs(own: Sequence[Pair], pairs: Sequence[Pair], is_alone: bool) -> tuple[float, float]:
    """Share called off; and of the rest the share to turn back, had the word come at once.

    The word takes a while, and some arrive meanwhile. The share is therefore raised by how often a delay of the
    log outlasts the time by which the later ones of the log came after the first.
    """
    alike = [pair for pair in own if (len(pair[0].responses) == 1) == is_alone]
    if len(alike) < LEAST_SAMPLE:
        alike = [pair for pair in pairs if (len(pair[0].responses) == 1) == is_alone]
    if len(alike) < LEAST_SAMPLE:
        alike = list(pairs)
    called_off = sum(stood_down_s(*pair) is not None for pair in alike)
    behind = [gap for gap in (_behind_s(*pair) for pair in alike) if gap is not None]
    later = len(alike) - called_off - behind.count(0.0)
    delays = _seconds(alike, unneeded_s)
    if later <= 0 or not delays:
        return round(called_off / len(alike), 4), 0.0
    gaps = np.sort([gap for gap in behind if gap > 0])
    in_time = float(np.mean(1 - np.searchsorted(gaps, delays) / len(gaps))) if len(gaps) else 1.0
    return round(called_off / len(alike), 4), round(min(1.0, len(delays) / later / max(in_time, 0.01)), 4)


def _behind_s(incident: LoggedIncident, response: Response) -> float | None:
    """By how much it arrived after the first; 0 for the first itself, None if it never did."""
    return _between(incident.first_arrival, response.arrived)


def _seconds(pairs: Sequence[Pair], stage: Stage) -> list[float]:
    """Every value the stage has; negative ones are slips and left out."""
    found = (stage(incident, response) for incident, response in pairs)
    return [value for value in found if value is not None and value >= 0]


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else end - start
