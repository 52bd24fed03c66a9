"""The letters about a person's own account: confirm the address, choose a new password."""

from __future__ import annotations

from flask import render_template

from webapp.lifecycle.letter import Letter
from webapp.lifecycle.links import Purpose, make_link_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind
from webapp.models.people import Person


def letter(runtime: Runtime, notice: Notice, person: Person) -> Letter | None:
    """The letter as things stand now; None when it has nothing to say any more."""
    if notice.kind is NoticeKind.CONFIRM_EMAIL:
        if person.confirmed_at is not None:
            return None
        token = make_link_token(runtime, person, Purpose.CONFIRM_EMAIL)
        return _letter("confirm_email", "Confirm your address", f"{_home(runtime)}/email-confirmation/{token}", person)
    token = make_link_token(runtime, person, Purpose.RESET_PASSWORD)
    return _letter("reset_password", "Choose a new password", f"{_home(runtime)}/password-reset/{token}", person)


def _letter(name: str, subject: str, link: str, person: Person) -> Letter:
    context = {"person": person, "link": link}
    return Letter(
        subject=f"{subject} · Shopimize",
        text=render_template(f"emails/{name}.txt", **context),
        html=render_template(f"emails/{name}.html", **context),
    )


def _home(runtime: Runtime) -> str:
    return runtime.settings.public_url
