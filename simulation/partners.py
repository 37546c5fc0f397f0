"""Partner organisations: asked for aid they decline or offer it, the centre takes the offer up, and lets them go when it is done.

Imports `stage` and `surroundings`.
"""

from __future__ import annotations

from collections import Counter

from incidents import facts as f
from incidents.ladder_state import AidKey, AidStatus
from simulation.stage import Stage
from simulation.surroundings import Answer, Surroundings

CANNOT = "can spare nobody"
SERVED = "what it was asked for is done"


class Partners:
    """Everybody outside who may help."""

    def __init__(self, stage: Stage, surroundings: Surroundings) -> None:
        self._stage, self._surroundings = stage, surroundings
        self._requests: Counter[str] = Counter()
        if surroundings.workload is not None and surroundings.workload.partners:
            stage.react(f.AidRequested, self._on_requested)
            stage.react(f.ResourceReleased, self._on_released)

    def _on_requested(self, fact: f.AidRequested) -> None:
        number = self._requests[fact.partner]
        self._requests[fact.partner] += 1
        answer = self._surroundings.partner(fact.partner, number)
        if answer is not None:
            self._stage.clock.after(answer.answer_s, self._answer, fact, answer)

    def _answer(self, asked: f.AidRequested, answer: Answer) -> None:
        if self._status((asked.need, asked.partner)) is not AidStatus.REQUESTED:
            return
        stage = self._stage
        if answer.is_declined:
            stage.tally["aid declined"] += 1
            stage.record(f.AidDeclined(stage.clock.now, asked.need, asked.partner, CANNOT))
            return
        stage.record(f.AidOffered(stage.clock.now, asked.need, asked.partner, asked.quantity))
        stage.clock.after(answer.commit_s, self._commit, asked)

    def _commit(self, asked: f.AidRequested) -> None:
        if self._status((asked.need, asked.partner)) is AidStatus.OFFERED:
            now = self._stage.clock.now
            self._stage.tally["aid committed"] += 1
            self._stage.record(f.AidCommitted(now, asked.need, asked.partner, asked.quantity))

    def _on_released(self, fact: f.ResourceReleased) -> None:
        """Nobody is called on any more for a need that has been served."""
        if self._stage.desk.working.aid:
            self._stage.clock.at(self._stage.clock.now, self._let_go, fact)

    def _let_go(self, fact: f.ResourceReleased) -> None:
        situation = self._stage.desk.working
        need = situation.needs.get(fact.need)
        if need is None or not need.is_filled or need.filled_by:
            return
        for key in [key for key in situation.aid if key[0] == need.id]:
            self._stage.record(f.AidReleased(self._stage.clock.now, *key, SERVED))

    def _status(self, key: AidKey) -> AidStatus | None:
        aid = self._stage.desk.working.aid.get(key)
        return None if aid is None else aid.status
