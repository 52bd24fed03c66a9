"""All coverage calendars of a workspace on one page."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request

from webapp.queries.calendar import coverage_page
from webapp.views import door

blueprint = Blueprint("coverage", __name__)


@blueprint.get("/coverage")
@door.signed_in
def page() -> str:
    """Three months that end today, or on the day asked for."""
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        found = coverage_page(
            session, runtime.platform, workspace_id=viewer.workspace_id, now=runtime.now(), to=_day_asked()
        )
    return render_template("coverage/index.html", coverage=found)


def _day_asked() -> date | None:
    """The last day to show; None when none was asked for that there could be."""
    try:
        return date.fromisoformat(request.args.get("to", "")[:10])
    except ValueError:
        return None
