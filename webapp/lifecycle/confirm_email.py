"""The address is really theirs: only then do mails about connections go to it."""

from __future__ import annotations

from webapp.lifecycle.links import Purpose, person_of_token
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import owe_mail
from webapp.models.notice import NoticeKind
from webapp.models.people import Person


def confirm_email(runtime: Runtime, *, token: str) -> bool:
    """Confirm; False when the link is no longer good."""
    with runtime.database.writing() as session:
        person = person_of_token(runtime, session, token, Purpose.CONFIRM_EMAIL)
        if person is None:
            return False
        person.confirmed_at, person.mail_refused_at = runtime.now(), None
        return True


def ask_confirmation(runtime: Runtime, *, person_id: str) -> None:
    """Owe the mail once more."""
    with runtime.database.writing() as session:
        person = session.get_one(Person, person_id)
        if person.confirmed_at is None:
            owe_mail(session, person, NoticeKind.CONFIRM_EMAIL, runtime.now())
