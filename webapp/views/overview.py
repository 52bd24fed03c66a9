"""The overview: profit of a stretch of days, the rows behind every figure, and all of it as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp import hx, words
from webapp.lifecycle.look import note_look
from webapp.lifecycle.runtime import Runtime
from webapp.queries import drill
from webapp.queries.day_figures import product_totals
from webapp.queries.moving import moving_words
from webapp.queries.overview import Reckoning, money_in, overview_of, reckon
from webapp.queries.overview_facts import OverviewFacts
from webapp.queries.overview_lines import product_lines
from webapp.queries.period import CHOICES
from webapp.queries.poll import still_holds
from webapp.queries.restated import changes_of, changes_since_look
from webapp.views import door
from webapp.views.overview_csv import campaigns_csv, changes_csv, days_csv, orders_csv, products_csv, refunds_csv
from webapp.views.paging import Paged, page_asked

blueprint = Blueprint("overview", __name__)
KEPT = 64


@blueprint.get("/")
@door.signed_in
def page() -> str | AnyResponse:
    """The last 30 days, or those asked for. Until anything is connected it leads to where that is done."""
    shown = _shown()
    if shown is None:
        return redirect(url_for("integrations.page"), 303)
    runtime, viewer = door.runtime(), door.viewer()
    with runtime.database.reading() as session:
        news = changes_since_look(
            session, runtime.platform,
            workspace_id=viewer.workspace_id, person_id=viewer.person_id, now=runtime.now(),
        )  # fmt: skip
    return render_template("overview/index.html", overview=shown, choices=CHOICES, changes=news)


@blueprint.post("/overview/look")
@door.signed_in
def look() -> AnyResponse:
    """What changed until now has been seen."""
    note_look(door.runtime(), workspace_id=door.viewer().workspace_id, person_id=door.viewer().person_id)
    return redirect(url_for("overview.page"), 303)


@blueprint.get("/overview/figures")
@door.signed_in
def figures() -> str | Response:
    """The poll when something has changed; else `views/poll.py` has answered."""
    if not request.args.get("seen", "").startswith(f"{door.viewer().workspace_id}."):
        # Another tab went to another workspace; half of each on one page would be wrong.
        return hx.go_to(url_for("overview.page"))
    shown = _shown()
    return render_template("overview/_figures.html", overview=shown) if shown else hx.go_to(url_for("overview.page"))


@blueprint.get("/overview.csv")
@door.signed_in
def days() -> AnyResponse:
    found = _reckoned()
    return _csv("profit", found, days_csv(found)) if found else _nothing_yet()


@blueprint.get("/overview/orders")
@door.signed_in
def orders() -> str | AnyResponse:
    """Orders placed in the stretch; `variant` leaves only those with it."""
    found, variant, at = _reckoned(), request.args.get("variant"), page_asked()
    if found is None:
        return _nothing_yet()
    with door.runtime().database.reading() as session:
        every = None if _is_csv() else drill.AT_ONCE
        lines, number = drill.orders_of(
            session, door.viewer().workspace_id, found.period.first, found.period.last,
            variant_id=variant, page=at, at_once=every,
        )  # fmt: skip
    if _is_csv():
        return _csv("orders", found, orders_csv(found, lines))
    return render_template(
        "overview/orders.html",
        found=found,
        lines=lines,
        variant=variant,
        paged=Paged(at, number),
        **_said_of(found, "store"),
    )


@blueprint.get("/overview/refunds")
@door.signed_in
def refunds() -> str | AnyResponse:
    """What was given back in the stretch, whenever the order was placed."""
    found, at = _reckoned(), page_asked()
    if found is None:
        return _nothing_yet()
    with door.runtime().database.reading() as session:
        every = None if _is_csv() else drill.AT_ONCE
        lines, number = drill.refunds_of(
            session, door.viewer().workspace_id, found.period.first, found.period.last, page=at, at_once=every
        )
    if _is_csv():
        return _csv("refunds", found, refunds_csv(found, lines))
    return render_template(
        "overview/refunds.html", found=found, lines=lines, paged=Paged(at, number), **_said_of(found, "store")
    )


@blueprint.get("/overview/changes")
@door.signed_in
def changes() -> str | AnyResponse:
    """Days of the stretch that were complete and came to something else later."""
    found, at = _reckoned(), page_asked()
    if found is None:
        return _nothing_yet()
    runtime = door.runtime()
    with runtime.database.reading() as session:
        every = None if _is_csv() else drill.AT_ONCE
        lines, number = changes_of(
            session, runtime.platform, door.viewer().workspace_id, found.period.first, found.period.last,
            page=at, at_once=every,
        )  # fmt: skip
    if _is_csv():
        return _csv("changes", found, changes_csv(found, lines))
    return render_template("overview/changes.html", found=found, lines=lines, paged=Paged(at, number))


@blueprint.get("/overview/campaigns")
@door.signed_in
def campaigns() -> str | AnyResponse:
    """Campaigns of the stretch, of all platforms or of one."""
    found, at = _reckoned(), page_asked()
    if found is None:
        return _nothing_yet()
    slug = request.args.get("platform")
    with door.runtime().database.reading() as session:
        every = None if _is_csv() else drill.AT_ONCE
        lines, number = drill.campaigns_of(
            session, door.viewer().workspace_id, found.period.first, found.period.last,
            platform=slug, page=at, at_once=every, home=found.currency,
        )  # fmt: skip
    if _is_csv():
        return _csv("campaigns", found, campaigns_csv(found, lines))
    return render_template(
        "overview/campaigns.html", found=found, lines=lines, slug=slug, paged=Paged(at, number),
        **_said_of(found, "ads", slug),
    )  # fmt: skip


@blueprint.get("/overview/products")
@door.signed_in
def products() -> str | AnyResponse:
    """Every product sold in the stretch."""
    found, at = _reckoned(), page_asked()
    if found is None:
        return _nothing_yet()
    with door.runtime().database.reading() as session:
        totals = product_totals(
            session, door.viewer().workspace_id, found.period.first, found.period.last, found.defaults
        )
    if _is_csv():
        return _csv("products", found, products_csv(found, totals))
    shown = totals[(at - 1) * drill.AT_ONCE : at * drill.AT_ONCE]
    return render_template(
        "overview/products.html", found=found, lines=product_lines(shown, found.money_at, found.homes, found.said_of),
        paged=Paged(at, len(totals)), **_said_of(found, "store"),
    )  # fmt: skip


def _said_of(found: Reckoning, kind: str, slug: str | None = None) -> dict[str, Sequence[str]]:
    """What the rows of stores or ad accounts leave out, of one platform or of all, and why they may still change."""
    about = {one for one, platform in found.platforms.items() if platform.kind == kind and slug in (None, one)}
    money = money_in(found.currency)
    return {
        "marks": [one.words_in(money) for one in found.whole.lacks_of_rows if one.platform in about],
        "moving": moving_words(found.whole, {found.platforms[one].company for one in about}),
    }


def _shown() -> OverviewFacts | None:
    """What the workspace's overview of the days asked for looks like now, put together once while its digest holds."""
    runtime, viewer = door.runtime(), door.viewer()
    asked = {name: value for name in ("days", "from", "to") if (value := request.args.get(name)) is not None}
    place = _place(runtime, viewer.workspace_id, tuple(asked.items()), words.spoken())
    if place.overview is None or not still_holds(runtime.database, place.overview.digest, runtime.now()):
        with runtime.database.reading() as session:
            found = reckon(session, runtime.platform, workspace_id=viewer.workspace_id, asked=asked, now=runtime.now())
            place.overview = overview_of(session, found, workspace_id=viewer.workspace_id) if found else None
    return place.overview


class _Place:
    """Where the last overview of a workspace and some days is kept."""

    overview: OverviewFacts | None = None


@lru_cache(KEPT)
def _place(
    _runtime: Runtime, _workspace_id: str, _asked: tuple[tuple[str, str], ...], _language: words.Language
) -> _Place:
    return _Place()


def _reckoned() -> Reckoning | None:
    runtime = door.runtime()
    with runtime.database.reading() as session:
        return reckon(
            session, runtime.platform,
            workspace_id=door.viewer().workspace_id, asked=request.args.to_dict(), now=runtime.now(),
        )  # fmt: skip


def _nothing_yet() -> AnyResponse:
    return redirect(url_for("integrations.page"), 303)


def _is_csv() -> bool:
    return request.args.get("as") == "csv"


def _csv(name: str, found: Reckoning, text: str) -> Response:
    named = f"attachment; filename={name}-{found.period.first}-{found.period.last}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": named})
