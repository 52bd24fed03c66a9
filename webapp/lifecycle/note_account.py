"""The account as the platform describes it now: another name, currency or time zone is taken over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from webapp.lifecycle.runtime import bump
from webapp.models.integration import Integration
from webapp.models.sync import Coverage
from webapp.platforms.consent import Account


def note_account(session: Session, integration: Integration, account: Account, now: datetime) -> bool:
    """Write down what changed; whether anything did. Where days begin elsewhere now, or amounts are in another
    currency, every day that was read is owed once more."""
    before = integration.account
    if (account.name, account.currency, account.timezone) == (before.name, before.currency, before.timezone):
        return False
    integration.account_name, integration.currency, integration.timezone = (
        account.name, account.currency, account.timezone,
    )  # fmt: skip
    if (account.currency, account.timezone) != (before.currency, before.timezone):
        session.execute(
            update(Coverage)
            .where(
                col(Coverage.workspace_id) == integration.workspace_id,
                col(Coverage.platform) == integration.platform,
                col(Coverage.account_id) == integration.account_id,
            )
            .values(again_at=now)
        )
    bump(session, integration.workspace_id)
    return True
