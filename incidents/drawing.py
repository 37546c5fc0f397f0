"""Drawings of a procedure's tree, plans and escalation: Mermaid text, or an SVG that needs nothing but itself.

Both show the same chart. The SVG holds no script, no link and no font; every text in it is escaped. Imports
`charts`, `mermaid` and `chart_layout`.
"""

from __future__ import annotations

import re
from typing import Literal, assert_never, get_args

import jinja2

from incidents.chart_layout import COLUMN_GAP, FONT_SIZE, laid_out
from incidents.charts import Chart, Subject, chart
from incidents.mermaid import mermaid
from incidents.procedure import Procedure

Format = Literal["mermaid", "svg"]
FORMATS: tuple[Format, ...] = get_args(Format)


def draw(procedure: Procedure, subject: Subject = "tree", form: Format = "svg", *, beneath: str | None = None) -> str:
    """Draw one part of a procedure; `beneath`: of the tree only what follows from this question. Refuses as `chart` does."""
    drawn = chart(procedure, subject, beneath=beneath)
    match form:
        case "mermaid":
            return mermaid(drawn)
        case "svg":
            return svg(drawn)
        case _:
            assert_never(form)


def svg(drawn: Chart) -> str:
    """Return a chart as an SVG document."""
    return _TEMPLATE.render(layout=laid_out(drawn), font_size=FONT_SIZE, gap=COLUMN_GAP // 2)


# Characters that XML 1.0 has no way to write, not even escaped (section 2.2).
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


_ENVIRONMENT = jinja2.Environment(
    autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)
_ENVIRONMENT.filters["writable"] = _writable
# A bent arrow turns in the gap right of its column, where no box stands.
_TEMPLATE = _ENVIRONMENT.from_string("""\
<svg xmlns="http://www.w3.org/2000/svg" width="{{ layout.width }}" height="{{ layout.height }}" \
viewBox="0 0 {{ layout.width }} {{ layout.height }}" role="img" \
font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="{{ font_size }}">
  <title>{{ layout.title|writable }}</title>
  <rect width="100%" height="100%" fill="#ffffff"/>
  <text x="20" y="32" font-size="{{ font_size + 4 }}" font-weight="bold" fill="#14212e">{{ layout.title|writable }}</text>
  <g fill="none" stroke="#5b7086" stroke-width="1.3">
  {% for arrow in layout.arrows %}
    <path d="M{{ arrow.from_x }} {{ arrow.from_y }}C{{ arrow.bend_x }} {{ arrow.from_y }} {{ arrow.bend_x - gap }} \
{{ arrow.to_y }} {{ arrow.bend_x }} {{ arrow.to_y }}H{{ arrow.to_x - 7 }}"/>
    <path d="M{{ arrow.to_x }} {{ arrow.to_y }}l-8 -4v8z" fill="#5b7086" stroke="none"/>
  {% endfor %}
  </g>
  {% for box in layout.boxes %}
  <g>
    {% if box.because %}
    <title>{{ box.because|writable }}</title>
    {% endif %}
    <rect x="{{ box.x }}" y="{{ box.y }}" width="{{ box.width }}" height="{{ box.height }}" rx="5" fill="#ffffff"/>
    <path d="M{{ box.x }} {{ box.y + box.head }}v{{ 5 - box.head }}q0 -5 5 -5h{{ box.width - 10 }}q5 0 5 5v{{ box.head - 5 }}z" \
fill="#e6eef6"/>
    <rect x="{{ box.x }}" y="{{ box.y }}" width="{{ box.width }}" height="{{ box.height }}" rx="5" fill="none" \
stroke="#34495e"/>
    {% for rule in box.rules %}
    <path d="M{{ box.x }} {{ rule }}h{{ box.width }}" stroke="#c3d0dc"/>
    {% endfor %}
    {% for line in box.lines %}
    <text x="{{ box.x + 10 }}" y="{{ line.y }}" fill="#14212e"{% if line.is_title %} font-weight="bold"{% endif %}>\
{{ line.text|writable }}</text>
    {% endfor %}
  </g>
  {% endfor %}
</svg>
""")
