"""The product's side of the sync benchmarks: claim and sync, as the clock does it, of a shop and an ad account.

`python -m tests.bench.our_sync SERVER DATABASE` prints how long the first sync of each and a later one took, the
median of three.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import func, select
from sqlmodel import Session, col

from app import create_app
from tests.bench.pages import AD_ACCOUNT, DAYS, SHOP, SHOP_NUMBER, ZONE
from tests.bench.peak import peak_mb
from webapp.lifecycle.claim import claim_due
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sync import sync
from webapp.models.access import Grant, Login, place
from webapp.models.columns import opaque_id
from webapp.models.data import LineRow, OrderRow, SpendRow
from webapp.models.integration import Integration
from webapp.models.people import Workspace
from webapp.models.plan import local_day
from webapp.models.sync import Outcome
from webapp.platforms import registry
from webapp.settings import Settings

WORKSPACE = "bench"
TIMES_AGAIN = 3
FAR = timedelta(days=30)


def main(server: str, database: str) -> None:
    with tempfile.TemporaryDirectory(prefix="shopimize-bench-") as folder:
        environ = {"ENV": "local", "DATABASE_URL": database, "INSTANCE": folder}
        for slug in ("SHOPIFY", "META_ADS"):
            environ |= {f"{slug}_CLIENT_ID": "x", f"{slug}_CLIENT_SECRET": "x", f"{slug}_BASE_URL": server}
        runtime: Runtime = create_app(Settings.from_env(environ, instance=Path(folder))).extensions["runtime"]
        # Nobody's time counts what is imported.
        registry()
        with runtime.database.writing() as session:
            session.add(Workspace(id=WORKSPACE, name="Bench", created_at=runtime.now()))
            session.flush()
            shop = _connected(runtime, session, "shopify", SHOP_NUMBER, SHOP)
            ads = _connected(runtime, session, "meta_ads", AD_ACCOUNT, None)
        took = {"orders": _synced(runtime, shop), "insights": _synced(runtime, ads)}
        rows = {"orders": _count(runtime, OrderRow) + _count(runtime, LineRow), "insights": _count(runtime, SpendRow)}
        again = {
            name: median(_synced(runtime, one) for _ in range(TIMES_AGAIN))
            for name, one in (("orders", shop), ("insights", ads))
        }
        assert rows["insights"] == _count(runtime, SpendRow)
        print(json.dumps({"seconds": took, "rows": rows, "again": again, "peak_mb": peak_mb()}))


def _connected(runtime: Runtime, session: Session, slug: str, account: str, tenant: str | None) -> str:
    """An integration as connecting leaves it, due now."""
    now = runtime.now()
    login = Login(workspace_id=WORKSPACE, platform=slug, subject="1", name="Ana", tenant=tenant, created_at=now)
    session.add(login)
    session.flush()
    grant = opaque_id()
    session.add(Grant(id=grant, login_id=login.id, issued_at=now, live_at=now, access_expires_at=now + FAR * 3,
                      access_sealed=runtime.vault.seal("token", place=place(grant, "access")),
                      refresh_sealed=runtime.vault.seal("token", place=place(grant, "refresh"))))  # fmt: skip
    one = Integration(
        workspace_id=WORKSPACE, platform=slug, account_id=account, account_name="Aurora", currency="USD",
        timezone=ZONE.key, route=tenant, login_id=login.id, created_at=now, granted_at=now, next_sync_at=now,
        first_day=local_day(now, ZONE) - timedelta(days=DAYS - 1),
    )  # fmt: skip
    session.add(one)
    session.flush()
    return one.id


def _synced(runtime: Runtime, integration_id: str) -> float:
    """Seconds from being due to being done."""
    with runtime.database.writing() as session:
        session.get_one(Integration, integration_id).next_sync_at = runtime.now()
    began = time.perf_counter()
    (claim,) = claim_due(runtime, limit=1, only=integration_id)
    outcome = sync(runtime, claim)
    took = time.perf_counter() - began
    assert outcome is Outcome.DONE, outcome
    return took


def _count(runtime: Runtime, table: type[OrderRow | LineRow | SpendRow]) -> int:
    with runtime.database.reading() as session:
        return session.execute(
            select(func.count()).select_from(table).where(col(table.workspace_id) == WORKSPACE)
        ).scalar_one()


if __name__ == "__main__":
    main(*sys.argv[1:])
