"""Alarm levels: how an attendance is made up and stopped, what each raise asks for, and when time alone raises.

A level belongs to the plan of the incident's determinant. One that the plan in force does not know, since the incident was
assessed again or other rules were adopted, counts as none; what was asked for under it stands until somebody stops it. A stop
never takes away who serves already. Imports `asking`, `known`, `procedure` and what stands above them.
"""

from __future__ import annotations

from collections.abc import Iterator

from incidents import facts as f
from incidents.asking import level_needs
from incidents.known import refusal
from incidents.ladder import Rung
from incidents.procedure import Procedure
from incidents.quantities import Instant, ms
from incidents.response_plan import Plan
from incidents.situation import Incident, Need, Situation


def plan_of(incident: Incident, procedure: Procedure) -> tuple[str, Plan] | None:
    """Return the plan of an incident's determinant, by its name; None: there is none, or it is not assessed."""
    determinant = procedure.determinants.get(incident.determinant or "")
    name = None if determinant is None else determinant.plan
    return None if name is None else (name, procedure.plans[name])


# What follows.


def raised(fact: f.AlarmRaised, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return the needs of the levels that an alarm was raised to, as far as nobody has asked for it yet."""
    incident = situation.incidents[fact.incident]
    found = plan_of(incident, procedure)
    if found is None:
        return ()
    name, plan = found
    return level_needs(fact.at, incident, name, plan, situation, up_to=plan.rank(fact.level))


def lowered(fact: f.AlarmLowered, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return how the needs of the levels above end: withdrawn, or where somebody serves them reduced to these."""
    incident = situation.incidents[fact.incident]
    needs = [situation.needs[each] for each in incident.needs]
    return tuple(_ended(fact.at, each) for each in needs if _is_called_off(each, incident, procedure))


def left_open(fact: f.ResourceReleased, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return how a need ends whose level was stopped, when somebody who still served it is taken away."""
    need = situation.needs.get(fact.need)
    if need is None or need.alarm is None or need.incident is None or need.is_filled:
        return ()
    incident = situation.incidents[need.incident]
    return (_ended(fact.at, need),) if _is_called_off(need, incident, procedure) else ()


def by_rung(fact: f.IncidentEscalated, rung: Rung, situation: Situation, procedure: Procedure) -> tuple[f.Fact, ...]:
    """Return that a rung raised the alarm of its incident, or why it could not; nothing where it is not to."""
    if rung.alarm_to is None and not rung.alarm_up:
        return ()
    incident = situation.incidents[fact.incident]
    found = plan_of(incident, procedure)
    level = None if found is None else _level_of(rung, incident, found[1])
    why = None if found is not None and level is not None else _no_level(rung, found)
    if why is None and incident.alarm.is_stopped:
        why = "somebody stopped the alarm"
    if why is None and found is not None and found[1].rank(level) <= found[1].rank(incident.alarm.level):
        why = f"the alarm stands at {incident.alarm.level}"
    if why is not None or found is None or level is None:
        return (f.RungSkipped(fact.at, fact.rung, f"alarm not raised: {why}", incident=fact.incident),)
    return (f.AlarmRaised(fact.at, fact.incident, found[0], level, f"rung {fact.rung}"),)


def _level_of(rung: Rung, incident: Incident, plan: Plan) -> str | None:
    if rung.alarm_to is not None:
        return rung.alarm_to if plan.rank(rung.alarm_to) else None
    return following(plan, incident.alarm.level)


def _no_level(rung: Rung, found: tuple[str, Plan] | None) -> str:
    if found is None:
        return "the incident has no plan"
    return f"plan {found[0]} has no level {rung.alarm_to}" if rung.alarm_to else f"plan {found[0]} has no higher level"


def following(plan: Plan, level: str | None) -> str | None:
    """Return the level above one (None: above the first attendance); None: there is none."""
    rank = plan.rank(level)
    return plan.levels[rank].name if rank < len(plan.levels) else None


def _is_called_off(need: Need, incident: Incident, procedure: Procedure) -> bool:
    """Whether a level asks at which the alarm does not stand: one above it, or since a stop one that the plan does not know."""
    found = plan_of(incident, procedure)
    if need.alarm is None or need.is_filled:
        return False
    standing = 0 if found is None else found[1].rank(incident.alarm.level)
    rank = 0 if found is None else found[1].rank(need.alarm)
    is_above = rank > standing
    if incident.alarm.is_stopped:
        return is_above or rank == 0
    # Where the plan does not know the level at which the alarm stands, what was asked for stands.
    return is_above and standing > 0


def _ended(at: Instant, need: Need) -> f.Fact:
    if need.filled_by:
        return f.NeedReduced(at, need.id, "alarm lowered")
    return f.NeedWithdrawn(at, need.id, "alarm lowered")


# What time does.


def first_due_at(situation: Situation, procedure: Procedure) -> Instant | None:
    """Return the next instant at which time alone raises an alarm (past for one overdue); None if there is none."""
    if not procedure.is_staged:
        return None
    return min((at for _, _, _, at in _staged(situation, procedure)), default=None)


def due(situation: Situation, procedure: Procedure, by: Instant) -> Iterator[f.AlarmRaised]:
    """Yield the alarms that time alone raises by an instant, one level of each incident."""
    if procedure.is_staged:
        for incident, name, level, at in _staged(situation, procedure):
            if at <= by:
                yield f.AlarmRaised(by, incident.id, name, level, "staged by time")


def next_stage(incident: Incident, procedure: Procedure) -> tuple[str, Instant] | None:
    """Return the level that time alone raises an incident to next, and when; None: none."""
    found = plan_of(incident, procedure)
    if found is None or incident.alarm.is_stopped or incident.assessed_at is None:
        return None
    plan, rank = found[1], found[1].rank(incident.alarm.level)
    if rank == len(plan.levels):
        return None
    level = plan.levels[rank]
    if level.after_s is None or (level.unless_arrived and incident.reached_at is not None):
        return None
    since = incident.alarm.at if rank and incident.alarm.at is not None else incident.assessed_at
    return level.name, since + ms(level.after_s)


def _staged(situation: Situation, procedure: Procedure) -> Iterator[tuple[Incident, str, str, Instant]]:
    for incident in situation.incidents.values():
        stage = next_stage(incident, procedure)
        found = plan_of(incident, procedure)
        if stage is not None and found is not None:
            yield incident, found[0], *stage


# What the rules allow.


def refuse_against_plan(fact: f.Fact, situation: Situation, rules: Procedure) -> None:
    """Raise `FactRefused` where an alarm would be raised downwards, lowered upwards, or to a level that the plan lacks."""
    if not isinstance(fact, f.AlarmRaised | f.AlarmLowered) or fact.incident not in situation.incidents:
        return
    incident = situation.incidents[fact.incident]
    found = plan_of(incident, rules)
    if found is None:
        raise refusal("incident", f"incident {incident.id} has no response plan", "an incident whose code has a plan")
    name, plan = found
    standing = plan.rank(incident.alarm.level)
    levels = [each.name for each in plan.levels]
    if fact.level is not None and fact.level not in levels:
        raise refusal("level", f"plan {name} has no alarm level {fact.level!r}", ", ".join(levels) or "it has none")
    if isinstance(fact, f.AlarmRaised) and fact.plan != name:
        raise refusal("plan", f"incident {incident.id} is answered by plan {name}", name)
    if isinstance(fact, f.AlarmRaised) and plan.rank(fact.level) < standing:
        raise refusal("level", f"the alarm stands at {incident.alarm.level}", ", ".join(levels[standing - 1 :]))
    if isinstance(fact, f.AlarmLowered) and plan.rank(fact.level) > standing:
        below = ", ".join(levels[:standing]) or "no level: what is sent at once"
        raise refusal("level", f"the alarm stands at {incident.alarm.level or 'the first attendance'}", below)
