"""Many accounts: the stand-ins' own dialects over real HTTP, with accounts made from a number, and who reads them."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from sqlmodel import col, select, update

from sandbox.ad_data import AdAccount, SpendRow
from sandbox.standins import standins
from sandbox.standins.ads import AdsStandin
from sandbox.world import PEOPLE
from tests.acts import Acts, Compared
from tests.sandbox_server import SandboxServer
from webapp.lifecycle.choose_accounts import choose_accounts
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.sign_up import open_workspace
from webapp.models.data import SpendRow as StoredRow
from webapp.models.integration import Integration

FIRST_ID = {"meta_ads": 70_500_000, "google_ads": 8_050_000_000, "tiktok_ads": 90_500_000}
EACH = 20
DAYS = 7


class Owner(NamedTuple):
    """One merchant with a login at one platform that reaches twenty accounts."""

    email: str
    platform: str
    accounts: list[AdAccount]


class Readers:
    """The platforms' own view of who reads which account: `overlaps` are reads of one by two at the same time.

    They (or `only` one of them) think for some seconds about every answer: what a second reader would be caught in, and
    a kill as well. `most` is how many each platform answered at once.
    """

    def __init__(self, seconds: float, only: str | None = None) -> None:
        self.seconds, self._only = seconds, only
        self.most: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._now: Counter[str] = Counter()
        self.reads = 0
        self.overlaps = 0

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        rows = AdsStandin.rows

        def watched(standin, world, account, first, last) -> list[SpendRow]:
            slug = standin.slug
            with self._lock:
                self._now.update((account.id, slug))
                self.reads += 1
                self.overlaps += self._now[account.id] > 1
                self.most[slug] = max(self.most[slug], self._now[slug])
            if self._only in (None, slug):
                time.sleep(self.seconds)
            found = list(rows(standin, world, account, first, last))
            with self._lock:
                self._now.subtract((account.id, slug))
            return found

        patch.setattr(AdsStandin, "rows", watched)


def owners(patch: pytest.MonkeyPatch, count: int) -> list[Owner]:
    """So many accounts, twenty a login, in turn at each ad platform; the stand-ins know them and nobody else."""
    made: list[Owner] = []
    by_platform: dict[str, list[AdAccount]] = defaultdict(list)
    for start in range(0, count, EACH):
        slug = list(FIRST_ID)[start // EACH % len(FIRST_ID)]
        email = f"owner{start // EACH}@fleet.test"
        accounts = [
            AdAccount(str(FIRST_ID[slug] + number), f"Fleet {number}", "USD", "America/New_York", (email,))
            for number in range(start, min(start + EACH, count))
        ]
        made.append(Owner(email, slug, accounts))
        by_platform[slug] += accounts
        patch.setitem(PEOPLE, email, "An Owner")
    for slug, accounts in by_platform.items():
        patch.setattr(standins()[slug], "ad_accounts", tuple(accounts), raising=False)
    return made


def connect(runtime: Runtime, sandbox: SandboxServer, person_id: str, owner: Owner) -> str:
    """A workspace of this owner's, with every account connected through the real round trip; the workspace's id."""
    with runtime.database.writing() as session:
        workspace_id = open_workspace(session, person_id=person_id, name=owner.email, now=runtime.now())
    acts = Acts(runtime, sandbox, person_id, workspace_id)
    back = acts.returns(owner.platform, sandbox.approve(acts.leaves_for(owner.platform), owner.email))
    if len(owner.accounts) > 1:
        choose_accounts(
            runtime, authorization_id=back.authorization_id or "", person_id=person_id, workspace_id=workspace_id,
            account_ids=[one.id for one in owner.accounts],
        )  # fmt: skip
    return workspace_id


def shorten(runtime: Runtime) -> None:
    """A week of history instead of ninety days: it is the many that are looked at, not the depth."""
    with runtime.database.writing() as session:
        first = (runtime.now() - timedelta(days=DAYS)).date()
        session.execute(update(Integration).values(first_day=first))


def spread(runtime: Runtime, interval: int) -> None:
    """As merchants come one by one, so are they read: at any moment some, not all at once."""
    now = runtime.now()
    with runtime.database.writing() as session:
        ids = session.exec(select(Integration.id)).all()
        for number, one in enumerate(ids):
            later = timedelta(seconds=interval * number / len(ids))
            session.execute(update(Integration).where(col(Integration.id) == one).values(next_sync_at=now + later))


def compared(runtime: Runtime, sandbox: SandboxServer) -> Compared:
    """Every stored row of every account against the ledgers."""
    truth: dict[str, set[tuple[str, str, int]]] = {}
    for slug in FIRST_ID:
        for account, streams in standins()[slug].ledger(sandbox.world).items():
            truth[account] = {(str(one["id"]), str(one["day"]), int(str(one["amount_micros"])))
                              for one in streams["daily_spend"]}  # fmt: skip
    stored: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    with runtime.database.reading() as session:
        firsts: dict[str, date] = dict(session.exec(select(Integration.account_id, Integration.first_day)).all())
        for row in session.exec(select(StoredRow.account_id, StoredRow.campaign_id, StoredRow.day,
                                       StoredRow.spend_micros)):  # fmt: skip
            stored[row[0]].append((f"{row[1]}:{row[2]}", str(row[2]), row[3]))
    rows = lost = too_many = doubled = 0
    for account, first in firsts.items():
        owed = {one for one in truth[account] if one[1] >= str(first)}
        rows, lost = rows + len(owed), lost + len(owed - set(stored[account]))
        too_many += len(set(stored[account]) - owed)
        doubled += len(stored[account]) - len(set(stored[account]))
    return Compared(rows, lost, too_many, doubled)


def all_read_since(runtime: Runtime, moment) -> bool:
    with runtime.database.reading() as session:
        late = select(Integration.id).where(
            (col(Integration.last_success_at).is_(None)) | (col(Integration.last_success_at) <= moment)
        )
        return session.exec(late.limit(1)).first() is None
