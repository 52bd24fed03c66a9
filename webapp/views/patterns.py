"""Every component in every state, outside production: for looking, for tests, and for whoever changes a template."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, render_template

from webapp.models.access import Ending
from webapp.models.health import BADGES
from webapp.queries.period import CHOICES
from webapp.views import door, sample_days, sample_guide, sample_operator, sample_overview, samples

blueprint = Blueprint("patterns", __name__, url_prefix="/patterns")


@blueprint.before_request
def _not_in_production() -> None:
    if door.runtime().settings.is_production:
        abort(404)


@blueprint.get("")
@door.signed_in
def index() -> str:
    return render_template(
        "patterns.html",
        screens=[
            *samples.SCREENS,
            *sample_guide.GUIDES,
            *sample_days.RECEIPTS,
            *sample_overview.OVERVIEWS,
            "coverage",
            "first_steps",
            "operator",
        ],
        endings=[one.value for one in Ending],
        badges=BADGES.items(),
    )


@blueprint.get("/<name>")
@door.signed_in
def screen(name: str) -> str:
    """A whole page from made-up facts."""
    if name in samples.SCREENS:
        fixed = "Already fixed by Ana, Thu 12 Nov, 14:20." if name == "reconnected" else None
        return render_template("integrations/index.html", board=samples.SCREENS[name], opened=None, fixed=fixed)
    if name in sample_guide.GUIDES:
        return render_template("guides/show.html", guide=sample_guide.GUIDES[name], can_change=True)
    if name in set(Ending):
        return render_template("authorizations/show.html", authorization=samples.ended(name))
    if name == "history":
        return render_template(
            "integrations/history.html",
            integration=samples.META, entries=samples.HISTORY, account=sample_days.META_DAYS,
        )  # fmt: skip
    if name in sample_days.RECEIPTS:
        return render_template(
            "integrations/receipt.html", integration=samples.META, receipt=sample_days.RECEIPTS[name]
        )
    if name in sample_overview.OVERVIEWS:
        overview, changes = sample_overview.OVERVIEWS[name]
        return render_template("overview/index.html", overview=overview, choices=CHOICES, changes=changes)
    if name == "coverage":
        return render_template("coverage/index.html", coverage=sample_days.COVERAGE)
    if name == "incident":
        row = samples.broken(samples.META)
        return render_template("integrations/incident.html", row=row, can_change=True)
    if name == "first_steps":
        row = samples.broken(samples.META, replace(samples.INCIDENT, explanation=samples.CHECKPOINT))
        return render_template("integrations/incident.html", row=row, can_change=True)
    if name == "operator":
        return render_template("operator/index.html", facts=sample_operator.FACTS, told=None)
    if name == "login":
        return render_template("integrations/login.html", login=samples.LOGIN)
    if name != "disconnect":
        abort(404)
    return render_template("integrations/disconnect.html", integration=samples.META)
