"""The street's rules with a tree that can be left: callers are lost, get worse, or are sent away by a supervisor."""

from __future__ import annotations

from typing import Any

from incidents.procedure import Procedure
from tests.builders import a_procedure

QUESTIONS: dict[str, Any] = {
    "nature": {
        "text": "What has happened?",
        "about": "nature",
        "form": "closed",
        "answers": {"fire": {"code": "fire-1"}, "illness": {"ask": "severe"}, "crash": {"code": "crash-1"}},
        "unknown": {"ask": "severe"},
        "because": "what is sent hangs on it",
    },
    "severe": {
        "text": "Is it severe?",
        "about": "severe",
        "answers": {"yes": {"code": "illness-1"}, "no": {"code": "illness-2"}},
        "unknown": {"code": "illness-1"},
        "refused": {"code": "illness-2"},
    },
    "awake": {
        "text": "Are they awake?",
        "about": "awake",
        "answers": {"yes": {"ask": "pale"}, "no": {"code": "illness-1"}},
        "unknown": {"code": "illness-1"},
    },
    "pale": {
        "text": "Are they pale?",
        "about": "pale",
        "answers": {"yes": {"code": "illness-1"}},
        "otherwise": {"code": "illness-2"},
    },
}
JUMP_OUTS: dict[str, Any] = {
    "caller lost": {
        "text": "Nobody speaks any more.",
        "code": "ring-back",
        "cases": [{"answers": {"nature": "illness"}, "code": "illness-1"}],
        "rings_back": True,
    },
    "worse": {"text": "It has got worse.", "ask": "awake", "resumes": True, "because": "minutes matter"},
    "nuisance": {"text": "It is no call for us.", "code": "ring-back", "at": ["nature"], "roles": ["supervision"]},
}


def interview_rules(**triage: Any) -> Procedure:
    """The rules, with parts of their triage in place of these."""
    determinants = {**a_procedure().model_dump(mode="json")["determinants"], "ring-back": {"priority": "green"}}
    tree = {"start": "nature", "questions": QUESTIONS, "jump_outs": JUMP_OUTS, **triage}
    return a_procedure(triage=tree, determinants=determinants)
