"""A receipt: the page, the spreadsheet, and taking its line off the Integrations page."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.lifecycle.dismiss_receipt import dismiss_receipt
from webapp.queries.facts import IntegrationFacts
from webapp.queries.receipt_facts import ReceiptFacts
from webapp.queries.receipts import receipt_facts
from webapp.views import door
from webapp.views.own import own_integration
from webapp.views.spreadsheet import receipt_csv

blueprint = Blueprint("receipts", __name__, url_prefix="/integrations/<integration_id>/receipts")


@blueprint.get("/<receipt_id>")
@door.signed_in
def show(integration_id: str, receipt_id: str) -> str:
    integration, receipt = _wanted(integration_id, receipt_id)
    return render_template("integrations/receipt.html", integration=integration, receipt=receipt)


@blueprint.get("/<receipt_id>.csv")
@door.signed_in
def table(integration_id: str, receipt_id: str) -> Response:
    """The same day by day, to keep or to check with one's own tools."""
    integration, receipt = _wanted(integration_id, receipt_id)
    text = receipt_csv(receipt, integration)
    named = f"attachment; filename=receipt-{integration.platform}-{receipt.away_to:%Y-%m-%d}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": named})


@blueprint.post("/<receipt_id>/dismissal")
@door.may_change
def dismiss(integration_id: str, receipt_id: str) -> AnyResponse:
    workspace_id = door.viewer().workspace_id
    if not dismiss_receipt(
        door.runtime(), integration_id=integration_id, receipt_id=receipt_id, workspace_id=workspace_id
    ):
        abort(404)
    return redirect(url_for("integrations.page"), 303)


def _wanted(integration_id: str, receipt_id: str) -> tuple[IntegrationFacts, ReceiptFacts]:
    integration, runtime = own_integration(integration_id), door.runtime()
    with runtime.database.reading() as session:
        found = receipt_facts(session, runtime.platform(integration.platform), integration_id, receipt_id)
    return integration, found or abort(404)
