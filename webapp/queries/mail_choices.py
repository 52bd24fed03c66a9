"""Which mails a person gets, as the preferences page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.models.notice import CHOICES, MailOff, NoticeKind
from webapp.models.people import Member, Person, Role, Workspace
from webapp.words import marked, say

NAMES = {
    NoticeKind.BROKEN: (marked("A connection needs you"), marked("One mail when it breaks, with the way to mend it.")),
    NoticeKind.REMINDER: (
        marked("Reminders"),
        marked("After 1, 3 and 7 days, then weekly, at nine: what is still broken."),
    ),
    NoticeKind.DELAYED: (marked("Delays"), marked("When a platform has not answered for a day. Nothing to do.")),
    NoticeKind.DIGEST: (
        marked("One mail each morning"),
        marked("At nine, over all your workspaces, when something is broken; in place of reminders."),
    ),
    NoticeKind.RECOVERED: (marked("It is back"), marked("How long it was away, and what came back.")),
    NoticeKind.ENDS_SOON: (
        marked("Ends soon"),
        marked("Once a week what ends within a fortnight, and once on the last day."),
    ),
}


DIGEST_FIELD = "digest"


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of the form: what it is called there, what it says, whether it is ticked."""

    field: str
    title: str
    hint: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace with the choices there; none for a viewer, who is sent nothing."""

    name: str
    choices: tuple[Choice, ...]


def mail_choices(session: Session, person_id: str) -> list[Place]:
    """Every workspace of the person, oldest first."""
    off = set(session.exec(select(MailOff.workspace_id, MailOff.kind).where(MailOff.person_id == person_id)))
    rows = session.exec(
        select(Workspace.id, Workspace.name, Member.role)
        .join(Member, col(Member.workspace_id) == col(Workspace.id))
        .where(Member.person_id == person_id)
        .order_by(col(Workspace.created_at), col(Workspace.id))
    ).all()
    return [
        Place(
            name,
            () if role is Role.VIEWER else tuple(_choice(place, kind, (place, kind) not in off) for kind in CHOICES),
        )
        for place, name, role in rows
    ]


def digest_choice(session: Session, person_id: str) -> Choice | None:
    """The box over all workspaces; None for who has only one."""
    if len(session.exec(select(Member.id).where(Member.person_id == person_id).limit(2)).all()) < 2:
        return None
    title, hint = NAMES[NoticeKind.DIGEST]
    wanted = session.get_one(Person, person_id).digest_since is not None
    return Choice(DIGEST_FIELD, say(title), say(hint), wanted)


def said(kind: NoticeKind) -> str:
    """What the page calls this kind."""
    return say(NAMES[kind][0])


def field_of(workspace_id: str, kind: NoticeKind) -> str:
    return f"{workspace_id}.{kind}"


def _choice(workspace_id: str, kind: NoticeKind, wanted: bool) -> Choice:
    title, hint = NAMES[kind]
    return Choice(field_of(workspace_id, kind), say(title), say(hint), wanted)
