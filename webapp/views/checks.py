"""Everything at once: check all connections, and mute alerts while somebody changes a password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.ask_now import ask_all_now
from webapp.lifecycle.mute import mute, unmute
from webapp.views import door
from webapp.words import say

blueprint = Blueprint("checks", __name__)


@blueprint.post("/checks")
@door.may_change
def check_all() -> Response:
    """The page says by itself what comes back."""
    ask_all_now(door.runtime(), workspace_id=door.viewer().workspace_id)
    return redirect(url_for("integrations.page"), 303)


@blueprint.post("/mute")
@door.may_change
def begin_mute() -> Response:
    viewer = door.viewer()
    mute(door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id)
    return redirect(url_for("integrations.page"), 303)


@blueprint.post("/mute/ending")
@door.may_change
def end_mute() -> Response:
    unmute(door.runtime(), workspace_id=door.viewer().workspace_id)
    flash(say("Alerts are on again. We check everything once more and tell you what is still broken."), "info")
    return redirect(url_for("integrations.page"), 303)
