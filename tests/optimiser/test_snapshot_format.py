"""The schemas of `muster allocate`: published as files, printed by the command, and one and the same."""

from __future__ import annotations

import json
from pathlib import Path

from optimiser.snapshot_answer import answer_schema
from optimiser.snapshot_format import snapshot_schema

DOCS = Path(__file__).parents[2] / "docs"


def test_the_schema_of_a_snapshot_is_the_published_one() -> None:
    """Whoever validates before sending must validate against what is read."""
    assert json.loads((DOCS / "snapshot.schema.json").read_text(encoding="utf-8")) == snapshot_schema()


def test_the_schema_of_an_answer_is_the_published_one() -> None:
    """Whoever parses --json can generate their types."""
    assert json.loads((DOCS / "answer.schema.json").read_text(encoding="utf-8")) == answer_schema()


def test_the_schema_names_what_is_required() -> None:
    """Everything else has a default."""
    assert snapshot_schema()["required"] == ["needs", "resources", "travel"]
