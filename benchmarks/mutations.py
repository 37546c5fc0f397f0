"""Accidents that happen to documents: each takes a text and a source of chance, and returns another text.

Some break the YAML, some leave it whole and break what it means; `other` is a second document, to splice with.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

SOWN = (
    *"{}[]:,-?&*!|>'\"%@`#\t\n \\~<=",
    *("\x00", "\ufeff", "é", "🚑", "\ud800", "\r", "\x85", "\u2028"),
    *("---\n", "...\n", "<<: ", "&a ", "*a", "!!int ", "!!python/object/apply:os.system ", "%TAG ! x\n"),
    *("1e999", "0x", "null", ": ", "? ", "|+9\n", '"\\ud800"', '"\\U00110000"', "${7*7}", "{{7*7}}", "`id`"),
)
EXTREME = (
    *("-1", "0", "1e308", "-1e308", "99999999999999999999", ".nan", ".inf", "1.5", "0x7fffffff", "true", "null", "''"),
    *(
        "[]",
        "{}",
        "[[[[]]]]",
        "{a: {b: {c: d}}}",
        '"\\u0000"',
        "x" * 81,
        "x" * 20_001,
        "9" * 101,
        "a/b",
        "' a'",
        "💥",
        "yes",
    ),
    *("__import__('os').system('true')", "{0.__class__}", "%(x)s", "$(true)"),
)
TOKEN = re.compile(r"[\w.\"'-]+(?: [\w.\"'-]+)*")

Accident = Callable[[str, str, random.Random], str]


def characters(text: str, other: str, chance: random.Random) -> str:
    """One to three small accidents: cut, doubled, swapped, overwritten or sown with what YAML minds."""
    for _ in range(chance.randint(1, 3)):
        here, there = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        there = min(there, here + 200)
        match chance.randrange(5):
            case 0:
                text = text[:here] + text[there:]
            case 1:
                text = text[:there] + text[here:]
            case 2:
                text = text[:here] + chance.choice(SOWN) + text[here:]
            case 3:
                text = text[:here] + chance.choice(SOWN) + text[here + 1 :]
            case _:
                text = text[:here] + text[here:there][::-1] + text[there:]
    return text


def lines(text: str, other: str, chance: random.Random) -> str:
    """A line lost, doubled, moved, or moved in or out."""
    rows = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        here, there = chance.randrange(len(rows)), chance.randrange(len(rows))
        match chance.randrange(5):
            case 0:
                rows[here] = ""
            case 1:
                rows.insert(there, rows[here])
            case 2:
                rows[here], rows[there] = rows[there], rows[here]
            case 3:
                rows[here] = " " * chance.randint(1, 4) + rows[here]
            case _:
                rows[here] = rows[here][chance.randint(1, 4) :]
    return "\n".join(rows)


def values(text: str, other: str, chance: random.Random) -> str:
    """A key or value in place of another, out of range or of another sort."""
    tokens = list(TOKEN.finditer(text))
    for _ in range(chance.randint(1, 3)):
        token = chance.choice(tokens)
        new = chance.choice(EXTREME) if chance.random() < 0.5 else chance.choice(tokens).group()
        if token.end() <= len(text):
            text = text[: token.start()] + new + text[token.end() :]
    return text


def names(text: str, other: str, chance: random.Random) -> str:
    """A slip of the finger in a word: two letters swapped, one lost or doubled."""
    tokens = [token for token in TOKEN.finditer(text) if len(token.group()) > 2]
    token = chance.choice(tokens)
    word, at = token.group(), chance.randrange(len(token.group()) - 1)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    )
    return text[: token.start()] + chance.choice(slips) + text[token.end() :]


def blocks(text: str, other: str, chance: random.Random) -> str:
    """A block of lines lost, or put where it does not belong, perhaps some steps further in."""
    rows = text.split("\n")
    here = chance.randrange(len(rows))
    block = rows[here : here + chance.randint(2, 30)]
    if chance.random() < 0.3:
        return "\n".join(rows[:here] + rows[here + len(block) :])
    step, there = " " * chance.choice((0, 0, 2, 4)), chance.randrange(len(rows))
    return "\n".join([*rows[:there], *(step + row for row in block), *rows[there:]])


def splices(text: str, other: str, chance: random.Random) -> str:
    """The beginning of one document and the end of another."""
    return text[: chance.randrange(len(text))] + other[chance.randrange(len(other)) :]


ACCIDENTS: Mapping[str, Accident] = {
    "characters": characters,
    "lines": lines,
    "values": values,
    "names": names,
    "blocks": blocks,
    "splices": splices,
}
