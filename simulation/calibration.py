"""Whether a scenario may be believed: the record of its last back-test, kept beside it, and what a report says of it.

A record speaks of one workload, by fingerprint. A twin whose workload has changed since, whose test failed, or that never had one
is uncalibrated, and everything that is printed of it says so. Imports the documents of `incidents.centre`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from incidents.centre import Document, Name

FILE = "calibration.yaml"
UNCALIBRATED = "uncalibrated"
NEVER = f"{UNCALIBRATED}: never back-tested"
LEAST_COVERAGE = 0.90
"""The share of the log's figures that have to lie inside the twin's 95 % prediction intervals."""


class Period(Document):
    """A part of a log, in its local time."""

    since: str
    until: str
    incidents: int = Field(ge=0)


class Calibration(Document):
    """What a back-test came to. Shares are of 1."""

    calibration: Name
    tested_on: str = Field(description="the day of the test")
    workload: str = Field(description="fingerprint of the workload that the record speaks of")
    fitted: Period
    tested: Period
    windows: int = Field(ge=0)
    days: int = Field(ge=1, description="of each window")
    replications: int = Field(ge=0)
    figures: int = Field(ge=0, description="of the log that were held against the twin's prediction intervals")
    coverage: float = Field(ge=0, le=1)
    rows: int = Field(ge=0, description="stages by priority whose median and 90th percentile were compared")
    close: int = Field(ge=0, description="rows within a tenth of the log")
    explained: Mapping[Name, str] = Field(default_factory=dict, description="rows that are not, and why")
    unexplained: tuple[str, ...] = ()
    echoed: float = Field(ge=0, le=1, description="of the log's times, met when its own decisions are played again")
    travel_imputed: int = Field(ge=0)
    passed: bool

    def standing(self, workload: str) -> str:
        """What a report says of a twin with the workload of this fingerprint."""
        if workload != self.workload:
            return f"{UNCALIBRATED}: the workload has changed since its back-test of {self.tested_on}"
        told = (
            f"{100 * self.coverage:.0f} % of {self.figures} figures of {self.windows} windows that were not fitted lie inside "
            f"the 95 % prediction intervals, {self.close} of {self.rows} rows within a tenth of the log"
        )
        if not self.passed:
            return f"{UNCALIBRATED}: its back-test of {self.tested_on} failed; {told}"
        return f"calibrated by the back-test of {self.tested_on}: {told}"


def standing(record: Calibration | None, workload: str) -> str:
    """What a report says of a twin whose record this is; None: it has none."""
    return NEVER if record is None else record.standing(workload)
