"""Help: what a page says to everybody, after a look at how it stands in the workspace of whoever is signed in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp import hx
from webapp.lifecycle.count_store import count_again, count_store
from webapp.platforms import registry
from webapp.queries.help_checks import roll
from webapp.queries.help_checks.check import Check, worst_first
from webapp.queries.help_topics import BY_SLUG, TOPICS, Here, Topic
from webapp.queries.overview import Reckoning, meanings_of, reckon
from webapp.views import door
from webapp.views.boards import board_here

blueprint = Blueprint("help", __name__, url_prefix="/help")
COUNTED = "missing-orders-or-products"


@blueprint.get("")
def index() -> str:
    return render_template("help/index.html", topics=TOPICS)


@blueprint.get("/<topic>", endpoint="topic")
def show(topic: str) -> str:
    found = BY_SLUG.get(topic) or abort(404)
    return _page(found)


@blueprint.get("/missing-orders-or-products/count")
@door.signed_in
def count() -> str:
    """Every store's own list of the last days held against ours; a fragment that the topic's page fetches, and fetches
    again while a store is asked."""
    runtime, workspace_id, days = door.runtime(), door.viewer().workspace_id, _days()
    found: list[Check] = []
    waits = False
    for one in board_here().rows:
        if one.kind == "store":
            counted = count_store(runtime, workspace_id=workspace_id, integration_id=one.id, days=days)
            waits |= counted.waits
            found += roll.counted(one, counted.facts) if counted.facts is not None else [roll.not_counted(one)]
    if hx.is_htmx():
        if waits:
            return render_template("help/_counting.html", days=days, ranges=roll.CHOICES, waits=True)
        return render_template("help/_counted.html", counted=worst_first(found), days=days, ranges=roll.CHOICES)
    return _page(BY_SLUG[COUNTED], None if waits else worst_first(found))


@blueprint.post("/missing-orders-or-products/count")
@door.signed_in
def again() -> Response:
    """What was kept is forgotten, and the page counts anew."""
    days = _days()
    count_again(door.runtime(), workspace_id=door.viewer().workspace_id, days=days)
    return redirect(url_for("help.topic", topic=COUNTED, days=days, _anchor="counted"), 303)


def _page(topic: Topic, counted: Sequence[Check] | None = None) -> str:
    reckoned = _reckoned() if topic.figures else None
    return render_template(
        "help/topic.html", topic=topic, topics=TOPICS, checks=_checks(topic), platforms=registry().values(),
        days=_days(), ranges=roll.CHOICES, counted=counted, period=reckoned.period.words if reckoned else "",
        meanings=meanings_of(topic.figures, reckoned),
    )  # fmt: skip


def _reckoned() -> Reckoning | None:
    """The last 30 days of the workspace of who is looking; None where there are no numbers."""
    viewer, runtime = door.viewer_or_none(), door.runtime()
    if viewer is None:
        return None
    with runtime.database.reading() as session:
        return reckon(session, runtime.platform, workspace_id=viewer.workspace_id, asked={}, now=runtime.now())


def _days() -> int:
    """Of how many days orders are to be counted; of seven where nothing else was chosen."""
    asked = request.args.get("days", "")
    return int(asked) if asked in {str(one) for one in roll.CHOICES} else roll.CHOICES[0]


def _checks(topic: Topic) -> list[Check] | None:
    """How it stands in the workspace of who is looking; None for somebody who is not signed in."""
    viewer = door.viewer_or_none()
    if viewer is None:
        return None
    with door.runtime().database.reading() as session:
        here = Here(session=session, workspace_id=viewer.workspace_id, board=board_here(), now=door.now())
        return topic.checks(here)
