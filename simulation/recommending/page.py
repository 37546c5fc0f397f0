"""A recommendation as one HTML page that needs nothing but itself: its text, and the trade-off drawn.

Colours are from Okabe and Ito (2008), and none says anything that a word or a shape does not. May import `words` and `frontier`.
"""

from __future__ import annotations

import jinja2

from simulation.recommending.frontier import HEIGHT, WIDTH, places
from simulation.recommending.recommendation import Recommendation
from simulation.recommending.words import as_lines

_PAGE = """\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What would help: {{ aim }}</title>
<style>
body { margin: 0 auto; max-width: 64rem; padding: 2rem; color: #1d2127; background: #fffefb; font: 16px/1.5 sans-serif; }
pre { white-space: pre-wrap; font: 14px/1.5 monospace; }
svg { width: 100%; max-width: 48rem; border: 1px solid #d9dbd6; font: 9px sans-serif; }
.efficient { fill: #0072b2; } .other { fill: none; stroke: #5b6470; }
</style>
</head>
<body>
<h1>What would help</h1>
<pre>{{ text }}</pre>
{% if points %}
<h2>Trade-off</h2>
<p>To the right {{ aim.figure }}, upwards {{ beside }}; by the means of the first round. Filled: no other is better in one of
these, or in hours of duty, without being worse in another.</p>
<svg viewBox="0 0 {{ width }} {{ height }}" role="img" aria-label="Trade-off between {{ aim.figure }} and {{ beside }}">
{% for point, (x, y) in points %}
<circle cx="{{ x }}" cy="{{ y }}" r="4" class="{{ 'efficient' if point.is_efficient else 'other' }}">
<title>{{ point.name }}: {{ '%.4g, %.4g, %+g h' | format(*point.values) }}</title></circle>
{% if point.is_efficient %}<text x="{{ x + 6 }}" y="{{ y - 5 }}">{{ point.name }}</text>{% endif %}
{% endfor %}
</svg>
{% endif %}
</body>
</html>
"""


def as_html(found: Recommendation) -> str:
    """One page that asks the network for nothing and runs nothing; every given word is escaped."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    drawn = list(zip(found.frontier, places(found.frontier), strict=True))
    return environment.from_string(_PAGE).render(
        aim=found.aim,
        beside=found.beside,
        text="\n".join(as_lines(found)),
        points=drawn,
        width=WIDTH,
        height=HEIGHT,
    )
