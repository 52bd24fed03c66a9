"""Out to a platform's consent page and back: Connect, Reconnect, the callback, and the choice of accounts."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.choose_accounts import CannotChoose, choose_accounts
from webapp.lifecycle.complete_authorization import complete
from webapp.lifecycle.runtime import UnknownPlatform
from webapp.lifecycle.start_authorization import connect, reconnect
from webapp.models.access import Ending
from webapp.platforms import registry
from webapp.platforms.consent import BadTenant
from webapp.queries.authorization import authorization_of, bare
from webapp.queries.facts import AuthorizationFacts
from webapp.queries.guests import GuestFlow, guest_flow
from webapp.views import door

blueprint = Blueprint("authorizations", __name__)


@blueprint.post("/authorizations")
@door.may_change
def start() -> Response:
    """Connect: a form post answered by a redirect to the platform, never fetched by htmx."""
    viewer, runtime, slug = door.viewer(), door.runtime(), request.form.get("platform", "")
    try:
        field = runtime.platform(slug).tenant
        url = connect(
            runtime, slug=slug, tenant=request.form.get(field.name, "") if field else None,
            person_id=viewer.person_id, workspace_id=viewer.workspace_id, browser=door.browser_id(),
        )  # fmt: skip
    except UnknownPlatform:
        abort(404)
    except BadTenant as bad:
        flash(str(bad), "error")
        return redirect(url_for("integrations.page", _anchor="add"), 303)
    return _leave(url)


@blueprint.post("/integrations/<integration_id>/authorization")
@door.may_change
def start_again(integration_id: str) -> Response:
    """Reconnect: the same code path, for an integration that already is."""
    viewer, runtime = door.viewer(), door.runtime()
    url = reconnect(
        runtime, integration_id=integration_id,
        person_id=viewer.person_id, workspace_id=viewer.workspace_id, browser=door.browser_id(),
    )  # fmt: skip
    if url is None:
        abort(404)
    return _leave(url)


@blueprint.get("/oauth/<slug>/callback")
def callback(slug: str) -> Response | tuple[str, int]:
    """Back from the platform. What came in the address never reaches a page, a log or a Referer of ours."""
    if slug not in registry():
        abort(404)
    with door.runtime().database.reading() as reading:
        guest = guest_flow(reading, slug=slug, state=request.args.get("state", ""), browser=session.get("browser"))
    return _arrive_with_a_link(slug, guest) if guest is not None else _arrive(slug)


def _arrive_with_a_link(slug: str, guest: GuestFlow) -> Response:
    """Somebody without a seat is back: the same round trip, in the name of who handed the link out."""
    complete(
        door.runtime(), slug=slug, params=request.args.to_dict(), person_id=guest.person_id, browser=door.browser_id()
    )
    return _clean(url_for("guests.ended", visit_id=guest.authorization_id))


@door.signed_in_or("/integrations")
def _arrive(slug: str) -> Response | tuple[str, int]:
    runtime, viewer = door.runtime(), door.viewer()
    back = complete(
        runtime, slug=slug, params=request.args.to_dict(), person_id=viewer.person_id, browser=door.browser_id()
    )
    if back.ending is Ending.CONNECTED and back.integration_id is not None:
        return _clean(url_for("integrations.show", integration_id=back.integration_id))
    if back.authorization_id is not None:
        return _clean(url_for("authorizations.show", authorization_id=back.authorization_id))
    return _clean(url_for("authorizations.not_ours", ending=back.ending.value, slug=slug))


@blueprint.get("/authorizations/unfinished/<slug>/<ending>")
@door.signed_in
def not_ours(slug: str, ending: str) -> tuple[str, int]:
    """A return we could not match to anything this person started here: nothing changed, and how to go on."""
    if slug not in registry() or ending not in (Ending.FORGED, Ending.EXPIRED, Ending.FAILED):
        abort(404)
    return render_template("authorizations/show.html", authorization=bare(registry()[slug], Ending(ending))), 400


@blueprint.get("/authorizations/<authorization_id>")
@door.signed_in
def show(authorization_id: str) -> str | Response:
    """Choose accounts, or read why nothing changed."""
    facts = _wanted(authorization_id)
    if facts.ending == Ending.CONNECTED and facts.integration_id:
        return redirect(url_for("integrations.show", integration_id=facts.integration_id), 303)
    return render_template("authorizations/show.html", authorization=facts)


@blueprint.post("/authorizations/<authorization_id>/accounts")
@door.may_change
def choose(authorization_id: str) -> Response:
    viewer = door.viewer()
    try:
        connected = choose_accounts(
            door.runtime(), authorization_id=authorization_id, person_id=viewer.person_id,
            workspace_id=viewer.workspace_id, account_ids=request.form.getlist("account"),
        )  # fmt: skip
    except CannotChoose as why:
        flash(str(why), "error")
        return redirect(url_for("authorizations.show", authorization_id=authorization_id), 303)
    if connected is None:
        abort(404)
    if len(connected) == 1:
        return redirect(url_for("integrations.show", integration_id=connected[0]), 303)
    return redirect(url_for("integrations.page"), 303)


def _wanted(authorization_id: str) -> AuthorizationFacts:
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as reading:
        found = authorization_of(
            reading, runtime.platform,
            authorization_id=authorization_id, person_id=viewer.person_id, workspace_id=viewer.workspace_id,
        )  # fmt: skip
    return found or abort(404)


def _leave(url: str) -> Response:
    response = redirect(url, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _clean(url: str) -> Response:
    response = redirect(url, 303)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
