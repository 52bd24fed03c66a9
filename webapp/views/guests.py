"""What somebody sees who was handed a link: no seat, no figures, only what the link is for.

Looking changes nothing. Its button begins the round trip that Reconnect makes, bound to this very browser.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from webapp.lifecycle.choose_accounts import CannotChoose, choose_accounts
from webapp.lifecycle.follow_link import SIGN_IN, start_again, start_by_link
from webapp.lifecycle.hand_out import link_of, open_link
from webapp.models.access import Ending
from webapp.models.link import Link, LinkKind
from webapp.platforms.consent import BadTenant
from webapp.queries.facts import AuthorizationFacts
from webapp.queries.guests import AskedFacts, asked_of, guests_authorization, over_words
from webapp.queries.shared_problem import shared_problem
from webapp.views import door

blueprint = Blueprint("guests", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/links/<token>")
def read(token: str) -> Page:
    asked = _asked(token)
    return render_template("links/asked.html", asked=asked, fault="") if asked is not None else _over(token)


@blueprint.post("/links/<token>")
def start(token: str) -> Page:
    asked = _asked(token)
    if asked is None or asked.done_at is not None:
        return _over(token) if asked is None else read(token)
    field = asked.platform.tenant
    try:
        url = start_by_link(
            door.runtime(), token, tenant=request.form.get(field.name, "") if field else None,
            browser=door.browser_id(),
        )  # fmt: skip
    except BadTenant as bad:
        return render_template("links/asked.html", asked=asked, fault=str(bad)), 422
    return _leave(url, token)


@blueprint.get("/visits/<visit_id>")
def ended(visit_id: str) -> Page:
    """Back from the platform: how it went, or which accounts to connect."""
    facts, link = _visit(visit_id)
    return render_template("links/ended.html", visit=facts, over=_why(link) if not link.is_open(door.now()) else "")


@blueprint.post("/visits/<visit_id>/accounts")
def choose(visit_id: str) -> Page:
    facts, link = _visit(visit_id)
    if facts.ending != Ending.CHOOSE:
        # Another account in the place of the one expected is for those to decide who have a seat.
        abort(404)
    try:
        choose_accounts(
            door.runtime(), authorization_id=visit_id, person_id=link.person_id, workspace_id=link.workspace_id,
            account_ids=request.form.getlist("account"),
        )  # fmt: skip
    except CannotChoose as why:
        flash(str(why), "error")
    return redirect(url_for("guests.ended", visit_id=visit_id), 303)


@blueprint.post("/visits/<visit_id>/again")
def again(visit_id: str) -> Page:
    _visit(visit_id)
    return _leave(start_again(door.runtime(), authorization_id=visit_id, browser=door.browser_id()))


@blueprint.get("/problems/<token>")
def problem(token: str) -> Page:
    runtime = door.runtime()
    with runtime.database.reading() as reading:
        link = open_link(runtime, reading, token, LinkKind.PROBLEM)
        if link is None:
            return _over(token, LinkKind.PROBLEM)
        found = shared_problem(reading, runtime.platform, link, now=door.now())
    return render_template("links/problem.html", problem=found)


def _asked(token: str) -> AskedFacts | None:
    runtime = door.runtime()
    with runtime.database.reading() as reading:
        link = open_link(runtime, reading, token, *SIGN_IN)
        return asked_of(reading, runtime.platform, link) if link is not None else None


def _visit(visit_id: str) -> tuple[AuthorizationFacts, Link]:
    browser, runtime = session.get("browser"), door.runtime()
    if browser is None:
        abort(404)
    with runtime.database.reading() as reading:
        found = guests_authorization(reading, runtime.platform, authorization_id=visit_id, browser=browser)
    return found or abort(404)


def _leave(url: str | None, token: str = "") -> Page:
    return redirect(url, 303) if url is not None else _over(token)


def _over(token: str, *kinds: LinkKind) -> tuple[str, int]:
    """Whoever holds the link itself is told what became of it; nobody else learns that there was one."""
    with door.runtime().database.reading() as reading:
        link = link_of(reading, token, *(kinds or SIGN_IN))
    return render_template("links/over.html", why=_why(link) if link is not None else ""), 410


def _why(link: Link) -> str:
    with door.runtime().database.reading() as reading:
        return over_words(reading, link)
