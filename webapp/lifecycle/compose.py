"""What a mail says as things stand at the moment it is sent; what is no longer so is not said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from webapp.lifecycle.account_mail import letter as account_letter
from webapp.lifecycle.account_mail import returned_letter
from webapp.lifecycle.claim_notices import Mail
from webapp.lifecycle.digest import digest_letter
from webapp.lifecycle.ends_letter import KINDS as ENDS_KINDS
from webapp.lifecycle.ends_letter import ends_letter
from webapp.lifecycle.incident_mail import problem_letter, recovered_letter, situation
from webapp.lifecycle.letter import Letter
from webapp.lifecycle.link_mail import carrying_letter, used_letter
from webapp.lifecycle.operator_mail import letter as operator_letter
from webapp.lifecycle.remind import to_remind_of
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.notice import TO_AN_ADDRESS, TOLD, Notice, NoticeKind
from webapp.models.people import Member, Person, Role
from webapp.models.trouble import Incident, Receipt
from webapp.platforms.diagnosis import Remedy
from webapp.queries.mail_off import chosen_by
from webapp.queries.still_broken import MERCHANT


def compose(runtime: Runtime, mail: Mail) -> Letter | None:
    """The letter; None when nothing it would say is still so, or the person does without it."""
    kind, person = mail.kind, mail.person
    if kind in TO_AN_ADDRESS:
        return carrying_letter(runtime, mail.notices[0])
    if person is None:
        return operator_letter(runtime, mail.notices[0])
    if kind in (NoticeKind.CONFIRM_EMAIL, NoticeKind.RESET_PASSWORD):
        return account_letter(runtime, mail.notices[0], person)
    if kind in ENDS_KINDS:
        return ends_letter(runtime, mail.notices[0], person)
    if kind is NoticeKind.DIGEST:
        return digest_letter(runtime, situation(runtime), person)
    if kind is NoticeKind.REMINDER and person.digest_since is not None:
        # Each morning's mail has it.
        return None
    with runtime.database.reading() as session:
        if kind is NoticeKind.REMINDER:
            return _problems(runtime, person, kind, to_remind_of(session, person.id, runtime.now()))
        wanted = _wanted(session, person.id, mail.notices)
        if kind is NoticeKind.RECOVERED:
            held = [one for one in wanted if not _broke_again(session, one)]
            return recovered_letter(runtime, person, held) if held else None
        if kind is NoticeKind.LINK_USED:
            return used_letter(runtime, wanted[0]) if wanted else None
        if kind is NoticeKind.MAIL_RETURNED:
            return returned_letter(runtime, mail.notices[0]) if wanted else None
        open_now = _open(session, wanted, MERCHANT if kind in (*TOLD, NoticeKind.ESCALATED) else (Remedy.WAIT,))
        return _problems(runtime, person, kind, open_now)


def _problems(runtime: Runtime, person: Person, kind: NoticeKind, incidents: Sequence[Incident]) -> Letter | None:
    return problem_letter(runtime, person, kind, incidents) if incidents else None


def _wanted(session: Session, person_id: str, notices: Iterable[Notice]) -> list[Notice]:
    """Without those of workspaces the person has left, or does not want this kind from."""
    places = set(
        session.exec(
            select(Member.workspace_id).where(
                Member.person_id == person_id, col(Member.role).in_([Role.OWNER, Role.ADMIN])
            )
        )
    )
    chosen = chosen_by(session, person_id)
    return [
        one
        for one in notices
        if one.workspace_id in places and chosen.wants(one.workspace_id, one.kind.choice)
    ]  # fmt: skip


def _open(session: Session, notices: Iterable[Notice], remedies: Iterable[Remedy]) -> list[Incident]:
    ids = [one.incident_id for one in notices]
    return list(
        session.exec(
            select(Incident)
            .join(Integration, col(Integration.id) == col(Incident.integration_id))
            .where(
                col(Incident.id).in_(ids),
                col(Incident.closed_at).is_(None),
                col(Incident.remedy).in_(list(remedies)),
                col(Integration.paused_at).is_(None),
                col(Integration.disconnected_at).is_(None),
            )
            .order_by(col(Incident.opened_at), col(Incident.id))
        )
    )


def _broke_again(session: Session, notice: Notice) -> bool:
    """Whether "it is back" has been overtaken."""
    receipt = session.get(Receipt, notice.receipt_id) if notice.receipt_id else None
    if receipt is None:
        return True
    later = select(Incident.id).where(
        Incident.integration_id == receipt.integration_id, col(Incident.opened_at) > notice.created_at
    )
    return session.exec(later.limit(1)).first() is not None
