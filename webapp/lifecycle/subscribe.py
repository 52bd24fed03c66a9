"""Ask the platforms that have an API for it to tell us by themselves; looked after by the clock, never by a consent.

A connection works as well without: what we are not told, the next sync finds out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from webapp.database import insert_of
from webapp.lifecycle.open_grant import live_grant
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Login
from webapp.models.integration import Integration
from webapp.models.signal import Subscription
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Trouble

log = logging.getLogger(__name__)

ROUND_SECONDS = 10.0
LEASE = timedelta(seconds=120)
# Somebody may have deleted them at the platform, and a platform drops what did not answer for long.
CHECK_AGAIN = timedelta(days=1)
WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)


def owe_subscription(session: Session, integration: Integration, platform: Platform, now: datetime) -> None:
    """Due from now on, in the caller's commit: a new permission, and maybe nothing of the old one's is left there."""
    if not _addresses(platform, has_key=True):
        return
    session.execute(
        insert_of(session)(Subscription)
        .values(integration_id=integration.id, due_at=now, tries=0, fence=0)
        .on_conflict_do_update(index_elements=["integration_id"], set_={"due_at": now, "tries": 0})
    )


def subscribe_due(runtime: Runtime) -> int:
    """Register what is due, for ten seconds at most; how many integrations were seen to."""
    began, seen_to = time.monotonic(), 0
    able = {one.slug for one in runtime.platforms() if _registers(runtime, one) and _reaches(runtime, one)}
    while able and time.monotonic() - began < ROUND_SECONDS and not runtime.stopping.is_set():
        claimed = _claim(runtime, able)
        if claimed is None:
            break
        seen_to += _see_to(runtime, *claimed)
    return seen_to


def _addresses(platform: Platform, *, has_key: bool) -> dict[str, str]:
    return {kind.name: kind.path for kind in platform.signals if kind.register is None or (kind.by_key and has_key)}


def _registers(runtime: Runtime, platform: Platform) -> dict[str, str]:
    return _addresses(platform, has_key=runtime.credentials(platform.slug).service_account is not None)


def _reaches(runtime: Runtime, platform: Platform) -> bool:
    """Whether the platform could reach us at all: the real ones ask for https."""
    return runtime.settings.public_url.startswith("https://") or runtime.credentials(platform.slug).base_url is not None


def _claim(runtime: Runtime, able: Collection[str]) -> tuple[Subscription, Integration, Login] | None:
    now = runtime.now()
    first = (
        select(Subscription.integration_id)
        .join(Integration, col(Integration.id) == col(Subscription.integration_id))
        .where(
            col(Subscription.due_at) <= now,
            or_(col(Subscription.lease_until).is_(None), col(Subscription.lease_until) < now),
            col(Integration.platform).in_(able),
            col(Integration.disconnected_at).is_(None),
            col(Integration.login_id).is_not(None),
        )
        .order_by(col(Subscription.due_at))
        .limit(1)
    )
    with runtime.database.reading() as session:
        if session.exec(first).first() is None:
            return None
    if not runtime.database.is_sqlite:
        first = first.with_for_update(skip_locked=True, of=Subscription)
    with runtime.database.writing() as session:
        claimed = session.execute(
            update(Subscription)
            .where(col(Subscription.integration_id) == first.scalar_subquery())
            .values(lease_until=now + LEASE, fence=col(Subscription.fence) + 1)
            .returning(col(Subscription.integration_id))
        ).scalar_one_or_none()
        if claimed is None:
            return None
        integration = session.get_one(Integration, claimed)
        login = session.get_one(Login, integration.login_id)
        return session.get_one(Subscription, claimed), integration, login


def _see_to(runtime: Runtime, row: Subscription, integration: Integration, login: Login) -> bool:
    now, platform = runtime.now(), runtime.platform(integration.platform)
    with runtime.database.reading() as session:
        assert login.id is not None
        grant = live_grant(session, login.id)
    if grant is None or grant.refused_at is not None:
        # Owed anew with the next permission.
        _settle(runtime, row, due_at=now + CHECK_AGAIN)
        return False
    if _serves_all(platform) and _is_registered(runtime, platform, since=now - CHECK_AGAIN):
        _settle(runtime, row, due_at=now + CHECK_AGAIN)
        return False
    addresses = {name: runtime.signal_url(platform.slug, path) for name, path in _registers(runtime, platform).items()}
    try:
        api = runtime.api(
            platform, token=usable_token(runtime, login.id), tenant=login.tenant, renew=renewer(runtime, login.id),
            patience=1, quick=True,
        )  # fmt: skip
        platform.subscribe(api, addresses)
    except Trouble as trouble:
        log.warning("not registered for signals", extra={"platform": platform.slug, "cause": str(trouble)})
        _settle(runtime, row, due_at=now + min(WAIT * 2 ** min(row.tries, 9), LONGEST_WAIT), tries=row.tries + 1)
        return False
    _settle(runtime, row, due_at=now + CHECK_AGAIN, tries=0, registered_at=now)
    return True


def _serves_all(platform: Platform) -> bool:
    return all(kind.by_key for kind in platform.signals)


def _is_registered(runtime: Runtime, platform: Platform, *, since: datetime) -> bool:
    """Whether it was for any connection of the platform."""
    lately = (
        select(Subscription.integration_id)
        .join(Integration, col(Integration.id) == col(Subscription.integration_id))
        .where(Integration.platform == platform.slug, col(Subscription.registered_at) > since)
    )
    with runtime.database.reading() as session:
        return session.exec(lately.limit(1)).first() is not None


def _settle(runtime: Runtime, row: Subscription, **values: object) -> None:
    """Unless it was owed anew meanwhile."""
    with runtime.database.writing() as session:
        session.execute(
            update(Subscription)
            .where(
                col(Subscription.integration_id) == row.integration_id,
                col(Subscription.fence) == row.fence,
                col(Subscription.due_at) == row.due_at,
            )
            .values(lease_until=None, **values)
        )
