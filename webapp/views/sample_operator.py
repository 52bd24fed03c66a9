"""The operator's page from made-up facts, for the patterns page: everything on it at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webapp.queries.operator import AnswerFacts, BreakerFacts, FaultFacts, OperatorFacts

NOW = datetime(2026, 11, 12, 14, 10, tzinfo=UTC)
ANSWER = AnswerFacts(
    at="2026-11-12 14:10:02",
    stage="token_refresh",
    status="401",
    headers=(("content-type", "application/json"), ("x-request-id", "3f1c9a")),
    body='{"error": "invalid_client", "error_description": "The OAuth client was not found."}',
)
FAULTS = (
    FaultFacts(
        id="secret", name="Google Ads", mark="googleads", cause="bad_request", code="invalid_client",
        message="The OAuth client was not found.", since=NOW - timedelta(hours=3), last_at=NOW, workspaces=41,
        integrations=57, answer=ANSWER,
    ),
    FaultFacts(
        id="version", name="LinkedIn Ads", mark=None, cause="bad_request", code="NONEXISTENT_VERSION",
        message="Requested version 20251001 is not active", since=NOW - timedelta(days=2), last_at=NOW, workspaces=1,
        integrations=1, answer=None,
    ),
)  # fmt: skip
TRIPPED = BreakerFacts(
    id="meta", name="Meta Ads", mark="meta", tripped_at=NOW, workspaces=20, dead=22, active=160, still_dead=64, back=3,
    answer=ANSWER, released_at=None, released_by=None,
)  # fmt: skip
RELEASED = BreakerFacts(
    id="tiktok", name="TikTok Ads", mark="tiktok", tripped_at=NOW - timedelta(days=9), workspaces=24, dead=24,
    active=90, still_dead=0, back=0, answer=None, released_at=NOW - timedelta(days=8), released_by="Ana",
)  # fmt: skip
FACTS = OperatorFacts(faults=FAULTS, tripped=(TRIPPED,), released=(RELEASED,))
