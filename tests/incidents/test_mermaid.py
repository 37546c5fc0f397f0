"""Mermaid text, character by character: a wiki shows it as it stands."""

from __future__ import annotations

from incidents.charts import Box, Chart, Row
from incidents.mermaid import mermaid

HOSTILE = 'end"] --> x; %%{init: {"securityLevel": "loose"}}%% <script>alert(1)</script>\n`click`'


def test_boxes_ends_and_arrows_are_written_out() -> None:
    """What was seen to render as it should."""
    boxes = {
        "a": Box("a", ("Awake?",), (Row("yes", to="b"), Row("no", end="arrest, red"))),
        "b": Box("b", (), (Row("after 60 s"),)),
    }
    assert mermaid(Chart("p, revision 1", boxes)) == (
        '---\ntitle: "p, revision 1"\n---\nflowchart LR\n'
        '  b1["a<br/>Awake#63;"]\n  b2["b<br/>after 60 s"]\n  e1(["arrest, red"])\n'
        '  b1 -->|"yes"| b2\n  b1 -->|"no"| e1\n'
    )


def test_answers_that_lead_to_the_same_share_an_arrow() -> None:
    """Mermaid counts arrows and stops at 500."""
    boxes = {"a": Box("a", (), (Row("yes", end="x"), Row("no", end="y"), Row("any other answer", end="x")))}
    assert mermaid(Chart("p", boxes)).splitlines()[-2:] == [
        '  b1 -->|"yes<br/>any other answer"| e1', '  b1 -->|"no"| e2',
    ]  # fmt: skip


def test_texts_cannot_become_syntax() -> None:
    """Whoever words a question must not be able to run a script on the wiki."""
    text = mermaid(
        Chart(HOSTILE, {HOSTILE: Box(HOSTILE, (HOSTILE,), (Row(HOSTILE, to=HOSTILE), Row("x", end=HOSTILE)))})
    )
    ours = ("<br/>", "-->", '"]', '["')
    assert not any(found in text for found in ("<script", "%%", "`", '""'))
    assert len(text.splitlines()) == 4 + 2 + 2
    assert all(text.count(each) <= 3 for each in ours)
