"""Help: for everybody to read; what it finds in a workspace is for that workspace's own people."""

from __future__ import annotations

import html
import re

import pytest
from jinja2 import TemplateNotFound

from webapp.platforms.diagnosis import Cause
from webapp.queries.causes import CAUSES
from webapp.queries.definitions import DEFINITIONS
from webapp.queries.help_topics import BY_SLUG, TOPICS

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
CHECKS = re.compile(r'<section class="checks".*?</section>', re.S)
# One page says once that others call it something else, so that a search finds it.
SECOND_WORDS = re.compile(r"re-?authori[sz]e|re-?authenticat|token|oauth", re.IGNORECASE)


def read(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def checks(someone, topic: str) -> list[str]:
    """What a topic's page finds, line by line."""
    reply = someone.client.get(f"/help/{topic}")
    assert reply.status_code == 200
    found = CHECKS.search(reply.text)
    assert found, f"{topic} looks at nothing"
    return [read(one) for one in re.findall(r"<li.*?</li>", found.group(), re.S)]


@SQLITE
def test_everybody_may_read_it_and_is_told_what_signing_in_adds(app, nobody, ana):
    index = nobody.client.get("/help").text
    for topic in TOPICS:
        assert f'href="/help/{topic.slug}"' in index
        page = nobody.client.get(f"/help/{topic.slug}")
        assert page.status_code == 200
        assert 'id="sign-in-hint"' in page.text
        assert f'href="/login?next=/help/{topic.slug}"' in page.text
        assert not CHECKS.search(page.text)
        assert len(read(page.text)) > 800, f"{topic.slug} says hardly anything"
        own = ana.client.get(f"/help/{topic.slug}").text
        assert own.index('class="checks"') < own.index('class="text"'), "first how it stands, then the prose"
        assert 'id="sign-in-hint"' not in own
    assert nobody.client.get("/help/nothing").status_code == nobody.client.get("/help/../settings").status_code == 404
    words = read("".join(nobody.client.get(f"/help/{topic.slug}").text for topic in TOPICS))
    assert SECOND_WORDS.findall(words) == ["Reauthorize"]


@SQLITE
def test_with_nothing_connected_every_topic_says_so_and_where_to_begin(ana):
    for topic in TOPICS:
        found = checks(ana, topic.slug)
        assert all(one.startswith("Look here: ") and "connected" in one for one in found), found
        assert all(one.endswith("To your integrations") for one in found)


@SQLITE
def test_a_workspaces_own_state_opens_the_page(acts, ana, bob, vic):
    store, meta = acts.connects("shopify"), acts.connects("meta_ads")
    assert checks(ana, "data-not-syncing")[0].startswith("Not known yet: Your orders from Cedar")
    for integration in (store, meta):
        acts.syncs(integration)
    assert all(one.startswith("Fine: ") for one in checks(ana, "data-not-syncing"))
    assert "match Meta's own total" not in "".join(checks(ana, "ad-spend-not-matching"))
    acts.compares(meta)
    spend = checks(ana, "ad-spend-not-matching")
    assert any("Your Meta spend: " in one and "match Meta's own total, compared" in one for one in spend), spend
    assert any("products of Cedar" in one for one in checks(ana, "missing-orders-or-products"))
    costs = checks(ana, "costs-not-appearing")
    assert re.search(r"products sold in the last 30 days (have|has) (a|no) cost", costs[0]), costs

    acts.sandbox.switch("meta_ads", "access_revoked")
    acts.syncs(meta)
    acts.sandbox.advance(days=2)
    acts.syncs(store)
    gap = checks(ana, "data-not-syncing")
    assert re.match(r"Look here: Your Meta spend: [23] days are missing\. Open Meta Ads$", gap[0]), gap
    assert gap[1].startswith("Fine: Your orders from Cedar")
    assert checks(ana, "how-to-reconnect") == [
        "Look here: Meta Ads (Aurora Outdoor US) needs a Reconnect. Open Meta Ads"
    ]
    assert any("Meta spend" in one for one in checks(ana, "incorrect-profit"))
    assert checks(vic, "data-not-syncing") == gap, "who may only look sees the same"
    strange = "".join("".join(checks(bob, topic.slug)) for topic in TOPICS)
    assert "Aurora Outdoor" not in strange
    assert "Cedar" not in strange
    assert "Meta" not in strange
    page = ana.client.get(f"/integrations/{meta}").text
    assert 'href="/help/why-permissions-end">Why did this happen?' in page
    assert 'href="/help/data-not-syncing"' in page, "and the page's foot leads on"


@SQLITE
def test_every_topic_has_its_prose_and_every_problem_leads_to_one(app):
    for topic in TOPICS:
        try:
            app.jinja_env.get_template(f"help/prose/_{topic.slug}.html")
        except TemplateNotFound:
            pytest.fail(f"nothing is written about {topic.slug}")
    assert {CAUSES[cause].topic for cause in Cause} <= BY_SLUG.keys()


@SQLITE
def test_what_a_figure_means_is_written_once_with_ones_own_numbers(acts, ana, nobody):
    acts.syncs(acts.connects("shopify"))
    means = re.compile(r'<dl class="meanings">.*?</dl>', re.S)
    on_overview = means.search(ana.client.get("/").text).group()
    assert re.search(r"€[\d,]+ of sales held €[\d,]+ of tax\.", on_overview)
    assert means.search(ana.client.get("/help/incorrect-profit").text).group() == on_overview
    for topic in TOPICS:
        if topic.figures:
            own, without = (read(means.search(someone.client.get(f"/help/{topic.slug}").text).group())
                            for someone in (ana, nobody))  # fmt: skip
            for figure in topic.figures:
                assert DEFINITIONS[figure].words in own
                assert DEFINITIONS[figure].words in without
            assert "€" in own
            assert "€" not in without
