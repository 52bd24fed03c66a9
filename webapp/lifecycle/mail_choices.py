"""Which mails a person does without: one choice for all workspaces, and for those that differ their own.

Made on a page, or for one kind by one press in the mail program.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import CHOICES, MailOff, MailOwn, NoticeKind
from webapp.models.people import Member, Person, Workspace
from webapp.queries.mail_off import chosen_by

FEW = 4


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link ends: one kind of mail to one person, from these workspaces; names beside the ids.

    `everywhere`: from all there are, and will be.
    """

    person_id: str
    kind: NoticeKind
    workspaces: tuple[tuple[str, str], ...]
    everywhere: bool


def stop_link(runtime: Runtime, *, person_id: str, kind: NoticeKind, workspace_ids: Collection[str]) -> str | None:
    """The address that ends this kind of mail, for its header; None for mail that nobody may do without.

    It never ages: a mail program may use it years later. It opens nothing and says nothing but what to end.
    """
    if kind.choice is None:
        return None
    # Of many it is all: a header line has an end.
    places = sorted(workspace_ids) if len(workspace_ids) <= FEW else []
    token = _serializer(runtime).dumps([person_id, str(kind.choice), places])
    return f"{runtime.settings.public_url}/unsubscribe/{token}"


def stop_of(runtime: Runtime, token: str) -> Stop | None:
    """What a link would end, as far as the person is still in those workspaces; None when it is not one of ours."""
    try:
        person_id, kind, workspace_ids = _serializer(runtime).loads(token[:4000])
        choice = NoticeKind(kind)
    except (BadData, ValueError, TypeError):
        return None
    with runtime.database.reading() as session:
        places = _places(session, person_id, workspace_ids or None)
    return Stop(person_id, choice, tuple(places), everywhere=not workspace_ids)


def stop(runtime: Runtime, found: Stop) -> None:
    """No more of these; committed. Done twice it is the same."""
    with runtime.database.writing() as session:
        person = _in_turn(session, found.person_id)
        if found.kind is NoticeKind.DIGEST:
            person.digest_since = None
            return
        chosen = chosen_by(session, person.id)
        own = chosen.own if found.everywhere else {one: chosen.off_in(one) for one, _ in found.workspaces}
        if found.everywhere:
            _set(session, person.id, None, chosen.everywhere | {found.kind})
        for workspace_id, off in own.items():
            _set(session, person.id, workspace_id, off | {found.kind})


def choose(runtime: Runtime, *, person_id: str, wanted: Collection[NoticeKind]) -> None:
    """Exactly these kinds, in every workspace there is or will be, except where they chose apart; committed."""
    with runtime.database.writing() as session:
        _in_turn(session, person_id)
        _set(session, person_id, None, frozenset(CHOICES) - frozenset(wanted))


def choose_apart(runtime: Runtime, *, person_id: str, workspace_id: str, wanted: Collection[NoticeKind]) -> None:
    """Exactly these kinds in one workspace; what is chosen everywhere else is nothing apart. Committed."""
    with runtime.database.writing() as session:
        _in_turn(session, person_id)
        off = frozenset(CHOICES) - frozenset(wanted)
        _set(session, person_id, workspace_id, off if off != chosen_by(session, person_id).everywhere else None)


def choose_alike(runtime: Runtime, *, person_id: str, workspace_id: str) -> None:
    """In this workspace as in all others, from now on; committed."""
    with runtime.database.writing() as session:
        _in_turn(session, person_id)
        _set(session, person_id, workspace_id, None)


def _places(session: Session, person_id: str, only: Collection[str] | None) -> list[tuple[str, str]]:
    places = (
        select(Workspace.id, Workspace.name)
        .join(Member, col(Member.workspace_id) == col(Workspace.id))
        .where(Member.person_id == person_id)
        .order_by(col(Workspace.created_at), col(Workspace.id))
    )
    return list(session.exec(places if only is None else places.where(col(Workspace.id).in_(only))))


def _in_turn(session: Session, person_id: str) -> Person:
    """A page and a mail program at once: one after the other, or each writes what the other has."""
    return session.exec(select(Person).where(Person.id == person_id).with_for_update(key_share=True)).one()


def _set(session: Session, person_id: str, workspace_id: str | None, off: Collection[NoticeKind] | None) -> None:
    """Without these in this workspace; with None in place of a workspace everywhere, of kinds nothing apart."""
    here = col(MailOff.workspace_id).is_not_distinct_from(workspace_id)
    session.execute(delete(MailOff).where(col(MailOff.person_id) == person_id, here))
    if workspace_id is not None:
        mark = col(MailOwn.person_id) == person_id, col(MailOwn.workspace_id) == workspace_id
        session.execute(delete(MailOwn).where(*mark))
        if off is not None:
            session.add(MailOwn(person_id=person_id, workspace_id=workspace_id))
    session.add_all(MailOff(person_id=person_id, workspace_id=workspace_id, kind=kind) for kind in off or ())
    session.flush()


def _serializer(runtime: Runtime) -> URLSafeSerializer:
    return URLSafeSerializer(runtime.settings.secret_key, salt="shopimize stop mail")
