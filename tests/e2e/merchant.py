"""A merchant at a browser: what a person does, by the names a person reads."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.world import World


class Merchant:
    """Somebody with a browser of their own."""

    def __init__(self, page: Page, world: World) -> None:
        self.page = page
        self.world = world

    def sign_in(self, email: str = "demo@shopimize.test", password: str = "demo") -> None:
        self.page.goto(f"{self.world.url}/login")
        self.fill_in_sign_in(email, password)
        self.page.wait_for_url("**/integrations")

    def opens_elsewhere(self, link: str) -> None:
        """As on another device: nobody is signed in, and no open page polls its way to the sign-in page as well."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.goto(link)

    def fill_in_sign_in(self, email: str = "demo@shopimize.test", password: str = "demo") -> None:
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_load_state()
        assert not self.page.url.endswith("/session"), self.page.inner_text("body")[:600]

    def row(self, platform: str, account: str = "") -> Locator:
        return self.page.get_by_role("article", name=re.compile(rf"{platform} {account}"))

    def open_row(self, platform: str) -> Locator:
        row = self.row(platform)
        details = row.locator("details.row-main")
        if details.get_attribute("open") is None:
            details.locator("> summary").click()
        return row

    def sees_badge(self, platform: str, label: str, *, seconds: float = 45) -> None:
        expect(self.row(platform).locator(".badge").first).to_have_text(label, timeout=seconds * 1000)

    def presses_reconnect(self, platform: str) -> None:
        row = self.row(platform)
        row.get_by_role("button", name=re.compile("^Reconnect")).locator("visible=true").first.click()

    def approves(self) -> None:
        self.page.get_by_role("button", name="Approve").click()

    def declines(self) -> None:
        self.page.get_by_role("button", name="Decline").click()

    def is_back(self) -> None:
        self.page.wait_for_url(re.compile(re.escape(self.world.url) + r"/integrations.*"))
