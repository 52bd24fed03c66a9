"""The offer after a sign-in: repair what else hangs on that login, in one's other workspaces."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.repair_elsewhere import Repaired, repair_elsewhere
from webapp.platforms.diagnosis import Trouble
from webapp.queries import wording
from webapp.views import door
from webapp.views.own import own_integration
from webapp.words import say, say_number

blueprint = Blueprint("elsewhere", __name__)


@blueprint.post("/integrations/<integration_id>/repairs")
@door.may_change
def repair(integration_id: str) -> Response:
    facts, viewer = own_integration(integration_id), door.viewer()
    try:
        done = repair_elsewhere(
            door.runtime(),
            integration_id=integration_id, workspace_id=viewer.workspace_id, person_id=viewer.person_id,
        )  # fmt: skip
    except Trouble:
        flash(say("{company} did not answer just now. Nothing was changed; try again.", company=facts.company), "error")
    else:
        flash(*_said(done))
    return redirect(url_for("integrations.show", integration_id=integration_id), 303)


def _said(done: Repaired | None) -> tuple[str, str]:
    if done is None:
        return say("There is nothing left to repair with this sign-in."), "info"
    told = say_number(
        "{count} connection repaired, in {places}.", "{count} connections repaired, in {places}.", done.count,
        places=say_number("{count} workspace", "{count} workspaces", done.workspaces),
    )  # fmt: skip
    if done.left:
        told += " " + say("The login does not reach {names}.", names=wording.listed(list(done.left[:5])))
    return told, "success" if done.count else "error"
