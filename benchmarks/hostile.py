"""Documents made to cost time, memory or more: each is written only when it is asked for.

`HOSTILE` maps a name to what writes the document. Most are procedures, held against a small centre; some are centres, or
bring a centre as hostile as themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

SOUND = (Path(__file__).resolve().parents[1] / "tests" / "incidents" / "corpus" / "procedure.yaml").read_text(
    encoding="utf-8"
)


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and the centre it is held against (None: a small one)."""

    text: str
    is_centre: bool = False
    centre: str | None = None


def _sound_with(key: str, beneath: str, *, centre: str | None = None) -> Made:
    """The sound procedure with more beneath one of its keys."""
    assert key in SOUND, key
    return Made(SOUND.replace(key, key + beneath, 1), centre=centre)


def _loops() -> Made:
    steps = "{{a: {{ask: q{0}}}, b: {{ask: q0}}, c: {{ask: z{1}}}}}"
    rows = "".join(f"    q{n}: {{text: x, about: y, answers: {steps.format(n + 1, n)}}}\n" for n in range(4_500))
    return Made(SOUND.replace("  questions:\n", "  questions:\n" + rows, 1).replace("start: conscious", "start: q0"))


def _asked_again() -> Made:
    """A ladder of questions, every second about the same thing, and two ways from each to the next."""
    rows = "".join(
        f"    q{n}: {{text: x, about: a{n % 2_000}, answers: {{a: {{ask: q{n + 1}}}, b{n}: {{ask: q{n + 2}}}}}}}\n"
        for n in range(6_000)
    )
    text = SOUND.replace("  questions:\n", "  questions:\n" + rows, 1).replace("start: conscious", "start: q0")
    return Made(
        text.replace(
            "    conscious:\n", "    q6000: {text: x, about: z, answers: {a: {ask: conscious}}}\n    conscious:\n", 1
        )
    )


def _names_alike() -> Made:
    plans = "".join(f"  {'ab' * 37}{n:04}: {{send: [{{skill: {'cd' * 37}{n:04}}}]}}\n" for n in range(900))
    wrong = "".join(f"  d{n}: {{priority: {'ab' * 37}{n:04}, plan: {'ab' * 38}x{n}}}\n" for n in range(900))
    return Made(
        SOUND.replace("plans:\n", "plans:\n" + plans, 1).replace("determinants:\n", "determinants:\n" + wrong, 1)
    )


def _names_unknown() -> Made:
    plans = "".join(f"  {'p' * 60}{n}: {{send: [{{skill: {'s' * 60}{n}}}]}}\n" for n in range(5_000))
    wrong = "".join(f"  d{n}: {{priority: x, plan: {'p' * 59}{n}}}\n" for n in range(5_000))
    return Made(
        SOUND.replace("plans:\n", "plans:\n" + plans, 1).replace("determinants:\n", "determinants:\n" + wrong, 1)
    )


def _priorities() -> Made:
    text = SOUND.replace("to: [purple, red]", f"to: [{'green, ' * 40_000}red]").replace(
        "from: [amber", f"from: [{'red, ' * 40_000}amber"
    )
    return Made(text)


def _centre_of(kinds: str, resources: str, more: str = "") -> str:
    return f"centre: c\nkinds:\n{kinds}{more}resources:\n{resources}travel: {{kind: none}}\n"


def _rows_and_kinds() -> Made:
    """Many rows against many kinds that all hold the same skills, at levels and with room of their own."""
    many = range(6_000)
    kinds = "".join(f"  k{n}: {{skills: {{a: {n % 5 + 1}, b: 1, c: 1}}, capacity: {n % 1000 + 1}}}\n" for n in many)
    centre = _centre_of(kinds, "".join(f"  r{n}: {{kind: k{n}}}\n" for n in many))
    rows = "".join(
        f"  p{n}: {{send: [{{skill: a, level: {n % 5 + 1}, load: {n % 1000 + 1}}}, {{skill: b, quantity: 9}}, {{skill: c}}]}}\n"
        for n in range(4_500)
    )
    return _sound_with("plans:\n", rows, centre=centre)


def _crossing_reserves() -> Made:
    stations = [f"s{n}" for n in range(1_000)]
    rules = "".join(
        f"    - {{name: n{n}, skill: medical, keep: 1, missing_s: 1, stations: [{', '.join(stations[n : n + 900])}]}}\n"
        for n in range(97)
    )
    return _sound_with("  reserve:\n", rules)


def _shifts() -> Made:
    """As many shifts as there can be, each with somebody on it, no two alike."""
    many = range(6_000)
    shifts = "".join(f"  s{n}: {{start: '{n // 60 % 24:02}:{n % 60:02}', until: '00:00', days: [mon]}}\n" for n in many)
    resources = "".join(f"  r{n}: {{kind: k, shift: s{n}}}\n" for n in many)
    return Made(_centre_of("  k: {skills: [medical]}\n", resources, "shifts:\n" + shifts), is_centre=True)


def _no_such_kind() -> Made:
    resources = "".join(f"  r{n}: {{kind: {'ab' * 37}k{n:04}, base: x, shift: y}}\n" for n in range(11_000))
    return Made(
        _centre_of("".join(f"  {'ab' * 37}{n:05}: {{skills: [a]}}\n" for n in range(900)), resources), is_centre=True
    )


def _jump_outs() -> Made:
    """A long way with as many jump-outs as there can be, offered at a thousand questions each, and checks of answers on it."""
    rows = "".join(f"    q{n}: {{text: x, about: a, answers: {{y: {{ask: q{n + 1}}}}}}}\n" for n in range(5_000))
    at = ", ".join(f"q{n}" for n in range(1_000))
    outs = "".join(
        f"    o{n}: {{text: x, {f'ask: q{n + 1}' if n % 2 else 'code: advice'}, at: [{at}]}}\n" for n in range(35)
    )
    checks = "".join(f"  c{n}: {{answer: q{n * 100}}}\n" for n in range(48))
    text = SOUND.replace("  questions:\n", "  questions:\n" + rows, 1).replace("start: conscious", "start: q0")
    return Made(
        text.replace("  jump_outs:\n", "  jump_outs:\n" + outs, 1).replace("checks:\n", "checks:\n" + checks, 1)
    )


def _levels() -> Made:
    """Plans with as many alarm levels as there can be, of as many rows."""
    level = "{{name: l{0}, counts: {1}, send: [{{skill: medical, quantity: {2}}}, {{skill: rescue}}], after_s: {2}}}"
    rows = [level.format(n, "in all" if n % 2 else "added", n + 1) for n in range(20)]
    plans = "".join(f"  p{n}: {{send: [{{skill: medical}}], levels: [{', '.join(rows)}]}}\n" for n in range(230))
    return _sound_with("plans:\n", plans)


def _plain(text: Callable[[], str]) -> Made:
    return Made(text())


_TEXTS: Mapping[str, Callable[[], str]] = {
    "brackets": lambda: "a: " + "[" * 500_000,
    "braces": lambda: "{a: " * 300_000,
    "dashes": lambda: "- " * 900_000,
    "deep keys": lambda: "\n".join(" " * n + "a:" for n in range(1900)),
    "laughs": lambda: "a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a]\n" for n in range(40_000)),
    "an anchor within itself": lambda: "a: &a [*a, *a]\n" * 60_000,
    "values": lambda: "a: [" + "x," * 900_000 + "]",
    "keys": lambda: "".join(f"k{n}: 1\n" for n in range(150_000)),
    "one key twice": lambda: "k: 1\n" * 140_000,
    "question marks": lambda: "? " * 900_000,
    "one word": lambda: "a: " + "x" * 1_900_000,
    "one key": lambda: "x" * 1_900_000,
    "one quote": lambda: 'a: "' + "\\" * 1_900_000,
    "comments": lambda: "#\n" * 900_000,
    "blanks": lambda: "a:" + "\n" * 1_900_000,
    "carriage returns": lambda: "a:" + "\r" * 1_900_000,
    "anchors": lambda: "a: " + "&x " * 600_000,
    "tags": lambda: "a: " + "!x " * 600_000,
    "flaws": lambda: "plans:\n" + "".join(f" p{n}: {{send: 1}}\n" for n in range(24_000)),
    "unknown keys": lambda: "plans:\n" + "".join(f" p{n}: {{sent: 1}}\n" for n in range(24_000)),
    "unknown long keys": lambda: "".join(f"{'determinant' * 3}{n}: 1\n" for n in range(40_000)),
    "folded lines": lambda: "a: >\n" + " x\n" * 600_000,
}

HOSTILE: Mapping[str, Callable[[], Made]] = {
    **{name: partial(_plain, text) for name, text in _TEXTS.items()},
    "loops": _loops,
    "asked again": _asked_again,
    "names alike": _names_alike,
    "names unknown": _names_unknown,
    "priorities": _priorities,
    "rows and kinds": _rows_and_kinds,
    "crossing reserves": _crossing_reserves,
    "shifts": _shifts,
    "jump-outs": _jump_outs,
    "levels": _levels,
    "no such kind": _no_such_kind,
}
