"""Help: what a page says to everybody, after a look at how it stands in the workspace of whoever is signed in."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, render_template

from webapp import hx
from webapp.lifecycle.call_roll import call_roll
from webapp.platforms import registry
from webapp.queries.help_checks import roll
from webapp.queries.help_checks.check import Check, worst_first
from webapp.queries.help_topics import BY_SLUG, TOPICS, Here, Topic
from webapp.views import door
from webapp.views.boards import board_here

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("")
def index() -> str:
    return render_template("help/index.html", topics=TOPICS)


@blueprint.get("/<topic>", endpoint="topic")
def show(topic: str) -> str:
    found = BY_SLUG.get(topic) or abort(404)
    return render_template(
        "help/topic.html", topic=found, topics=TOPICS, checks=_checks(found), platforms=registry().values()
    )


@blueprint.get("/missing-orders-or-products/count")
@door.signed_in
def count() -> str:
    """Every store's own list of the last days held against ours; a fragment that the topic's page fetches."""
    runtime, workspace_id = door.runtime(), door.viewer().workspace_id
    found: list[Check] = []
    for one in board_here().rows:
        if one.kind == "store":
            facts = call_roll(runtime, workspace_id=workspace_id, integration_id=one.id)
            found += roll.counted(one, facts) if facts is not None else [roll.not_counted(one)]
    if hx.is_htmx():
        return render_template("help/_counted.html", checks=worst_first(found))
    topic = replace(BY_SLUG["missing-orders-or-products"], counts=False)
    every = worst_first([*(_checks(topic) or ()), *found])
    return render_template("help/topic.html", topic=topic, topics=TOPICS, checks=every, platforms=registry().values())


def _checks(topic: Topic) -> list[Check] | None:
    """How it stands in the workspace of who is looking; None for somebody who is not signed in."""
    viewer = door.viewer_or_none()
    if viewer is None:
        return None
    with door.runtime().database.reading() as session:
        here = Here(session=session, workspace_id=viewer.workspace_id, board=board_here(), now=door.now())
        return topic.checks(here)
