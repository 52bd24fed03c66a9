"""No violation on any page, light and dark; no sideways scrolling down to 320 px."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.merchant import Merchant
from tests.e2e.world import World

AXE = Axe()
# The page is the same; what can be wrong in the dark alone is what depends on colours.
IN_DARK = """axe.run({"resultTypes": ["violations"],
  "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}})"""
# What a mark says on focus, where one cannot read all of it.
CUT_OFF = """() => [...document.querySelectorAll(".mark-dot")].filter((dot) => {
  dot.focus();
  const said = dot.nextElementSibling, at = said.getBoundingClientRect();
  const seen = document.elementFromPoint(at.left + 2, at.top + 8);
  return dot.checkVisibility() && (at.left < 0 || at.right > innerWidth || at.top < 0 || !said.contains(seen));
}).map((dot) => dot.getAttribute("aria-describedby"))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def everything(page: Page, world: World) -> list[str]:
    """Every page there is to look at; signed in. Where one of the patterns is the same page with more on it, that."""
    world.until_all_green()
    Merchant(page, world).sign_in()
    page.goto(f"{world.url}/patterns")
    patterns = sorted(set(re.findall(r'href="(/patterns/[^"]+)"', page.content())))
    assert len(patterns) > 15
    integration = world.integration("meta_ads")["id"]
    own = ["", "/history", "/incident", "/login", "/disconnection", "/replacement", "/data-deletion", "/guide",
           "/links", "/responsible"]  # fmt: skip
    page.goto(f"{world.url}/overview/products")
    costs = page.locator('a[href*="/overview/costs/"]').first.get_attribute("href").removeprefix("/overview/")
    rows = ["", "orders", "refunds", "campaigns", "products", "costs", "gaps", "changes", costs]
    return [*(f"/overview/{one}" if one else "/" for one in rows),
            "/integrations", "/members", "/workspaces", "/help", "/help/data-not-syncing",
            "/help/missing-orders-or-products", "/patterns", "/nowhere", *patterns,
            *(f"/integrations/{integration}{end}" for end in own)]  # fmt: skip


def faults(found: dict[str, list[dict[str, object]]]) -> list[str]:
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found["violations"]]


def look(page: Page, url: str) -> list[str]:
    found = []
    page.goto(url)
    for node in page.locator("main details:not(.menu) > summary").all():
        if node.is_visible() and node.locator("..").get_attribute("open") is None:
            node.click()
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += faults(AXE.run(page, options={"resultTypes": ["violations"]}).response)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found += [f"dark: {one}" for one in faults(page.evaluate(IN_DARK))]
    for width in (1280, 375, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if page.evaluate(SIDEWAYS) > 0:
            found.append(f"{width} px scrolls sideways")
        found += [f"{width} px: {one} is cut off" for one in page.evaluate(CUT_OFF)]
    page.set_viewport_size({"width": 1280, "height": 800})
    return found


@pytest.mark.timeout(400)
def test_every_page(page: Page, world: World, everything: list[str]):
    found = {path: look(page, world.url + path) for path in everything}
    page.context.clear_cookies()
    forged = ("/password-reset/forged", "/email-confirmation/x")
    for path in ("/login", "/signup", "/password-reset", "/help", "/help/how-to-reconnect", *forged):
        found[path] = look(page, world.url + path)
    assert {path: one for path, one in found.items() if one} == {}


def test_the_sandbox(page: Page, world: World):
    assert look(page, f"{world.sandbox}/") == []
    assert look(page, f"{world.sandbox}/inbox") == []
