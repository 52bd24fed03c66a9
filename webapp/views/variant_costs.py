"""The costs of one variant: their history, and another one from a day on, for all or for one market."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from webapp.lifecycle.note_costs import EVER
from webapp.queries.variant_costs import variant_costs
from webapp.views import door

blueprint = Blueprint("variant_costs", __name__, url_prefix="/overview/costs")


@blueprint.get("/<integration_id>/<variant_id>")
@door.signed_in
def page(integration_id: str, variant_id: str) -> str:
    """What the store said, what people said, and the form to say another."""
    viewer = door.viewer()
    with door.runtime().database.reading() as session:
        found = variant_costs(
            session, workspace_id=viewer.workspace_id, integration_id=integration_id, variant_id=variant_id
        )
    if found is None:
        abort(404)
    return render_template("overview/variant_costs.html", one=found, ever=EVER, can_change=viewer.may_change)
