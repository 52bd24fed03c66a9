"""Facts made up for the patterns page: every component in every state, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from webapp.models.health import Health
from webapp.platforms.consent import TenantField
from webapp.queries.board_facts import Board, CheckFacts, MuteFacts, OutbreakFacts, PlatformFacts
from webapp.queries.facts import (
    AuthorizationFacts,
    Explanation,
    FoundAccount,
    HistoryEntry,
    IncidentFacts,
    IntegrationFacts,
    Progress,
    WarningFacts,
)
from webapp.queries.logins import LoginFacts
from webapp.queries.permission import EndFacts, PermissionFacts
from webapp.views.sample_days import RECEIPT, STRIP

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
STEPS = ("Press Reconnect and sign in to Facebook with the new password if it asks.",)
TOLD = Explanation(
    title="Meta stopped accepting our permission",
    happened="The password of ana@aurora.test was changed, and Meta ends permissions with it.",
    kept="Nothing already imported is lost.",
    noticed=NOW,
    since=NOW,
    affected="Profit since 12 Nov",
    left_out="Meta spend",
    deadline="Reconnect before Sat 9 Jan, or Meta only gives us the last 60 days.",
    likely="the password was changed",
    certainty="Likely, from what we know.",
    steps=STEPS,
    url="https://www.facebook.com/",
    next="When you are back from Meta, we fetch every missing day by ourselves and say what came back.",
    evidence=("Meta gives one answer for a changed password and for a session it reset for safety.",),
    technical=(("Code", "190/460"), ("Message", "<b>Error</b> validating access token"), ("HTTP status", "400")),
)
CHECKPOINT = replace(
    TOLD, title="Meta wants a security check first", likely="a security rule at Meta asks for a fresh sign-in",
    first=("Open facebook.com and clear the security check it shows.", "Wait until Facebook opens as usual."),
    steps=("Open facebook.com and clear the security check it shows.", "Wait until Facebook opens as usual.",
           "Then come back and press Reconnect."),
)  # fmt: skip
INCIDENT = IncidentFacts(id="i", began_at=NOW, opened_at=NOW, closed_at=None, closed_by=None, explanation=TOLD)
PROGRESS = Progress(
    stage="Importing orders", done_days=34, owed_days=90, rows=2214, unit="orders", seconds_left=240,
    rows_per_second=21.3,
)  # fmt: skip
WARNING = WarningFacts(
    title="Meta's own total is $1,204 higher than what it shows us, over 3 days.",
    text="Prospecting Aurora is still in Meta's total but no longer in its report: deleted there, or hidden "
    "from the login.",
    advice="Check at Meta that ana@aurora.test may see every campaign of Aurora Outdoor US.",
    offers_reconnect=True,
    days="9 Nov to 11 Nov",
)
PERMISSION = PermissionFacts(
    approved_by="Ana", approved_at=NOW, name="Ana <Alvarez>", email="ana@aurora.test",
    scopes=("See ad accounts and what they spend", "business_management"),
    ends=(
        EndFacts(at=NOW, moves=True, says="Renews itself before 11 Jan 2027", why="The permission lasts 60 days."),
        EndFacts(at=NOW, moves=False, says="Ends 10 Feb 2027", why="Meta lets an app read for 90 days."),
    ),
)  # fmt: skip
GOOD = IntegrationFacts(
    id="shopify", platform="shopify", platform_name="Shopify", company="Shopify", kind="store", mark="shopify",
    account_name="Aurora Outdoor", account_id="61001", timezone="America/New_York", health=Health.CONNECTED,
    label="Connected", sentence="", complete_through=NOW, checked_at=NOW, login="Aurora Outdoor", ends_at=None,
    syncing=False, progress=None, incident=None, receipt=None, manage_url="https://admin.shopify.com/",
    strip=STRIP,
)  # fmt: skip
META = replace(
    GOOD, id="meta", platform="meta_ads", platform_name="Meta Ads", company="Meta", kind="ads", mark="meta",
    account_name="Aurora Outdoor US", account_id="7010001", login="ana@aurora.test", permission=PERMISSION,
)  # fmt: skip
GOOGLE = replace(
    META, id="google", platform="google_ads", platform_name="Google Ads", company="Google", mark="googleads"
)
TIKTOK = replace(META, id="tiktok", platform="tiktok_ads", platform_name="TikTok Ads", company="TikTok", mark="tiktok")
LINE = f"{TOLD.title}, Thu 12 Nov, 14:10. Likely: {TOLD.likely}. Nothing already imported is lost."


def broken(one: IntegrationFacts, incident: IncidentFacts = INCIDENT) -> IntegrationFacts:
    return replace(one, health=Health.NEEDS_RECONNECT, label="Reconnect needed", sentence=LINE, incident=incident)


def in_health(health: Health) -> IntegrationFacts:
    """A row in one health, with what belongs to it."""
    one = replace(
        META,
        id=f"in-{health}",
        account_name=f"Aurora {health}",
        health=health,
        label=health.badge.label.format(company="Meta"),
    )
    if health.needs_merchant:
        return replace(one, sentence=LINE, incident=INCIDENT)
    if health in (Health.IMPORTING, Health.CATCHING_UP):
        return replace(
            one, progress=PROGRESS, sentence="Importing, newest first: 34 of 90 days, about 4 min. You can leave."
        )
    if health in (Health.ON_US, Health.DELAYED):
        return replace(
            one, sentence="Meta has not answered properly for a while. We keep trying; nothing for you to do."
        )
    return one


PLATFORMS = (
    PlatformFacts(
        slug="shopify", name="Shopify", mark="shopify", kind="store", depth_note="The first import brings 90 days.",
        lifetimes="Renews itself.",
        asks=TenantField(name="shop", label="Your store's address", placeholder="your-store.myshopify.com",
                         hint="It ends in .myshopify.com.", clean=str),
    ),
    PlatformFacts(
        slug="linkedin_ads", name="LinkedIn Ads", mark=None, kind="ads", depth_note="The first import brings 90 days.",
        lifetimes="Ends after a year.", asks=None,
    ),
)  # fmt: skip


LOGIN = LoginFacts(
    integration_id="meta", label="ana@aurora.test", name="Ana <Alvarez>", email="ana@aurora.test", company="Meta",
    hanging=(META, broken(META)), alike=(GOOGLE, TIKTOK),
)  # fmt: skip


def _board(status: str, tone: str, *rows: IntegrationFacts, outbreak: OutbreakFacts | None = None) -> Board:
    needs = sum(one.health.needs_merchant for one in rows)
    return Board(
        status=status, tone=tone, rows=rows, outbreak=outbreak, needs=needs, platforms=PLATFORMS, digest="",
        can_change=True,
    )  # fmt: skip


THREE = (broken(META), broken(GOOGLE), broken(TIKTOK))
SCREENS = {
    "all-green": _board(
        "All green. 4 connections, complete through yesterday. Checked 1 min ago.", "green", GOOD, META, GOOGLE, TIKTOK
    ),
    "one-broken": _board(
        "Meta Ads needs you. Profit since 12 Nov leaves out Meta spend.", "red", broken(META), GOOD, GOOGLE
    ),
    "three-broken": _board(
        "3 connections need you. Profit since 12 Nov leaves out Meta, Google and TikTok spend.", "red", *THREE, GOOD,
        outbreak=OutbreakFacts(
            id="o", title="3 connections dropped together", members=THREE,
            likely="Likely one password or security change for ops@aurora.test; Shopify is fine.",
            evidence=("The same login: ops@aurora.test", "All of them broke between 12 Nov, 14:02 and 12 Nov, 14:10"),
        ),
    ),
    "importing": _board(
        "Importing Shopify, newest days first. You can leave; it goes on by itself.", "blue",
        replace(GOOD, health=Health.IMPORTING, label="Importing", progress=PROGRESS,
                sentence="Importing, newest first: 34 of 90 days, about 4 min. You can leave."), META,
    ),
    "reconnected": _board(
        "All green. 2 connections, complete through yesterday. Checked just now.", "green",
        replace(META, receipt=RECEIPT, sentence="4 days, $1,204 back; matches Meta's total."), GOOD,
    ),
    "muted": replace(
        _board("All green. 2 connections, complete through yesterday.", "green", GOOD, META),
        mute=MuteFacts(by="Ana <Alvarez>", until=NOW, timezone="UTC"),
        check=CheckFacts(said="Checked just now: 2 of 2 reachable.", is_pending=False),
    ),
    "hidden-rows": _board(WARNING.title, "amber", replace(META, warning=WARNING), GOOD),
    "empty": _board("Nothing connected yet. Add your store first, then the places you buy ads.", "grey"),
    "every-health": _board("Every health there is.", "blue", *(in_health(health) for health in Health)),
}  # fmt: skip
HISTORY = (
    HistoryEntry(at=NOW, icon="plug", tone="green", title="Reconnected by Ana", text="Signed in as ana@aurora.test."),
    HistoryEntry(at=NOW, icon="triangle-alert", tone="red", title=TOLD.title, text="It lasted 3 days."),
    HistoryEntry(at=NOW, icon="refresh-cw", tone="grey", title="96 syncs, all fine", text="2,214 rows read."),
)
_FOUND = (
    FoundAccount(
        id="7010001", name="Aurora Outdoor US", currency="USD", timezone="America/New_York", note=None, already=True
    ),
    FoundAccount(
        id="7010002", name="Aurora <EU>", currency="EUR", timezone="Europe/Berlin", note="Test account", already=False
    ),
)


def ended(ending: str) -> AuthorizationFacts:
    """A round trip that ended this way."""
    return AuthorizationFacts(
        id="a", platform="meta_ads", platform_name="Meta Ads", company="Meta", mark="meta", ending=ending,
        integration_id=None if ending in ("choose", "no_accounts") else "meta", expected_account="7010001",
        expected_name="Aurora Outdoor US", actual_login="bob@borealis.test", expected_login="ana@aurora.test",
        accounts=_FOUND, missing_scopes=("ads_read",), reason="Error validating client secret.",
    )  # fmt: skip
