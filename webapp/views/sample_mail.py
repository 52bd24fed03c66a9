"""Every kind of mail there is, from made-up facts: for looking, and for whoever changes a template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from webapp.lifecycle.account_mail import confirmation, new_password, returned
from webapp.lifecycle.digest import digest
from webapp.lifecycle.ends_letter import letter_of as letter_of_ends
from webapp.lifecycle.incident_mail import recovered
from webapp.lifecycle.letter import Letter
from webapp.lifecycle.link_mail import invitation, link_used, sign_in_link
from webapp.lifecycle.operator_mail import breaker_letter, fault_letter
from webapp.lifecycle.problem_letter import Problems, letter_of
from webapp.models.breaker import Breaker
from webapp.models.health import Health
from webapp.models.notice import NoticeKind
from webapp.models.our_fault import OurFault
from webapp.models.people import Role
from webapp.platforms.diagnosis import Cause
from webapp.queries.agency import Agency, OneFacts, PlaceFacts
from webapp.queries.ending import Ending
from webapp.queries.facts import IntegrationFacts
from webapp.views.sample_days import RECEIPT
from webapp.views.samples import GOOGLE, INCIDENT, META, NOW, THREE, TOLD, broken

HOME = "https://shopimize.example"
STOP = f"{HOME}/unsubscribe/a-token"
ZONE = ZoneInfo("America/New_York")
MORNING = datetime(2026, 11, 13, 9, tzinfo=ZONE)
LATE = replace(
    META, health=Health.DELAYED, label="Delayed",
    incident=replace(INCIDENT, explanation=replace(
        TOLD, title="Meta does not answer properly", likely="an outage at Meta", deadline=None, steps=(),
    )),
)  # fmt: skip
FAULT = OurFault(
    platform="meta_ads", cause=Cause.BAD_REQUEST, code="invalid_client", message="The app's secret is wrong.",
    opened_at=NOW, last_at=NOW,
)  # fmt: skip
TRIPPED = Breaker(platform="meta_ads", since=NOW, tripped_at=NOW, workspaces=20, dead=22, active=160)


def _problem(
    kind: NoticeKind,
    *items: IntegrationFacts,
    elsewhere: tuple[IntegrationFacts, ...] = (),
    count: int | None = None,
    together: tuple[str, str] | None = None,
    reminder_at: datetime | None = MORNING,
) -> Letter:
    places = (("Aurora", items), *([("Borealis", elsewhere)] if elsewhere else []))
    return letter_of(
        Problems(
            kind=kind, places=places, count=count or len(items) + len(elsewhere), workspaces=len(places),
            together=together, others=("vic@aurora.test",), now=NOW, zone=ZONE,
            reminder_at=reminder_at, home=HOME, stop=STOP,
        )
    )  # fmt: skip


def _ends(*, is_last: bool) -> Letter:
    one = Ending(
        person_id="ana", workspace_id="aurora", integration_id="meta", platform_name="Meta Ads",
        account_name="Aurora Outdoor US", workspace_name="Aurora", timezone="America/New_York", login="ana@aurora.test",
        ends_at=NOW + timedelta(hours=20),
    )  # fmt: skip
    two = replace(
        one, integration_id="linkedin", platform_name="LinkedIn Ads", account_name="Aurora <B2B>",
        ends_at=NOW + timedelta(days=9),
    )  # fmt: skip
    other = replace(two, integration_id="tiktok", login="ops@aurora.test", workspace_name="Borealis")
    return letter_of_ends([one] if is_last else [one, two, other], is_last=is_last, home=HOME, stop=STOP)


MAILS: dict[str, Callable[[], Letter]] = {
    "broken": lambda: _problem(NoticeKind.BROKEN, broken(META)),
    "dropped-together": lambda: _problem(
        NoticeKind.BROKEN, *THREE,
        together=("3 connections dropped together",
                  "Likely one password or security change for ops@aurora.test; Shopify is fine."),
    ),
    "hundreds": lambda: _problem(NoticeKind.BROKEN, broken(META), elsewhere=(broken(GOOGLE),), count=500),
    "reminder": lambda: _problem(
        NoticeKind.REMINDER, broken(META), broken(GOOGLE), reminder_at=MORNING + timedelta(days=4)
    ),
    "flapping": lambda: _problem(NoticeKind.FLAPPING, broken(META)),
    "delayed": lambda: _problem(NoticeKind.DELAYED, LATE, reminder_at=None),
    "recovered": lambda: recovered(
        [replace(META, receipt=RECEIPT)], workspace_name="Aurora", home=HOME, stop=STOP,
        stamp="Leaves out TikTok spend. How much that is cannot be told. Not entered: fixed costs.",
    ),
    "ends-soon": lambda: _ends(is_last=False),
    "last-day": lambda: _ends(is_last=True),
    "mail-returned": lambda: returned(["ana@aurora.test"], workspace_name="Aurora", home=HOME),
    "our-fault": lambda: fault_letter(FAULT, name="Meta Ads", home=HOME),
    "breaker": lambda: breaker_letter(TRIPPED, name="Meta Ads", home=HOME),
    "escalated": lambda: _problem(NoticeKind.ESCALATED, broken(META)),
    "digest": lambda: digest(
        Agency(places=(), count=12, needs=2, status="", tone="red", platforms=(), turns_at=NOW),
        [PlaceFacts(id="", name=name, may_change=True, ones=(
            OneFacts(id=name, platform="meta_ads", platform_name="Meta Ads", mark="meta", account_name=f"{name} US",
                     health=Health.NEEDS_RECONNECT, label="Reconnect needed"),
        )) for name in ("Birch", "Cedar")],
        {"Birch": "Profit since 12 Nov leaves out Meta spend. On comparable days it ran $180 to $240 a day.",
         "Cedar": "Profit since 10 Nov leaves out Meta spend."},
        home=HOME, stop=STOP,
    ),
    "invitation": lambda: invitation(
        by="Ana", place="Aurora", role=Role.ADMIN, link=f"{HOME}/invitations/a-token", until=MORNING
    ),
    "sign-in-link": lambda: sign_in_link(
        by="Ana", place="Aurora", platform="Meta Ads", account="Aurora US", link=f"{HOME}/links/a-token", until=MORNING
    ),
    "connect-link": lambda: sign_in_link(
        by="Ana", place="Aurora", platform="Meta Ads", account=None, link=f"{HOME}/links/a-token", until=MORNING
    ),
    "link-used": lambda: link_used(
        place="Aurora", platform="Meta Ads", account="Aurora US", email="client@aurora.test",
        link=f"{HOME}/integrations/an-id",
    ),
    "confirm-email": lambda: confirmation("Ana", link=f"{HOME}/email-confirmation/a-token"),
    "reset-password": lambda: new_password("Ana", link=f"{HOME}/password-reset/a-token"),
}  # fmt: skip
