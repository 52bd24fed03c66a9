"""The outbox: what is due is checked once more, grouped into one mail a person, and sent, again and again if need be.

A notice is claimed before it is sent and marked after. A crash in between sends it a second time under the same
Message-ID, which mail programs show once; it is never forgotten.
"""

from __future__ import annotations

import logging
import smtplib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import make_msgid, parseaddr

import css_inline
from flask_mail import BadHeaderError, Message
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from webapp import words
from webapp.extensions import mail
from webapp.lifecycle.account_mail import letter as account_letter
from webapp.lifecycle.ends_letter import KINDS as ENDS_KINDS
from webapp.lifecycle.ends_letter import ends_letter
from webapp.lifecycle.incident_mail import broken_letter, recovered_letter
from webapp.lifecycle.letter import Letter
from webapp.lifecycle.mute import is_told
from webapp.lifecycle.operator_mail import letter as operator_letter
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import Notice, NoticeKind, retry_at
from webapp.models.people import Person
from webapp.models.trouble import Incident

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 50


@dataclass(frozen=True, slots=True)
class _Mail:
    """The notices that go out together, to one person; to the operator, who is none, by address."""

    notices: Sequence[Notice]
    person: Person | None
    address: str
    message_id: str


def send_due_notices(runtime: Runtime) -> int:
    """Send everything that is due; how many mails really went out comes back. Needs an app context to render in."""
    sent = 0
    for group in _claim(runtime):
        # Nobody has chosen a language for their mail yet; it must not depend on who spoke last in this thread.
        with words.speaking(words.language(words.ENGLISH)):
            letter = _compose(runtime, group)
        if letter is None:
            _mark(runtime, group.notices, dropped_at=runtime.now())
        elif _send(runtime, group, letter):
            sent += 1
    return sent


def _claim(runtime: Runtime) -> list[_Mail]:
    now = runtime.now()
    due = (
        col(Notice.due_at) <= now,
        col(Notice.sent_at).is_(None),
        col(Notice.dropped_at).is_(None),
        col(Notice.refused_at).is_(None),
        is_told(),
        or_(col(Notice.lease_until).is_(None), col(Notice.lease_until) < now),
    )
    with runtime.database.reading() as session:
        if session.exec(select(Notice.id).where(*due).limit(1)).first() is None:
            return []
    with runtime.database.writing() as session:
        wanted = select(Notice.id).where(*due).order_by(col(Notice.due_at)).limit(BATCH)
        if not runtime.database.is_sqlite:
            wanted = wanted.with_for_update(skip_locked=True)
        ids = session.execute(
            update(Notice)
            .where(col(Notice.id).in_(wanted.scalar_subquery()))
            .values(lease_until=now + LEASE, fence=col(Notice.fence) + 1)
            .returning(col(Notice.id))
        ).scalars()
        claimed = session.exec(select(Notice).where(col(Notice.id).in_(list(ids)))).all()
        return _grouped(session, runtime, claimed)


def _grouped(session: Session, runtime: Runtime, claimed: Sequence[Notice]) -> list[_Mail]:
    """What broke together for one person is one mail. A repeat keeps the company it first went out in."""
    groups: dict[tuple[object, ...], list[Notice]] = defaultdict(list)
    for notice in claimed:
        alone = None if notice.kind in (NoticeKind.BROKEN, NoticeKind.RECOVERED) else notice.id
        groups[(notice.person_id, notice.workspace_id, notice.kind, notice.message_id, alone)].append(notice)
    mails = []
    for notices in groups.values():
        domain = parseaddr(runtime.settings.mail_from)[1].partition("@")[2] or "shopimize.test"
        message_id = notices[0].message_id or make_msgid(idstring=f"notice{notices[0].id}", domain=domain)
        for notice in notices:
            notice.message_id = message_id
        person = session.get(Person, notices[0].person_id) if notices[0].person_id is not None else None
        address = person.email if person is not None else notices[0].address or ""
        mails.append(_Mail(notices, person, address, message_id))
    return mails


def _compose(runtime: Runtime, group: _Mail) -> Letter | None:
    """The letter as things stand now; None when nothing it would say is still so."""
    kind = group.notices[0].kind
    if group.person is None:
        return operator_letter(runtime, group.notices[0])
    if kind is NoticeKind.BROKEN:
        with runtime.database.reading() as session:
            ids = [notice.incident_id for notice in group.notices]
            still_open = session.exec(
                select(Incident).where(col(Incident.id).in_(ids), col(Incident.closed_at).is_(None))
            ).all()
        return broken_letter(runtime, group.person, still_open) if still_open else None
    if kind is NoticeKind.RECOVERED:
        return recovered_letter(runtime, group.notices)
    if kind in ENDS_KINDS:
        return ends_letter(runtime, group.notices[0], group.person)
    return account_letter(runtime, group.notices[0], group.person)


def _send(runtime: Runtime, group: _Mail, letter: Letter) -> bool:
    message = Message(
        subject=letter.subject,
        recipients=[group.address],
        body=letter.text,
        html=css_inline.inline(letter.html, load_remote_stylesheets=False),
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    message.msgId = group.message_id
    now = runtime.now()
    try:
        mail.send(message)
    except (smtplib.SMTPException, BadHeaderError, OSError) as error:
        _failed(runtime, group, error, now)
        return False
    _mark(runtime, group.notices, sent_at=now)
    log.info("mail sent", extra={"kind": str(group.notices[0].kind), "notices": len(group.notices)})
    return True


def _failed(runtime: Runtime, group: _Mail, error: Exception, now: datetime) -> None:
    refused = _is_permanent(error)
    about = {"kind": str(group.notices[0].kind), "error": type(error).__name__, "refused": refused}
    log.warning("mail not sent", extra=about)
    with runtime.database.writing() as session:
        for notice in group.notices:
            kept = session.get_one(Notice, notice.id)
            kept.tries += 1
            kept.lease_until, kept.last_error = None, _in_short(error)
            again = retry_at(now, tries=kept.tries, created_at=kept.created_at)
            kept.due_at = again
            if refused or again is None:
                kept.refused_at = now
        if refused and group.person is not None:
            session.get_one(Person, group.person.id).mail_refused_at = now


def _mark(runtime: Runtime, notices: Sequence[Notice], **values: datetime) -> None:
    with runtime.database.writing() as session:
        session.execute(
            update(Notice)
            .where(col(Notice.id).in_([notice.id for notice in notices]))
            .values(lease_until=None, **values)
        )


def _is_permanent(error: Exception) -> bool:
    """Whether the server will never take mail for this address; refused recipients say so in their own code."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, BadHeaderError)


def _in_short(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()), (0, b""))
        return f"{code} {text.decode('utf-8', 'replace')}"[:200]
    return f"{type(error).__name__}: {error}"[:200]
