"""Day sums that can never disagree with their rows.

Whoever changes rows marks their days stale in the same transaction; a sync marks each day it touches once, however many
of its pages do. The clock sums them (`sum_stale_days`) once nobody reads the account any more, some days at a time.
Until then readers reckon a stale day from its rows (`queries/day_figures.py`), so a kill in between changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Insert, Select, and_, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from webapp.database import insert_of, table_of
from webapp.lifecycle.bulk import Row, bulk
from webapp.lifecycle.note_restated import note_restated, settled_days
from webapp.lifecycle.runtime import Runtime
from webapp.models.day_sum import AdDay, Because, ProductDay, StaleDay, StoreDay
from webapp.models.integration import Integration
from webapp.models.lease import Lease
from webapp.queries.day_rows import Owner, ad_days, product_days, store_days

# So many days in one transaction: short enough that nobody waits for it, and that they fit beside a page of rows.
AT_ONCE = 7
A_DAY = timedelta(days=1)


def owner_of(integration: Integration) -> Owner:
    return Owner(integration.workspace_id, integration.platform, integration.account_id)


def mark_stale(session: Session, owner: Owner, days: Iterable[date], because: Because = Because.ROWS) -> None:
    """These days have to be summed again, and their neighbours: a record that comes again after the account's time zone
    changed may have left the day beside."""
    wide = sorted({day + step for day in days for step in (-A_DAY, timedelta(0), A_DAY)})
    if not wide:
        return
    _one_at_a_time(session, owner)
    session.execute(_marking(insert_of(session)), [{**owner._asdict(), "day": day, "because": because} for day in wide])


@cache
def _marking(insert: Callable[..., sqlite.Insert | postgresql.Insert]) -> Insert:
    stale = insert(table_of(StaleDay))
    key = ["workspace_id", "platform", "account_id", "day"]
    marking: Insert = stale.on_conflict_do_update(index_elements=key, set_={"because": stale.excluded.because})
    return marking


# Asked every two seconds, so made once.
_ANY = select(col(StaleDay.day)).limit(1)


def sum_stale_days(runtime: Runtime) -> None:
    """Every day that is stale, newest first, of accounts that nobody is reading just now."""
    now = runtime.now()
    with runtime.database.reading() as session:
        if session.execute(_ANY).first() is None:
            return
        stale = session.scalars(_stale_and_unread(now)).all()
    for integration in stale:
        more = True
        while more and not runtime.stopping.is_set():
            with runtime.database.writing() as session:
                more = not _is_read(session, integration, now) and sum_some(session, owner_of(integration), now)


def _stale_and_unread(now: datetime) -> Select[Integration]:
    integrations = select(Integration).join(
        StaleDay,
        and_(
            col(StaleDay.workspace_id) == col(Integration.workspace_id),
            col(StaleDay.platform) == col(Integration.platform),
            col(StaleDay.account_id) == col(Integration.account_id),
        ),
    )
    read = select(Lease).where(col(Lease.integration_id) == col(Integration.id), col(Lease.until) > now).exists()
    return integrations.where(~read).distinct()


def _is_read(session: Session, integration: Integration, now: datetime) -> bool:
    """Whether somebody reads the account. Who has been silent for too long does not: their claim is lost with this
    transaction, because they mark a day only once while they hold it."""
    mine = col(Lease.integration_id) == integration.id
    session.execute(delete(Lease).where(mine, col(Lease.until) < now))
    return session.execute(select(col(Lease.fence)).where(mine)).first() is not None


def sum_some(session: Session, owner: Owner, now: datetime) -> bool:
    """The newest stale days of an account; whether there may be more."""
    _one_at_a_time(session, owner)
    stale = select(col(StaleDay.day), col(StaleDay.because)).where(*_mine(StaleDay, owner))
    newest = session.execute(stale.order_by(col(StaleDay.day).desc()).limit(AT_ONCE))
    days = {row.day: row.because for row in newest}
    if days:
        session.execute(delete(StaleDay).where(*_mine(StaleDay, owner), col(StaleDay.day).in_(days)))
        _sum(session, owner, days, now)
    return len(days) == AT_ONCE


def _sum(session: Session, owner: Owner, reasons: Mapping[date, Because], now: datetime) -> None:
    days = list(reasons)
    products = product_days(session, owner, days)
    stores, ads = store_days(session, owner, days, products), ad_days(session, owner, days)
    sums: list[StoreDay | AdDay] = [*stores, *ads]
    note_restated(session, owner, reasons, sums, now)
    settled = settled_days(session, owner, days)
    for one in sums:
        one.settled = one.day in settled
    _replace(session, StoreDay, owner, days, [one.model_dump() for one in stores])
    _replace(session, ProductDay, owner, days, ())
    # As many as a store has variants, every day: by the driver, in the order of the table's columns.
    bulk(session).upsert(ProductDay, lambda: (_product_row(owner, one) for one in products), all_new=True)
    _replace(session, AdDay, owner, days, [one.model_dump() for one in ads])


def _product_row(owner: Owner, one: ProductDay) -> Row:
    return *owner, one.day.isoformat(), one.variant_id, one.title, one.units, one.sales_micros, one.goods_micros


def _replace(
    session: Session,
    table: type[StoreDay | ProductDay | AdDay],
    owner: Owner,
    days: Sequence[date],
    sums: Sequence[dict[str, object]],
) -> None:
    session.execute(delete(table).where(*_mine(table, owner), col(table.day).in_(days)))
    if sums:
        session.execute(table_of(table).insert(), sums)


def _mine(table: type[StaleDay | StoreDay | ProductDay | AdDay], owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.workspace_id) == owner.workspace_id,
        col(table.platform) == owner.platform,
        col(table.account_id) == owner.account_id,
    )


def _one_at_a_time(session: Session, owner: Owner) -> None:
    """Until this transaction ends nobody else marks or sums the account's days; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"day sums {' '.join(owner)}"))))
