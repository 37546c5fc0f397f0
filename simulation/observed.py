"""What a log itself shows, under the names of the measures, so that a twin can be held against it. Imports `incidents.centre`."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from incidents.centre import Document, Name


class Observed(Document):
    """Figures of a log by the names of measures, and per `<clock>.<priority>` why a twin may stand apart from
    one.
    """

    observed: Name
    provenance: str = ""
    figures: Mapping[Name, float]
    reasons: Mapping[Name, str] = Field(default_factory=dict)
