"""Without a mouse: sign in, find the broken one, read why, reconnect; and what is live never takes the focus away."""

from playwright.sync_api import Page, expect

from tests.e2e.merchant import Merchant
from tests.e2e.world import World

SAID = "() => document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
FOCUSED = "() => document.activeElement.closest('article,form,nav,header')?.id + ' ' + document.activeElement.innerText"


def tab_to(page: Page, text: str, *, most: int = 60) -> None:
    """Press Tab until what has the focus says `text`."""
    for _ in range(most):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"
        )
        if text in said:
            assert page.evaluate("() => document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"Tab never reaches {text!r}")


def test_the_main_job_by_keyboard(page: Page, world: World):
    world.until_all_green()
    merchant = Merchant(page, world)
    page.goto(f"{world.url}/login")
    page.get_by_label("Email").focus()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("demo@shopimize.test")
    page.keyboard.press("Tab")
    page.keyboard.type("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/integrations")
    merchant.sees_badge("Google Ads", "Connected")

    tab_to(page, "Google Ads")
    before = page.evaluate(FOCUSED)
    page.keyboard.press("Enter")
    panel = merchant.row("Google Ads").locator(".panel")
    expect(panel).to_be_visible()
    world.switch("google_ads", "access_revoked")
    token = page.locator("[name=csrf_token]").first.input_value()
    with page.expect_response(lambda reply: "/integrations/board" in reply.url and reply.status == 200, timeout=60_000):
        page.request.post(f"{world.url}/checks", form={"csrf_token": token})
    merchant.sees_badge("Google Ads", "Reconnect needed")
    expect(panel).to_be_visible()
    assert page.evaluate(FOCUSED).split()[0] == before.split()[0], "the focus stayed with the row"

    tab_to(page, "Reconnect")
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts.google.com/**")
    tab_to(page, "Approve")
    page.keyboard.press("Enter")
    merchant.is_back()
    merchant.sees_badge("Google Ads", "Connected")
