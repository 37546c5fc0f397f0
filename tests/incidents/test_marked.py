"""What the dialect reads, where it says things stand, and its limits on depth and memory."""

from __future__ import annotations

import tracemalloc

import pytest

from incidents.centre import Loc
from incidents.marked import DEEPEST, MOST_VALUES, marked


def it(written: str) -> object:
    """What the text after `it:` is read as."""
    read = marked(f"it: {written}\n")
    assert read.plain is not None, read.flaws
    return read.plain["it"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("yes", "yes"),
        ("off", "off"),
        ("2026-11-21", "2026-11-21"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("true", True),
        ("~", None),
        ("007", 7),
        ("0o17", 15),
        ("0x1F", 31),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("'5'", "5"),
        ("+-5", "+-5"),
        (".", "."),
        ("|\n a\n b\n", "a\nb\n"),
    ],
)
def test_scalars_are_read_as_yaml_1_2_says(written: str, read: object) -> None:
    """Under YAML 1.1 a caller's `no` becomes false and an answer goes missing."""
    assert (it(written), type(it(written))) == (read, type(read))


def test_keys_are_text() -> None:
    """A code may be called 17, and an answer no."""
    assert it("{17: a, no: b, true: c, null: d, 1.0: e}") == {
        "17": "a",
        "no": "b",
        "true": "c",
        "null": "d",
        "1.0": "e",
    }


WHERE = """\
top:
  list:
    - é🚑: x
      b: {c: d}
"""


@pytest.mark.parametrize(
    ("loc", "mark"),
    [
        ((), (1, 1)),
        (("top", "list"), (2, 3)),
        (("top", "list", 0), (3, 7)),
        (("top", "list", 0, "é🚑"), (3, 11)),
        (("top", "list", 0, "é🚑", "[key]"), (3, 7)),
        (("top", "list", 0, "b"), (4, 7)),
        (("top", "list", 0, "b", "c"), (4, 14)),
        (("top", "list", 0, "absent"), (3, 7)),
        (("top", "member of a union", "list", 0, "b", "c"), (4, 14)),
    ],
    ids=str,
)
def test_everything_is_known_by_where_it_stands(loc: Loc, mark: tuple[int, int]) -> None:
    """A scalar stands where it is written, a mapping where it is named, and an editor counts é and 🚑 as one column each."""
    assert marked(WHERE).mark(loc) == mark


def test_depth_is_limited() -> None:
    """The limit is where it says it is."""
    for levels, is_read in ((DEEPEST - 1, True), (DEEPEST, False)):
        assert (marked("it: " + "[" * levels + "]" * levels).plain is not None) is is_read


def test_the_number_of_values_is_limited() -> None:
    """The limit counts keys and values, so that memory is bounded whatever a document is made of."""
    for items, is_read in ((MOST_VALUES - 3, True), (MOST_VALUES - 2, False)):
        assert (marked("it: [" + "x," * items + "]").plain is not None) is is_read


def test_memory_is_limited() -> None:
    """The document with the most values allowed must cost less than 200 MB; a tenth of it shows the slope."""
    text = "it:\n" + "".join(f" {n}: {{}}\n" for n in range(MOST_VALUES // 20 - 3))
    tracemalloc.start()
    read = marked(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert read.plain is not None
    assert peak < 20_000_000


def test_a_text_that_breaks_off_goes_wrong_at_its_end() -> None:
    """An editor cannot go to a line that is not there."""
    ((mark, _, _),) = marked("a: 1\nb: {c: d").flaws
    assert mark == (2, 9)
