"""One email owed to one person; the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from webapp.models.columns import ROW_ID, Word

LONGEST_HOLD = timedelta(seconds=120)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=2)
# With these waits between them, three days.
MOST_TRIES = 43
WAITING = "sent_at IS NULL AND dropped_at IS NULL AND refused_at IS NULL"


class NoticeKind(StrEnum):
    BROKEN = "broken"
    REMINDER = "reminder"
    FLAPPING = "flapping"
    DELAYED = "delayed"
    RECOVERED = "recovered"
    MAIL_RETURNED = "mail_returned"
    CONFIRM_EMAIL = "confirm_email"
    RESET_PASSWORD = "reset_password"
    OUR_FAULT = "our_fault"
    BREAKER = "breaker"
    ENDS_SOON = "ends_soon"
    LAST_DAY = "last_day"
    ESCALATED = "escalated"
    DIGEST = "digest"
    INVITATION = "invitation"
    SIGN_IN_LINK = "sign_in_link"
    LINK_USED = "link_used"

    @property
    def choice(self) -> NoticeKind | None:
        """Under which kind a person turns it off; None for what cannot be turned off."""
        return self if self in CHOICES else LIKE.get(self)


# What a person may do without, in the order the page offers it.
CHOICES = (
    NoticeKind.BROKEN, NoticeKind.REMINDER, NoticeKind.DELAYED, NoticeKind.RECOVERED, NoticeKind.ENDS_SOON,
)  # fmt: skip
# What goes with another.
LIKE = {
    NoticeKind.FLAPPING: NoticeKind.BROKEN,
    NoticeKind.ESCALATED: NoticeKind.BROKEN,
    NoticeKind.LAST_DAY: NoticeKind.ENDS_SOON,
    # Not by workspace: it is over all of them.
    NoticeKind.DIGEST: NoticeKind.DIGEST,
}
# The mails that tell of a problem that is open: whoever was sent one is told of its end.
TOLD = (NoticeKind.BROKEN, NoticeKind.FLAPPING)
# Those that go to an address, whether or not somebody here has it.
TO_AN_ADDRESS = (NoticeKind.INVITATION, NoticeKind.SIGN_IN_LINK)


class MailOff(SQLModel, table=True):
    """A kind of mail that a person does not want: from this workspace, or where none is named from all that they have
    not chosen for on its own. No row: they get it."""

    __tablename__ = "mail_off"
    __table_args__ = (
        UniqueConstraint("person_id", "workspace_id", "kind"),
        Index(
            "mail_off_everywhere",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("workspace_id IS NULL"),
            postgresql_where=text("workspace_id IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    person_id: str = Field(foreign_key="person.id", index=True)
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id", index=True)
    kind: NoticeKind = Field(sa_type=Word(NoticeKind))


class MailOwn(SQLModel, table=True):
    """A workspace that a person has chosen for on its own: what they chose for all does not count there."""

    __tablename__ = "mail_own"

    person_id: str = Field(primary_key=True, foreign_key="person.id")
    workspace_id: str = Field(primary_key=True, foreign_key="workspace.id")


class Notice(SQLModel, table=True):
    """Written in the commit of the fact it tells; sent later by the clock. Mails of people's own have no incident.

    The operator is no person here, nor is who was handed a link: a mail to them has an `address` in place of a
    `person_id`. What is said in a chat has a `channel_id`, and is no mail at all.
    A warning that is due once a week or day names that `period`, so that a second one cannot be written.
    `message_id` is fixed before the first try, so that a repeat is the same letter. `dropped_at`: no longer true when
    it was due.
    """

    __table_args__ = (
        UniqueConstraint("incident_id", "person_id", "kind"),
        Index("notice_once_a_channel", "incident_id", "channel_id", "kind", unique=True),
        Index("notice_once_a_period", "person_id", "kind", "period", unique=True),
        # The outbox is asked every two seconds: it must not get slower with every letter ever sent.
        Index("notice_waiting", "due_at", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    kind: NoticeKind = Field(sa_type=Word(NoticeKind))
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True)
    address: str | None = None
    channel_id: str | None = Field(default=None, foreign_key="channel.id")
    workspace_id: str | None = Field(default=None, foreign_key="workspace.id")
    incident_id: str | None = Field(default=None, foreign_key="incident.id", index=True)
    receipt_id: str | None = Field(default=None, foreign_key="receipt.id")
    fault_id: str | None = Field(default=None, foreign_key="our_fault.id")
    breaker_id: str | None = Field(default=None, foreign_key="breaker.id")
    link_id: str | None = None
    period: str | None = None
    created_at: datetime
    due_at: datetime | None = None
    message_id: str | None = Field(default=None, index=True)
    sent_at: datetime | None = Field(default=None, index=True)
    dropped_at: datetime | None = None
    refused_at: datetime | None = Field(default=None, index=True)
    tries: int = 0
    last_error: str | None = None
    lease_until: datetime | None = None
    fence: int = 0


def hold_until(now: datetime, *, first: datetime, hold: timedelta) -> datetime:
    """When what is failing together may be told: `hold` after the latest failure, but not for ever."""
    return min(now + hold, max(first + LONGEST_HOLD, now))


def retry_at(now: datetime, *, tries: int) -> datetime | None:
    """When a mail the server would not take yet is tried again; None when its three days are over.

    Counted from the first try, not from when it was owed: a reminder is owed a week ahead.
    """
    if tries > MOST_TRIES:
        return None
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 12)
    return now + min(doubled, LONGEST_WAIT)
