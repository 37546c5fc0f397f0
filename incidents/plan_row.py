"""One line of what is asked for: of a response plan, or of a rung that asks for more. Imports `centre`."""

from __future__ import annotations

from pydantic import Field

from incidents.centre import Document, Level, Name


class PlanRow(Document):
    """One line of a response plan: so many resources with one skill, at `level` or above."""

    skill: Name
    quantity: int = Field(default=1, ge=1, le=100)
    level: Level = 1
    load: int = Field(default=1, ge=1, le=1000, description="room that each position takes of a resource")
