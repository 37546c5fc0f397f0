"""Style as a test: what the style guide in CONTRIBUTING.md asks for and a machine can see.

Each rule is a function from a module to its offences. A table plants offences against every rule, so that
none can quietly stop biting. Linting and types are for ruff and mypy; what they do not look at stands here.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

import pytest

from tests.source_tree import Source, imports, sources

MODULE_LINES = 400
FUNCTION_LINES = 50
EMPTY_NAMES = re.compile(
    "utils?|helpers?|common|core|base|managers?|services?|handlers?|engines?|models?|schemas?|types|misc"
)
WALL_CLOCK = re.compile(r"(^|\.)(time\.(time|time_ns|localtime|gmtime)|(date|datetime)\.(now|utcnow|today))$")
GENERATOR = re.compile(
    r"(^|\.)(default_rng|Random|SystemRandom|RandomState|Generator|PCG64|PCG64DXSM|Philox|SFC64|MT19937)$"
)
SHARED_GENERATOR = re.compile(r"^(random|np\.random|numpy\.random)\.(?!default_rng$)[a-z]\w*$")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Offences = Iterator[tuple[int, str]]
Rule = Callable[[Source], Offences]


def modules_are_short(source: Source) -> Offences:
    """A module beyond this length holds two things."""
    lines = len(source.text.splitlines())
    if lines > MODULE_LINES:
        yield lines, f"{lines} lines, at most {MODULE_LINES}"


def functions_are_short(source: Source) -> Offences:
    """A function beyond this length has steps that deserve names."""
    for function in _functions(source.tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES:
            yield function.lineno, f"{function.name} has {lines} lines, at most {FUNCTION_LINES}"


def files_are_named_for_what_is_inside(source: Source) -> Offences:
    """These names fit everything, so everything ends up in them."""
    path = PurePosixPath(source.path)
    for word in (*path.parts[:-1], path.stem.removeprefix("test_")):
        if EMPTY_NAMES.fullmatch(word):
            yield 1, f"{word!r} names no thing"


def modules_say_what_lives_in_them(source: Source) -> Offences:
    """The first paragraph is the map a reader has."""
    if not ast.get_docstring(source.tree):
        yield 1, "no docstring"


def nothing_is_left_for_later(source: Source) -> Offences:
    """An idea is an issue; a decision is a page in docs/decisions."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and re.search(r"\b(TODO|FIXME|XXX|HACK)\b", token.string):
            yield token.start[0], token.string


def only_the_command_line_prints(source: Source) -> Offences:
    """A print below the command line ends up in nobody's log."""
    if source.ships and source.path != "api/command_line.py":
        yield from ((call.lineno, "print") for call, name in _calls(source.tree) if name == "print")


def only_the_clock_reads_the_wall_clock(source: Source) -> Offences:
    """Live, simulation and replay agree because the time is handed in."""
    if not source.ships or source.path == "api/clock.py":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and WALL_CLOCK.search(_dotted(node)):
            yield node.lineno, _dotted(node)
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from ((node.lineno, f"time.{each.name}") for each in node.names if each.name.startswith("time"))


def chance_has_a_seed_and_an_owner(source: Source) -> Offences:
    """A generator shared by a module makes one replication depend on another."""
    for call, name in _calls(source.tree):
        if SHARED_GENERATOR.search(name):
            yield call.lineno, f"{name} draws from a generator everybody shares"
        elif GENERATOR.search(name) and not call.args and not call.keywords:
            yield call.lineno, f"{name} without a seed"
    for statement in _outside_functions(source.tree):
        for call, name in _calls(statement):
            if GENERATOR.search(name) and (call.args or call.keywords):
                yield call.lineno, f"{name} at module level"


def sets_are_sorted_before_they_are_walked(source: Source) -> Offences:
    """A set of words has another order in every process; a log decided in that order does not replay."""
    if not source.ships:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.For | ast.comprehension):
            walked = node.iter
            is_set = isinstance(walked, ast.Set | ast.SetComp)
            if is_set or (isinstance(walked, ast.Call) and _dotted(walked.func) in {"set", "frozenset"}):
                yield walked.lineno, f"iterates {ast.unparse(walked)}"


def each_test_says_why_it_matters(source: Source) -> Offences:
    """Whoever breaks a test must be able to judge whether the promise still stands."""
    if source.package == "tests":
        for function in _functions(source.tree):
            if function.name.startswith("test_") and not ast.get_docstring(function):
                yield function.lineno, f"{function.name} has no docstring"


def our_own_code_is_not_mocked(source: Source) -> Offences:
    """A mock agrees with whatever is broken; a small real fake does not."""
    yield from ((line, name) for line, name in imports(source) if name in {"mock", "unittest.mock"})


RULES: tuple[Rule, ...] = (
    modules_are_short,
    functions_are_short,
    files_are_named_for_what_is_inside,
    modules_say_what_lives_in_them,
    nothing_is_left_for_later,
    only_the_command_line_prints,
    only_the_clock_reads_the_wall_clock,
    chance_has_a_seed_and_an_owner,
    sets_are_sorted_before_they_are_walked,
    each_test_says_why_it_matters,
    our_own_code_is_not_mocked,
)

PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (modules_are_short, "api/a.py", "x = 1\n" * 401),
    (functions_are_short, "api/a.py", "async def f():\n" + "    x = 1\n" * 50),
    (files_are_named_for_what_is_inside, "incidents/helpers.py", ""),
    (files_are_named_for_what_is_inside, "tests/api/test_utils.py", ""),
    (files_are_named_for_what_is_inside, "api/models/incident.py", ""),
    (modules_say_what_lives_in_them, "api/__init__.py", "x = 1\n"),
    (nothing_is_left_for_later, "tests/test_a.py", "x = 1  # TODO: mend\n"),
    (only_the_command_line_prints, "simulation/a.py", "def f():\n    print(1)\n"),
    (only_the_clock_reads_the_wall_clock, "api/a.py", "import time\nx = time.time()\n"),
    (only_the_clock_reads_the_wall_clock, "api/a.py", "from time import time\n"),
    (only_the_clock_reads_the_wall_clock, "incidents/a.py", "x = datetime.now(tz=UTC)\n"),
    (only_the_clock_reads_the_wall_clock, "incidents/a.py", "f(default_factory=datetime.datetime.utcnow)\n"),
    (chance_has_a_seed_and_an_owner, "simulation/a.py", "rng = np.random.default_rng(1)\n"),
    (chance_has_a_seed_and_an_owner, "simulation/a.py", "class A:\n    rng = random.Random(1)\n"),
    (chance_has_a_seed_and_an_owner, "simulation/a.py", "def f():\n    return np.random.default_rng()\n"),
    (chance_has_a_seed_and_an_owner, "tests/test_a.py", "def f():\n    return random.choice([1, 2])\n"),
    (sets_are_sorted_before_they_are_walked, "incidents/a.py", "for x in {1, 2}:\n    pass\n"),
    (sets_are_sorted_before_they_are_walked, "incidents/a.py", "y = [x for x in set(z)]\n"),
    (each_test_says_why_it_matters, "tests/test_a.py", "def test_a():\n    assert f()\n"),
    (our_own_code_is_not_mocked, "tests/test_a.py", "from unittest.mock import Mock\n"),
)

ALLOWED: tuple[tuple[Rule, str, str], ...] = (
    (modules_are_short, "api/a.py", "x = 1\n" * 400),
    (functions_are_short, "api/a.py", "def f():\n" + "    x = 1\n" * 49),
    (files_are_named_for_what_is_inside, "incidents/triage.py", ""),
    (only_the_command_line_prints, "api/command_line.py", "print(1)\n"),
    (only_the_clock_reads_the_wall_clock, "api/clock.py", "import time\nx = time.time()\n"),
    (only_the_clock_reads_the_wall_clock, "api/a.py", "x = time.perf_counter()\n"),
    (
        chance_has_a_seed_and_an_owner,
        "simulation/a.py",
        "def f(seed):\n    return np.random.default_rng(seed)\n",
    ),
    (sets_are_sorted_before_they_are_walked, "incidents/a.py", "for x in sorted({1, 2}):\n    pass\n"),
)


@pytest.fixture(scope="module")
def modules() -> tuple[Source, ...]:
    """Every module of the project."""
    return sources()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: Rule, modules: tuple[Source, ...]) -> None:
    """A style guide nobody checks is a wish."""
    offences = [f"{module.path}:{line}: {what}" for module in modules for line, what in rule(module)]
    assert not offences, f"{rule.__doc__}\n" + "\n".join(offences)


@pytest.mark.parametrize(("rule", "path", "text"), PLANTED)
def test_a_planted_offence_is_found_once(rule: Rule, path: str, text: str) -> None:
    """A rule that never bites would pass for ever."""
    assert len(list(rule(Source.of(path, text)))) == 1


@pytest.mark.parametrize(("rule", "path", "text"), ALLOWED)
def test_what_is_allowed_passes(rule: Rule, path: str, text: str) -> None:
    """A rule that bites the innocent is soon switched off."""
    assert list(rule(Source.of(path, text))) == []


def test_every_floor_is_looked_at(modules: tuple[Source, ...]) -> None:
    """An empty list of modules would keep every rule."""
    assert {module.package for module in modules} >= {"optimiser", "incidents", "simulation", "api", "tests"}


def _functions(tree: ast.AST) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    yield from ((node, _dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def _dotted(node: ast.AST) -> str:
    """`a.b.c` for a chain of names; empty for anything that is not one."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{_dotted(value)}.{attribute}"
        case _:
            return ""


def _outside_functions(tree: ast.Module | ast.ClassDef) -> Iterator[ast.stmt]:
    """The statements that run on import, classes opened."""
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            yield from _outside_functions(statement)
        elif not isinstance(statement, Function):
            yield statement
