"""Out to a platform's consent page and back: Connect, Reconnect, the callback, and the choice of accounts."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.cancel_authorization import cancel_authorization
from webapp.lifecycle.choose_accounts import CannotChoose, choose_accounts
from webapp.lifecycle.complete_authorization import complete
from webapp.lifecycle.replace_account import CannotReplace, replace_account
from webapp.lifecycle.runtime import UnknownPlatform
from webapp.lifecycle.start_authorization import connect, reconnect
from webapp.models.access import Ending
from webapp.models.health import Health
from webapp.platforms import registry
from webapp.platforms.consent import BadTenant
from webapp.queries.authorization import authorization_of, bare
from webapp.queries.facts import AuthorizationFacts
from webapp.queries.guests import GuestFlow, guest_flow
from webapp.queries.history import fixed_note
from webapp.views import door
from webapp.views.own import own_integration
from webapp.words import say

blueprint = Blueprint("authorizations", __name__)


@blueprint.post("/authorizations")
@door.may_change
def start() -> Response:
    """Connect: a form post answered by a redirect to the platform, never fetched by htmx."""
    viewer, runtime, slug = door.viewer(), door.runtime(), request.form.get("platform", "")
    replaces_id = request.form.get("replaces") or None
    if replaces_id is not None and own_integration(replaces_id).platform != slug:
        abort(404)
    try:
        field = runtime.platform(slug).tenant
        url = connect(
            runtime, slug=slug, tenant=request.form.get(field.name, "") if field else None,
            person_id=viewer.person_id, workspace_id=viewer.workspace_id, browser=door.browser_id(),
            replaces_id=replaces_id,
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
    viewer, runtime, guided = door.viewer(), door.runtime(), "guided" in request.form
    # From a page on which it was broken. If somebody was faster, that is what there is to say.
    if (guided or "broken" in request.form) and own_integration(integration_id).health is not Health.NEEDS_RECONNECT:
        flash(say("Nothing to reconnect here any more."), "info")
        place = "guides.present" if guided else "integrations.show"
        return redirect(url_for(place, integration_id=integration_id), 303)
    url = reconnect(
        runtime, integration_id=integration_id,
        person_id=viewer.person_id, workspace_id=viewer.workspace_id, browser=door.browser_id(),
        guided=guided,
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
    if back.ending is Ending.CONNECTED and back.guide_id is not None:
        return _clean(url_for("guides.show", guide_id=back.guide_id))
    if back.ending is Ending.CONNECTED and back.integration_id is not None:
        return _clean(_connected(back.integration_id, back.replaces_id))
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
    if facts.ending == Ending.CONNECTED and facts.guide_id:
        return redirect(url_for("guides.show", guide_id=facts.guide_id), 303)
    if facts.ending == Ending.CONNECTED and facts.integration_id:
        return redirect(_connected(facts.integration_id, facts.replaces_id), 303)
    return render_template("authorizations/show.html", authorization=facts, fixed=_fixed_since(facts))


@blueprint.post("/authorizations/<authorization_id>/accounts")
@door.may_change
def choose(authorization_id: str) -> Response:
    viewer, facts, chosen = door.viewer(), _wanted(authorization_id), request.form.getlist("account")
    old = facts.integration_id
    replaces = old is not None and "replaces" in request.form
    try:
        if replaces and len(chosen) > 1:
            raise CannotChoose(say("Choose one account: only one can take another's place."))
        connected = choose_accounts(
            door.runtime(), authorization_id=authorization_id, person_id=viewer.person_id,
            workspace_id=viewer.workspace_id, account_ids=chosen,
        )  # fmt: skip
        if connected and replaces and old is not None:
            replace_account(
                door.runtime(), integration_id=old, successor_id=connected[0],
                workspace_id=viewer.workspace_id, person_id=viewer.person_id,
            )  # fmt: skip
    except (CannotChoose, CannotReplace) as why:
        flash(str(why), "error")
        return redirect(url_for("authorizations.show", authorization_id=authorization_id), 303)
    if connected is None:
        abort(404)
    if len(connected) == 1 or facts.replaces_id is not None:
        return redirect(_connected(connected[0], facts.replaces_id), 303)
    return redirect(url_for("integrations.page"), 303)


@blueprint.post("/authorizations/<authorization_id>/cancellation")
@door.may_change
def cancel(authorization_id: str) -> Response:
    """Whoever left does not want to finish. Whatever comes back of it afterwards changes nothing."""
    viewer = door.viewer()
    flow = cancel_authorization(
        door.runtime(), authorization_id=authorization_id,
        person_id=viewer.person_id, workspace_id=viewer.workspace_id,
    )  # fmt: skip
    if flow is None:
        abort(404)
    if flow.ending is Ending.CANCELLED:
        flash(say("Cancelled. Nothing was changed, and coming back from there changes nothing either."), "info")
    else:
        flash(say("Too late to cancel: it has come back already."), "info")
    if flow.guide_id is not None:
        return redirect(url_for("guides.show", guide_id=flow.guide_id), 303)
    if flow.replaces_id is not None:
        return redirect(url_for("accounts.ask_replacement", integration_id=flow.replaces_id), 303)
    if flow.integration_id is not None:
        return redirect(url_for("integrations.show", integration_id=flow.integration_id), 303)
    return redirect(url_for("integrations.page"), 303)


def _fixed_since(facts: AuthorizationFacts) -> str | None:
    """What somebody else has done about it meanwhile: this page may have been open for long."""
    if facts.integration_id is None:
        return None
    with door.runtime().database.reading() as reading:
        return fixed_note(reading, facts.integration_id, viewer_id=door.viewer().person_id, since=facts.began_at)


def _wanted(authorization_id: str) -> AuthorizationFacts:
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as reading:
        found = authorization_of(
            reading, runtime.platform,
            authorization_id=authorization_id, person_id=viewer.person_id, workspace_id=viewer.workspace_id,
        )  # fmt: skip
    return found or abort(404)


def _connected(integration_id: str, replaces_id: str | None) -> str:
    """Where a good end leads: to what was connected, or to the choice it was connected for."""
    if replaces_id is not None and replaces_id != integration_id:
        return url_for("accounts.ask_replacement", integration_id=replaces_id, new=integration_id)
    return url_for("integrations.show", integration_id=integration_id)


def _leave(url: str) -> Response:
    response = redirect(url, 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def _clean(url: str) -> Response:
    response = redirect(url, 303)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
