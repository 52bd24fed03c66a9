"""Made-up days for the patterns page: a calendar with every state in it, and receipts that match, differ and wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from webapp.models.comparison import Figures
from webapp.models.day_note import Reason
from webapp.models.day_state import DayState
from webapp.models.receipt_day import Checked, ReceiptDay
from webapp.queries import wording
from webapp.queries.calendar_facts import (
    AccountCoverage,
    CalendarFacts,
    CoveragePage,
    DayFacts,
    StripFacts,
    tally_words,
)
from webapp.queries.receipt_facts import ReceiptFacts, ReceiptLine

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
LAST = date(2026, 11, 12)
FIRST = LAST - timedelta(days=90)


def _state(back: int) -> DayState:
    if back > 80:
        return DayState.BEFORE
    if back in (4, 5):
        return DayState.MISSING
    if back in (3, 6):
        return DayState.PARTIAL
    return DayState.CHANGING if back < 28 else DayState.COMPLETE


def _day(back: int) -> DayFacts:
    day, state = LAST - timedelta(days=back), _state(back)
    blank = DayFacts(
        day=day, name=wording.day(day), state=state, week=(day - FIRST + timedelta(days=FIRST.weekday())).days // 7,
        weekday=day.weekday(),
    )  # fmt: skip
    if state in (DayState.BEFORE, DayState.MISSING):
        return blank
    told = replace(blank, rows="7 campaign days", amount="$412", fetched="Thu 12 Nov, 06:10")
    if back == 9:
        note = "Meta's total is $57.20 higher ($469; here $412). Read again on Tue 3 Nov, and it is still so."
        return replace(told, note=note, differs=True)
    return replace(told, check="Equal to Meta's total")


DAYS = tuple(_day(back) for back in reversed(range(91)))
SUMMARY = tally_words([one.state for one in DAYS])
CALENDAR = CalendarFacts(
    id="meta-all", label="ad spend", days=DAYS, months=((1, "Aug"), (3, "Sep"), (7, "Oct"), (11, "Nov")),
    summary=SUMMARY, earlier="12 earlier days, all complete.",
)  # fmt: skip
STRIP = StripFacts(
    squares=tuple((day.state, day.week, day.weekday) for day in DAYS),
    summary=SUMMARY,
)
META_DAYS = AccountCoverage(
    id="meta", platform="meta_ads", platform_name="Meta Ads", account_name="Aurora Outdoor US", mark="meta",
    together=CALENDAR, streams=(replace(CALENDAR, id="meta-daily_spend"),),
)  # fmt: skip
SHOP_DAYS = AccountCoverage(
    id="shopify",
    platform="shopify",
    platform_name="Shopify",
    account_name="Aurora <Outdoor>",
    mark="shopify",
    together=replace(CALENDAR, id="shopify-all", label="orders and refunds"),
    streams=(
        replace(CALENDAR, id="shopify-orders", label="orders"),
        replace(CALENDAR, id="shopify-refunds", label="refunds"),
    ),
    whole=("Products have no days: they are read whole, last read 2 h ago.",),
)
COVERAGE = CoveragePage(
    accounts=(SHOP_DAYS, META_DAYS), span="Fri 14 Aug to Thu 12 Nov", earlier=FIRST - timedelta(days=1), later=LAST
)


def _line(back: int, before: tuple[int, int] | None, after: tuple[int, int], checked: Checked) -> ReceiptLine:
    day = LAST - timedelta(days=back)
    theirs = after[1] + 3_200_000 if checked is Checked.DIFFERS else after[1]
    words = {
        Checked.EQUAL: "Equal",
        Checked.CHANGING: "Still changing",
        Checked.DIFFERS: "Meta's total is $3.20 higher ($415; here $412). Likely: it was corrected since",
    }
    figures = ReceiptDay(
        stream="daily_spend", day=day, missed=back < 4, before=Figures(*before) if before else None,
        after=Figures(*after), their_micros=theirs, checked=checked, reason=Reason.UNKNOWN,
    )  # fmt: skip
    return ReceiptLine(
        figures=figures, name=wording.day(day), stream="ad spend",
        before=f"{before[0]} campaign days, {wording.money(before[1], 'USD')}" if before else None,
        after=f"{after[0]} campaign days, {wording.money(after[1], 'USD')}",
        theirs=wording.money(theirs, "USD"), verdict=words[checked],
    )  # fmt: skip


RECEIPT = ReceiptFacts(
    id="r", away_from=NOW - timedelta(days=3), away_to=NOW, days=4, found=(), amount="$1,204", by="Ana",
    complete_at=NOW, company="Meta", currency="USD", came_in=(("ad spend", "21 campaign days, $1,204"),),
    missed=(
        _line(3, (4, 201_000_000), (7, 412_000_000), Checked.EQUAL),
        _line(2, None, (7, 398_100_000), Checked.EQUAL),
        _line(1, None, (6, 401_500_000), Checked.EQUAL),
        _line(0, None, (4, 193_400_000), Checked.CHANGING),
    ),
    corrected=(_line(9, (7, 377_000_000), (7, 380_120_000), Checked.EQUAL),),
    matches=True, checked_at=NOW,
)  # fmt: skip
RECEIPTS = {
    "receipt": RECEIPT,
    "receipt-differs": replace(
        RECEIPT, missed=(_line(2, None, (7, 412_000_000), Checked.DIFFERS), *RECEIPT.missed), matches=False
    ),
    "receipt-not-checked": replace(RECEIPT, matches=None, checked_at=None),
}
