"""Ask a store for its own list of the last days, and hold ours against it; nothing is written."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from webapp.lifecycle.allowance import Allowance, counted
from webapp.lifecycle.refresh import renewer, usable_token
from webapp.lifecycle.runtime import Runtime
from webapp.models.access import Login
from webapp.models.data import OrderRow, Tombstone, VariantRow
from webapp.models.integration import Integration
from webapp.models.plan import INDEX_LAG, day_start, local_day
from webapp.platforms.diagnosis import Trouble
from webapp.platforms.roll import Roll
from webapp.platforms.streams import Window
from webapp.queries.coverage import data_through
from webapp.queries.help_checks.roll_facts import Ours, RollFacts, roll_facts


def call_roll(runtime: Runtime, one: Integration, *, days: int) -> RollFacts | None:
    """None where it cannot be asked, or does not answer well: whatever is wrong, the sync finds out and says so."""
    if not one.is_active or one.failing_since is not None:
        return None
    now = runtime.now()
    with runtime.database.reading() as session:
        login = session.get(Login, one.login_id) if one.login_id is not None else None
        platform = runtime.platform(one.platform)
        through = data_through(session, platform, one)
    if login is None or through is None:
        return None
    asked = _last_days(one, now, days)
    try:
        roll = _asked(runtime, one, login, asked)
    except Trouble:
        return None
    if roll is None:
        return None
    with runtime.database.reading() as session:
        variants, read_at = _variants(session, one)
        ours = Ours(
            orders=_orders(session, one, asked), variants=variants, read_through=through - INDEX_LAG,
            variants_read_at=read_at, first_day=one.first_day,
        )  # fmt: skip
    return roll_facts(roll, ours, days=days, cut_at=_cut_at(one, asked, days))


def _last_days(one: Integration, now: datetime, days: int) -> Window:
    zone = ZoneInfo(one.timezone)
    today = local_day(now, zone)
    first = max(one.readable_from(today), today - timedelta(days=days - 1))
    # A minute less than now: what is placed meanwhile is neither counted nor missed.
    return Window(first=first, last=today, start=day_start(first, zone), end=now - INDEX_LAG)


def _cut_at(one: Integration, asked: Window, days: int) -> date | None:
    """Where the permission reaches less far back than was asked for, and than our data does."""
    is_cut = asked.last - asked.first < timedelta(days=days - 1) and asked.first > one.first_day
    return asked.first if is_cut else None


def _asked(runtime: Runtime, one: Integration, login: Login, days: Window) -> Roll | None:
    assert login.id is not None
    platform = runtime.platform(one.platform)
    api = runtime.api(
        platform, token=usable_token(runtime, login.id), tenant=login.tenant, renew=renewer(runtime, login.id),
        quick=True,
    )  # fmt: skip
    # What is kept for everybody's newest days is not for counting.
    Allowance(runtime, platform).admit(days, today=days.last + timedelta(days=7))
    with counted(runtime, platform, api):
        return platform.roll(api, one.account, days, before=day_start(one.first_day, ZoneInfo(one.timezone)))


def _orders(session: Session, one: Integration, days: Window) -> dict[str, str]:
    rows = session.exec(
        select(OrderRow.order_id, OrderRow.name).where(
            OrderRow.workspace_id == one.workspace_id, OrderRow.platform == one.platform,
            OrderRow.account_id == one.account_id,
            col(OrderRow.created_at) >= days.start, col(OrderRow.created_at) < days.end,
        )
    )  # fmt: skip
    return dict(rows.all())


def _variants(session: Session, one: Integration) -> tuple[dict[str, str], datetime | None]:
    """Those that the store still has, and when they were last read whole. A deleted one is kept, with what it cost."""
    held = session.exec(
        select(VariantRow.variant_id, VariantRow.title, VariantRow.seen_at).where(
            VariantRow.workspace_id == one.workspace_id, VariantRow.platform == one.platform,
            VariantRow.account_id == one.account_id,
        )
    ).all()  # fmt: skip
    gone = set(session.exec(
        select(Tombstone.record_id).where(
            Tombstone.workspace_id == one.workspace_id, Tombstone.platform == one.platform,
            Tombstone.account_id == one.account_id, Tombstone.stream == "products",
        )
    ))  # fmt: skip
    read_at = max((seen_at for _, _, seen_at in held), default=None)
    return {id: title for id, title, _ in held if id not in gone}, read_at - INDEX_LAG if read_at else None
