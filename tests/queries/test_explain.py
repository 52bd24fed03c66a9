"""What is told of a problem, from its facts alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from webapp.models.integration import Integration
from webapp.models.trouble import Incident
from webapp.platforms import registry
from webapp.platforms.base import Platform
from webapp.platforms.diagnosis import Cause, Certainty, Closed, Fault, Remedy
from webapp.queries.explain import explain
from webapp.queries.facts import Explanation

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
each_platform = pytest.mark.parametrize("platform", registry().values(), ids=lambda one: one.slug)


def told(platform: Platform, cause: Cause, remedy: Remedy, closed: Closed | None = None) -> Explanation:
    integration = Integration(
        workspace_id="w", platform=platform.slug, account_id="1", account_name="Aurora Outdoor", currency="USD",
        timezone="America/New_York", created_at=NOW, first_day=date(2026, 8, 14), granted_at=NOW,
    )  # fmt: skip
    incident = Incident(
        integration_id=integration.id, workspace_id="w", opened_at=NOW, began_at=NOW, cause=cause, remedy=remedy,
        fault=Fault.MERCHANT, certainty=Certainty.SURE, stage="api", http_status=400, code="", message="",
        account_closed=closed,
    )  # fmt: skip
    return explain(incident, integration, platform, login="ana@aurora.test", now=NOW)


@each_platform
def test_where_the_platform_wants_something_first_that_comes_first(platform):
    said = told(platform, Cause.SECURITY_POLICY, Remedy.RECONNECT)
    assert said.first, "something to do at the platform"
    assert said.steps[: len(said.first)] == said.first
    assert len(said.first) + len(said.then) == len(said.steps)
    assert not any(step.startswith("Then") for step in said.then)
    assert any("Reconnect" in step for step in said.then), "and then Reconnect"


@each_platform
@pytest.mark.parametrize("cause", [Cause.PASSWORD_CHANGED, Cause.ACCESS_REVOKED, Cause.TOKEN_EXPIRED])
def test_otherwise_reconnect_is_all_there_is(platform, cause):
    assert told(platform, cause, Remedy.RECONNECT).first == ()


@each_platform
def test_each_way_of_being_closed_has_words_of_its_own_and_a_link(platform):
    said = {way: told(platform, Cause.ACCOUNT_UNAVAILABLE, Remedy.FIX_AT_PLATFORM, way) for way in (None, *Closed)}
    assert len({one.title for one in said.values()}) == len(said)
    assert len({one.likely for one in said.values()}) == len(said)
    for one in said.values():
        assert one.url is not None
        assert one.steps
        assert not any("ress Reconnect" in step for step in one.steps)
