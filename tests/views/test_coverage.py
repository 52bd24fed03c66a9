"""The coverage pages: every day there is, by square and in the table, and nothing of anybody else's."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, delete

from webapp.models.plan import local_day
from webapp.models.sync import Coverage
from webapp.platforms import registry


def titles(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r"<title>([^<]+)</title>", page)[1:]]


def connected(acts):
    integration = acts.connects("meta_ads")
    acts.syncs(integration)
    return integration


def test_a_square_for_each_day_says_rows_amount_and_when_it_was_fetched(acts, ana):
    integration = connected(acts)
    acts.compares(integration)
    page = ana.client.get("/coverage").text
    squares = titles(page)
    assert len(squares) == 91
    told = re.compile(r"^\w{3} \d+ \w{3}: (complete|may still change)\. \d+ campaign days?, \$[\d.,]+\. Fetched .+\.$")
    assert sum(bool(told.match(one)) for one in squares) == 90
    assert squares[0].endswith("before your data begins.")
    assert sum("Equal to Meta's total when compared on" in one for one in squares) == 7
    assert "61 complete, 29 may still change." in page
    rows = re.findall(r"<tr><th scope=\"row\">", page)
    assert len(rows) == 90, "the table behind it has the same days"


def test_a_day_that_differs_carries_its_note_in_its_square_and_in_the_table(acts, ana):
    acts.sandbox.switch("meta_ads", "hidden_rows")
    integration = connected(acts)
    acts.compares(integration)
    acts.syncs(integration)
    acts.compares(integration)
    page = ana.client.get("/coverage").text
    noted = [one for one in titles(page) if "Meta's total is $" in one]
    assert len(noted) == 7, "the days that were compared"
    assert all("higher (" in one and "Read again on" in one and "Equal to" not in one for one in noted)
    assert page.count('class="flag"') == 7 + 1, "and one where the marks are explained"
    table = html.unescape(page.partition("<tbody>")[2].partition("</tbody>")[0])
    assert len(re.findall(r"Meta's total is \$\S+ higher \(", table)) == 7


def test_days_that_are_not_here_are_shown_as_what_they_are(acts, ana):
    integration = connected(acts)
    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(integration)
    acts.sandbox.advance(days=3)
    squares = titles(ana.client.get("/coverage").text)
    assert [one.partition(": ")[2].partition(".")[0] for one in squares[-4:]] == [
        "partly here", "missing", "missing", "missing",
    ]  # fmt: skip
    assert re.search(r"\$[\d.]+", squares[-4]), "what is here of a partial day is told"
    assert "$" not in squares[-1], "unknown is not zero"
    board = ana.client.get("/integrations").text
    assert "1 partly here, 3 missing." in board
    assert "1 partly here, 3 missing." in ana.client.get(f"/integrations/{integration}/history").text


def test_each_stream_has_a_strip_of_its_own_and_all_of_them_one_together(acts, ana, runtime, monkeypatch):
    """No platform has two kinds of days yet; whichever comes to have them shows both."""
    meta = registry()["meta_ads"]
    (spend,) = meta.dated_streams
    monkeypatch.setattr(meta, "streams", (spend, replace(spend, name="daily_reach", label="reach")))
    integration = connected(acts)
    yesterday = local_day(runtime.now(), ZoneInfo(acts.integration(integration).timezone)) - timedelta(days=1)
    with runtime.database.writing() as session:
        session.execute(delete(Coverage).where(col(Coverage.stream) == "daily_reach", col(Coverage.day) == yesterday))
    page = ana.client.get("/coverage").text
    assert "By stream, and as a table" in page
    assert re.findall(r"<h3>([^<]+)</h3>", page.partition("By stream")[2]) == ["Ad spend", "Reach"]
    squares = titles(page)
    assert len(squares) == 3 * 91
    together, of_spend, of_reach = (squares[at : at + 91][-2].partition(": ")[2] for at in (0, 91, 182))
    assert [one.partition(".")[0] for one in (together, of_spend, of_reach)] == [
        "missing", "may still change", "missing",
    ]  # fmt: skip
    assert re.search(r"ad spend: \d+ campaign days?, \$", together), "as bad as the worst, with what is here of it"
    assert "1 missing." in page


def test_earlier_months_are_a_page_away_and_never_hidden(acts, ana, runtime):
    integration = connected(acts)
    acts.sandbox.advance(days=20)
    acts.syncs(integration)
    page = ana.client.get("/coverage").text
    assert "19 earlier days, all complete." in page
    earlier = re.search(r'href="(/coverage\?to=[^"]+)"', page)
    assert earlier
    before = ana.client.get(earlier.group(1)).text
    assert sum("before your data begins" not in one for one in titles(before)) == 19
    found = acts.integration(integration)
    today = local_day(runtime.now(), ZoneInfo(found.timezone))
    assert f"to={today - timedelta(days=91)}" in earlier.group(1)


def test_nonsense_shows_today(acts, ana):
    connected(acts)
    today = titles(ana.client.get("/coverage").text)[-1]
    for to in ("", "x", "2026-13-99", "9999-12-31", "%00", "x" * 3000):
        reply = ana.client.get(f"/coverage?to={to}")
        assert reply.status_code in (200, 400)
        assert reply.status_code == 400 or titles(reply.text)[-1] == today, to
    oldest = titles(ana.client.get("/coverage?to=0001-01-01").text)
    assert [one.endswith("before your data begins.") for one in oldest] == [True] * 90 + [False]


def test_it_shows_ones_own_accounts_only(acts, ana, bob):
    connected(acts)
    assert "Aurora Outdoor US" in ana.client.get("/coverage").text
    assert "Aurora Outdoor US" not in bob.client.get("/coverage").text
    assert "Nothing is connected yet." in bob.client.get("/coverage").text
