"""Make a due integration yours for a while: a lease that only one can take, correct on every database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    String,
    bindparam,
    cast,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert
from sqlmodel import Session, col
from sqlmodel.sql.sqltypes import UTCDateTime

from webapp.database import table_of
from webapp.lifecycle.runtime import Runtime
from webapp.models.integration import Integration
from webapp.models.lease import Lease

# Longer than one page may take at the wire's worst; every stored page renews it.
LEASE = timedelta(seconds=180)


class Claim(NamedTuple):
    """`fence` is what every write of this attempt must still find on the row."""

    integration_id: str
    workspace_id: str
    platform: str
    due_at: datetime
    fence: int


_due, _lease = table_of(Integration), table_of(Lease)
_NOW = bindparam("now", type_=UTCDateTime())
# Made once, as all of these are: making them costs more than running them.
_HOLD = (
    update(_lease)
    .where(_lease.c.integration_id == bindparam("which"), _lease.c.fence == bindparam("held"))
    .values(until=bindparam("again"))
)
_LET_GO = delete(_lease).where(_lease.c.integration_id == bindparam("which"), _lease.c.fence == bindparam("held"))
_READ = select(Integration).where(col(Integration.id) == bindparam("which")).execution_options(populate_existing=True)

_NARROWER: dict[str, ColumnElement[bool]] = {
    "platform": _due.c.platform == bindparam("platform"),
    "excepted": _due.c.platform.not_in(bindparam("excepted", expanding=True)),
    "only": _due.c.id == bindparam("only"),
    "due_by": _due.c.next_sync_at <= bindparam("due_by"),
}


class LostClaim(Exception):
    """Somebody else holds the integration now; whatever we were about to write must not be written."""


def claim_due(
    runtime: Runtime,
    *,
    limit: int,
    platform: str | None = None,
    except_platforms: Collection[str] = (),
    only: str | None = None,
    due_by: datetime | None = None,
    holder: int | None = None,
) -> list[Claim]:
    """Claim up to `limit` integrations whose time has come (by `due_by`), longest due first; empty when none is free.

    `holder` says on whose behalf, so that `release` can give back what the dead still hold.
    """
    now = runtime.now()
    narrowed = {"platform": platform, "excepted": list(except_platforms), "only": only, "due_by": due_by}
    narrowed = {name: value for name, value in narrowed.items() if value}
    # Never drawn twice, so that whoever lost a lease cannot take the next one's for theirs.
    fence = secrets.randbits(62)
    lease = {"until": now + LEASE, "holder": holder, "held": fence, "now": now}
    # A lease that is forgotten must have nobody left who holds it; a server's workers outlive its crash.
    with runtime.database.writing(passing=runtime.database.is_sqlite) as session:
        due = session.execute(_wanted(frozenset(narrowed)), {"now": now, "many": limit, **narrowed}).all()
        which = json.dumps([one[0] for one in due])
        taken = session.execute(_taking(is_sqlite=runtime.database.is_sqlite), {"which": which, **lease}).all()
    mine = {one for (one,) in taken}
    return [Claim(which, workspace, slug, due_at, fence) for which, workspace, slug, due_at in due if which in mine]


@cache
def _wanted(narrowed: frozenset[str]) -> Select[tuple[str, str, str, datetime]]:
    """The first that are free and due; two that claim at once are given different ones."""
    wanted = select(_due.c.id, _due.c.workspace_id, _due.c.platform, _due.c.next_sync_at)
    wanted = wanted.where(*_is_free(_NOW), *(_NARROWER[name] for name in sorted(narrowed)))
    return wanted.order_by(_due.c.next_sync_at).limit(bindparam("many")).with_for_update(skip_locked=True)


@cache
def _taking(*, is_sqlite: bool) -> ReturningInsert[tuple[str]]:
    """A lease on each of `which`, a JSON array of ids: one statement however many, in half the time of one for each."""
    given = bindparam("which", type_=String())
    listed = func.json_each(given) if is_sqlite else func.json_array_elements_text(cast(given, JSON))
    one = listed.table_valued("value")
    made = (sqlite if is_sqlite else postgresql).insert(_lease).from_select(
        ["integration_id", "until", "holder", "fence"],
        # SQLite takes ON CONFLICT for part of the SELECT, unless that has a WHERE.
        select(
            one.c.value, bindparam("until", type_=UTCDateTime()), bindparam("holder", type_=BigInteger()),
            bindparam("held", type_=BigInteger()),
        ).where(one.c.value.is_not(None)),
    )  # fmt: skip
    taking: ReturningInsert[tuple[str]] = made.on_conflict_do_update(
        index_elements=["integration_id"],
        set_={name: made.excluded[name] for name in ("until", "holder", "fence")},
        # What somebody else has claimed since we looked stays theirs.
        where=_lease.c.until < _NOW,
    ).returning(_lease.c.integration_id)
    return taking


def anything_due(runtime: Runtime) -> bool:
    """One cheap look without the write lock, so that an idle clock costs nothing."""
    with runtime.database.reading() as session:
        return session.execute(_ANY, {"now": runtime.now()}).first() is not None


def count_due(runtime: Runtime, platform: str, *, most: int) -> int:
    """How many of a platform could be claimed now; counting stops at `most`."""
    free = select(col(Integration.id)).where(*_is_free(runtime.now()), col(Integration.platform) == platform)
    with runtime.database.reading() as session:
        found: int = session.execute(select(func.count()).select_from(free.limit(most).subquery())).scalar_one()
        return found


def let_go(session: Session, claim: Claim) -> None:
    """Inside the caller's transaction: the reading is over."""
    session.execute(_LET_GO, {"which": claim.integration_id, "held": claim.fence})


def give_back(runtime: Runtime, claim: Claim) -> None:
    """Let go of a claim that came to nothing by our own fault; it can be claimed again at once."""
    with runtime.database.writing() as session:
        let_go(session, claim)


def release(runtime: Runtime, holders: Collection[int], *, silent_for: timedelta) -> int:
    """Give back what these holders claimed and have not touched for a while; how many were given back.

    The fence stays: a holder that was only thought dead goes on, until somebody else claims or sums their days.
    """
    now = runtime.now()
    with runtime.database.writing() as session:
        given = session.execute(
            update(Lease)
            .where(
                col(Lease.until).between(now, now + LEASE - silent_for),
                col(Lease.holder).in_(list(holders)),
            )
            .values(until=now - timedelta(seconds=1))
            .returning(col(Lease.integration_id))
        ).all()
        return len(given)


def _is_free(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    held = exists().where(_lease.c.integration_id == _due.c.id, _lease.c.until >= now)
    return _due.c.next_sync_at <= now, ~held


_ANY = select(_due.c.id).where(*_is_free(_NOW)).limit(1)


def keep(runtime: Runtime, session: Session, claim: Claim) -> None:
    """Renew the lease inside the caller's transaction. Raises LostClaim; pausing and disconnecting end a lease, too."""
    given = {"which": claim.integration_id, "held": claim.fence, "again": runtime.now() + LEASE}
    if session.connection().execute(_HOLD, given).rowcount == 0:
        raise LostClaim(claim.integration_id)


def hold(runtime: Runtime, session: Session, claim: Claim) -> Integration:
    """`keep`, and the integration as it is now."""
    keep(runtime, session, claim)
    return session.scalars(_READ, {"which": claim.integration_id}).one()
