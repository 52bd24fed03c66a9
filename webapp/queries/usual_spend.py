"""What an ad account usually spends in a day: the size of what a problem leaves out of profit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from sqlmodel import Session

from webapp.queries import wording
from webapp.queries.day_figures import ad_figures_of
from webapp.queries.day_rows import Owner
from webapp.words import say

# As far back as the overview looks for days to compare with; fewer days than a few say nothing.
BACK, A_FEW = timedelta(days=28), 3


def usual_spend(session: Session, since: Mapping[Owner, date]) -> dict[Owner, str]:
    """For each account, in words, over the four weeks before its day; absent where there is too little to go by."""
    if not since:
        return {}
    found: dict[Owner, list[int]] = defaultdict(list)
    currencies: dict[Owner, str] = {}
    first, last = min(since.values()) - BACK, max(since.values()) - timedelta(days=1)
    for one in ad_figures_of(session, {owner.workspace_id for owner in since}, first, last):
        account = Owner(one.workspace_id, one.platform, one.account_id)
        if account in since and since[account] - BACK <= one.day < since[account]:
            found[account].append(one.spend_micros)
            currencies[account] = one.currency
    return {account: usually(spent, currencies[account]) for account, spent in found.items() if len(spent) >= A_FEW}


def usually(spent: list[int], currency: str) -> str:
    """ "On comparable days it ran $180 to $240 a day."."""
    low, high = wording.money(min(spent), currency), wording.money(max(spent), currency)
    if low == high:
        return say("On comparable days it ran {amount} a day.", amount=low)
    return say("On comparable days it ran {low} to {high} a day.", low=low, high=high)
