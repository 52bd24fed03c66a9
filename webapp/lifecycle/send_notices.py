"""The outbox: what is due is checked once more, grouped into one mail a person, and sent, again and again if need be.

A notice is claimed before it is sent and marked after. A crash in between sends it a second time under the same
Message-ID, which mail programs show once; it is never forgotten.
"""

from __future__ import annotations

import importlib
import logging
import smtplib
from datetime import datetime

from flask_mail import BadHeaderError, Message
from sqlalchemy import update
from sqlmodel import Session, col

from webapp import words
from webapp.extensions import mail
from webapp.lifecycle.claim_notices import Mail, claim_mail
from webapp.lifecycle.compose import compose
from webapp.lifecycle.letter import Letter
from webapp.lifecycle.remind import owe_reminder
from webapp.lifecycle.returned_mail import mark_address
from webapp.lifecycle.runtime import Runtime
from webapp.models.notice import TOLD, Notice, NoticeKind, retry_at

log = logging.getLogger(__name__)


def send_due_notices(runtime: Runtime) -> int:
    """Send everything that is due; how many mails really went out comes back. Needs an app context to render in."""
    sent = 0
    while not runtime.stopping.is_set() and (mails := claim_mail(runtime)):
        delivered = [_deliver(runtime, one) for one in mails]
        sent += delivered.count(True)
        if None in delivered:
            # No server to talk to. The others' mail is not held up for ten seconds each; it is still due.
            break
    return sent


def inlined(html: str) -> str:
    """As mail programs want it: every style in its element."""
    # By name: a browser's CSS engine, which nobody needs before the first mail.
    css_inline = importlib.import_module("css_inline")
    # Colours for dark mode stand in a media query, which cannot be inlined.
    return str(css_inline.inline(html, keep_at_rules=True, load_remote_stylesheets=False))


def _deliver(runtime: Runtime, one: Mail) -> bool | None:
    """Whether it went out; None when no server could be reached."""
    # Nobody has chosen a language for their mail yet; it must not depend on who spoke last in this thread.
    with words.speaking(words.language(words.ENGLISH)):
        letter = compose(runtime, one)
    if letter is None:
        _mark(runtime, one, dropped_at=runtime.now())
        return False
    return _send(runtime, one, letter)


def _send(runtime: Runtime, one: Mail, letter: Letter) -> bool | None:
    headers = {"Auto-Submitted": "auto-generated"}
    if letter.stop is not None:
        # RFC 8058: the mail program's own "unsubscribe" is a POST to this address, without a page in between.
        headers |= {"List-Unsubscribe": f"<{letter.stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    message = Message(
        subject=letter.subject,
        recipients=[one.address],
        body=letter.text,
        html=inlined(letter.html),
        extra_headers=headers,
    )
    message.msgId = one.message_id
    now = runtime.now()
    try:
        mail.send(message)
    except (smtplib.SMTPException, BadHeaderError, OSError) as error:
        _failed(runtime, one, error, now)
        return False if _has_answered(error) else None
    _mark(runtime, one, sent_at=now)
    log.info("mail sent", extra=_about(one))
    return True


def _about(one: Mail) -> dict[str, object]:
    """What a line of the log says of a mail: never to whom, nor whose."""
    return {"platform": ",".join(one.platforms) or None, "kind": str(one.kind), "notices": len(one.notices)}


def _failed(runtime: Runtime, one: Mail, error: Exception, now: datetime) -> None:
    refused = _is_permanent(error)
    log.warning("mail not sent", extra={**_about(one), "error": type(error).__name__, "refused": refused})
    with runtime.database.writing() as session:
        given_up = False
        for notice in one.notices:
            kept = session.get_one(Notice, notice.id)
            kept.tries += 1
            kept.lease_until, kept.last_error = None, _in_short(error)
            again = retry_at(now, tries=kept.tries)
            kept.due_at = again
            if refused or again is None:
                kept.refused_at, given_up = now, True
        session.flush()
        if refused and one.person is not None:
            mark_address(session, one.person.id, now)
        elif given_up:
            _go_on_reminding(session, one, now)


def _mark(runtime: Runtime, one: Mail, **values: datetime) -> None:
    with runtime.database.writing() as session:
        session.execute(
            update(Notice)
            .where(col(Notice.id).in_([notice.id for notice in one.notices]))
            .values(lease_until=None, **values)
        )
        _go_on_reminding(session, one, runtime.now())


def _go_on_reminding(session: Session, one: Mail, now: datetime) -> None:
    """Whatever became of this mail, what stays broken is not forgotten."""
    if one.person is not None and one.kind in (*TOLD, NoticeKind.REMINDER, NoticeKind.ESCALATED):
        owe_reminder(session, one.person.id, now)


def _has_answered(error: Exception) -> bool:
    """Whether a mail server said something, however unwelcome."""
    return isinstance(error, BadHeaderError | smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException)


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
