"""A login: what hangs on it in this workspace."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from webapp.lifecycle.incident_mail import situation
from webapp.queries.logins import login_of
from webapp.views import door

blueprint = Blueprint("logins", __name__)


@blueprint.get("/integrations/<integration_id>/login")
@door.signed_in
def show(integration_id: str) -> str:
    """Whoever may see the integration may see this; a stranger's and an absent one are the same 404."""
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        login = login_of(
            session, situation(runtime), workspace_id=viewer.workspace_id, integration_id=integration_id
        ) or abort(404)
    return render_template("integrations/login.html", login=login)
