"""The clock looks after permissions nobody uses just now: paused, closed at the platform, or left behind by a kill.

Where disuse ends a permission it is renewed long before; where a renewal was never answered it is asked for again, so
that a platform which still takes the old token for a while is asked within that while.
"""

from __future__ import annotations

import logging

from sqlalchemy import update
from sqlmodel import col, select

from webapp.lifecycle.in_turn import in_order
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.refresh import renew_owed
from webapp.lifecycle.renewal import ends_grant
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Grant, Login
from webapp.models.integration import Integration
from webapp.models.renewing import LONGEST_WAIT, can_renew
from webapp.platforms.diagnosis import Trouble

log = logging.getLogger(__name__)

BATCH = 50


def keep_alive(runtime: Runtime) -> int:
    """Renew what is owed, longest owed first; how many were seen to. A platform in trouble does not hold the others."""
    seen_to, in_trouble = 0, set[str]()
    for login_id, slug in _owed(runtime):
        if runtime.stopping.is_set():
            break
        if slug in in_trouble:
            continue
        try:
            _look_after(runtime, login_id, slug)
            seen_to += 1
        except Trouble as trouble:
            log.info("keep alive %s: %s", slug, trouble)
            if trouble.diagnosis.transient:
                in_trouble.add(slug)
            _put_behind_the_others(runtime, login_id, ask=ends_grant(trouble.diagnosis))
    return seen_to


def _owed(runtime: Runtime) -> list[tuple[int, str]]:
    with runtime.database.reading() as session:
        rows = session.exec(
            select(Grant.login_id, Login.platform)
            .join(Login, col(Login.id) == col(Grant.login_id))
            .where(
                col(Grant.renew_at) <= runtime.now(),
                col(Grant.live_at).is_not(None),
                col(Grant.ended_at).is_(None),
                col(Grant.refused_at).is_(None),
                col(Login.platform).in_([platform.slug for platform in runtime.platforms()]),
                select(Integration.id)
                .where(Integration.login_id == Grant.login_id, col(Integration.disconnected_at).is_(None))
                .exists(),
            )
            .order_by(col(Grant.renew_at))
            .limit(BATCH)
        ).all()
    return [(login_id, slug) for login_id, slug in rows]


def _look_after(runtime: Runtime, login_id: int, slug: str) -> None:
    with runtime.database.reading() as session:
        grant = live_grant(session, login_id)
    if grant is None or can_renew(grant, runtime.platform(slug)):
        renew_owed(runtime, login_id)
        return
    with runtime.database.writing() as session:
        session.execute(update(Grant).where(col(Grant.id) == grant.id).values(renew_at=None))


def _put_behind_the_others(runtime: Runtime, login_id: int, *, ask: bool) -> None:
    """What failed before it could be tried waits its turn; what depends on a refused one is asked at once.

    So the owner hears of the refusal from the sync, like of any other.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        grant = live_grant(session, login_id)
        if grant is not None and grant.renew_at is not None and grant.renew_at <= now:
            grant.renew_at = now + LONGEST_WAIT
        if not ask:
            return
        session.execute(
            update(Integration)
            .where(
                col(Integration.id).in_(
                    in_order(col(Integration.login_id) == login_id, col(Integration.next_sync_at) > now)
                )
            )
            .values(next_sync_at=now)
        )
