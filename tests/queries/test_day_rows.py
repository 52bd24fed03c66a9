"""Right after an import PostgreSQL has not counted the rows yet, and takes every table for an empty one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from webapp.lifecycle.sum_days import owner_of
from webapp.queries.day_rows import ASKED_ABOUT, days_sold, product_days


@contextmanager
def plans_of(session) -> Iterator[list[str]]:
    """How the database went about each question asked meanwhile."""
    asked, plans = [], list[str]()
    connection = session.connection()

    def listen(_connection, _cursor, statement, parameters, *_more) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    yield plans
    event.remove(connection, "before_cursor_execute", listen)
    for statement, parameters in asked:
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF) {statement}", parameters)
        plans.append("\n".join(rows.scalars()))


def passed_over(plan: str) -> int:
    """Rows that were read beside others only to find that they do not belong together."""
    return sum(map(int, re.findall(r"Rows Removed by Join Filter: (\d+)", plan)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_no_line_is_read_once_for_every_order(acts, runtime):
    shop = acts.connects("shopify")
    acts.syncs(shop)
    owner = owner_of(acts.integration(shop))
    with runtime.database.reading() as session, plans_of(session) as plans:
        every = days_sold(session, owner, [str(n) for n in range(ASKED_ABOUT + 1)], since=date.min)
        sold = product_days(session, owner, every)
        variants = sorted({one.variant_id for one in sold if one.variant_id})
        assert days_sold(session, owner, variants, since=date.min) == every
    assert len(plans) == 3
    assert len(sold) > 500
    assert [passed_over(plan) for plan in plans] == [0, 0, 0], plans
