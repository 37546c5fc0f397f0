"""A scenario: a centre, a workload, and what the log it was fitted on shows, read from one folder.

    centre.yaml       who can be sent, from where             needed
    workload.yaml     what comes, and what is true of it      needed
    observed.yaml     the log's own figures
    calibration.yaml  the record of the last back-test        without it the twin is uncalibrated, and says so
    procedures/       the rules, one file a version
    what_ifs/         experiments: questions to ask of them

Imports the reader, `workload`, `trace` and `observed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from incidents.centre import Centre
from incidents.procedure import Procedure
from incidents.quantities import Place
from incidents.read import read_centre, read_document, read_procedure
from incidents.refusals import DocumentRefused, Flaw
from incidents.targets import TargetPack
from simulation.calibration import FILE, Calibration, standing
from simulation.observed import Observed
from simulation.scenario_files import known_packs
from simulation.trace import Origin
from simulation.workload import Workload


@dataclass(frozen=True)
class Scenario:
    """A world to play procedures in. `observed` None: there is no log to hold it against. `calibration` None: it was never
    back-tested. `replayed` None: contacts are drawn from the workload; otherwise these come again, with luck drawn anew.
    """

    folder: Path
    centre: Centre
    workload: Workload
    observed: Observed | None
    calibration: Calibration | None = None
    replayed: Origin | None = None

    @property
    def standing(self) -> str:
        """Whether this twin may be believed, in words."""
        return standing(self.calibration, self.workload.fingerprint)

    @classmethod
    def read(cls, folder: Path) -> Scenario:
        """Read the folder's documents; refuse with every flaw of the first document that has any."""
        centre = read_centre(folder / "centre.yaml")

        workload = read_document(
            folder / "workload.yaml", Workload, lambda given: [*given.flaws(), *given.flaws_beside(centre)]
        )
        observed, record = folder / "observed.yaml", folder / FILE
        return cls(
            folder,
            centre,
            workload,
            read_document(observed, Observed) if observed.exists() else None,
            read_document(record, Calibration) if record.exists() else None,
        )

    def procedure(self, name: str, packs: Mapping[str, TargetPack] | None = None) -> Procedure:
        """Read one of the scenario's procedures, by its path in the folder, and check it against centre, workload and packs.

        `packs` None: Muster's own target packs.
        """
        procedure = read_procedure(self.folder / name, self.centre, known_packs() if packs is None else packs)
        flaws = list(self.workload.flaws_beside(self.centre, procedure))
        if flaws:
            path = self.folder / "workload.yaml"
            raise DocumentRefused(
                [
                    Flaw(f"{path}: {'.'.join(map(str, loc))}", f"{what}, in {name}", accepted)
                    for loc, what, accepted in flaws
                ]
            )
        return procedure

    @cached_property
    def zones(self) -> dict[str, Place]:
        """The centre of every zone."""
        return {name: self.centre.zone(name) for name in self.centre.zones}
