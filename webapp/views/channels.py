"""Slack and webhooks: where a workspace's problems are said besides in mail."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.channels import add_channel, drop_channel, try_channel
from webapp.lifecycle.throttle import TooManyTries
from webapp.queries import wording
from webapp.queries.channels import channels_of
from webapp.queries.still_broken import zone_of_workspace
from webapp.speak import BadAddress
from webapp.views import door
from webapp.words import say

blueprint = Blueprint("channels", __name__, url_prefix="/channels")
Page = str | Response | tuple[str, int]


@blueprint.get("")
@door.signed_in
def page() -> Page:
    return _page()


@blueprint.post("")
@door.may_change
def add() -> Page:
    viewer, typed = door.viewer(), {name: request.form.get(name, "") for name in ("name", "address")}
    try:
        add_channel(door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id, **typed)
    except BadAddress as bad:
        return _page(typed=typed, fault=str(bad)), 422
    flash(say("Added. Press Test to see that it arrives."), "success")
    return redirect(url_for("channels.page"), 303)


@blueprint.post("/<channel_id>/test")
@door.may_change
def test(channel_id: str) -> Page:
    runtime, workspace_id = door.runtime(), door.viewer().workspace_id
    try:
        taken = try_channel(runtime, workspace_id=workspace_id, channel_id=channel_id)
    except TooManyTries as wait:
        with runtime.database.reading() as session:
            zone = zone_of_workspace(session, workspace_id)
        when = wording.clock(wait.until, zone.key)
        flash(say("Tested often enough for now. Nothing was sent; try again at {when}.", when=when), "error")
        return _page(), 429
    if taken is None:
        abort(404)
    if taken:
        flash(say("It was taken. Look whether it has arrived."), "success")
    else:
        flash(say("It was not taken. Look whether the address is still good there."), "error")
    return redirect(url_for("channels.page"), 303)


@blueprint.post("/<channel_id>/removal")
@door.may_change
def remove(channel_id: str) -> Page:
    if not drop_channel(door.runtime(), workspace_id=door.viewer().workspace_id, channel_id=channel_id):
        abort(404)
    flash(say("Removed. Nothing more is said there."), "success")
    return redirect(url_for("channels.page"), 303)


def _page(typed: dict[str, str] | None = None, fault: str = "") -> str:
    viewer = door.viewer()
    with door.runtime().database.reading() as session:
        zone = zone_of_workspace(session, viewer.workspace_id)
        found = channels_of(session, viewer.workspace_id, zone)
    return render_template("channels/index.html", channels=found, typed=typed or {}, fault=fault)
