"""Cost coverage: which products sold without a cost, and entering one where it is missing."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.import_costs import cost_of, import_costs, is_market, read_costs
from webapp.lifecycle.note_costs import EVER
from webapp.lifecycle.set_cost import drop_cost, set_cost
from webapp.queries import wording
from webapp.queries.costs import by_hand, markets, rule_lines, uncosted
from webapp.queries.definitions import DEFINITIONS
from webapp.queries.overview import money_in, reckon
from webapp.queries.overview_lines import guessed_words
from webapp.queries.profit import CHARGED
from webapp.views import door

blueprint = Blueprint("costs", __name__, url_prefix="/overview/costs")
SHOWN_ROWS = 100
COSTS = ("cost", "costs")
KINDS = tuple((kind, DEFINITIONS[name].label, DEFINITIONS[name].words) for kind, name in CHARGED.items())


@blueprint.get("")
@door.signed_in
def page() -> str | Response:
    """What sold without a cost in the days asked for, and every cost entered by hand."""
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        found = reckon(
            session, runtime.platform,
            workspace_id=viewer.workspace_id, asked=request.args.to_dict(), now=runtime.now(),
        )  # fmt: skip
        if found is None:
            return redirect(url_for("integrations.page"), 303)
        period = found.period
        lacking, totals = uncosted(session, found.integrations, viewer.workspace_id, period.first, period.last)
        entered = by_hand(session, found.integrations, viewer.workspace_id)
        abroad = markets(session, found.integrations, viewer.workspace_id)
        rules = rule_lines(session, found.integrations, viewer.workspace_id)
    sold = sum(one.sales_micros for one in totals)
    covered = sold - sum(one.uncosted_micros for one in totals)
    return render_template(
        "overview/costs.html", found=found, lacking=lacking, entered=entered, ever=EVER,
        percent=covered * 100 // sold if sold else None, can_change=viewer.may_change, rules=rules, kinds=KINDS,
        markets=abroad,
        guessed=guessed_words(found.now_sums, money_in(found.currency)),
        stores=[one for one in found.integrations if found.platforms[one.platform].kind == "store"],
    )  # fmt: skip


@blueprint.post("")
@door.may_change
def put() -> Response:
    """One cost, from a day on or for all days. What cannot be read changes nothing."""
    cost, since = cost_of(request.form.get("cost", "")), _since(request.form.get("from", ""))
    market = request.form.get("market", "")
    if market and not is_market(market):
        flash("There is no such market. Nothing was changed.", "error")
    elif cost is None:
        flash("A cost is a number such as 12.50, without a currency sign. Nothing was changed.", "error")
    elif since is None:
        flash("That is no day. Nothing was changed.", "error")
    else:
        _found(
            set_cost(
                door.runtime(), workspace_id=door.viewer().workspace_id,
                integration_id=request.form.get("integration", ""), variant_id=request.form.get("variant", ""),
                cost_micros=cost, from_day=since, market=market,
            )
        )  # fmt: skip
        flash("The cost counts from now on in every figure it touches.", "success")
    return _back()


@blueprint.post("/removal")
@door.may_change
def drop() -> Response:
    """Take a cost back that was entered by hand: what the store says counts again."""
    since = _since(request.form.get("from", ""))
    _found(
        since is not None
        and drop_cost(
            door.runtime(), workspace_id=door.viewer().workspace_id,
            integration_id=request.form.get("integration", ""), variant_id=request.form.get("variant", ""),
            from_day=since, market=request.form.get("market", ""),
        )
    )  # fmt: skip
    flash("Removed. What the store says counts again.", "success")
    return _back()


@blueprint.post("/file")
@door.may_change
def read_file() -> str | tuple[str, int]:
    """What a file would change, before anything does."""
    text = _text_sent()
    with door.runtime().database.reading() as session:
        found = read_costs(session, door.viewer().workspace_id, text)
    page = render_template("overview/costs_file.html", file=found, text=text, shown=SHOWN_ROWS, ever=EVER)
    return (page, 422) if found.faults else page


@blueprint.post("/import")
@door.may_change
def take_in() -> str | Response | tuple[str, int]:
    """All of the file that was shown, or nothing."""
    text = request.form.get("text", "")
    found = import_costs(door.runtime(), workspace_id=door.viewer().workspace_id, text=text)
    if found.faults:
        return render_template("overview/costs_file.html", file=found, text=text, shown=SHOWN_ROWS, ever=EVER), 422
    flash(
        f"{wording.counted(len(found.rows), COSTS)} taken in, counted from now on in every figure touched.", "success"
    )
    return redirect(url_for("costs.page"), 303)


def _back() -> Response:
    """To the page that the form stood on."""
    if request.form.get("back") != "variant":
        return redirect(url_for("costs.page"), 303)
    return redirect(
        url_for(
            "variant_costs.page", integration_id=request.form.get("integration", ""),
            variant_id=request.form.get("variant", ""),
        ),
        303,
    )  # fmt: skip


def _text_sent() -> str:
    """The file as text; what is no UTF-8 is read as far as it goes, and its lines are refused by name."""
    file = request.files.get("file")
    return (
        file.read().decode("utf-8", "replace").replace("\0", "") if file is not None else request.form.get("text", "")
    )


def _since(text: str) -> date | None:
    """The day a cost counts from; for all days where none is given."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else EVER
    except ValueError:
        return None


def _found(found: bool) -> None:
    if not found:
        abort(404)
