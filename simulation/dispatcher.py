"""The dispatcher: takes up a need when they get to it, and acts on what is proposed; not always on the first proposal.

Imports `stage`, `scenes`, `crews` and the desk's decisions.
"""

from __future__ import annotations

from incidents import facts as f
from incidents.appraisal import runner_up
from incidents.decision import Assign, Proposal, facts_of
from incidents.quantities import NeedId
from simulation.crews import Crews
from simulation.radio import Radio
from simulation.scenes import Scene, Scenes
from simulation.stage import Stage

LOOK_LIMIT = 1_000
"""The most times a dispatcher looks again at one instant; more would be a desk that proposes without end."""


class Dispatcher:
    """Whoever acts on proposals that no rule acts on by itself."""

    def __init__(self, stage: Stage, scenes: Scenes, crews: Crews, radio: Radio) -> None:
        self._stage, self._scenes, self._crews, self._radio = stage, scenes, crews, radio
        self._ready: set[NeedId] = set()
        self._is_looking = False
        stage.react(f.NeedOpened, self._on_need_opened)
        stage.react(f.ResourceReleased, self._on_released)
        stage.at_news(self._on_news)

    def _on_need_opened(self, fact: f.NeedOpened) -> None:
        if fact.incident is not None:
            scene = self._scenes.of(fact.incident)
            decision_s = 0.0 if scene is None else scene.contact.decision_s
            self._stage.clock.after(decision_s, self._take_up, fact.need)

    def _on_released(self, fact: f.ResourceReleased) -> None:
        if fact.leaves_open:
            self._ready.add(fact.need)

    def _on_news(self) -> None:
        if self._ready and not self._is_looking:
            self._is_looking = True
            self._stage.clock.at(self._stage.clock.now, self._look)

    def _take_up(self, need: NeedId) -> None:
        if need in self._stage.desk.working.needs:
            self._ready.add(need)
            self._look()

    def _look(self) -> None:
        """Act on every proposal for a need that the dispatcher has taken up, until none is left at this instant."""
        self._is_looking = True
        for _ in range(LOOK_LIMIT):
            self._forget_filled()
            if not self._ready:
                break
            self._report_positions()
            acted_on = list(self._stage.desk.proposals_for(self._ready))
            if not acted_on:
                break
            facts = self._overridden(acted_on)
            if facts is None:
                now = self._stage.clock.now
                facts = tuple(fact for each in acted_on for fact in facts_of(each, now))
            if facts:
                self._stage.record(*facts)
        else:
            raise AssertionError("the desk proposes without end")
        self._is_looking = False

    def _forget_filled(self) -> None:
        needs = self._stage.desk.working.needs
        self._ready = {need for need in self._ready if need in needs and not needs[need].is_filled}

    def _report_positions(self) -> None:
        """Vehicle location: the desk hears where the free units on the road are."""
        moves = (self._radio.locate(resource, place) for resource, place in self._crews.on_the_road())
        heard = [each for each in moves if each is not None]
        if heard:
            self._stage.record(*heard)

    # Doing otherwise.

    def _overridden(self, proposals: list[Proposal]) -> tuple[f.Fact, ...] | None:
        """What is done otherwise than proposed, if anything is; None: all is done as proposed."""
        for proposal in proposals:
            need = self._stage.desk.working.needs[proposal.need]
            scene = None if need.incident is None else self._scenes.of(need.incident)
            if scene is not None and scene.contact.override is not None and not scene.is_overridden:
                scene.is_overridden = True
                facts = self._override(proposal, scene)
                if facts is not None:
                    return facts
        return None

    def _override(self, proposal: Proposal, scene: Scene) -> tuple[f.Fact, ...] | None:
        rule, stage = scene.contact.override, self._stage
        assert rule is not None
        incident = stage.desk.working.needs[proposal.need].incident
        assert incident is not None
        if rule.sends_nobody:
            stage.tally["overrides"] += 1
            self._ready.discard(proposal.need)
            stage.clock.after(rule.delay_s, self._take_up, proposal.need)
            note = f"override: nobody sent in place of {proposal.resource}: {rule.because}"
            return (f.NoteAdded(stage.clock.now, incident, note),)
        other = runner_up(stage.desk.decision, proposal.need, proposal.row)
        if other is None:
            return None
        stage.tally["overrides"] += 1
        because = f"override: in place of {proposal.resource}: {rule.because}"
        also = proposal.also if isinstance(proposal, Assign) else ()
        return (f.ResourceAssigned(stage.clock.now, other, proposal.need, proposal.row, because, also),)
