"""The Integrations page, its polled board, and everything a merchant may do to one integration."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import hx
from webapp.lifecycle.ask_now import ask_now
from webapp.lifecycle.disconnect import disconnect
from webapp.lifecycle.pause import pause, resume
from webapp.queries.calendar import account_coverage
from webapp.queries.elsewhere import elsewhere
from webapp.queries.history import fixed_note, history_of
from webapp.views import door
from webapp.views.boards import board_here, changed_rows
from webapp.views.own import own_integration

blueprint = Blueprint("integrations", __name__)


@blueprint.get("/integrations")
@door.signed_in
def page() -> str:
    return render_template("integrations/index.html", board=board_here(), opened=None, fixed=None)


@blueprint.get("/integrations/board", endpoint="board")
@door.signed_in
def polled_board() -> str | Response:
    """The poll when something has changed: the rows that did, or all of it. Else `views/poll.py` has answered."""
    if not request.args.get("seen", "").startswith(f"{door.viewer().workspace_id}."):
        # Another tab went to another workspace; half of each on one page would be wrong.
        return hx.go_to(url_for("integrations.page"))
    board, opened = board_here(), request.args.get("open")
    rows = changed_rows(board, request.args.get("rows", ""))
    if rows is not None:
        return render_template("integrations/_changes.html", board=board, rows=rows, opened=opened)
    return render_template("integrations/_board.html", board=board, opened=opened, polled=True)


@blueprint.get("/integrations/<integration_id>")
@door.signed_in
def show(integration_id: str) -> str:
    """Where the mail's link leads: the page with that integration open, or what became of its trouble."""
    own_integration(integration_id)
    runtime = door.runtime()
    with runtime.database.reading() as session:
        fixed = fixed_note(session, integration_id, viewer_id=door.viewer().person_id)
        others = elsewhere(
            session, runtime.platform, integration_id=integration_id, workspace_id=door.viewer().workspace_id,
            person_id=door.viewer().person_id, now=door.now(),
        )  # fmt: skip
    return render_template(
        "integrations/index.html", board=board_here(), opened=integration_id, fixed=fixed, elsewhere=others
    )


@blueprint.get("/integrations/<integration_id>/incident")
@door.signed_in
def incident(integration_id: str) -> str:
    row = own_integration(integration_id)
    with door.runtime().database.reading() as session:
        fixed = fixed_note(session, integration_id, viewer_id=door.viewer().person_id)
    return render_template("integrations/incident.html", row=row, fixed=fixed, can_change=door.may_now_change())


@blueprint.get("/integrations/<integration_id>/history")
@door.signed_in
def history(integration_id: str) -> str:
    facts, runtime = own_integration(integration_id), door.runtime()
    with runtime.database.reading() as session:
        entries = history_of(session, runtime.platform(facts.platform), integration_id)
        account = account_coverage(session, runtime.platform, integration_id=integration_id, now=runtime.now())
    return render_template("integrations/history.html", integration=facts, entries=entries, account=account)


@blueprint.post("/integrations/<integration_id>/sync-runs")
@blueprint.post("/integrations/<integration_id>/checks", endpoint="check")
@door.may_change
def sync_now(integration_id: str) -> Response:
    _found(ask_now(door.runtime(), integration_id=integration_id, workspace_id=door.viewer().workspace_id))
    flash("Asking now. The row says what comes back.", "info")
    return _back(integration_id)


@blueprint.post("/integrations/<integration_id>/pause")
@door.may_change
def pause_one(integration_id: str) -> Response:
    viewer = door.viewer()
    _found(
        pause(
            door.runtime(),
            integration_id=integration_id, workspace_id=viewer.workspace_id, person_id=viewer.person_id,
        )
    )  # fmt: skip
    flash("Paused. Nothing new comes in until you resume.", "info")
    return _back()


@blueprint.post("/integrations/<integration_id>/resume")
@door.may_change
def resume_one(integration_id: str) -> Response:
    viewer = door.viewer()
    _found(
        resume(
            door.runtime(),
            integration_id=integration_id, workspace_id=viewer.workspace_id, person_id=viewer.person_id,
        )
    )  # fmt: skip
    flash("Resumed. It goes on where it stopped.", "info")
    return _back()


@blueprint.get("/integrations/<integration_id>/disconnection")
@door.may_change
def ask_disconnect(integration_id: str) -> str:
    return render_template("integrations/disconnect.html", integration=own_integration(integration_id))


@blueprint.post("/integrations/<integration_id>/disconnection")
@door.may_change
def disconnect_one(integration_id: str) -> Response:
    viewer = door.viewer()
    _found(
        disconnect(
            door.runtime(),
            integration_id=integration_id, workspace_id=viewer.workspace_id, person_id=viewer.person_id,
        )
    )  # fmt: skip
    flash("Disconnected. Everything imported is kept.", "info")
    return _back()


def _found(found: bool) -> None:
    if not found:
        abort(404)


def _back(integration_id: str | None = None) -> Response:
    if integration_id is not None:
        return redirect(url_for("integrations.show", integration_id=integration_id), 303)
    return redirect(url_for("integrations.page"), 303)
