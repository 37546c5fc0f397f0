"""Charts as Mermaid text, which wikis and code hosts show as a picture (mermaid.js.org/syntax/flowchart.html).

Names and texts of a document only ever stand in quotes, with everything encoded that Mermaid or HTML could read as more than
text; ids are numbers of our own. Imports `charts`.
"""

from __future__ import annotations

import re

from incidents.charts import Box, Chart

_UNSAFE = re.compile(r"[^\w .,()+\-]", re.ASCII)
_UNSAFE_IN_A_TITLE = re.compile(r"[^\w .,()+\-]")


def mermaid(drawn: Chart) -> str:
    """Return a flowchart from left to right: boxes as boxes, ends as rounded ones, rows as arrows.

    Rows with the same way on become one arrow, since Mermaid's own limit counts arrows (500 as it comes).
    """
    ids = {name: f"b{number}" for number, name in enumerate(drawn.boxes, start=1)}
    ends: dict[str, str] = {}
    # A title is shown as it stands, codes and all, so what is unsafe there is left out.
    lines = ["---", f'title: "{_UNSAFE_IN_A_TITLE.sub(" ", drawn.title)}"', "---", "flowchart LR"]
    lines.extend(f'  {ids[name]}["{_label(box)}"]' for name, box in drawn.boxes.items())
    arrows: list[str] = []
    for name, box in drawn.boxes.items():
        labels: dict[str, list[str]] = {}
        for row in box.rows:
            if row.to is None and not row.end:
                continue
            target = ids[row.to] if row.to is not None else ends.setdefault(row.end, f"e{len(ends) + 1}")
            labels.setdefault(target, []).append(_encoded(row.label))
        arrows.extend(f'  {ids[name]} -->|"{"<br/>".join(each)}"| {target}' for target, each in labels.items())
    lines.extend(f'  {each}(["{_encoded(end)}"])' for end, each in ends.items())
    return "\n".join((*lines, *arrows, ""))


def _label(box: Box) -> str:
    """What a box says and why it is there, and the rows that lead nowhere, which have no arrow."""
    still = (row.label for row in box.rows if row.to is None and not row.end)
    reason = (f"why: {box.because}",) if box.because else ()
    return "<br/>".join(_encoded(line) for line in (box.title, *box.lines, *reason, *still))


def _encoded(text: str) -> str:
    plain = " ".join(text.split())
    return _UNSAFE.sub(lambda found: f"#{ord(found.group())};", plain)
