"""The operator's page: our faults, the breakers, and what may be done about both.

For everybody else there is no such page: the same 404 as for an address that never was, before any form is looked at.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from webapp.extensions import csrf
from webapp.lifecycle.breaker import ask_suspended, release_breaker
from webapp.lifecycle.our_faults import ask_affected
from webapp.queries.operator import operator_facts
from webapp.views import door

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
# Checked below, after the person: else a form without its token would answer otherwise than an absent page does.
csrf.exempt(blueprint)


@blueprint.before_request
def _operators_only() -> None:
    if not current_user.is_authenticated or not current_user.known.is_operator:
        abort(404)
    csrf.protect()


@blueprint.get("")
def page() -> str:
    runtime = door.runtime()
    with runtime.database.reading() as session:
        facts = operator_facts(session, runtime.platform, now=door.now())
    return render_template("operator/index.html", facts=facts, told=runtime.settings.operator_email)


@blueprint.post("/faults/<fault_id>/retry")
def retry_fault(fault_id: str) -> Response:
    return _asking(ask_affected(door.runtime(), fault_id))


@blueprint.post("/breakers/<breaker_id>/retry")
def retry_breaker(breaker_id: str) -> Response:
    return _asking(ask_suspended(door.runtime(), breaker_id))


@blueprint.post("/breakers/<breaker_id>/release")
def release(breaker_id: str) -> Response:
    if not release_breaker(door.runtime(), breaker_id, person_id=current_user.known.person_id):
        abort(404)
    flash("Released. Verdicts count again, and everything that waited is asked now.", "success")
    return redirect(url_for("operator.page"), 303)


@blueprint.route("", methods=["POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/<path:_rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_else(_rest: str = "") -> Response:
    """Whatever the others do not take: a 405 would tell strangers that there is something."""
    abort(404)


def _asking(asked: int | None) -> Response:
    if asked is None:
        abort(404)
    flash(f"Asking {asked} {'connection' if asked == 1 else 'connections'} now.", "info")
    return redirect(url_for("operator.page"), 303)
