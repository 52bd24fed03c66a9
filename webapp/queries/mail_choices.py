"""Which mails a person gets, as the preferences page shows it: one choice for all workspaces, and those that differ."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from webapp.models.notice import CHOICES, NoticeKind
from webapp.models.people import Member, Person, Role, Workspace
from webapp.queries import wording
from webapp.queries.mail_off import chosen_by
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
# Up to so many workspaces are listed without being searched for.
FEW, FOUND = 10, 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One box of a form: what it is called there, what it says, whether it is ticked."""

    field: str
    title: str
    hint: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace, and in words how it differs; empty where it does not."""

    id: str
    name: str
    differs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPage:
    """`count` workspaces send this person mail, and in `viewed` more they only look on.

    `choices` are for all of them, or for the one there is. `apart` differ; `found` might be made to. `opened` is one of
    either with its own choices. `left`: how many more there are than are found.
    """

    count: int
    viewed: int
    digest: Choice | None
    choices: tuple[Choice, ...]
    apart: tuple[Place, ...]
    opened: tuple[Place, tuple[Choice, ...]] | None
    found: tuple[Place, ...]
    left: int

    @property
    def is_searched(self) -> bool:
        return self.count - len(self.apart) > FEW


def mail_page(session: Session, person_id: str, *, text: str = "", opened: str | None = None) -> MailPage:
    """The page with the workspaces whose name has `text` in it, and one of them opened."""
    chosen = chosen_by(session, person_id)
    mine = [col(Member.person_id) == person_id, col(Member.role) != Role.VIEWER]
    count = session.exec(select(func.count()).select_from(Member).where(*mine)).one()
    every = session.exec(select(func.count()).select_from(Member).where(Member.person_id == person_id)).one()
    places = (
        select(Workspace.id, Workspace.name)
        .join(Member, col(Member.workspace_id) == col(Workspace.id))
        .where(*mine)
        .order_by(func.lower(col(Workspace.name)), col(Workspace.id))
    )

    def place(which: str, name: str) -> Place:
        return Place(which, name, _differs(chosen.own[which]) if which in chosen.own else "")

    apart = [place(*one) for one in session.exec(places.where(col(Workspace.id).in_(list(chosen.own))))]
    alike = places.where(col(Workspace.id).not_in([one.id for one in apart]))
    if count - len(apart) > FEW:
        named = func.lower(col(Workspace.name)).contains(text.lower(), autoescape=True)
        alike = alike.where(named if text else col(Workspace.id).is_(None))
    found = session.exec(alike).all()
    looked_at = session.exec(places.where(Workspace.id == opened)).first() if opened else None
    only = session.exec(places).one() if count == 1 else None
    off = chosen.off_in(only[0]) if only else chosen.everywhere
    return MailPage(
        count=count,
        viewed=every - count,
        digest=_digest(session, person_id) if every > 1 else None,
        choices=_choices(off) if count else (),
        apart=tuple(apart) if only is None else (),
        opened=(place(*looked_at), _choices(chosen.off_in(looked_at[0]))) if looked_at and only is None else None,
        found=tuple(place(*one) for one in found[:FOUND]) if only is None else (),
        left=max(len(found) - FOUND, 0),
    )


def is_sent_mail(session: Session, person_id: str, workspace_id: str) -> bool:
    """Whether mail about this workspace's connections goes to this person at all."""
    mine = col(Member.person_id) == person_id, col(Member.workspace_id) == workspace_id
    return session.exec(select(Member.id).where(*mine, col(Member.role) != Role.VIEWER)).first() is not None


def said(kind: NoticeKind) -> str:
    """What the page calls this kind."""
    return say(NAMES[kind][0])


def _choices(off: Collection[NoticeKind]) -> tuple[Choice, ...]:
    return tuple(_choice(kind, str(kind), wanted=kind not in off) for kind in CHOICES)


def _digest(session: Session, person_id: str) -> Choice:
    wanted = session.get_one(Person, person_id).digest_since is not None
    return _choice(NoticeKind.DIGEST, DIGEST_FIELD, wanted=wanted)


def _choice(kind: NoticeKind, field: str, *, wanted: bool) -> Choice:
    title, hint = NAMES[kind]
    return Choice(field, say(title), say(hint), wanted)


def _differs(off: Collection[NoticeKind]) -> str:
    if len(off) == len(CHOICES):
        return say("No mails at all")
    if not off:
        return say("Every kind of mail")
    return say("All but: {kinds}", kinds=wording.listed([say(NAMES[kind][0]) for kind in CHOICES if kind in off]))
