"""What a debrief looks like: plain data for scripts, text for a terminal, one page for print. Imports `incidents` and `wire`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jinja2

from api.wire import iso
from incidents.choices import Choice
from incidents.conformance import Finding
from incidents.debrief import Clock, Debrief, Line, RungLine, Told
from incidents.local_time import local
from incidents.quantities import Instant
from incidents.records import as_record
from incidents.second_mind import Disagreement, Tally
from simulation.played_on import PlayedOn

_TEMPLATE = "debrief.html.jinja"
NOT_PLAYED = "Nothing was played on: after a disagreement the next facts are again those of the log."


def debrief_as_json(found: Debrief, played_on: PlayedOn | None = None) -> dict[str, Any]:
    """Plain data for `json.dumps`; instants are ISO 8601 in UTC, beside local times with their offsets."""
    zone = ZoneInfo(found.time_zone)
    return {
        "centre": found.centre,
        "time_zone": found.time_zone,
        "incident": found.incident,
        "since": iso(found.since),
        "until": iso(found.until),
        "in_force": list(found.in_force),
        "under": found.second,
        "timeline": [_line(each, zone) for each in found.lines],
        "left_out": found.left_out,
        "clocks": [_clock(each) for each in found.clocks],
        "findings": [_finding(each) for each in found.findings],
        "rungs": [_rung(each) for each in found.rungs],
        "messages": [_told(each) for each in found.told],
        "choices": [_choice(each) for each in found.choices],
        "disagreements": [_disagreement(each) for each in found.disagreements],
        "replay": tally_as_json(found.replay.tally),
        "played_on": None if played_on is None else _played_on(played_on),
    }


def tally_as_json(tally: Tally) -> dict[str, Any]:
    """What a second mind has counted, as plain data."""
    return {
        "facts": tally.facts,
        "choices": tally.choices,
        "as_proposed": tally.as_proposed,
        "share_as_proposed": tally.share_as_proposed,
        "decisions": tally.decisions,
        "agreed": tally.agreed,
        "share_agreed": tally.share_agreed,
        "parted": [
            {"sort": sort.value, "rule": rule, "count": count} for (sort, rule), count in sorted(tally.parted.items())
        ],
    }


def _line(line: Line, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "sequence": line.sequence,
        "at": iso(line.at),
        "local": local(line.at, zone).isoformat(timespec="milliseconds"),
        "actor": line.actor,
        "subject": line.subject or None,
        "words": line.words,
        "corrected_by": line.corrected_by,
        "fact": as_record(line.fact),
    }


def _clock(clock: Clock) -> dict[str, Any]:
    return {
        "clock": clock.name, "words": clock.words, "count": clock.count, "values_s": list(clock.values_s),
        "median_s": clock.median_s, "p90_s": clock.p90_s,
    }  # fmt: skip


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "subject": finding.subject, "sort": finding.sort, "rule": finding.rule, "verdict": finding.verdict.value,
        "because": finding.because, "time_s": finding.time_s, "shown_by": [each.number for each in finding.shown_by],
    }  # fmt: skip


def _rung(rung: RungLine) -> dict[str, Any]:
    return {
        "at": iso(rung.at), "rung": rung.rung, "subject": rung.subject, "state": rung.state, "because": rung.because,
    }  # fmt: skip


def _told(told: Told) -> dict[str, Any]:
    def when(at: Instant | None) -> str | None:
        return None if at is None else iso(at)

    return {
        "message": told.what, "to": told.to, "incident": told.incident, "sent_at": iso(told.sent_at),
        "withheld": told.withheld, "delivered_at": when(told.delivered_at),
        "acknowledged_at": when(told.acknowledged_at), "overdue_at": when(told.overdue_at),
    }  # fmt: skip


def _choice(choice: Choice) -> dict[str, Any]:
    return {
        "sequence": choice.sequence, "at": iso(choice.at), "need": choice.need, "resource": choice.resource,
        "because": choice.because, "as_proposed": choice.is_as_proposed, "pinned": choice.is_pinned,
        "forced": choice.is_forced, "why_held": choice.why_held or None,
        "proposed": [
            {
                "resource": each.resource, "row": each.row, "reach_s": each.reach_s, "why": each.why,
                "price": dict(each.price), "taken_from": each.taken_from,
            }
            for each in choice.proposed
        ],
    }  # fmt: skip


def disagreement_as_json(each: Disagreement) -> dict[str, Any]:
    """One disagreement as plain data."""
    return {
        "at": iso(each.at), "sequence": each.sequence, "sort": each.sort.value, "rule": each.rule,
        "subject": each.subject, "incident": each.incident, "need": each.need,
        "first": {"what": each.first.what, "why": each.first.why},
        "second": {"what": each.second.what, "why": each.second.why},
    }  # fmt: skip


_disagreement = disagreement_as_json


def _played_on(played: PlayedOn) -> dict[str, Any]:
    return {
        "figures": [
            {"figure": each.name, "words": each.words, "log": each.log, "again": each.again, "under": each.under}
            for each in played.figures
        ],
        "imputed": dict(played.imputed),
        "caveats": list(played.caveats),
    }


# For people.


def debrief_as_text(found: Debrief, played_on: PlayedOn | None = None) -> str:
    """The debrief for a terminal."""
    return "\n".join(_text(found, played_on))


def _text(found: Debrief, played_on: PlayedOn | None) -> Iterator[str]:
    zone = ZoneInfo(found.time_zone)
    what = f"incident {found.incident}" if found.incident is not None else "everything that happened"
    since, until = local(found.since, zone), local(found.until, zone)
    yield f"{found.centre}: {what}, {since:%A %Y-%m-%d %H:%M:%S} to {until:%Y-%m-%d %H:%M:%S %Z}"
    yield f"under {'; '.join(found.in_force) or 'no procedure that is known'}"
    yield ""
    for line in found.lines:
        yield _told_line(line, zone, found.incident)
        if line.choice is not None and not line.choice.is_as_proposed:
            yield f"{'':>27}! not as proposed: {proposed_in_words(line.choice)}"
        yield from (f"{'':>27}~ {parted_in_words(each)}" for each in line.disagreements)
    if found.left_out:
        yield f"and {found.left_out} facts more"
    yield from _headed("Clocks", (f"{each.words:<24} {times_in_words(each)}" for each in found.clocks))
    judged = (f"{each.verdict:<8} {each.sort} {each.rule}: {each.because} ({each.subject})" for each in found.findings)
    yield from _headed("Targets and checks", judged)
    yield from _headed("Escalation", (f"{_clock_time(each.at, zone)}  {rung_in_words(each)}" for each in found.rungs))
    yield from _headed(
        "Messages", (f"{_clock_time(each.sent_at, zone)}  {message_in_words(each)}" for each in found.told)
    )
    yield from _headed("Decided again", decided_in_words(found))
    if found.second is not None and played_on is None:
        yield f"  {NOT_PLAYED}"
    if played_on is not None:
        yield from _headed("Played on", _played_text(played_on))


def _headed(title: str, lines: Iterable[str]) -> Iterator[str]:
    told = list(lines)
    if told:
        yield from ("", title, *(f"  {line}" for line in told))


def _about(line: Line, incident: str | None) -> str:
    """Whom a line is about, where the heading has not said it and the words do not."""
    return "" if line.subject in ("", incident) or line.subject in line.words else f"{line.subject}: "


def _told_line(line: Line, zone: ZoneInfo, incident: str | None) -> str:
    mark = "" if line.corrected_by is None else f"  [corrected by fact {line.corrected_by}]"
    actor = "" if line.actor is None else f"  - {line.actor}"
    return (
        f"{line.sequence:>7}  {local(line.at, zone):%a %H:%M:%S}      {_about(line, incident)}{line.words}{mark}{actor}"
    )


def _clock_time(at: Instant, zone: ZoneInfo) -> str:
    return f"{local(at, zone):%a %H:%M:%S}"


def times_in_words(clock: Clock) -> str:
    """The times of a clock, or what they come to."""
    if clock.count <= len(clock.values_s) and clock.count <= 5:
        return ", ".join(f"{value:.0f} s" for value in clock.values_s)
    return f"{clock.count} times, median {clock.median_s:.0f} s, p90 {clock.p90_s:.0f} s"


def rung_in_words(rung: RungLine) -> str:
    """What became of a rung."""
    because = f" ({rung.because})" if rung.because else ""
    return f"{rung.rung} {rung.state}: {rung.subject}{because}"


def message_in_words(told: Told) -> str:
    """What became of a message."""
    if told.withheld is not None:
        return f"{told.what} to {told.to} withheld: {told.withheld}"
    steps = {"reached them": told.delivered_at, "confirmed": told.acknowledged_at, "overdue": told.overdue_at}
    said = [f"{name} after {(at - told.sent_at) / 1000:.0f} s" for name, at in steps.items() if at is not None]
    return f"{told.what} to {told.to}: {', '.join(said) or 'nobody has confirmed it'}"


def proposed_in_words(choice: Choice) -> str:
    """Whom the procedure in force had proposed."""
    if not choice.proposed:
        return f"nobody was proposed; {choice.why_held}"
    return "; ".join(f"{each.resource}, {each.why}" for each in choice.proposed)


def parted_in_words(each: Disagreement) -> str:
    """Where a second procedure parts from the one in force."""
    return (
        f"{each.subject}, {each.sort}: in force {each.first.what} ({each.first.why}); "
        f"the other would {each.second.what} ({each.second.why})"
    )


def decided_in_words(found: Debrief) -> Iterator[str]:
    """What came of deciding again."""
    overrides = found.overrides
    yield f"{len(found.choices)} times somebody was sent, {len(found.choices) - len(overrides)} as proposed"
    yield from (f"{each.resource} to {each.need}: {each.because}" for each in overrides)
    if found.second is not None:
        tally = found.replay.tally
        yield f"under {found.second}: {len(found.disagreements)} disagreements here"
        if tally.share_agreed is not None:
            yield f"in the whole log {tally.agreed} of {tally.decisions} decisions agree ({100 * tally.share_agreed:.1f} %)"
        yield from (
            f"{count:>5}  {sort}, {rule}"
            for (sort, rule), count in sorted(tally.parted.items(), key=lambda each: (-each[1], each[0]))
        )


def _played_text(played: PlayedOn) -> Iterator[str]:
    yield f"{'':<34}{'log':>12}{'again':>12}{'under':>12}"
    for each in played.figures:
        yield f"{each.words:<34}{_seconds(each.log):>12}{_seconds(each.again):>12}{_seconds(each.under):>12}"
    yield from played.caveats


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} s"


def debrief_as_html(found: Debrief, played_on: PlayedOn | None = None, *, command: str = "") -> str:
    """One page that asks the network for nothing and runs nothing; every given word is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    zone = ZoneInfo(found.time_zone)
    filters: Mapping[str, Any] = {
        "clock_time": lambda at: _clock_time(at, zone), "day": lambda at: f"{local(at, zone):%A %Y-%m-%d %H:%M:%S %Z}",
        "clock": times_in_words, "rung": rung_in_words, "message": message_in_words, "proposed": proposed_in_words,
        "parted": parted_in_words, "about": lambda line: _about(line, found.incident), "seconds": _seconds,
    }  # fmt: skip
    environment.filters.update(filters)
    decided = list(decided_in_words(found))
    if found.second is not None and played_on is None:
        decided.append(NOT_PLAYED)
    return environment.get_template(_TEMPLATE).render(found=found, decided=decided, played=played_on, command=command)
