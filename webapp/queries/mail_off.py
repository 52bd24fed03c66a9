"""Whether somebody does without a kind of mail from a workspace: as chosen for it, else as chosen for all."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, select

from webapp.models.notice import MailOff, MailOwn, NoticeKind

Where = str | Mapped[str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one person does without, everywhere and in each workspace that they chose for on its own."""

    everywhere: frozenset[NoticeKind]
    own: dict[str, frozenset[NoticeKind]]

    def off_in(self, workspace_id: str) -> frozenset[NoticeKind]:
        return self.own.get(workspace_id, self.everywhere)

    def wants(self, workspace_id: str | None, kind: NoticeKind | None) -> bool:
        """Whether a mail of this kind may go out; `kind` is what it is turned off under, None for what cannot be."""
        return kind is None or workspace_id is None or kind not in self.off_in(workspace_id)


def chosen_by(session: Session, person_id: str) -> Chosen:
    rows = session.exec(select(MailOff.workspace_id, MailOff.kind).where(MailOff.person_id == person_id)).all()
    own = session.exec(select(MailOwn.workspace_id).where(MailOwn.person_id == person_id)).all()
    off: dict[str | None, set[NoticeKind]] = defaultdict(set)
    for workspace_id, kind in rows:
        off[workspace_id].add(NoticeKind(kind))
    return Chosen(frozenset(off[None]), {one: frozenset(off[one]) for one in own})


def does_without(person: Where, workspace: Where, kind: NoticeKind) -> ColumnElement[bool]:
    """The same as a condition; `person` and `workspace` are values, or columns of the statement around it."""
    theirs = select(MailOff.id).where(col(MailOff.person_id) == person, MailOff.kind == kind)
    own = select(MailOwn.person_id).where(col(MailOwn.person_id) == person, col(MailOwn.workspace_id) == workspace)
    return or_(
        theirs.where(col(MailOff.workspace_id) == workspace).exists(),
        and_(theirs.where(col(MailOff.workspace_id).is_(None)).exists(), ~own.exists()),
    )
