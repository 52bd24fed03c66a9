"""Which mails one gets: the page to choose, the link in each mail that ends its kind, and putting reminders off."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.extensions import csrf
from webapp.lifecycle.digest import choose_digest
from webapp.lifecycle.mail_choices import Stop, choose, choose_alike, choose_apart, stop, stop_of
from webapp.lifecycle.returned_mail import try_again as trust_again
from webapp.lifecycle.snooze import snooze
from webapp.models.notice import CHOICES, NoticeKind
from webapp.models.reminder import tomorrow_at_nine
from webapp.queries import wording
from webapp.queries.mail_choices import DIGEST_FIELD, is_sent_mail, mail_page, said
from webapp.queries.pulse import needs_of
from webapp.queries.still_broken import zone_of_workspace
from webapp.views import door
from webapp.views.own import own_integration
from webapp.words import say

blueprint = Blueprint("mails", __name__)
Page = str | Response | tuple[str, int]
LONGEST_SEARCH = 100


@blueprint.get("/preferences")
@door.signed_in
def preferences() -> Page:
    text, opened = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("open")
    with door.runtime().database.reading() as session:
        page = mail_page(session, door.viewer().person_id, text=text, opened=opened)
    return render_template("people/preferences.html", page=page, text=text)


@blueprint.post("/preferences")
@door.signed_in
def choose_mails() -> Page:
    """For all workspaces at once. Where there is only one, it is what was chosen for that one."""
    viewer = door.viewer()
    choose(door.runtime(), person_id=viewer.person_id, wanted=_ticked())
    if len(viewer.workspaces) == 1:
        choose_alike(door.runtime(), person_id=viewer.person_id, workspace_id=viewer.workspace_id)
    choose_digest(door.runtime(), person_id=viewer.person_id, wanted=DIGEST_FIELD in request.form)
    flash(say("Saved."), "success")
    return redirect(url_for("mails.preferences"), 303)


@blueprint.post("/preferences/<workspace_id>")
@door.signed_in
def choose_mails_apart(workspace_id: str) -> Page:
    viewer = door.viewer()
    if workspace_id not in dict(viewer.workspaces):
        abort(404)
    with door.runtime().database.reading() as session:
        if not is_sent_mail(session, viewer.person_id, workspace_id):
            abort(403, "You only look at this workspace; its owners and admins get its mails.")
    if "alike" in request.form:
        choose_alike(door.runtime(), person_id=viewer.person_id, workspace_id=workspace_id)
    else:
        choose_apart(door.runtime(), person_id=viewer.person_id, workspace_id=workspace_id, wanted=_ticked())
    flash(say("Saved."), "success")
    return redirect(url_for("mails.preferences", _anchor="apart"), 303)


@blueprint.post("/mail-address")
@door.signed_in
def try_again() -> Page:
    trust_again(door.runtime(), person_id=door.viewer().person_id)
    flash(say("We write to it again from now on."), "info")
    return redirect(url_for("integrations.page"), 303)


@blueprint.get("/unsubscribe/<token>")
def ask_unsubscribe(token: str) -> Page:
    """Mail scanners open every link, so only the button, or the mail program's own POST, ends anything."""
    return _about_stop(_found(token), done=False)


@blueprint.post("/unsubscribe/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]  # Flask-WTF ships without types
def unsubscribe(token: str) -> Page:
    """RFC 8058: the mail program posts here by itself, without a session. What the token may end is in the token."""
    found = _found(token)
    stop(door.runtime(), found)
    return _about_stop(found, done=True)


@blueprint.get("/integrations/<integration_id>/snooze")
@door.signed_in
def ask_snooze(integration_id: str) -> Page:
    facts, viewer = own_integration(integration_id), door.viewer()
    with door.runtime().database.reading() as session:
        count, zone = needs_of(session, viewer.workspace_id), zone_of_workspace(session, viewer.workspace_id)
    until = wording.moment(tomorrow_at_nine(door.now(), zone), zone.key)
    return render_template(
        "integrations/snooze.html", integration=facts, count=count, until=until, can_change=viewer.may_change
    )


@blueprint.post("/integrations/<integration_id>/snooze")
@door.may_change
def put_off(integration_id: str) -> Page:
    own_integration(integration_id)
    viewer = door.viewer()
    if snooze(door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id):
        flash(say("Snoozed until tomorrow. Your team sees that you know."), "info")
    else:
        flash(say("Nothing is broken any more, so there is nothing to snooze."), "success")
    return redirect(url_for("integrations.show", integration_id=integration_id), 303)


def _ticked() -> set[NoticeKind]:
    return {kind for kind in CHOICES if kind in request.form}


def _found(token: str) -> Stop:
    return stop_of(door.runtime(), token) or abort(404)


def _about_stop(found: Stop, *, done: bool) -> str:
    names = say("all workspaces") if found.everywhere else wording.listed([name for _, name in found.workspaces])
    return render_template("people/unsubscribe.html", kind=said(found.kind), names=names, done=done)
