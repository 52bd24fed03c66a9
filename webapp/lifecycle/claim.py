"""Make a due integration yours for a while: a lease that only one can take, correct on every database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    String,
    bindparam,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
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
    fence: int


Upsert = TypeVar("Upsert", sqlite.Insert, postgresql.Insert)
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
    """Claim up to `limit` integrations whose time has come (by `due_by`), those longest due; empty when none is free.

    `holder` says on whose behalf, so that `release` can give back what the dead still hold.
    """
    now = runtime.now()
    narrowed = {"platform": platform, "excepted": list(except_platforms), "only": only, "due_by": due_by}
    narrowed = {name: value for name, value in narrowed.items() if value}
    # Never drawn twice, so that whoever lost a lease cannot take the next one's for theirs.
    fence = secrets.randbits(62)
    lease = {"until": now + LEASE, "holder": holder, "held": fence, "now": now}
    named = frozenset(narrowed)
    # What a lost power may forget: who holds a lease on SQLite is lost with it, a server's workers outlive its crash.
    with runtime.database.briefly() as connection:
        if runtime.database.is_sqlite:
            found = connection.execute(_wanted(named), {"now": now, "many": limit, **narrowed}).all()
            # All of them are still free, for nobody else writes between the two.
            connection.execute(_TAKE_LISTED, {"which": json.dumps([one[0] for one in found]), **lease})
            return [Claim(which, workspace, slug, fence) for which, workspace, slug in found]
        seen = connection.execute(_taking(named), {"many": limit, **lease, **narrowed}).all()
    return [Claim(which, workspace, slug, fence) for which, workspace, slug, mine in seen if mine]


@cache
def _wanted(narrowed: frozenset[str]) -> Select[str, str, str]:
    """The first that are free and due; two that claim at once are given different ones."""
    wanted = select(_due.c.id, _due.c.workspace_id, _due.c.platform)
    wanted = wanted.where(*_is_free(_NOW), *(_NARROWER[name] for name in sorted(narrowed)))
    return wanted.order_by(_due.c.next_sync_at).limit(bindparam("many")).with_for_update(skip_locked=True)


@cache
def _taking(narrowed: frozenset[str]) -> Select[str, str, str, bool]:
    """PostgreSQL looks and takes in one statement; what somebody else took in the moment between is not ours."""
    due = _wanted(narrowed).cte("due")
    taken = _leased(postgresql.insert(_lease), due.c.id).returning(_lease.c.integration_id).cte("taken")
    # A column and no join: of the two the planner only hashes this.
    mine = due.c.id.in_(select(taken.c.integration_id))
    return select(*due.c, mine.label("mine"))


def _leased(insert: Upsert, which: ColumnElement[str]) -> Upsert:
    """A lease on each of `which`: one statement however many, in half the time of one for each."""
    given = (bindparam("until", type_=UTCDateTime()), bindparam("holder", type_=BigInteger()),
             bindparam("held", type_=BigInteger()))  # fmt: skip
    # SQLite takes ON CONFLICT for part of the SELECT, unless that has a WHERE.
    rows = select(which, *given).where(which.is_not(None))
    made = insert.from_select(["integration_id", "until", "holder", "fence"], rows)
    return made.on_conflict_do_update(
        index_elements=["integration_id"],
        set_={name: made.excluded[name] for name in ("until", "holder", "fence")},
        # What somebody else has claimed since we looked stays theirs.
        where=_lease.c.until < _NOW,
    )


# `which` is a JSON array of ids.
_TAKE_LISTED = _leased(
    sqlite.insert(_lease), func.json_each(bindparam("which", type_=String())).table_valued("value").c.value
)


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
