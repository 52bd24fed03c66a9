"""Whoever changes several connections takes them in one order: two that meet never wait for each other."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from webapp.lifecycle.ask_now import ask_all_now
from webapp.lifecycle.in_turn import in_order
from webapp.lifecycle.members import remove_member
from webapp.lifecycle.mute import end_mutes, mute
from webapp.models.integration import Integration
from webapp.models.mute import Mute

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
FIRST, THEN = "a" * 16, "b" * 16


@pytest.fixture
def two(runtime, people) -> None:
    """Two connections of Vic's; the one that comes first in order lies second on the disk."""
    now = runtime.now()
    with runtime.database.writing() as session:
        for which in (THEN, FIRST):
            session.add(
                Integration(
                    id=which, workspace_id=people["aurora"], platform="meta_ads", account_id=which, account_name=which,
                    currency="USD", timezone="UTC", created_at=now, first_day=now.date(), granted_at=now,
                    responsible_id=people["vic"], next_sync_at=now + timedelta(days=1),
                )
            )  # fmt: skip
            session.flush()


def check_all(runtime, people) -> None:
    ask_all_now(runtime, workspace_id=people["aurora"])


def an_hour_of_silence_ends(runtime, people) -> None:
    mute(runtime, workspace_id=people["aurora"], person_id=people["ana"])
    with runtime.database.writing() as session:
        session.execute(update(Mute).values(until=runtime.now() - timedelta(minutes=1)))
    end_mutes(runtime)


def remove_somebody(runtime, people) -> None:
    remove_member(runtime, workspace_id=people["aurora"], person_id=people["vic"], by=people["ana"])


@pytest.mark.parametrize("act", [check_all, an_hour_of_silence_ends, remove_somebody])
def test_who_waits_for_the_first_holds_none_of_those_after_it(runtime, people, two, act):
    acting = threading.Thread(target=act, args=(runtime, people))
    with runtime.database.writing() as session:
        session.exec(in_order(col(Integration.id) == FIRST)).one()
        acting.start()
        waits(session)
        free = select(Integration.id).where(Integration.id == THEN).with_for_update(nowait=True)
        assert session.exec(free).one() == THEN, "else each would wait for the other for ever"
    acting.join(timeout=30)
    assert not acting.is_alive()


def waits(session: Session) -> None:
    """Until the other one waits for us."""
    for _ in range(1000):
        if session.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar_one():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to wait")
