"""Who may do what: every operation of the interface with the roles that may call it. What is not listed, nobody may.

A person may have several roles. That one who approves a change has not written it is another rule, kept where changes are
approved. Imports nothing of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in a control room."""

    CALL_TAKER = "call-taker"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    PLANNER = "planner"
    DESIGNER = "designer"
    APPROVER = "approver"
    AUDITOR = "auditor"


class Load(StrEnum):
    """How much one caller may ask for in a while; see `rates`."""

    EMERGENCY = "emergency"
    """Reports and orders of the shift: never limited."""
    READING = "reading"
    WORK = "work"
    """What takes a processor for a while."""


EVERYBODY = frozenset(Role)
PUBLIC: frozenset[Role] = frozenset()
"""Nobody need say who they are."""
CALLS = frozenset({Role.CALL_TAKER, Role.DISPATCHER, Role.SUPERVISOR})
DISPATCH = frozenset({Role.DISPATCHER, Role.SUPERVISOR})
SUPERVISION = frozenset({Role.SUPERVISOR})
SHIFT = CALLS | {Role.AUDITOR}
"""Who may read what callers said."""
RULES = frozenset({Role.PLANNER, Role.DESIGNER, Role.APPROVER, Role.SUPERVISOR, Role.AUDITOR})
DESIGN = frozenset({Role.DESIGNER, Role.APPROVER, Role.PLANNER, Role.SUPERVISOR})
PLANNING = frozenset({Role.PLANNER, Role.DESIGNER, Role.SUPERVISOR})

_OF_CONTACTS = "POST /v1/contacts/{contact}"
_OF_INCIDENTS = "/v1/incidents/{incident}"
_OF_RESOURCES = "POST /v1/resources/{resource}"

OPERATIONS: Mapping[str, frozenset[Role]] = {
    "POST /v1/contacts": CALLS,
    **{f"{_OF_CONTACTS}/{verb}": CALLS for verb in ("answer", "end", "abandon", "incident", "link")},
    f"GET {_OF_INCIDENTS}": SHIFT,
    **{
        f"GET {_OF_INCIDENTS}/{what}": SHIFT
        for what in ("log", "debrief", "next-question", "methane", "advice", "handovers/{handover_name}")
    },
    **{
        f"POST {_OF_INCIDENTS}/{verb}": CALLS
        for verb in (
            "answers", "jump-outs", "resume", "assessment", "place", "notes", "advice",
            "messages/acknowledge", "messages/deliver", "handovers", "handovers/accept",
        )
    },
    **{f"POST {_OF_INCIDENTS}/{verb}": DISPATCH for verb in ("close", "make-up", "stop")},
    "GET /v1/board": SHIFT | {Role.PLANNER},
    "GET /v1/proposals": SHIFT,
    "POST /v1/proposals/{proposal:path}/accept": DISPATCH,
    "POST /v1/needs/{owner}/{which}/assign": DISPATCH,
    "POST /v1/needs/{owner}/{which}/withdraw": DISPATCH,
    "GET /v1/needs/{owner}/{which}/reasons": SHIFT,
    "GET /v1/needs/{owner}/{which}/appraisal": DISPATCH,
    "GET /v1/staffing": DISPATCH | PLANNING,
    "POST /v1/escalations": DISPATCH,
    "POST /v1/acknowledgements": CALLS,
    **{f"POST /v1/aid/{verb}": DISPATCH for verb in ("request", "offer", "decline", "commit", "release")},
    "POST /v1/corrections": SUPERVISION,
    "GET /v1/resources": EVERYBODY,
    "POST /v1/resources/sign-on-all": SUPERVISION,
    **{
        f"{_OF_RESOURCES}/{verb}": DISPATCH
        for verb in (
            "sign-on", "sign-off", "stand-down", "stand-up", "move", "depart", "arrive", "transport", "at-facility", "release",
        )
    },
    "GET /v1/health": EVERYBODY,
    "GET /v1/log": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    "GET /v1/feed": SHIFT,
    "GET /v1/procedure": EVERYBODY,
    "GET /v1/centre": EVERYBODY,
    "GET /v1/conformance": RULES,
    "GET /v1/coverage": RULES,
    "POST /v1/dry-run": DESIGN,
    "POST /v1/allocations": DISPATCH | PLANNING,
    **{f"POST /v1/procedures/{verb}": DESIGN for verb in ("check", "diff", "walk", "draw")},
    "GET /v1/shadow": RULES,
    "POST /v1/shadow": DESIGN,
    "DELETE /v1/shadow": DESIGN,
    "GET /v1/procedures/drafts": EVERYBODY,
    "GET /v1/procedures/drafts/{fingerprint}": EVERYBODY,
    "GET /v1/procedures/drafts/{fingerprint}/document": EVERYBODY,
    "POST /v1/procedures/drafts": frozenset({Role.DESIGNER}),
    "POST /v1/procedures/drafts/{fingerprint}/comments": EVERYBODY - {Role.AUDITOR},
    "POST /v1/procedures/drafts/{fingerprint}/evidence": frozenset({Role.PLANNER, Role.DESIGNER}),
    "POST /v1/procedures/drafts/{fingerprint}/waiver": frozenset({Role.SUPERVISOR, Role.APPROVER}),
    "POST /v1/procedures/drafts/{fingerprint}/approval": frozenset({Role.APPROVER}),
    "POST /v1/procedures/drafts/{fingerprint}/schedule": frozenset({Role.SUPERVISOR, Role.APPROVER}),
    "POST /v1/procedures/drafts/{fingerprint}/read": EVERYBODY,
    "GET /v1/procedures/feedback": RULES,
    "POST /v1/procedures/roll-back": frozenset({Role.SUPERVISOR, Role.APPROVER}),
    "POST /v1/planner/call-takers": PLANNING,
    "POST /v1/planner/what-ifs": PLANNING,
    "GET /v1/planner/what-ifs": RULES,
    "GET /v1/planner/what-ifs/{job}": RULES,
    "DELETE /v1/planner/what-ifs/{job}": PLANNING,
    **{f"GET /v1/planner/what-ifs/{{job}}/{what}": RULES for what in ("result", "report", "progress")},
    "GET /v1/keys": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
    "POST /v1/keys": SUPERVISION,
    "DELETE /v1/keys/{key}": SUPERVISION,
    "GET /v1/me": EVERYBODY,
    "GET /live": PUBLIC,
    "GET /ready": PUBLIC,
    "GET /metrics": frozenset({Role.SUPERVISOR, Role.PLANNER, Role.AUDITOR}),
    "GET /v1/measures": RULES | DISPATCH,
}  # fmt: skip

_WORK = (
    "/v1/dry-run",
    "/v1/allocations",
    "/v1/procedures/",
    "/v1/planner/",
    "/v1/conformance",
    "/v1/coverage",
    "/v1/shadow",
)


def load_of(operation: str) -> Load:
    """Return what a call of an operation costs others."""
    method, _, path = operation.partition(" ")
    is_asked_for = path.startswith(_WORK) and not (method == "GET" and path.startswith("/v1/planner/"))
    if is_asked_for or path.endswith("/debrief"):
        return Load.WORK
    return Load.READING if method == "GET" or path.startswith("/v1/keys") else Load.EMERGENCY
