"""Handing a link to somebody who has the login, or who should read about a problem."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from webapp.lifecycle.follow_link import ask_to_connect, ask_to_fix
from webapp.lifecycle.hand_out import TooManyLinks, address_of
from webapp.lifecycle.runtime import UnknownPlatform
from webapp.lifecycle.share_problem import share_problem
from webapp.lifecycle.sign_up import BadEntry, clean_email
from webapp.models.link import Link, LinkKind
from webapp.platforms.base import Platform
from webapp.queries.handed import links_of
from webapp.views import door
from webapp.views.own import own_integration
from webapp.words import say

blueprint = Blueprint("handing", __name__)
Page = str | Response | tuple[str, int]


@blueprint.get("/integrations/<integration_id>/links")
@door.may_change
def integration(integration_id: str) -> Page:
    return _integration_page(integration_id)


@blueprint.post("/integrations/<integration_id>/links")
@door.may_change
def hand_out(integration_id: str) -> Page:
    """The address is shown in this answer and never again: what we keep is its hash."""
    own_integration(integration_id)
    viewer = door.viewer()
    try:
        if request.form.get("kind") == LinkKind.PROBLEM:
            made = share_problem(
                door.runtime(),
                workspace_id=viewer.workspace_id, person_id=viewer.person_id, integration_id=integration_id,
            )  # fmt: skip
        else:
            made = ask_to_fix(
                door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id,
                integration_id=integration_id, email=_email(),
            )  # fmt: skip
    except (BadEntry, TooManyLinks) as why:
        return _integration_page(integration_id, fault=_said(why)), 422
    return _integration_page(integration_id, made=made or abort(404))


@blueprint.get("/connect-links/<slug>")
@door.may_change
def platform(slug: str) -> Page:
    return _platform_page(_platform(slug))


@blueprint.post("/connect-links/<slug>")
@door.may_change
def ask(slug: str) -> Page:
    found, viewer = _platform(slug), door.viewer()
    try:
        made = ask_to_connect(
            door.runtime(), workspace_id=viewer.workspace_id, person_id=viewer.person_id, slug=slug, email=_email()
        )
    except (BadEntry, TooManyLinks) as why:
        return _platform_page(found, fault=_said(why)), 422
    return _platform_page(found, made=made)


def _integration_page(integration_id: str, *, made: Link | None = None, fault: str = "") -> str:
    facts, runtime = own_integration(integration_id), door.runtime()
    with runtime.database.reading() as reading:
        links = links_of(
            reading, door.viewer().workspace_id, LinkKind.FIX, LinkKind.PROBLEM, now=door.now(),
            integration_id=integration_id,
        )  # fmt: skip
    return render_template(
        "links/integration.html", integration=facts, links=links, made=made, fault=fault,
        address=address_of(runtime, made) if made is not None else None,
    )  # fmt: skip


def _platform_page(found: Platform, *, made: Link | None = None, fault: str = "") -> str:
    runtime = door.runtime()
    with runtime.database.reading() as reading:
        links = links_of(reading, door.viewer().workspace_id, LinkKind.CONNECT, now=door.now(), platform=found.slug)
    return render_template(
        "links/platform.html", platform=found, links=links, made=made, fault=fault,
        address=address_of(runtime, made) if made is not None else None,
    )  # fmt: skip


def _platform(slug: str) -> Platform:
    try:
        return door.runtime().platform(slug)
    except UnknownPlatform:
        abort(404)


def _email() -> str | None:
    """Whom to mail it to; None where the link is handed over in another way."""
    typed = request.form.get("email", "").strip()
    return clean_email(typed) if typed else None


def _said(why: BadEntry | TooManyLinks) -> str:
    if isinstance(why, BadEntry):
        return why.faults["email"]
    return say("Too many links of this workspace are open. Take some back first.")
