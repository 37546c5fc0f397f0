"""A planner's question as it comes over the wire, and the experiment that it asks for. Imports `simulation`.

It is asked of one of the scenarios that Muster ships: as an experiment, or as a procedure to be judged on the default suite.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incidents.refusals import Refusal
from simulation.default_experiment import default_experiment
from simulation.experiment import Experiment, Frozen, frozen, shortened
from simulation.scenario import Scenario
from simulation.scenario_files import scenario_folder

CANDIDATE = "candidate.json"
"""The file, in a job's folder, of a procedure that came over the wire."""


class WhatIfQuestion(BaseModel):
    """What would happen if. Either `experiment`, or `candidate` on the default suite."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"scenario": "bank", "candidate": {"procedure": "bank", "revision": 2}}]},
    )

    scenario: str = Field(pattern=r"^[a-z0-9_]{1,80}$", description="the name of a scenario")
    experiment: dict[str, Any] | None = Field(default=None, description="as docs/experiment.schema.json says")
    candidate: dict[str, Any] | None = Field(
        default=None, description="a procedure, as docs/procedure.schema.json says"
    )
    baseline: str = Field(default="procedures/baseline.yaml", max_length=200, pattern=r"^procedures/[\w.-]+$")
    replications: int | None = Field(default=None, ge=2, le=10_000, description="the last look, in place of its own")
    days: float | None = Field(default=None, ge=0.05, le=366, description="of every workload, in place of its own")

    @model_validator(mode="after")
    def _one_question(self) -> WhatIfQuestion:
        if (self.experiment is None) == (self.candidate is None):
            raise ValueError("give either `experiment` or `candidate`")
        return self


def frozen_question(question: WhatIfQuestion, folder: Path) -> Frozen:
    """Return the experiment, with all that can be refused refused; a candidate is written into `folder`, which exists."""
    scenario = Scenario.read(scenario_folder(question.scenario))
    if question.experiment is not None:
        asked = frozen(_without_files(Experiment.model_validate(question.experiment)), scenario)
    else:
        written = folder / CANDIDATE
        written.write_text(json.dumps(question.candidate), encoding="utf-8")
        asked = frozen(default_experiment(scenario, question.baseline, [str(written)]), scenario)
    if question.replications is None and question.days is None:
        return asked
    return frozen(shortened(asked.experiment, runs=question.replications, days=question.days), scenario)


def _without_files(experiment: Experiment) -> Experiment:
    """Refuse paths that lead out of the scenario: what comes over the wire reads no file of this machine."""
    paths = [experiment.baseline, *(each.procedure or "" for each in experiment.candidates.values())]
    for path in paths:
        if Path(path).is_absolute() or ".." in Path(path).parts:
            raise Refusal.of("/experiment", f"{path!r} is outside the scenario", "a procedure of the scenario")
    return experiment
