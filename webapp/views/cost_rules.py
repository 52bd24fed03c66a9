"""What a store costs beside its goods: entered from a day on, and taken back."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.import_costs import cost_of
from webapp.lifecycle.note_costs import EVER
from webapp.lifecycle.set_cost_rule import LONGEST_NAME, Said, drop_cost_rule, set_cost_rule, share_from
from webapp.models.cost_rule import CostKind
from webapp.views import door

blueprint = Blueprint("cost_rules", __name__, url_prefix="/overview/costs/rules")


@blueprint.post("")
@door.may_change
def put() -> Response:
    """One kind of cost, from a day on or for all days. What cannot be read changes nothing."""
    said = _said()
    if isinstance(said, str):
        flash(f"{said} Nothing was changed.", "error")
        return _back()
    if not set_cost_rule(
        door.runtime(), workspace_id=door.viewer().workspace_id,
        integration_id=request.form.get("integration", ""), said=said,
    ):  # fmt: skip
        abort(404)
    flash("It counts from now on in every figure it touches.", "success")
    return _back()


@blueprint.post("/removal")
@door.may_change
def drop() -> Response:
    """Take it back: what was entered for earlier days counts on."""
    kind, since = _kind(), _since()
    if kind is None or since is None or not drop_cost_rule(
        door.runtime(), workspace_id=door.viewer().workspace_id,
        integration_id=request.form.get("integration", ""), kind=kind, name=request.form.get("name", ""),
        from_day=since,
    ):  # fmt: skip
        abort(404)
    flash("Removed. What was entered for earlier days counts on.", "success")
    return _back()


def _said() -> Said | str:
    """What the form says, or what is wrong with it."""
    kind, since = _kind(), _since()
    if kind is None:
        return "There is no such kind of cost."
    if since is None:
        return "That is no day."
    name = " ".join(request.form.get("name", "").split()) if kind is CostKind.FIXED else ""
    if kind is CostKind.FIXED and not 0 < len(name) <= LONGEST_NAME:
        return f"Give it a name of up to {LONGEST_NAME} letters."
    given = {part: text for part in kind.parts if (text := request.form.get(part, "").strip())}
    if not given:
        return "Enter a number; 0 where it costs nothing."
    parts = {part: share_from(text) if part == "share" else cost_of(text) for part, text in given.items()}
    if parts.get("share", 0) is None:
        return "A percentage is a number from 0 to 100, such as 2.9."
    if None in parts.values():
        return "An amount is a number such as 12.50, without a currency sign."
    return Said(
        kind=kind, name=name, from_day=since, share_ppm=parts.get("share") or 0,
        order_micros=parts.get("order") or 0, month_micros=parts.get("month") or 0,
    )  # fmt: skip


def _kind() -> CostKind | None:
    asked = request.form.get("kind", "")
    return CostKind(asked) if asked in set(CostKind) else None


def _since() -> date | None:
    """The day it counts from; for all days where none is given."""
    text = request.form.get("from", "").strip()
    try:
        return date.fromisoformat(text) if text else EVER
    except ValueError:
        return None


def _back() -> Response:
    return redirect(url_for("costs.page", _anchor="beside"), 303)
