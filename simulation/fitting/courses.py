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

from simulation.distributions import table_of
from simulation.fitting.lifetimes import Choice, Lifetimes, choose, table
from simulation.fitting.log import Log, LoggedIncident, Response
from simulation.fitting.mapping import OF_A_RESPONSE, LogMapping
from simulation.fitting.mapping import Stage as Moment
from simulation.fitting.travel import LEAST_SAMPLE
from simulation.workload import AS_PLANNED, Course, DistributionEntry

ALONE, IN_COMPANY = "alone", "in company"
TURNED_BACK_EARLY_S = 30
"""Clear this shortly before the first arrival still counts as turned back because of it: buttons are pressed
late.
"""

OPEN_SINCE: Mapping[str, Moment] = {"turnout_s": "dispatched", "scene_s": "arrived", "handover_s": "facility"}
"""The moment since which a stage lasts of which the log shows no end."""

Pair = tuple[LoggedIncident, Response]
Stage = Callable[[LoggedIncident, Response], float | None]


@dataclass(slots=True)
class Tables:
    """The distributions registered so far, by name, and what they were made of.

    `is_choosing`: the likeliest of several kinds is taken; otherwise each is the quantile table of its sample.
    """

    is_choosing: bool = False
    entries: dict[str, DistributionEntry] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    samples: dict[str, Lifetimes] = field(default_factory=dict)

    def register(self, name: str, sample: Sequence[float], still_open: Sequence[float] = ()) -> str:
        """Keep the distribution of times that ended and times still open under a name, and return the name."""
        if not self.is_choosing:
            self.samples.setdefault(name, Lifetimes(tuple(sample)))
            if name not in self.entries:
                self.entries[name] = DistributionEntry(quantiles=table_of(sample).values)
            return name
        return self.register_lifetimes(name, Lifetimes(tuple(sample), tuple(still_open)))

    def register_curve(self, name: str, times: Lifetimes) -> str:
        """Keep the Kaplan-Meier table of lifetimes under a name, whatever else might be likelier, and return the name."""
        if name not in self.entries:
            self.entries[name], self.samples[name] = table(times), times
        return name

    def register_lifetimes(self, name: str, times: Lifetimes) -> str:
        """Keep the likeliest distribution of lifetimes under a name, and return the name."""
        if name not in self.entries:
            choice = choose(times)
            self.entries[name], self.choices[name], self.samples[name] = choice.entry, choice, times
        return name


Factors = Mapping[tuple[str, str], DistributionEntry]
"""The travel factor by kind and class; class "": of the whole kind."""


def fit_courses(log: Log, factors: Factors, mapping: LogMapping, tables: Tables) -> Mapping[str, Mapping[str, Course]]:
    """Return the conducts by name, `<class> alone` and `<class> in company`, each with a course per kind."""
    pairs: dict[str, list[Pair]] = {}
    for incident in log.incidents:
        for response in incident.responses:
            pairs.setdefault(response.kind, []).append((incident, response))
    return {
        conduct_name(priority, is_alone): {
            kind: _course(pairs[kind], priority, is_alone, factors, tables, log.until)
            for kind in mapping.kinds
            if kind in pairs
        }
        for priority in mapping.classes
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
    if response.transport is not None and response.transports:
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
    factors: Factors,
    tables: Tables,
    until: float,
) -> Course:
    kind = pairs[0][1].kind
    own = [pair for pair in pairs if pair[0].priority == priority]

    def named(name: str, stage: Stage) -> str:
        sample = _seconds(own, stage)
        if len(sample) >= LEAST_SAMPLE:
            return tables.register(f"{name} {kind} {priority}", sample, _open_s(own, stage, sample, until))
        sample = _seconds(pairs, stage)
        return tables.register(f"{name} {kind}", sample or [0.0], _open_s(pairs, stage, sample, until))

    factor = factors.get((kind, priority)) or factors.get((kind, ""))
    called_off, turned_back = _stand_downs(own, pairs, is_alone)
    course = Course(
        turnout_s=named("turnout", turnout_s),
        travel_factor=AS_PLANNED if factor is None else factor,
        stood_down_share=called_off,
        stood_down_s=named("stood down", stood_down_s),
        unneeded_share=turned_back,
        unneeded_s=named("unneeded", unneeded_s),
        scene_s=named("scene", scene_s),
    )
    if not pairs[0][1].transports:
        return course
    arrived = [pair for pair in own if pair[1].arrived is not None]
    transported = sum(response.transport is not None for _, response in arrived)
    return course.model_copy(
        update={
            "transported_share": round(transported / max(1, len(arrived)), 4),
            "before_transport_s": named("before transport", before_transport_s),
            "to_facility_s": named("to facility", to_facility_s),
            "handover_s": named("handover", handover_s),
        }
    )


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


def _open_s(pairs: Sequence[Pair], stage: Stage, sample: Sequence[float], until: float) -> list[float]:
    """How long a stage had lasted by the end of the log that nobody saw end.

    A time that is merely missing from the log looks alike, so only what could still be going on counts: what began no longer
    before the end than ninety-nine in a hundred of those that ended took.
    """
    began = OPEN_SINCE.get(stage.__name__)
    if began is None or not sample:
        return []
    longest = float(np.quantile(np.asarray(sample), 0.99))
    found = []
    for _, response in pairs:
        start = getattr(response, began)
        later = OF_A_RESPONSE[OF_A_RESPONSE.index(began) + 1 :]
        if (
            start is not None
            and all(getattr(response, each) is None for each in later)
            and 0 <= until - start <= longest
        ):
            found.append(until - start)
    return found


def _seconds(pairs: Sequence[Pair], stage: Stage) -> list[float]:
    """Every value the stage has; negative ones are slips and left out."""
    found = (stage(incident, response) for incident, response in pairs)
    return [value for value in found if value is not None and value >= 0]


def _between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else end - start
