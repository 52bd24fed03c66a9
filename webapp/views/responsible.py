"""Naming who looks after one connection."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.set_responsible import set_responsible
from webapp.lifecycle.sign_up import BadEntry
from webapp.queries.people import members_of
from webapp.views import door
from webapp.views.own import own_integration
from webapp.words import say

blueprint = Blueprint("responsible", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/integrations/<integration_id>/responsible")
@door.may_change
def page(integration_id: str) -> Page:
    return _page(integration_id)


@blueprint.post("/integrations/<integration_id>/responsible")
@door.may_change
def choose(integration_id: str) -> Page:
    viewer = door.viewer()
    try:
        found = set_responsible(
            door.runtime(), integration_id=integration_id, workspace_id=viewer.workspace_id,
            person_id=viewer.person_id, responsible=request.form.get("responsible") or None,
        )  # fmt: skip
    except BadEntry as bad:
        return _page(integration_id, fault=bad.faults["responsible"]), 422
    if not found:
        abort(404)
    flash(say("Saved."), "success")
    return redirect(url_for("integrations.show", integration_id=integration_id), 303)


def _page(integration_id: str, *, fault: str = "") -> str:
    facts = own_integration(integration_id)
    with door.runtime().database.reading() as reading:
        people = [one for one in members_of(reading, door.viewer().workspace_id) if one.role.may_change]
    return render_template("integrations/responsible.html", integration=facts, people=people, fault=fault)
