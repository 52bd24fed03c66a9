"""Ad spend that is missing: entered by hand, or an estimate accepted, until the platform's own figures are back."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.import_costs import cost_of
from webapp.lifecycle.set_stand_ins import drop_stand_ins, set_stand_ins
from webapp.models.stand_in import StandInKind
from webapp.queries.gaps import Gap, may_stand_in_for, told
from webapp.queries.overview import Reckoning, reckon
from webapp.queries.stand_ins import ENTERED
from webapp.views import door

blueprint = Blueprint("stand_ins", __name__, url_prefix="/overview/gaps")
DAY = "day-"
AT_ONCE = 31


@blueprint.get("")
@door.signed_in
def page() -> str | Response:
    """The days of a stretch whose spend is not here, what stands in for some, and what did until it came back."""
    found = _reckoned()
    if found is None:
        return redirect(url_for("integrations.page"), 303)
    return render_template(
        "overview/gaps.html",
        found=found, gaps=[gap for gap in found.whole.gaps if may_stand_in_for(gap)], at_once=AT_ONCE,
        accounts={(one.platform, one.account_id): one for one in found.integrations}, entered=ENTERED,
        can_change=door.viewer().may_change, needs_rate=any(gap.needs_rate for gap in found.whole.gaps),
        others=told(
            [gap for gap in found.whole.gaps if not may_stand_in_for(gap) and not gap.is_store], found.shop_money
        ),
    )  # fmt: skip


@blueprint.post("")
@door.may_change
def put() -> Response:
    """What was spent on each day, in the account's currency; a day left empty stays unknown."""
    given = {name: text for name, text in request.form.items() if name.startswith(DAY) and text.strip()}
    amounts = {_day(name.removeprefix(DAY)): cost_of(text) for name, text in given.items()}
    if not given:
        flash("No amount was entered. Nothing was changed.", "error")
    elif None in amounts.values() or None in amounts:
        flash("An amount is a number such as 182.50, without a currency sign. Nothing was changed.", "error")
    else:
        _stand_in(StandInKind.HAND, None, amounts)
        flash("It counts until the platform's own figures are back.", "success")
    return _back()


@blueprint.post("/estimate")
@door.may_change
def accept() -> Response:
    """The middle of what comparable days ran, for every day that the account lacks now."""
    found, integration = _reckoned(), request.form.get("integration", "")
    own = next((one for one in found.integrations if one.id == integration), None) if found else None
    if found is None or own is None:
        abort(404)
    account = (own.platform, own.account_id)
    mine = (gap for gap in found.whole.gaps if (gap.platform, gap.account_id) == account and may_stand_in_for(gap))
    gap = next(mine, None)
    if gap is None or not gap.ranges:
        flash("There is nothing to estimate any more.", "error")
    else:
        _stand_in(StandInKind.ESTIMATE, found.currency, _estimate(found, gap))
        flash("Your estimate counts until the platform's own figures are back.", "success")
    return _back()


@blueprint.post("/removal")
@door.may_change
def drop() -> Response:
    """Take it back: the days are missing again."""
    days = {day for text in request.form.getlist("day") if (day := _day(text)) is not None}
    gone = drop_stand_ins(
        door.runtime(), workspace_id=door.viewer().workspace_id, integration_id=request.form.get("integration", ""),
        days=days,
    )  # fmt: skip
    if not gone:
        abort(404)
    flash("Removed. These days are missing again until their own figures are back.", "success")
    return _back()


def _estimate(found: Reckoning, gap: Gap) -> dict[date | None, int | None]:
    """What is counted of each day already, and the middle of what may be beyond it."""
    account = (gap.platform, gap.account_id)
    return {day: found.tallied.on(day).spend[account] + (low + high) // 2 for day, low, high in gap.ranges}


def _stand_in(kind: StandInKind, currency: str | None, amounts: dict[date | None, int | None]) -> None:
    said = {day: micros for day, micros in amounts.items() if day is not None and micros is not None}
    if not set_stand_ins(
        door.runtime(), workspace_id=door.viewer().workspace_id, person_id=door.viewer().person_id,
        integration_id=request.form.get("integration", ""), kind=kind, currency=currency, amounts=said,
    ):  # fmt: skip
        abort(404)


def _reckoned() -> Reckoning | None:
    runtime = door.runtime()
    with runtime.database.reading() as session:
        return reckon(
            session, runtime.platform,
            workspace_id=door.viewer().workspace_id, asked=_asked(), now=runtime.now(),
        )  # fmt: skip


def _asked() -> dict[str, str]:
    """The stretch: of the address, or of the page that a form came from."""
    return {name: value for name in ("days", "from", "to") if (value := request.values.get(name)) is not None}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _back() -> Response:
    return redirect(f"{url_for('stand_ins.page')}?{urlencode(_asked())}", 303)
