"""The process that plays a job: `python -m api.job_process FOLDER`. It never sees the database.

It reads the question from FOLDER, plays at a low priority, keeps every run in the store beside, tells its progress as lines of
JSON, and leaves `result.json` and `report.html`. It ends when its parent does, whose end of standard input then closes.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from api.what_if_question import WhatIfQuestion, frozen_question
from incidents.refusals import Refusal
from simulation.answer_report import report_of
from simulation.experiment_runs import Hands, Progress
from simulation.replication_store import Store
from simulation.report import as_json, render_html
from simulation.what_if import answered

QUESTION, RESULT, PAGE = "question.json", "result.json", "report.html"
KEPT = "replications"
"""The store, beside the folders of all jobs: what one has played another need not."""
LOW = 10
"""A tenth of the processor where dispatchers want it too, and all that they leave."""
REFUSED = 2
TIMED = ("run_time_s",)
"""Of a result, what depends on the machine; it is left out, so that the same question gives the same bytes."""


def main(folder: Path) -> int:
    """Play the question in `folder`; return an exit code."""
    os.nice(LOW)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    question = WhatIfQuestion.model_validate_json((folder / QUESTION).read_text(encoding="utf-8"))
    try:
        asked = frozen_question(question, folder)
        hands = Hands(workers=1, store=Store(folder.parent / KEPT), progress=_tell)
        answer = answered(asked, hands)
    except Refusal as refusal:
        _say({"refused": [str(flaw) for flaw in refusal.flaws]})
        return REFUSED
    report = report_of(answer, "POST /v1/planner/what-ifs")
    plain = {name: value for name, value in as_json(report).items() if name not in TIMED}
    _write(folder / PAGE, render_html(report))
    _write(folder / RESULT, json.dumps(plain, sort_keys=True))
    return 0


def _tell(progress: Progress) -> None:
    _say({"stage": progress.stage, "workload": progress.workload, "done": progress.done, "total": progress.total})


def _say(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _write(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.rename(path)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
