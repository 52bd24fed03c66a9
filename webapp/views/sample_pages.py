"""Every page of the patterns: which template, and the made-up facts it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from webapp.models.access import Ending
from webapp.queries.period import CHOICES
from webapp.views import sample_days, sample_guide, sample_operator, sample_overview, samples

Page = tuple[str, dict[str, Any]]


def _board(name: str) -> Page:
    fixed = "Already fixed by Ana, Thu 12 Nov, 14:20." if name == "reconnected" else None
    return "integrations/index.html", {"board": samples.SCREENS[name], "opened": None, "fixed": fixed}


def _incident(**changed: Any) -> Page:
    row = samples.broken(samples.META, replace(samples.INCIDENT, **changed))
    return "integrations/incident.html", {"row": row, "can_change": True}


def _receipt(name: str) -> Page:
    return "integrations/receipt.html", {"integration": samples.META, "receipt": sample_days.RECEIPTS[name]}


def _overview(name: str) -> Page:
    overview, changes = sample_overview.OVERVIEWS[name]
    return "overview/index.html", {"overview": overview, "choices": CHOICES, "changes": changes}


PAGES: dict[str, Page] = {
    **{name: _board(name) for name in samples.SCREENS},
    **{name: ("guides/show.html", {"guide": one, "can_change": True}) for name, one in sample_guide.GUIDES.items()},
    **{name: _receipt(name) for name in sample_days.RECEIPTS},
    **{name: _overview(name) for name in sample_overview.OVERVIEWS},
    "coverage": ("coverage/index.html", {"coverage": sample_days.COVERAGE}),
    "first_steps": _incident(explanation=samples.CHECKPOINT),
    "operator": ("operator/index.html", {"facts": sample_operator.FACTS, "told": None}),
    **{one.value: ("authorizations/show.html", {"authorization": samples.ended(one.value)}) for one in Ending},
    "history": (
        "integrations/history.html",
        {"integration": samples.META, "entries": samples.HISTORY, "account": sample_days.META_DAYS},
    ),
    "incident": _incident(),
    "login": ("integrations/login.html", {"login": samples.LOGIN}),
    "disconnect": ("integrations/disconnect.html", {"integration": samples.META}),
}
