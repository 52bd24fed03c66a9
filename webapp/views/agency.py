"""The page over all workspaces of a person, and its poll: those first that need somebody."""

from __future__ import annotations

import zlib
from functools import lru_cache

from flask import Blueprint, current_app, render_template, request
from markupsafe import Markup

from webapp import words
from webapp.lifecycle.incident_mail import situation
from webapp.models.health import Health
from webapp.queries.agency import NEEDS, Agency, Filter, PlaceFacts, agency_of, filtered
from webapp.queries.poll import revisions_of
from webapp.views import door

blueprint = Blueprint("agency", __name__)
KEPT = 4096
LONGEST = 100


@blueprint.get("/workspaces")
@door.signed_in
def page() -> str:
    board, digest = _looked()
    wanted = _filter()
    return render_template(
        "agency/index.html", board=filtered(board, wanted), digest=digest, filter=wanted, states=_states(),
        shown=_mark(board, wanted),
    )  # fmt: skip


@blueprint.get("/workspaces/board", endpoint="board")
@door.signed_in
def polled() -> str:
    """The poll when something has changed somewhere. Where nothing shown did, only the digest is new."""
    board, digest = _looked()
    wanted = _filter()
    shown = _mark(board, wanted)
    return render_template(
        "agency/_changes.html", board=filtered(board, wanted), digest=digest, filter=wanted, shown=shown,
        is_other=request.args.get("shown") != shown,
    )  # fmt: skip


def place_html(place: PlaceFacts) -> Markup:
    """The row of a workspace; the same facts are the same row."""
    return _drawn(place, words.spoken())


def _looked() -> tuple[Agency, str]:
    # The digest first: what changes while we read shows with the next poll.
    runtime, person_id = door.runtime(), door.viewer().person_id
    known = door.known_or_none()
    revisions = revisions_of(runtime.database, person_id, known.session_epoch if known is not None else "")
    with runtime.database.reading() as session:
        board = agency_of(session, situation(runtime), person_id)
    return board, f"{person_id}.{revisions}.{int(board.turns_at.timestamp())}"


def _filter() -> Filter:
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("q", "platform", "state")}
    state = asked["state"] if asked["state"] in {NEEDS, *Health} else ""
    return Filter(text=asked["q"], platform=asked["platform"], state=state)


def _states() -> list[tuple[str, str]]:
    named = [(str(one), words.say(one.badge.label, company=words.say("the platform"))) for one in Health]
    return [(NEEDS, words.say("Needs somebody")), *named]


def _mark(board: Agency, wanted: Filter) -> str:
    """A few letters that are others as soon as the page reads differently."""
    return f"{zlib.crc32(repr((board.status, filtered(board, wanted).places)).encode()):x}"


@lru_cache(KEPT)
def _drawn(place: PlaceFacts, _language: words.Language) -> Markup:
    return Markup(current_app.jinja_env.get_template("agency/_place.html").render(place=place))
