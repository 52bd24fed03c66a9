"""How many connections need somebody, on every page that does not show the board: the number beside Integrations."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from webapp.queries.pulse import pulse_of
from webapp.views import door

blueprint = Blueprint("pulse", __name__)


@blueprint.get("/pulse")
@door.signed_in
def look() -> str | tuple[str, int]:
    """The number when something has changed. Else `views/poll.py` has answered."""
    workspace_id = door.viewer().workspace_id
    if not request.args.get("seen", "").startswith(f"{workspace_id}."):
        # Another tab went to another workspace; this page is still of the one before.
        return "", 204
    with door.runtime().database.reading() as session:
        pulse = pulse_of(session, workspace_id)
    return render_template("_nav_needs.html", pulse=pulse)
