"""Keep what a day was before it came to something else: only of days that were known whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from webapp.models.day_sum import AdDay, Because, StoreDay
from webapp.models.restated import DayFigure, Restated
from webapp.models.sync import Coverage
from webapp.queries.day_rows import Owner

FIGURES: dict[type[StoreDay | AdDay], dict[DayFigure, str]] = {
    StoreDay: {
        DayFigure.SALES: "sales_micros", DayFigure.REFUNDS: "refund_micros", DayFigure.GOODS: "goods_micros",
    },
    AdDay: {DayFigure.SPEND: "spend_micros"},
}  # fmt: skip


def settled_days(session: Session, owner: Owner, days: Sequence[date]) -> set[date]:
    """Those that have been read to their end, in every stream that has days."""
    rows = session.execute(
        select(col(Coverage.day), col(Coverage.complete)).where(*_mine(Coverage, owner), col(Coverage.day).in_(days))
    ).all()
    return {day for day, complete in rows if complete} - {day for day, complete in rows if not complete}


def note_restated(
    session: Session, owner: Owner, days: Mapping[date, Because], sums: Sequence[StoreDay | AdDay], now: datetime
) -> None:
    """Before the new sums of these days are written: each figure of a settled day that is another than it was."""
    new: dict[tuple[type[StoreDay | AdDay], date], StoreDay | AdDay] = {(type(one), one.day): one for one in sums}
    for table, figures in FIGURES.items():
        then = select(table).where(*_mine(table, owner), col(table.day).in_(list(days)), col(table.settled))
        for old in cast(list[StoreDay | AdDay], session.scalars(then).all()):
            one = new.get((table, old.day))
            for figure, name in figures.items():
                before, after = getattr(old, name), getattr(one, name) if one is not None else 0
                if before != after:
                    session.add(
                        Restated(
                            **owner._asdict(), day=old.day, figure=figure, old_micros=before, new_micros=after,
                            currency=old.currency, because=days[old.day], at=now,
                        )
                    )  # fmt: skip
            # Replaced by statements that the session does not see.
            session.expunge(old)


def _mine(table: type[StoreDay | AdDay | Coverage], owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.workspace_id) == owner.workspace_id,
        col(table.platform) == owner.platform,
        col(table.account_id) == owner.account_id,
    )
