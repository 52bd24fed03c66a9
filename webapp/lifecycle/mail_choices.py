"""Which mails a person does without: by kind and workspace, on a page or by one press in the mail program."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete
from sqlmodel import Session, col, select

from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import CHOICES, MailOff, NoticeKind
from webapp.models.people import Member, Person, Workspace

FEW = 4


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link ends: one kind of mail to one person, from these workspaces; names beside the ids."""

    person_id: str
    kind: NoticeKind
    workspaces: tuple[tuple[str, str], ...]


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
        return Stop(person_id, choice, tuple(_places(session, person_id, workspace_ids or None)))


def stop(runtime: Runtime, found: Stop) -> None:
    """No more of these; committed. Done twice it is the same."""
    with runtime.database.writing() as session:
        if found.kind is NoticeKind.DIGEST:
            session.get_one(Person, found.person_id).digest_since = None
            return
        for workspace_id, _ in found.workspaces:
            _set(session, found.person_id, workspace_id, found.kind, wanted=False)


def choose(runtime: Runtime, *, person_id: str, wanted: Collection[tuple[str, NoticeKind]]) -> None:
    """Exactly these kinds, by workspace, in every workspace the person is in; committed."""
    with runtime.database.writing() as session:
        for workspace_id, _ in _places(session, person_id, None):
            for kind in CHOICES:
                _set(session, person_id, workspace_id, kind, wanted=(workspace_id, kind) in wanted)


def _places(session: Session, person_id: str, only: Collection[str] | None) -> list[tuple[str, str]]:
    places = (
        select(Workspace.id, Workspace.name)
        .join(Member, col(Member.workspace_id) == col(Workspace.id))
        .where(Member.person_id == person_id)
        .order_by(col(Workspace.created_at), col(Workspace.id))
    )
    return list(session.exec(places if only is None else places.where(col(Workspace.id).in_(only))))


def _set(session: Session, person_id: str, workspace_id: str, kind: NoticeKind, *, wanted: bool) -> None:
    of_it = (col(MailOff.person_id) == person_id, col(MailOff.workspace_id) == workspace_id, col(MailOff.kind) == kind)
    if wanted:
        session.execute(delete(MailOff).where(*of_it))
    elif session.exec(select(MailOff.id).where(*of_it)).first() is None:
        session.add(MailOff(person_id=person_id, workspace_id=workspace_id, kind=kind))


def _serializer(runtime: Runtime) -> URLSafeSerializer:
    return URLSafeSerializer(runtime.settings.secret_key, salt="shopimize stop mail")
