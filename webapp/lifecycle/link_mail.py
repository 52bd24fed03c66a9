"""The letters about links: the one that carries a link to somebody, and the one that says it did its work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask import render_template

from webapp.lifecycle.hand_out import address_of
from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.link import Link, LinkKind
from webapp.models.notice import Notice
from webapp.models.people import Person, Role, Workspace
from webapp.queries import wording
from webapp.queries.team import ROLES
from webapp.words import say


def carrying_letter(runtime: Runtime, notice: Notice) -> Letter | None:
    """To whoever the link is for; None when it opens nothing any more."""
    with runtime.database.reading() as session:
        link = session.get(Link, notice.link_id)
        if link is None or not link.is_open(runtime.now()):
            return None
        by, place = session.get_one(Person, link.person_id).name, session.get_one(Workspace, link.workspace_id).name
        account = session.get_one(Integration, link.integration_id).account_name if link.integration_id else None
    address = address_of(runtime, link)
    if link.kind is LinkKind.INVITATION:
        return invitation(by=by, place=place, role=link.role or Role.VIEWER, link=address, until=link.expires_at)
    name = runtime.platform(link.platform or "").name
    return sign_in_link(by=by, place=place, platform=name, account=account, link=address, until=link.expires_at)


def used_letter(runtime: Runtime, notice: Notice) -> Letter | None:
    """To who handed it out: it is done."""
    with runtime.database.reading() as session:
        link = session.get(Link, notice.link_id)
        if link is None:
            return None
        place = session.get_one(Workspace, link.workspace_id).name
        account = session.get_one(Integration, link.integration_id).account_name if link.integration_id else None
    home = runtime.settings.public_url
    where = f"{home}/integrations/{link.integration_id}" if link.integration_id else f"{home}/integrations"
    name = runtime.platform(link.platform or "").name
    return link_used(place=place, platform=name, account=account, email=link.email, link=where)


def invitation(*, by: str, place: str, role: Role, link: str, until: datetime) -> Letter:
    context = {"by": by, "place": place, "role": say(ROLES[role]), "link": link, "until": wording.day(until.date())}
    return _letter("invitation", one_line(say("{by} invites you to {place}", by=by, place=place), "Shopimize"), context)


def sign_in_link(*, by: str, place: str, platform: str, account: str | None, link: str, until: datetime) -> Letter:
    """`account` is the one that is expected; None where a platform is connected for the first time."""
    context = {
        "by": by, "place": place, "platform": platform, "account": account, "link": link,
        "until": wording.day(until.date()),
    }  # fmt: skip
    asked = say("{by} asks you to sign in at {platform}", by=by, platform=platform)
    return _letter("sign_in_link", one_line(asked, place), context)


def link_used(*, place: str, platform: str, account: str | None, email: str | None, link: str) -> Letter:
    context = {"place": place, "platform": platform, "account": account, "email": email, "link": link}
    done = say("Done: somebody signed in at {platform} for you", platform=platform)
    return _letter("link_used", one_line(done, place), context)


def _letter(template: str, subject: str, context: Mapping[str, object]) -> Letter:
    return Letter(
        subject=subject,
        text=render_template(f"emails/{template}.txt", **context),
        html=render_template(f"emails/{template}.html", **context),
    )
