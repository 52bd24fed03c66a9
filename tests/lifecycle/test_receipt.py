"""What a recovery brought back, day by day, held against the platform's own totals, on the page, by mail and as CSV."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import datetime

from tests.lifecycle.cases import each
from webapp.models.access import Ending
from webapp.models.receipt_day import Checked, days_in
from webapp.models.sync import Outcome
from webapp.models.trouble import Receipt
from webapp.platforms import registry


def away_for(acts, slug, days=3, switch="access_revoked"):
    """Connected, imported, broken for some days, reconnected and caught up."""
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, switch)
    acts.syncs(integration)
    acts.sandbox.advance(days=days)
    assert acts.reconnects(integration).ending is Ending.CONNECTED
    assert acts.syncs(integration) is Outcome.DONE
    return integration


def spreadsheet(someone, integration, receipt):
    reply = someone.client.get(f"/integrations/{integration}/receipts/{receipt.id}.csv")
    assert reply.mimetype == "text/csv"
    assert reply.headers["Content-Disposition"].startswith("attachment; filename=receipt-")
    return list(csv.DictReader(io.StringIO(reply.text)))


def ledger_of(acts, integration, stream):
    found = acts.integration(integration)
    days: dict[str, list[int]] = {}
    for _, day, amount in acts.sandbox.truth(found.platform, found.account_id, stream):
        days.setdefault(day, []).append(amount)
    return days


@each
def test_every_day_away_is_on_it_as_the_ledger_has_it(acts, slug):
    integration = away_for(acts, slug)
    receipt = acts.receipt(integration)
    missed = [day for day in days_in(receipt.days) if day.missed]
    assert len(missed) == receipt.owed_days == 4
    truth = ledger_of(acts, integration, missed[0].stream)
    assert [(day.after.rows, day.after.micros) for day in missed] == [
        (len(truth.get(str(day.day), [])), sum(truth.get(str(day.day), []))) for day in missed
    ]
    assert missed[0].before is not None, "the day it broke had numbers already"
    assert all(day.before is None for day in missed[1:])
    if slug != "shopify":
        gained = sum(day.after.micros - (day.before.micros if day.before else 0) for day in missed)
        assert receipt.amount_micros == gained, "only what was missing came back"


@each
def test_it_is_checked_by_the_clock_and_matches(acts, slug):
    integration = away_for(acts, slug)
    company = registry()[slug].company
    assert acts.receipt(integration).checked_at is None
    assert f"back; not checked against {company}'s total yet." in acts.row(integration).sentence
    assert acts.compares(integration) == 1
    receipt = acts.receipt(integration)
    assert receipt.matches is True
    checked = [day.checked for day in days_in(receipt.days) if day.missed]
    assert checked == [Checked.EQUAL] * 3 + [Checked.CHANGING], "today is not over"
    assert re.search(rf"4 days, .*back; matches {company}'s (total|count)\.", acts.row(integration).sentence)


@each
def test_a_busy_platform_never_holds_up_the_recovery(acts, slug, send_mail):
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, "access_revoked")
    acts.syncs(integration)
    assert send_mail() == 1
    acts.sandbox.advance(days=2)
    acts.reconnects(integration)
    acts.syncs(integration)
    acts.sandbox.switch(slug, "rate_limited")
    assert acts.compares(integration) == 0
    assert acts.row(integration).health == "connected"
    assert send_mail() == 1
    assert "not checked against" in acts.sandbox.letters()[1]["text"]
    acts.sandbox.switch(slug, "rate_limited", on=False)
    acts.sandbox.advance(hours=1)
    assert acts.compares(integration) == 1
    assert acts.receipt(integration).matches is True


@each
def test_a_day_that_differs_is_named_with_how_much(acts, slug, ana, send_mail):
    """Rows that the permission does not show: the days back do not come to the platform's own total."""
    integration = acts.connects(slug, shop="cedar.myshopify.com")
    acts.syncs(integration)
    acts.sandbox.switch(slug, "access_revoked")
    acts.syncs(integration)
    assert send_mail() == 1
    acts.sandbox.advance(days=3)
    acts.sandbox.switch(slug, "hidden_rows")
    acts.reconnects(integration)
    acts.syncs(integration)
    acts.compares(integration)
    receipt = acts.receipt(integration)
    assert receipt.matches is False
    differing = [day for day in days_in(receipt.days) if day.checked is Checked.DIFFERS]
    assert differing
    page = html.unescape(ana.client.get(f"/integrations/{integration}/receipts/{receipt.id}").text)
    company = registry()[slug].company
    assert re.search(rf"{company}('s total is \S+ higher| counts \d+ orders? more) \(", page)
    assert re.search(rf"differs? from {company}'s", acts.row(integration).sentence)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[1]
    for body in (letter["text"], html.unescape(re.sub(r"<[^>]+>", " ", letter["html"]))):
        assert re.search(rf"{company}('s total is \S+ higher| counts \d+ orders? more) \(", body)
    (said, *_) = [
        line["Check"] for line in spreadsheet(ana, integration, receipt) if line["Day"] == str(differing[0].day)
    ]
    assert re.match(rf"{company}('s total is \S+ higher| counts \d+ orders? more) \(", said)

    acts.sandbox.switch(slug, "hidden_rows", on=False)
    acts.sandbox.advance(minutes=15)
    acts.syncs(integration)
    acts.compares(integration)
    assert acts.receipt(integration).matches is True, "read again, and equal"
    assert f"after {company} corrected it" in ana.client.get(f"/integrations/{integration}/receipts/{receipt.id}").text


def test_totals_in_another_currency_stand_beside_ours_and_are_never_called_higher(acts, ana):
    integration = away_for(acts, "meta_ads")
    acts.compares(integration)
    receipt = acts.receipt(integration)
    with acts.runtime.database.writing() as session:
        kept = session.get_one(Receipt, receipt.id)
        of_note = {"checked": "differs", "reason": "currency", "subject": "EUR", "after": [4, 412_000_000]}
        kept.days = [line | of_note | {"theirs": [None, 380_000_000]} for line in kept.days]
        kept.matches = False
    page = html.unescape(ana.client.get(f"/integrations/{integration}/receipts/{receipt.id}").text)
    assert "Meta's total is €380; here $412. Likely: Meta gives its total in EUR" in page
    assert not re.search(r"Meta's total is \S+ (higher|lower)", page)
    (line, *_) = spreadsheet(ana, integration, receipt)
    assert (line["Amount now"], line["Currency"]) == ("412.00", "USD")
    assert (line["Platform amount"], line["Platform currency"]) == ("380.00", "EUR")


def test_what_the_platform_changed_meanwhile_is_told_apart(acts):
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    acts.sandbox.switch("meta_ads", "late_data")
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    acts.sandbox.advance(days=2)
    acts.reconnects(integration)
    acts.syncs(integration)
    corrected = [day for day in days_in(acts.receipt(integration).days) if not day.missed]
    assert len(corrected) == 3, "the three days before, which late data corrects"
    assert all(day.after.micros > day.before.micros for day in corrected)


def test_a_long_receipt_that_is_checked_in_part_says_how_far(acts, ana):
    integration = away_for(acts, "meta_ads", days=45)
    page = f"/integrations/{integration}/receipts/{acts.receipt(integration).id}"
    assert "Not checked yet: Meta could not be asked" in ana.client.get(page).text
    acts.compares(integration)
    assert re.search(r"\b35 of 46 days are checked so far, the newest first\.", ana.client.get(page).text)
    for _ in range(2):
        acts.sandbox.advance(minutes=11)
        acts.compares(integration)
    assert "Every day that is over comes to what Meta itself says." in ana.client.get(page).text


def test_an_absence_within_one_day_is_checked_when_the_day_is_over(acts):
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    acts.reconnects(integration)
    acts.syncs(integration)
    acts.compares(integration)
    receipt = acts.receipt(integration)
    assert [day.checked for day in days_in(receipt.days) if day.missed] == [Checked.CHANGING]
    assert receipt.matches is None
    acts.sandbox.advance(days=1)
    acts.syncs(integration)
    acts.compares(integration)
    assert acts.receipt(integration).matches is True


def test_a_catch_up_that_breaks_again_is_one_longer_absence(acts):
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    acts.sandbox.advance(days=2)
    acts.reconnects(integration)
    acts.sandbox.switch("meta_ads", "access_revoked")
    assert acts.syncs(integration) is Outcome.TROUBLE
    acts.sandbox.advance(days=2)
    acts.reconnects(integration)
    acts.syncs(integration)
    receipt = acts.receipt(integration)
    assert receipt.owed_days == 5
    assert len([day for day in days_in(receipt.days) if day.missed]) == 5
    acts.compares(integration)
    assert acts.receipt(integration).matches is True


def test_page_and_mail_say_the_same(acts, ana, send_mail):
    integration = acts.connects("google_ads")
    acts.syncs(integration)
    acts.sandbox.switch("google_ads", "access_revoked")
    acts.syncs(integration)
    send_mail()
    acts.sandbox.advance(days=3)
    acts.reconnects(integration)
    acts.syncs(integration)
    acts.compares(integration)
    assert send_mail() == 1
    letter = acts.sandbox.letters()[1]
    assert "back; matches Google's total." in letter["text"]
    assert "Away for " in letter["text"]
    assert re.search(r"Ad spend: \d+ campaign days, \$", letter["text"])
    assert re.search(r"ad spend: .* before, .* now\.", letter["text"])
    page = ana.client.get(f"/integrations/{integration}/receipts/{acts.receipt(integration).id}").text
    came_in = re.search(r"Ad spend: (\d+ campaign days, \$[\d,]+)", letter["text"])
    assert came_in
    assert f'<th scope="row">Ad spend</th><td>{came_in.group(1)}' in html.unescape(page)
    body = html.unescape(re.sub(r"<[^>]+>", " ", letter["html"].partition("<body")[2]))
    for line in letter["text"].splitlines():
        if line and not line.startswith(("http", "See what", "Choose your mails")):
            assert " ".join(line.split()) in " ".join(body.split()), line


def test_the_spreadsheet_has_every_line_and_no_formula(acts, ana, runtime):
    integration = away_for(acts, "meta_ads")
    acts.compares(integration)
    with runtime.database.writing() as session:
        row = session.get_one(type(acts.integration(integration)), integration)
        row.account_name = '=HYPERLINK("https://evil.test","Aurora")'
    receipt = acts.receipt(integration)
    lines = spreadsheet(ana, integration, receipt)
    assert len(lines) == len(receipt.days)
    assert {line["Account"] for line in lines} == {'\'=HYPERLINK("https://evil.test","Aurora")'}
    assert [line["Rows before"] for line in lines if line["Missed"] == "yes"][1:] == ["", "", ""], "unknown is not zero"
    away = {(datetime.fromisoformat(line["Away from"]), datetime.fromisoformat(line["Away to"])) for line in lines}
    assert away == {tuple(at.replace(microsecond=0) for at in (receipt.away_from, receipt.away_to))}
    for line, day in zip(lines, days_in(receipt.days), strict=True):
        assert line["Day"] == day.day.isoformat()
        assert round(float(line["Amount now"]) * 1_000_000) == day.after.micros
