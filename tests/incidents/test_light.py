"""Light values are frozen dataclasses like any other, only quicker to make."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from incidents import facts as f
from incidents.light import quicken, replace, replacer
from incidents.quantities import NeedId
from incidents.situation import Incident, Need, OpenContact, Resource
from tests.builders import at, spot


def slowly(value: object) -> object:
    """The same value, made field by field as Python itself would make it."""
    made = object.__new__(type(value))
    for field in dataclasses.fields(value):  # type: ignore[arg-type]
        object.__setattr__(made, field.name, getattr(value, field.name))
    return made


VALUES = (
    f.ContactReceived(at(0), "c", "emergency"),  # type: ignore[arg-type]
    f.NeedRow("fire", load=2),
    Resource("E1", "engine", frozenset({"fire"}), 1, place=spot(3)),  # type: ignore[arg-type]
    Incident("i", at(0), None, None, {"nature": "fire"}),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_how_it_was_made_does_not_show(value: object) -> None:
    """Equality, repr, hash where there is one, and pickling are those of the class."""
    other = slowly(value)
    assert type(value) is type(other)
    assert value == other
    assert repr(value) == repr(other)
    assert pickle.loads(pickle.dumps(value)) == value


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_nobody_can_change_it(value: object) -> None:
    """Whoever holds a fact holds what happened."""
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, None)


def test_a_factory_makes_a_new_field_for_each() -> None:
    """Two incidents must not share the rungs that stand on them."""
    one, other = (Incident("i", at(0), None, None, {}) for _ in range(2))  # type: ignore[arg-type]
    assert one.standing == {} == other.standing
    assert one.standing is not other.standing


def test_a_missing_field_is_missed() -> None:
    """A fact without its instant is no fact."""
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        f.ContactReceived(at(0), "c")  # type: ignore[call-arg, arg-type]


def test_a_copy_differs_in_what_was_changed_alone() -> None:
    """As `dataclasses.replace` has it, whether the fields are named once or for good."""
    contact = OpenContact("c", at(0), "emergency", spot(1))  # type: ignore[arg-type]
    wanted = dataclasses.replace(contact, need=NeedId("c/call"))
    assert replace(contact, need="c/call") == wanted == replacer(OpenContact, "need")(contact, "c/call")
    assert contact.need is None


def test_a_copy_with_a_field_that_is_not_there_is_refused() -> None:
    """A misspelt field would be lost without a word."""
    with pytest.raises(AttributeError):
        replace(VALUES[0], misspelt=1)


def test_only_what_keeps_its_fields_in_slots_is_quickened() -> None:
    """A twin of anything else would have another layout, and its values could not become the class's."""

    @dataclasses.dataclass(frozen=True)
    class Loose:
        field: int

    with pytest.raises((AssertionError, KeyError)):
        quicken([Loose])


def test_every_need_is_a_need() -> None:
    """`match` and `isinstance` look at the class."""
    need = Need("i/1", (), False, at(0), "plan", None, None, (), None)  # type: ignore[arg-type]
    assert isinstance(need, Need)
    assert type(replace(need, whole=True)) is Need
