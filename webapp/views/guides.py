"""Reconnect all: the walk through several, from a mail's link or the page, and what came back at its end."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from webapp import hx
from webapp.lifecycle.incident_mail import situation
from webapp.queries.guide import GuideFacts, guide_of
from webapp.queries.poll import still_holds
from webapp.views import door
from webapp.views.own import own_integration

blueprint = Blueprint("guides", __name__)


@blueprint.get("/integrations/<integration_id>/guide")
@door.signed_in
def present(integration_id: str) -> str | Response:
    """Where a mail about several leads: what needs Reconnect in that workspace now, or what became of it."""
    own_integration(integration_id)
    return _page(None)


@blueprint.get("/guides/<guide_id>")
@door.signed_in
def show(guide_id: str) -> str | Response:
    """Where each step comes back to."""
    return _page(guide_id)


def _page(guide_id: str | None) -> str | Response:
    runtime = door.runtime()
    if hx.is_htmx() and still_holds(runtime.database, request.args.get("seen", ""), runtime.now()):
        return hx.unchanged()
    facts = _facts(guide_id) or abort(404)
    template = "guides/_guide.html" if hx.is_htmx() else "guides/show.html"
    return render_template(template, guide=facts, can_change=door.may_now_change())


def _facts(guide_id: str | None) -> GuideFacts | None:
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        return guide_of(
            session, situation(runtime),
            workspace_id=viewer.workspace_id, guide_id=guide_id, viewer_id=viewer.person_id,
        )  # fmt: skip
