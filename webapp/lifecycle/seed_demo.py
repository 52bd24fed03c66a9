"""A demo workspace with one connection for each platform of the demo, made by the round trip that a merchant makes."""

from __future__ import annotations

import logging
from urllib.parse import parse_qsl, urlsplit

import urllib3
from sqlmodel import col, select

from webapp.lifecycle.choose_accounts import choose_accounts
from webapp.lifecycle.complete_authorization import Return, complete
from webapp.lifecycle.demo_person import ensure_demo_person
from webapp.lifecycle.runtime import Runtime
from webapp.lifecycle.start_authorization import connect
from webapp.models.access import Ending
from webapp.models.integration import Integration
from webapp.platforms.base import Platform
from webapp.queries.authorization import authorization_of

log = logging.getLogger(__name__)

CONSENTING = "ana@aurora.test"
SHOP = "aurora.myshopify.com"
BROWSER = "the demo's own browser"


def seed_demo(runtime: Runtime) -> int:
    """Connect what the demo workspace does not have yet; how many were connected comes back.

    A stand-in that does not answer is left out, and tried again at the next start.
    """
    person_id, workspace_id = ensure_demo_person(runtime)
    with runtime.database.reading() as session:
        there = set(
            session.exec(select(Integration.platform).where(col(Integration.workspace_id) == workspace_id)).all()
        )
    made = 0
    for platform in runtime.platforms():
        if platform.in_demo and platform.slug not in there:
            made += _connect(runtime, platform, person_id=person_id, workspace_id=workspace_id)
    return made


def _connect(runtime: Runtime, platform: Platform, *, person_id: str, workspace_id: str) -> bool:
    url = connect(
        runtime, slug=platform.slug, tenant=SHOP if platform.tenant and not platform.tenant.choices else None,
        person_id=person_id, workspace_id=workspace_id, browser=BROWSER,
    )  # fmt: skip
    try:
        consent = urllib3.request("GET", url, headers={"X-Sandbox-Approve": CONSENTING}, redirect=False, retries=False)
    except urllib3.exceptions.HTTPError:
        log.warning("%s could not be reached; the demo starts without it", platform.name)
        return False
    params = dict(parse_qsl(urlsplit(consent.headers.get("location", "")).query))
    back = complete(runtime, slug=platform.slug, params=params, person_id=person_id, browser=BROWSER)
    if back.ending is Ending.CHOOSE:
        return _choose_first(runtime, back, person_id=person_id, workspace_id=workspace_id)
    if back.ending is not Ending.CONNECTED:
        log.warning("%s was not connected: %s", platform.name, back.ending)
    return back.ending is Ending.CONNECTED


def _choose_first(runtime: Runtime, back: Return, *, person_id: str, workspace_id: str) -> bool:
    assert back.authorization_id is not None
    with runtime.database.reading() as session:
        offered = authorization_of(
            session, runtime.platform,
            authorization_id=back.authorization_id, person_id=person_id, workspace_id=workspace_id,
        )  # fmt: skip
    assert offered is not None
    chosen = choose_accounts(
        runtime, authorization_id=offered.id, person_id=person_id, workspace_id=workspace_id,
        account_ids=[offered.accounts[0].id],
    )  # fmt: skip
    return bool(chosen)
