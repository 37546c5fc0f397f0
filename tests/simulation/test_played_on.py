"""A log played on: by its own rules it comes out as it was, and what cannot be played on is refused."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.desk import adoption
from incidents.refusals import Refusal
from simulation.played_on import FIGURES, play_on
from tests.builders import START, a_centre, a_procedure, spot
from tests.simulation.street_calls import ILL, ONE_AMBULANCE, UNWELL, contacts, played, workload

CENTRE = a_centre(ONE_AMBULANCE)
TWO = a_procedure(
    revision=2,
    plans={
        "fire": {"send": [{"skill": "fire"}]},
        "medical": {"send": [{"skill": "transport"}]},
        "rescue": {"send": [{"skill": "fire"}, {"skill": "transport"}]},
    },
    dispatch={"automatic": ["red", "green"]},
)


def a_log() -> list[f.Fact]:
    given = workload([ILL, UNWELL])
    calls = contacts(given, (100, "ill", spot(40)), (400, "unwell", spot(90)))
    return [adoption(a_procedure(), START), *played(given, calls, ONE_AMBULANCE, a_procedure())]


def test_the_rules_in_force_bring_their_own_log_out_again() -> None:
    """Otherwise what another procedure brings out would mean nothing."""
    found = play_on(a_log(), CENTRE, a_procedure(), a_procedure())
    assert [each.name for each in found.figures] == list(FIGURES)
    for each in found.figures:
        assert each.log is not None
        assert each.again == each.under == pytest.approx(each.log, abs=1)


def test_rules_that_wait_for_nobody_send_sooner() -> None:
    """The dispatchers of the log took five seconds to decide; rules that are switched on take none."""
    found = {each.name: each for each in play_on(a_log(), CENTRE, a_procedure(), TWO).figures}
    wait = found["dispatch_wait_s.mean.all"]
    assert (wait.log, wait.under) == (5.0, 0.0)


def test_a_log_that_cannot_be_played_on_is_refused() -> None:
    """Under two procedures nobody knows which to hold it against; without contacts there is nothing to meet."""
    with pytest.raises(Refusal, match="under 2 procedures"):
        play_on([*a_log(), adoption(TWO, START + 10**7)], CENTRE, a_procedure(), TWO)
    with pytest.raises(Refusal, match="no contacts"):
        play_on([adoption(TWO, START)], CENTRE, a_procedure(), TWO)
