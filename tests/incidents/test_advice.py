"""Advice: offered by questions and determinants, and given only within its limits."""

from __future__ import annotations

import pytest

from incidents import facts as f
from incidents.advice import offered
from incidents.desk import Desk
from incidents.quantities import IncidentId
from incidents.refusals import FactRefused
from tests.builders import a_centre, a_desk, a_procedure, an_incident, at, spot

I1 = IncidentId("I-1")


def an_advised_desk(**answers: str) -> Desk:
    """A question offers `stay on the line`, the fire `get out` and `breathe low`; the last only for a trained call-taker."""
    plain = a_procedure().model_dump(mode="json", by_alias=True, exclude_none=True)
    plain["triage"]["questions"]["severe"]["advice"] = ["stay on the line"]
    plain["determinants"]["fire-1"]["advice"] = ["get out", "breathe low"]
    plain["advice"] = {
        "stay on the line": {"text": "Stay on the line."},
        "get out": {"text": "Get out and stay out."},
        "breathe low": {"text": "Keep low.", "roles": ["call-taker"], "qualifications": ["fire survival"]},
    }
    desk = a_desk(a_centre({"E1": ("engine", 0.0)}), a_procedure(**plain))
    an_incident(desk, "I-1", spot(0), at(1), **answers)
    return desk


@pytest.mark.parametrize(
    ("answers", "items"),
    [
        ({}, ()),
        ({"nature": "illness"}, ("stay on the line",)),
        ({"nature": "illness", "severe": "no"}, ("stay on the line",)),
        ({"nature": "fire"}, ("get out", "breathe low")),
    ],
    ids=["nothing yet", "being asked", "asked", "concluded"],
)
def test_advice_is_offered_where_the_procedure_binds_it(answers: dict[str, str], items: tuple[str, ...]) -> None:
    """Advice for a fire, given to somebody with a burn, does harm."""
    desk = an_advised_desk(**answers)
    assert offered(desk.situation.incidents[I1], desk.procedure) == items


def test_advice_within_its_limits_is_recorded() -> None:
    """What the caller was told belongs to the incident's log."""
    given = f.AdviceGiven(at(2), I1, "breathe low", "call-taker", "fire survival")
    assert an_advised_desk(nature="fire").observe(given) == (given,)


OUT_OF_SCOPE = {
    "unknown": (("sing", "call-taker", None), ["/advice"]),
    "not for this incident": (("stay on the line", "call-taker", None), ["/advice"]),
    "another role": (("breathe low", "clerk", "fire survival"), ["/by_role"]),
    "no qualification": (("breathe low", "call-taker", None), ["/qualification"]),
    "everything": (("breathe low", "clerk", "cooking"), ["/by_role", "/qualification"]),
}


@pytest.mark.parametrize(("given", "where"), OUT_OF_SCOPE.values(), ids=list(OUT_OF_SCOPE))
def test_advice_out_of_scope_is_refused_for_every_reason(given: tuple[str, str, str | None], where: list[str]) -> None:
    """Beyond its limits the caller has to be transferred, and the refusal says so."""
    with pytest.raises(FactRefused) as refusal:
        an_advised_desk(nature="fire").observe(f.AdviceGiven(at(2), I1, *given))
    assert [flaw.where for flaw in refusal.value.flaws] == where
