"""The hours in which nobody on duty could do what the rules ask for."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.staffing import thin_hours
from tests.incidents.sound_procedure import CENTRE, sound


def warned(shifts: dict[str, Any], resources: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    """(first two keys of the place, what) for each warning, with resources of the sound centre on shifts."""
    document = sound() | changes
    plain = CENTRE.model_dump(mode="json")
    entries = {name: entry | {"shift": resources.get(name)} for name, entry in plain["resources"].items()}
    centre = Centre.model_validate_json(
        Centre.model_validate(plain | {"shifts": shifts, "resources": entries}).model_dump_json()
    )
    return [("/".join(map(str, loc)), what) for loc, what, _ in thin_hours(Procedure.model_validate(document), centre)]


def test_somebody_always_on_duty_leaves_no_thin_hour() -> None:
    """A false alarm teaches designers to ignore alarms."""
    assert warned({}, {}) == []


def test_a_rung_that_nobody_staffs_at_weekends_is_named_with_its_hours() -> None:
    """Help that is only called in the hours without help would be found out on a Saturday night."""
    week = {"week": {"start": "00:00", "until": "00:00", "days": ["mon", "tue", "wed", "thu", "fri"]}}
    plans = {"both": {"send": [{"skill": "medical"}]}, "one": {"send": [{"skill": "medical"}]}}
    assert warned(week, {"E1": "week"}, plans=plans) == [
        (
            "escalation/late/opens",
            "nobody staffs this rung: none on duty has skill 'fire' sat 00:00 to mon 00:00, every week",
        )
    ]


def test_a_queue_that_nobody_answers_at_night_is_named() -> None:
    """A phone that rings in an empty room."""
    (place, what), *_ = warned({"day": {"start": "07:00", "until": "19:00"}}, {"D1": "day"})
    assert place == "queues/phone/skill"
    assert "mon 19:00 to tue 07:00, tue 19:00 to wed 07:00, wed 19:00 to thu 07:00 and 4 times more" in what


@pytest.mark.parametrize(("until", "is_found"), [("07:00", False), ("06:59", True)])
def test_shifts_that_meet_leave_no_gap(until: str, is_found: bool) -> None:
    """To the minute, over midnight and over the end of the week."""
    shifts = {"day": {"start": "07:00", "until": "19:00"}, "night": {"start": "19:00", "until": until}}
    rows = {"both": {"send": [{"skill": "medical"}]}, "one": {"send": [{"skill": "medical"}]}}
    assert bool(warned(shifts, {"A1": "day", "A2": "night"}, plans=rows)) is is_found


def test_a_whole_plan_needs_all_of_them_on_duty() -> None:
    """One of two on duty fills no plan of two, and an incident would wait until the morning."""
    plans = {
        "both": {"send": [{"skill": "medical", "quantity": 2}], "whole": True},
        "one": {"send": [{"skill": "medical"}]},
    }
    ((place, what),) = warned({"day": {"start": "07:00", "until": "19:00"}}, {"A1": "day"}, plans=plans)
    assert (place, what.split(" mon")[0]) == ("plans/both/send/0", "fewer than 2 on duty have skill 'medical'")


def test_a_plan_is_thin_only_where_no_way_of_it_can_be_filled() -> None:
    """The other way is there for such hours."""
    two_of_them = [{"skill": "medical", "quantity": 2}]
    plans = {
        "both": {"send": two_of_them, "instead": [[{"skill": "fire"}]], "whole": True},
        "one": {"send": [{"skill": "medical"}]},
    }
    day = {"day": {"start": "07:00", "until": "19:00"}}
    assert warned(day, {"A1": "day"}, plans=plans) == []
    assert [place for place, _ in warned(day, {"A1": "day", "E1": "day"}, plans=plans)] == [
        "plans/both/instead",
        "escalation/late/opens",
    ]


def test_what_nobody_could_do_at_any_hour_is_left_to_the_flaws() -> None:
    """One thing is said once."""
    assert warned({}, {}, queues={"phone": {"skill": "knitting"}}) == []


def test_a_partner_that_is_not_called_on_does_not_fill_the_gap() -> None:
    """Whom the rules do not propose is not there at night either."""
    day = {"day": {"start": "07:00", "until": "19:00"}}
    rows = {"both": {"send": [{"skill": "sea"}]}, "one": {"send": [{"skill": "medical"}]}}
    assert [place for place, _ in warned(day, {"L1": "day"}, plans=rows)] == ["plans/both/send/0"]
    dispatch = sound()["dispatch"] | {"partners": {}}
    assert warned(day, {"L1": "day"}, plans=rows, dispatch=dispatch) == []


def test_more_shifts_than_are_looked_at_are_said_to_be() -> None:
    """Silence would read as all hours being staffed."""
    shifts = {f"s{n}": {"start": "07:00", "until": "19:00"} for n in range(201)}
    plain = CENTRE.model_dump(mode="json")
    resources = {f"D{n}": {"kind": "desk", "shift": f"s{n}"} for n in range(201)}
    centre = Centre.model_validate_json(
        Centre.model_validate(plain | {"shifts": shifts, "resources": resources}).model_dump_json()
    )
    ((loc, what, _),) = thin_hours(Procedure.model_validate(sound()), centre)
    assert (loc, what) == ((), "who is on duty at which hour was not looked at")
