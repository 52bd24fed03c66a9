"""Who tries something too often waits: counted in the database, so that it holds over processes and restarts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from webapp.models.people import Attempt

WINDOW = timedelta(minutes=15)


class TooManyTries(Exception):
    """Nothing was done, and nothing will be before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def throttle(session: Session, subject: str, *, most: int, now: datetime) -> None:
    """Raises TooManyTries where `most` tries of this subject are less than a window old."""
    count, first = session.exec(
        select(func.count(), func.min(col(Attempt.at))).where(
            Attempt.subject == subject, col(Attempt.at) > now - WINDOW
        )
    ).one()
    if count >= most:
        raise TooManyTries(first + WINDOW)


def note_try(session: Session, subject: str, now: datetime) -> None:
    """One more; commits with the caller."""
    session.add(Attempt(subject=subject, at=now))
