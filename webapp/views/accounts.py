"""What becomes of an account here: another takes its place, or what was imported from it is deleted."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.delete_data import StillConnected, delete_data
from webapp.lifecycle.replace_account import CannotReplace, replace_account
from webapp.models.health import Health
from webapp.models.integration import Integration
from webapp.queries.holdings import holdings_of
from webapp.views import door
from webapp.views.boards import board_here
from webapp.views.own import own_integration
from webapp.words import say

blueprint = Blueprint("accounts", __name__, url_prefix="/integrations/<integration_id>")


@blueprint.get("/replacement")
@door.may_change
def ask_replacement(integration_id: str) -> str:
    """Which account takes its place; `new` has just been connected for that, and is offered first."""
    old, new = own_integration(integration_id), request.args.get("new")
    others = [
        one for one in board_here().rows
        if one.platform == old.platform and one.id != old.id and one.health is not Health.DISCONNECTED
    ]  # fmt: skip
    others.sort(key=lambda one: one.id != new)
    return render_template("integrations/replace.html", integration=old, others=others, new=new)


@blueprint.post("/replacement")
@door.may_change
def replace(integration_id: str) -> Response:
    viewer, old = door.viewer(), own_integration(integration_id)
    try:
        replace_account(
            door.runtime(), integration_id=integration_id, successor_id=request.form.get("successor", ""),
            workspace_id=viewer.workspace_id, person_id=viewer.person_id,
        )  # fmt: skip
    except CannotReplace as why:
        flash(str(why), "error")
        return redirect(url_for("accounts.ask_replacement", integration_id=integration_id), 303)
    flash(say("{account} has been replaced. Its history stays, and it does not nag any more.",
              account=old.account_name), "info")  # fmt: skip
    return redirect(url_for("integrations.page"), 303)


@blueprint.get("/data-deletion")
@door.may_change
def ask_deletion(integration_id: str) -> str:
    facts, runtime = own_integration(integration_id), door.runtime()
    with runtime.database.reading() as session:
        held = holdings_of(session, session.get_one(Integration, integration_id))
    return render_template("integrations/delete_data.html", integration=facts, held=held)


@blueprint.post("/data-deletion")
@door.may_change
def delete(integration_id: str) -> Response:
    viewer = door.viewer()
    own_integration(integration_id)
    if not request.form.get("sure"):
        flash(say("Nothing was deleted: tick that you know it cannot be undone."), "error")
        return redirect(url_for("accounts.ask_deletion", integration_id=integration_id), 303)
    try:
        found = delete_data(
            door.runtime(), integration_id=integration_id, workspace_id=viewer.workspace_id, person_id=viewer.person_id
        )
    except StillConnected:
        flash(say("Nothing was deleted: disconnect it first, or it would all come in again."), "error")
        return redirect(url_for("integrations.ask_disconnect", integration_id=integration_id), 303)
    if not found:
        abort(404)
    flash(say("Deleted. What happened to the connection stays in its history."), "info")
    return redirect(url_for("integrations.page"), 303)
