"""While somebody reads: what changed is put in its place, and nothing else on the page moves."""

from playwright.sync_api import Response, expect

from tests.e2e.merchant import Merchant


def test_a_row_changes_and_the_rest_is_left_alone(merchant: Merchant):
    page, world = merchant.page, merchant.world
    shop, ads = (world.integration(platform)["id"] for platform in ("shopify", "google_ads"))
    panel = merchant.open_row("Google Ads").locator(".panel")
    page.evaluate("document.querySelectorAll('article').forEach(row => { row.sameAsBefore = true; })")
    token = page.locator("[name=csrf_token]").first.input_value()

    def poll_said(status: int):
        def wanted(reply: Response) -> bool:
            return "/integrations/board" in reply.url and reply.status == status

        return page.expect_response(wanted, timeout=30_000)

    with poll_said(200) as changed:
        page.request.post(f"{world.url}/integrations/{ads}/sync-runs", form={"csrf_token": token})
    said = changed.value.text()
    if f'id="integration-{ads}"' not in said:
        # That poll came between being asked and beginning: nothing of the row had changed yet.
        with poll_said(200) as changed:
            pass
        said += changed.value.text()
    assert f'id="integration-{ads}"' in said
    assert f'id="integration-{shop}"' not in said
    with poll_said(204):
        pass
    expect(panel).to_be_visible()
    merchant.sees_badge("Google Ads", "Connected")
    expect(page.get_by_text("Syncing now")).to_have_count(0)
    assert page.evaluate("[...document.querySelectorAll('article')].every(row => row.sameAsBefore)")
