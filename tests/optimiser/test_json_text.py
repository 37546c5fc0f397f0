"""A stranger's text as JSON: what is no JSON, what is too long, and keys that stand twice."""

from __future__ import annotations

import pytest

from optimiser.json_text import parsed, repeated_keys
from optimiser.refusals import DocumentRefused


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"a": ' + "9" * 5_000 + "}", '"\udc80"'])
def test_what_is_no_json_is_refused(text: str) -> None:
    """Whatever arrives, the answer is a refusal and not a traceback."""
    with pytest.raises(DocumentRefused):
        parsed(text, 10**6)


def test_the_limit_is_named() -> None:
    """A document is refused before the memory runs out."""
    with pytest.raises(DocumentRefused, match="at most 3 characters"):
        parsed("[1, 2]", 3)


def test_every_key_that_stands_twice_is_found() -> None:
    """JSON itself would keep the last of them and say nothing."""
    text = '{"a": 1, "b": [{"c/d": 1, "c/d": 2}], "a": 3}'
    assert [flaw.where for flaw in repeated_keys(parsed(text, 100))] == ["/a", "/b/0/c~1d"]
