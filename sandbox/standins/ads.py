"""What the ad platforms' stand-ins have in common: who reaches which account, what was spent, and the ledger of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sandbox.ad_data import AdAccount, SpendRow, campaigns, spend_rows
from sandbox.standins.base import Account, Ledger, Standin
from sandbox.switches import is_on, since_when
from sandbox.world import World

LAST_DAYS = timedelta(days=5)
AURORA, BOREALIS = ("ana@aurora.test", "ops@aurora.test"), ("bob@borealis.test",)


class AdsStandin(Standin):
    ad_accounts: tuple[AdAccount, ...]

    @property
    def accounts(self) -> tuple[Account, ...]:  # type: ignore[override]
        return tuple(Account(one.id, one.name, one.reached_by) for one in self.ad_accounts)

    def account(self, account_id: str) -> AdAccount | None:
        return next((one for one in self.ad_accounts if one.id == account_id), None)

    def rows(self, world: World, account: AdAccount, first: date, last: date) -> Iterable[SpendRow]:
        rows = spend_rows(
            account, first=first, last=last, first_day=world.first_day, now=world.now(),
            late_since=since_when(world, self.slug, "late_data", account.id),
        )  # fmt: skip
        deleted = since_when(world, self.slug, "deleted_rows", account.id)
        if deleted is None:
            return rows
        gone = campaigns(account)[-1], deleted.date() - LAST_DAYS, deleted.date()
        return (row for row in rows if not (row.campaign == gone[0] and gone[1] <= row.day <= gone[2]))

    def listed(self, world: World, account: AdAccount, first: date, last: date) -> list[SpendRow]:
        """What the report by campaign shows of it: all, unless the permission sees only part."""
        hidden = campaigns(account)[0] if is_on(world, self.slug, "hidden_rows", account.id) else None
        return [row for row in self.rows(world, account, first, last) if row.campaign != hidden]

    def spent(self, world: World, account: AdAccount, first: date, last: date) -> dict[date, int]:
        """What the whole account spent on each day that it spent anything on."""
        days: dict[date, int] = {}
        for row in self.rows(world, account, first, last):
            days[row.day] = days.get(row.day, 0) + row.spend
        return days

    def ledger(self, world: World) -> Ledger:
        return {
            account.id: {
                "daily_spend": [
                    {"id": f"{row.campaign.id}:{row.day}", "day": str(row.day), "amount_micros": row.spend,
                     "currency": account.currency}
                    for row in self.rows(world, account, world.first_day, date.max)
                ]
            }
            for account in self.ad_accounts
        }  # fmt: skip


def decimal(micros: int) -> str:
    """Micros as the decimal text the ad platforms use."""
    return f"{micros // 1_000_000}.{micros % 1_000_000 // 10_000:02}"
