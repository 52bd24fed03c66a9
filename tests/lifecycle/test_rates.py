"""Exchange rates: taken in whole or not at all, named by their source, and a day without one is a gap."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlmodel import select

from tests.views.test_overview import AURORA, DAYS, days_of, text_of, today_of
from webapp.lifecycle.load_rates import load_rates
from webapp.models.integration import Integration
from webapp.models.rate import Rate
from webapp.queries.rates import exchange_of, rate_of

sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEAD = "day,base,quote,rate\n"
DAY = date(2026, 11, 20)


def test_the_rates_of_one_day_can_be_turned_round_and_go_through_a_third_currency():
    pairs = {("EUR", "USD"): Decimal("1.1"), ("EUR", "CAD"): Decimal("1.54")}
    assert rate_of(pairs, "EUR", "USD") == Decimal("1.1")
    assert rate_of(pairs, "USD", "CAD") == Decimal("1.4")
    assert round(rate_of(pairs, "CAD", "EUR"), 4) == Decimal("0.6494")
    assert rate_of(pairs, "EUR", "GBP") is None


def test_a_rate_is_kept_exactly_and_replaced_and_carried_over_a_weekend_and_no_further(runtime):
    assert load_rates(runtime, f"{HEAD}2026-11-20,EUR,USD,1.2345678901\n", source="ECB").rates == 1
    assert load_rates(runtime, f"{HEAD}2026-11-20,EUR,USD,1.083400000000000001\n", source="ECB").rates == 1
    with runtime.database.reading() as session:
        assert [one.rate for one in session.exec(select(Rate))] == ["1.083400000000000001"]
        money = exchange_of(session, "USD", {"EUR", "USD"}, DAY, DAY + timedelta(days=9))
    assert money.sources == ("ECB",)
    known = [day for day in (DAY + timedelta(days=number) for number in range(-1, 9)) if money.knows("EUR", day)]
    assert known == [DAY + timedelta(days=number) for number in range(5)]


@sqlite_only
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("2026-11-20,EUR,USD,1.08\n20.11.2026,EUR,USD,1.08\n", "line 3: '20.11.2026' is no day"),
        ("2026-11-20,EUR,USD,1.08\n2026-11-21,eur,USD,1.08\n", "line 3: 'eur' is no currency"),
        ("2026-11-20,EUR,EUR,1.08\n", "line 2: a currency against itself"),
        ("2026-11-20,EUR,USD,0\n", "line 2: 0 cannot be a rate"),
        ('2026-11-20,EUR,USD,"1,08"\n', "line 2: '1,08' is no number"),
        ("2026-11-20,EUR,USD,NaN\n", "line 2: NaN cannot be a rate"),
        ("2026-11-20,EUR,USD,1.08\n2026-11-20,EUR,USD,1.09\n", "line 3: another rate than an earlier line"),
        ("2026-11-20,EUR\n", "line 2: '' is no currency"),
        ("", "no rates in it"),
    ],
)
def test_with_any_fault_nothing_is_taken_in(runtime, lines, said):
    found = load_rates(runtime, HEAD + lines, source="ECB")
    assert found.rates == 0
    assert found.faults[0].startswith(said)
    with runtime.database.reading() as session:
        assert session.exec(select(Rate)).all() == []


@sqlite_only
def test_without_its_columns_a_file_is_refused(runtime):
    assert "no column day, base, quote, rate" in load_rates(runtime, "day;base;quote;rate\n", source="ECB").faults[0]


@sqlite_only
def test_spend_in_another_currency_is_a_gap_until_its_rates_are_loaded(acts, ana, app, tmp_path):
    found = [acts.connects("shopify", shop=AURORA), acts.connects("meta_ads", number=1)]
    for one in found:
        with acts.runtime.database.writing() as session:
            session.get_one(Integration, one).first_day = today_of(acts, one) - timedelta(days=DAYS - 1)
        acts.syncs(one)
    page = text_of(ana.client.get("/?days=7").text)
    assert re.search(r"leave out Meta spend: there is no exchange rate for EUR\.", page)
    rows = text_of(ana.client.get("/overview/campaigns?days=7").text)
    assert "€" in rows
    assert "exchange rate" not in rows, "campaigns are in their own currency, and leave out nothing for want of a rate"
    assert {row["Meta Ads spend"] for row in days_of(ana, "?days=7").values()} == {""}
    last = today_of(acts, found[0])
    rates = [f"{last - timedelta(days=number)},EUR,USD,2" for number in range(DAYS)]
    file = tmp_path / "rates.csv"
    file.write_text(HEAD + "\n".join(rates))
    said = app.test_cli_runner().invoke(args=["load-rates", str(file), "--source", "the ECB"])
    assert (said.exit_code, said.output) == (0, f"{DAYS} rates loaded\n")
    page = text_of(ana.client.get("/?days=7").text)
    assert "exchange rate" not in page
    assert "EUR is converted by the daily rates of the ECB" in page
    yesterday = str(last - timedelta(days=1))
    truth = acts.sandbox.truth("meta_ads", acts.integration(found[1]).account_id, "daily_spend")
    spent = sum(micros for _, day, micros in truth if day == yesterday)
    assert float(days_of(ana, "?days=7")[yesterday]["Meta Ads spend"]) * 1_000_000 == pytest.approx(2 * spent)
