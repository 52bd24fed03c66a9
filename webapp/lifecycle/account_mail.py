"""The letters about a person's own account: confirm the address, choose a new password."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from sqlmodel import col, select

from webapp.lifecycle.letter import Letter, one_line
from webapp.lifecycle.links import Purpose, make_link_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Member, Person, Role, Workspace
from webapp.queries import wording
from webapp.words import say


def letter(runtime: Runtime, notice: Notice, person: Person) -> Letter | None:
    """The letter as things stand now; None when it has nothing to say any more."""
    if notice.kind is NoticeKind.CONFIRM_EMAIL:
        if person.confirmed_at is not None:
            return None
        token = make_link_token(runtime, person, Purpose.CONFIRM_EMAIL)
        return confirmation(person.name, link=f"{_home(runtime)}/email-confirmation/{token}")
    token = make_link_token(runtime, person, Purpose.RESET_PASSWORD)
    return new_password(person.name, link=f"{_home(runtime)}/password-reset/{token}")


def confirmation(name: str, *, link: str) -> Letter:
    return _letter("confirm_email", "Confirm your address", link, name)


def new_password(name: str, *, link: str) -> Letter:
    return _letter("reset_password", "Choose a new password", link, name)


def returned_letter(runtime: Runtime, notice: Notice) -> Letter | None:
    """To the next in line: whose address in this workspace takes no mail. None when they all do again."""
    with runtime.database.reading() as session:
        found = session.exec(
            select(Person.email, Workspace.name)
            .join(Member, col(Member.person_id) == col(Person.id))
            .join(Workspace, col(Workspace.id) == col(Member.workspace_id))
            .where(
                Member.workspace_id == notice.workspace_id,
                col(Member.role).in_([Role.OWNER, Role.ADMIN]),
                col(Person.mail_refused_at).is_not(None),
            )
            .order_by(col(Person.email))
        ).all()
    if not found:
        return None
    return returned([email for email, _ in found], workspace_name=found[0][1], home=_home(runtime))


def returned(addresses: Sequence[str], *, workspace_name: str, home: str) -> Letter:
    names = wording.listed(list(addresses))
    context = {"names": names, "workspace_name": workspace_name, "link": f"{home}/members"}
    return Letter(
        subject=one_line(say("Mail comes back: {names}", names=names), workspace_name),
        text=render_template("emails/mail_returned.txt", **context),
        html=render_template("emails/mail_returned.html", **context),
    )


def _letter(template: str, subject: str, link: str, name: str) -> Letter:
    context = {"name": name, "link": link}
    return Letter(
        subject=f"{subject} · Shopimize",
        text=render_template(f"emails/{template}.txt", **context),
        html=render_template(f"emails/{template}.html", **context),
    )


def _home(runtime: Runtime) -> str:
    return runtime.settings.public_url
