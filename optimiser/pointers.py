"""What pydantic finds wrong in somebody's JSON, in this product's words and at a JSON pointer (RFC 6901)."""

from __future__ import annotations

from typing import Any

from optimiser.refusals import Flaw

LONGEST_SHOWN = 60
"""Characters of a wrong value that a flaw repeats."""


def escaped(key: str) -> str:
    """Write a key as one step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def flaw_at(where: str, error: Any, document: str) -> Flaw:
    """Say what one of pydantic's errors means; `document` is what the field should have been part of."""
    message = str(error["msg"])
    match error["type"]:
        case "missing":
            return Flaw(where, "is missing")
        case "extra_forbidden":
            return Flaw(where, f"is not part of {document}")
        case _ if message.startswith("Input should "):
            given = repr(error["input"])
            short = given if len(given) < LONGEST_SHOWN else given[: LONGEST_SHOWN - 3] + "..."
            return Flaw(where, f"is {short}", message.removeprefix("Input should ").removeprefix("be "))
        case _:
            return Flaw(where, message)
